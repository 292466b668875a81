package io.posel.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * How many tests may be sent, of all webhooks together: so many at once, and so many at once and per minute after that,
 * refilled evenly. Without it whoever may define webhooks could search a network for open ports by tests. Safe for use by
 * several threads.
 */
public final class TestBudget {
    /** What one test costs; every millisecond gives {@code perMinute} back. */
    private static final long PRICE = 60_000;

    private static final Duration BUSY = Duration.ofSeconds(1);

    private final int atOnce;
    private final int perMinute;
    private final InstantSource clock;
    private int running;
    private long left;
    private Instant at;

    public TestBudget(int atOnce, int perMinute, InstantSource clock) {
        this.atOnce = atOnce;
        this.perMinute = perMinute;
        this.clock = clock;
        this.left = perMinute * PRICE;
        this.at = clock.instant();
    }

    /** @return zero if a test may be sent, and then {@link #over} must follow; else how long to wait before asking again */
    public synchronized Duration begin() {
        Instant now = clock.instant();
        long millis = Duration.between(at, now).toMillis();
        left = Math.min(perMinute * PRICE, left + Math.max(0, Math.min(PRICE, millis)) * perMinute);
        at = now;
        if (running >= atOnce) {
            return BUSY;
        }
        if (left < PRICE) {
            return Duration.ofMillis((PRICE - left + perMinute - 1) / perMinute);
        }
        left -= PRICE;
        running++;
        return Duration.ZERO;
    }

    /** A test that was begun has ended. */
    public synchronized void over() {
        running--;
    }
}
