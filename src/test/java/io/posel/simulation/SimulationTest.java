package io.posel.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Random schedules against the engine. {@code -Dposel.schedules=1000000} runs more of them, {@code -Dposel.seed=42}
 * replays one.
 */
class SimulationTest {

    private final Logger log = (Logger) LoggerFactory.getLogger("io.posel");
    private final Level before = log.getLevel();

    @BeforeEach
    void beQuiet() {
        log.setLevel(Level.OFF);
    }

    @AfterEach
    void speakAgain() {
        log.setLevel(before);
    }

    @Test
    @DisplayName("F2, F6, G1, G2, G3, G4, G5, G6: whatever happens in whatever order, what is promised is kept")
    void anySchedule() {
        Long one = Long.getLong("posel.seed");
        if (one != null) {
            run(one);
            return;
        }
        long first = Long.getLong("posel.first-seed", System.nanoTime());
        long count = Long.getLong("posel.schedules", Boolean.getBoolean("posel.soak") ? 1_000_000 : 100_000);
        AtomicLong next = new AtomicLong();
        AtomicLong ran = new AtomicLong();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        // each takes the next seed, so that none is done while another has a large share left
        IntStream.range(0, Runtime.getRuntime().availableProcessors())
                .parallel()
                .forEach(worker -> {
                    for (long i = next.getAndIncrement();
                            i < count && failure.get() == null;
                            i = next.getAndIncrement()) {
                        try {
                            run(first + i);
                            ran.incrementAndGet();
                        } catch (Throwable e) {
                            failure.compareAndSet(null, e);
                        }
                    }
                });
        if (failure.get() != null) {
            throw new AssertionError(failure.get().getMessage(), failure.get());
        }
        if (ran.get() < count) {
            throw new AssertionError(ran.get() + " of " + count + " schedules ran");
        }
        System.out.printf("%d schedules from seed %d%n", ran.get(), first);
    }

    private static void run(long seed) {
        try {
            new Simulation(seed).run();
        } catch (Exception | AssertionError e) {
            throw new AssertionError("-Dposel.seed=" + seed + ": " + e.getMessage(), e);
        }
    }
}
