package io.posel.store;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How long an owner may start requests after the last sign of life that the database took from it. Pure; running time
 * in nanoseconds, which goes on while the process is stopped.
 */
final class Lease {
    private final long duration;
    private final AtomicBoolean denied = new AtomicBoolean();
    private volatile long renewedAt;
    private volatile boolean renewed;
    private volatile long begins;

    Lease(Duration duration) {
        this.duration = duration.toNanos();
    }

    /** Is not held before that time, whatever signs there are. */
    void begin(long notBefore) {
        begins = notBefore;
        renewed = false;
    }

    /**
     * @param sentAt when the sign was sent, not when it was answered: it may have been on its way for long
     * @return whether it is held again after somebody was told that it is not
     */
    boolean renew(long sentAt) {
        renewedAt = sentAt;
        renewed = true;
        return sentAt - begins >= 0 && denied.getAndSet(false);
    }

    boolean isHeld(long now) {
        boolean held = renewed && now - begins >= 0 && now - renewedAt < duration;
        if (!held) {
            denied.set(true);
        }
        return held;
    }
}
