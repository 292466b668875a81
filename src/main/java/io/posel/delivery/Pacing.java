package io.posel.delivery;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long a webhook may be paused (F8).
 *
 * @param asked the longest pause that a receiver may ask for
 * @param own the longest pause that nobody asked for
 * @param random from 0 to 1, so that what was refused together does not come back together
 */
public record Pacing(Duration asked, Duration own, DoubleSupplier random) {}
