package io.posel.delivery;

import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.apache.hc.core5.http.HttpHost;

/**
 * Which receivers close connections that they offered to keep, and lose requests by it. After the third time a receiver
 * gets a new connection for each request, for a while; then it is trusted again.
 */
final class ConnectionLosses {
    static final Duration REMEMBERED = Duration.ofMinutes(10);

    private static final int TOO_MANY = 3;
    private static final int MOST_RECEIVERS = 1_000;

    private final LongSupplier nanos;
    private final ConcurrentMap<HttpHost, Losses> receivers = new ConcurrentHashMap<>();

    /** @param last when, in nanoseconds */
    private record Losses(int count, long last) {
        boolean isForgotten(long now) {
            return now - last >= REMEMBERED.toNanos();
        }
    }

    /** @param nanos the time, as {@link System#nanoTime} counts it */
    ConnectionLosses(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Whether each request shall have a connection of its own. */
    boolean areTooMany(HttpHost receiver) {
        if (receivers.isEmpty()) {
            return false;
        }
        Losses losses = receivers.get(receiver);
        return losses != null && losses.count() >= TOO_MANY && !losses.isForgotten(nanos.getAsLong());
    }

    /**
     * Connections that were open together end together, when a receiver is restarted: that is one loss.
     *
     * @param openedAt when the connection was opened, in the same nanoseconds
     */
    void add(HttpHost receiver, long openedAt) {
        long now = nanos.getAsLong();
        receivers.compute(receiver, (host, before) -> {
            if (before == null || before.isForgotten(now)) {
                return new Losses(1, now);
            }
            return openedAt - before.last() < 0 ? before : new Losses(before.count() + 1, now);
        });
        if (receivers.size() > MOST_RECEIVERS) {
            receivers.entrySet().stream()
                    .min(Comparator.comparingLong(each -> each.getValue().last() - now))
                    .map(Map.Entry::getKey)
                    .ifPresent(receivers::remove);
        }
    }

    int remembered() {
        return receivers.size();
    }
}
