package io.posel.delivery;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether a receiver is left alone for a while, and for how long (F8): for as long as it asks, and briefly while a third or
 * more of its last answers say that it is busy or not there, twice as long each time that it takes nothing in between.
 *
 * <p>Has no clock: whoever begins a pause tells when it is over. A pause is over when all that it was asked for is. Under
 * the dispatcher's lock.
 */
final class Pause {
    /** So many answers are looked at. */
    static final int LAST = 18;
    /** So many of them are a third. */
    static final int THIRD = LAST / 3;

    private static final long MASK = (1L << LAST) - 1;
    /** The first pause that nobody asked for, in ms, or this part of the longest one if that is less. */
    private static final int BRIEF = 500;

    private static final int SHARE = 20;
    private static final int MOST_DOUBLED = 30;

    private final Pacing pacing;
    /** A bit for each of the last answers, 1 for busy. */
    private long last;
    /** Ends of pauses that are still to come. */
    private int open;

    private @Nullable Instant until;
    /** How often it has doubled. */
    private int doubled = -1;
    /** Requests that were taken since the last pause began. */
    private long taken;
    /** Nobody knows whether it takes something now. */
    private boolean inDoubt;

    Pause(Pacing pacing) {
        this.pacing = pacing;
    }

    boolean isOn() {
        return open > 0;
    }

    /** When it ends as far as it is known, null if it is not on. */
    @Nullable
    Instant until() {
        return until;
    }

    /** Whether it took something since the last pause. */
    boolean hasTaken() {
        return taken > 0;
    }

    /** Whether what is sent next finds out whether anything is taken again. */
    boolean isInDoubt() {
        return inDoubt;
    }

    /** It answered, and not that it is busy. */
    void taken() {
        last = last << 1 & MASK;
        taken++;
        inDoubt &= isOn();
    }

    /**
     * It said that it is busy, or is not there.
     *
     * @param asked how long it asks to be left alone, null if it does not say
     * @return for how long nothing goes from now on, zero if it goes on as before
     */
    Duration busy(@Nullable Duration asked) {
        last = (last << 1 | 1) & MASK;
        if (isOn()) {
            return asked == null ? Duration.ZERO : asked;
        } else if (asked == null && Long.bitCount(last) < THIRD) {
            return Duration.ZERO;
        }
        boolean tookSome = taken > 0;
        doubled = tookSome ? Math.max(0, doubled - 1) : Math.min(doubled + 1, MOST_DOUBLED);
        taken = 0;
        Duration own = own();
        boolean told = asked != null && asked.compareTo(own) >= 0;
        inDoubt = !told || !tookSome;
        return told ? asked : own;
    }

    private Duration own() {
        double longest = pacing.own().toMillis();
        double most = Math.min(longest, Math.min(longest / SHARE, BRIEF) * Math.scalb(1d, doubled));
        return Duration.ofMillis((long) (most * (0.75 + pacing.random().getAsDouble() / 4)));
    }

    /**
     * Nothing goes until {@link #over} is called as often as this.
     *
     * @param end when that will be, for people
     */
    void begin(Instant end) {
        open++;
        until = until == null || until.isBefore(end) ? end : until;
    }

    /** @return whether the pause is over with this */
    boolean over() {
        open--;
        if (open == 0) {
            until = null;
        }
        return open == 0;
    }
}
