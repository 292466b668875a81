package io.posel.bench;

import java.util.function.LongSupplier;

/** As many rounds as were asked for, fewer where the time would run out, and always one. */
final class Rounds {
    private final int most;
    private final long end;
    private final LongSupplier nanoTime;
    private int begun;
    private long start;
    private long longest;

    /** @param end in nanoTime; no round is begun that would not be over by then, if it took as long as the longest */
    Rounds(int most, long end, LongSupplier nanoTime) {
        this.most = most;
        this.end = end;
        this.nanoTime = nanoTime;
    }

    /** Whether to begin another one. */
    boolean next() {
        long now = nanoTime.getAsLong();
        if (begun > 0) {
            longest = Math.max(longest, now - start);
            if (begun >= most || now + longest - end > 0) {
                return false;
            }
        }
        start = now;
        begun++;
        return true;
    }

    /** The one that has begun, from 0. */
    int round() {
        return begun - 1;
    }
}
