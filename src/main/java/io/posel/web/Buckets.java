package io.posel.web;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A token bucket for each key, refilled evenly. Remembers a bounded number of keys and forgets those not seen for the
 * longest time, so their buckets are full again. Safe for use by several threads.
 */
final class Buckets {
    private record Bucket(long left, long at) {}

    private final long many;
    /** What one costs; every millisecond gives {@code many} back. */
    private final long price;

    private final LongSupplier millis;
    private final Map<String, Bucket> buckets;

    /**
     * @param many how many may be taken at once, and in each such period
     * @param keys how many are remembered
     * @param millis some clock
     */
    Buckets(int many, Duration period, int keys, LongSupplier millis) {
        this.many = many;
        this.price = period.toMillis();
        this.millis = millis;
        this.buckets = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
                return size() > keys;
            }
        };
    }

    /** Takes one. Zero if there was one, else how long until there is one again. */
    synchronized Duration take(String key) {
        long now = millis.getAsLong();
        long full = many * price;
        Bucket bucket = buckets.getOrDefault(key, new Bucket(full, now));
        long passed = Math.max(0, Math.min(price, now - bucket.at()));
        long left = Math.min(full, bucket.left() + passed * many);
        if (left >= price) {
            buckets.put(key, new Bucket(left - price, now));
            return Duration.ZERO;
        }
        buckets.put(key, new Bucket(left, now));
        return Duration.ofMillis((price - left + many - 1) / many);
    }

    synchronized int remembered() {
        return buckets.size();
    }
}
