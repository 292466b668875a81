package io.posel.bench;

import java.util.function.LongSupplier;

/**
 * How scenarios share the time there is: each gets its part of what those before it have left, and divides that among its
 * rounds. A scenario whose first round takes longer than its part takes from those that follow.
 */
final class Budget {
    private final LongSupplier nanoTime;
    private final int rounds;
    private final long end;
    private long partEnd;

    Budget(double seconds, int rounds, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.rounds = rounds;
        this.end = nanoTime.getAsLong() + (long) (seconds * 1e9);
        this.partEnd = end;
    }

    /**
     * A scenario begins.
     *
     * @param seconds that it is thought to take
     * @param later that those after it are thought to take
     */
    void begin(double seconds, double later) {
        long now = nanoTime.getAsLong();
        partEnd = now + (long) ((end - now) * seconds / (seconds + later));
    }

    /** @param share of the time that the scenario has left, 1 for its last part */
    Rounds rounds(double share) {
        long now = nanoTime.getAsLong();
        return new Rounds(rounds, now + (long) ((partEnd - now) * share), nanoTime);
    }
}
