package io.posel.bench;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * {@code mvn -Pbench verify}: measures and tells, asserts nothing. {@code -Dbench.only=drain,latency} takes some of the
 * scenarios, {@code -Dbench.scale=1} takes queues of full length, {@code -Dbench.rounds=5} takes each figure more often.
 */
class Benchmark {
    private static final List<Scenario> SCENARIOS = List.of(
            new Drain(false),
            new Drain(true),
            new OneEntity(),
            new Latency(),
            new Through(1),
            new Through(100),
            new FanOut(),
            new SlowReceiver(),
            new Isolation(),
            new Definitions(),
            new Growth());

    @Test
    void measureAll() throws Exception {
        List<String> only = List.of(System.getProperty("bench.only", "").split(","));
        boolean all = only.contains("");
        try (Bench bench = new Bench(
                Path.of("target/bench"),
                Double.parseDouble(System.getProperty("bench.scale", "0.25")),
                Integer.getInteger("bench.rounds", 3),
                Integer.getInteger("bench.warmup", 100_000))) {
            System.out.println(Figure.HEAD);
            for (Scenario scenario : SCENARIOS) {
                if (all || only.contains(scenario.name())) {
                    scenario.measure(bench);
                }
            }
        }
    }
}
