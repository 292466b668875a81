package io.posel.web;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

final class SettableClock implements InstantSource {
    private volatile Instant now = Instant.parse("2026-11-22T10:00:00Z");

    @Override
    public Instant instant() {
        return now;
    }

    void advance(Duration by) {
        now = now.plus(by);
    }
}
