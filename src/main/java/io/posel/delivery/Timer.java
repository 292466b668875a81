package io.posel.delivery;

import java.time.Duration;

/** Wakes later. What it runs must not wait for anything. */
@FunctionalInterface
public interface Timer {
    void after(Duration wait, Runnable action);
}
