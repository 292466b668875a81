package io.posel.delivery;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Which deliveries a process must be careful with, since the one before may have died of them ({@link Quarantine} says
 * when those go). No threads, no clock, no input or output.
 */
final class Caution {
    /** How long every start is written down after a crash. */
    static final Duration WATCH = Duration.ofMinutes(1);
    /** So often the process has died with a delivery on its way before that one is sent alone. */
    static final int ALONE_AFTER = 3;

    private final Map<Queued.Run, Integer> crashes = new HashMap<>();
    private boolean watching;
    private boolean aloneOnDisk;

    void begin(StartRecord.Suspicion suspicion) {
        crashes.clear();
        crashes.putAll(suspicion.crashes());
        watching = suspicion.crashed();
        aloneOnDisk = false;
    }

    void calm() {
        watching = false;
    }

    /** Whether nothing needs to be written now, whatever is sent. */
    boolean isIdle() {
        return !watching && !aloneOnDisk && crashes.isEmpty();
    }

    /** Whether its start must be on disk before it is sent. */
    boolean concerns(Queued delivery) {
        return watching || !crashes.isEmpty() && crashes.containsKey(delivery.identity());
    }

    /** Whether a delivery may be sent without anything being written before. */
    boolean mayGoUnwritten(Queued delivery) {
        return !aloneOnDisk && !concerns(delivery);
    }

    boolean goesAlone(Queued delivery) {
        return !crashes.isEmpty() && crashes.getOrDefault(delivery.identity(), 0) >= ALONE_AFTER;
    }

    /** What is on disk shows one that goes alone: that must be changed before another one goes. */
    void written(boolean alone) {
        aloneOnDisk = alone;
    }

    /** An attempt ended and the process lives. */
    void survived(Queued delivery) {
        if (!crashes.isEmpty()) {
            crashes.remove(delivery.identity());
        }
    }
}
