package io.posel.store;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells when another one has given no sign of life for too long. Pure; running time in nanoseconds. Time in which nobody
 * looked does not count: whoever looks may have been stopped, or the database may have answered neither of the two.
 */
final class Silence {
    private final long limit;
    private final long longestGap;
    private @Nullable String last;
    private long lookedAt;
    private long lasting;

    /** @param longestGap how much of the time between two looks counts at most */
    Silence(Duration limit, Duration longestGap) {
        this.limit = limit.toNanos();
        this.longestGap = longestGap.toNanos();
    }

    /**
     * @param sign changes with each sign of life
     * @return whether it has been the same for too long; counting begins anew then
     */
    boolean lasts(String sign, long now) {
        lasting = Objects.equals(sign, last) ? lasting + Math.min(now - lookedAt, longestGap) : 0;
        last = sign;
        lookedAt = now;
        if (lasting < limit) {
            return false;
        }
        last = null;
        return true;
    }
}
