package io.posel.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Time that stands still until the test moves it. */
public final class MovableClock implements InstantSource {
    private volatile Instant now;

    public MovableClock() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    public MovableClock(Instant start) {
        now = start;
    }

    @Override
    public Instant instant() {
        return now;
    }

    public void move(Duration duration) {
        now = now.plus(duration);
    }
}
