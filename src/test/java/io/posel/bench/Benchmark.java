package io.posel.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * {@code mvn -Pbench verify}: measures and tells, asserts nothing; fails if something could not be measured. Settings are
 * system properties, see {@code src/docs/benchmark.md}.
 */
class Benchmark {
    private static final List<Drain> ON_POSTGRES =
            List.of(Drain.PLAIN, Drain.ONE_ENTITY, Drain.FAN_OUT, Drain.SLOW_RECEIVER);
    private static final List<Intake.Part> INTAKE = List.of(new Through(1), new Through(100), new Latency());
    private static final List<Scenario> ALONE = List.of(new Isolation(), new Definitions(), new Growth());

    private final List<String> only =
            List.of(System.getProperty("bench.only", "").split(" *, *"));

    @Test
    void measureAll() throws Exception {
        List<Scenario> scenarios = scenarios();
        List<Throwable> failures = new ArrayList<>();
        try (Bench bench = new Bench(
                Path.of("target/bench"),
                new Bench.Settings(
                        Double.parseDouble(System.getProperty("bench.scale", "0.1")),
                        Integer.getInteger("bench.rounds", 5),
                        Integer.getInteger("bench.warmup", 100_000),
                        Double.parseDouble(System.getProperty("bench.minutes", "13")),
                        Jvm.ofSettings()))) {
            System.out.println(Figure.HEAD);
            for (int i = 0; i < scenarios.size(); i++) {
                Scenario scenario = scenarios.get(i);
                double later = scenarios.stream()
                        .skip(i + 1)
                        .mapToDouble(Scenario::seconds)
                        .sum();
                bench.budget().begin(scenario.seconds(), later);
                try {
                    scenario.measure(bench);
                } catch (Exception | AssertionError e) {
                    failures.add(e);
                    bench.report().note(scenario.name() + ": broke off, " + e);
                }
                bench.receiver().answerAtOnce();
            }
        }
        if (!failures.isEmpty()) {
            AssertionError failed = new AssertionError("not everything could be measured");
            failures.forEach(failed::addSuppressed);
            throw failed;
        }
    }

    private List<Scenario> scenarios() {
        List<Scenario> scenarios = new ArrayList<>();
        List<Drain> drains =
                ON_POSTGRES.stream().filter(part -> isWanted(part.name())).toList();
        if (!drains.isEmpty()) {
            scenarios.add(new Drains(false, drains));
        }
        if (isWanted(Drain.EMBEDDED.name())) {
            scenarios.add(new Drains(true, List.of(Drain.EMBEDDED)));
        }
        List<Intake.Part> intake =
                INTAKE.stream().filter(part -> isWanted(part.name())).toList();
        if (!intake.isEmpty()) {
            scenarios.add(new Intake(intake));
        }
        ALONE.stream().filter(scenario -> isWanted(scenario.name())).forEach(scenarios::add);
        return scenarios;
    }

    private boolean isWanted(String name) {
        return only.contains("") || only.contains(name);
    }
}
