package io.posel.web;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts wrong tokens per remote address: a token bucket each, refilled evenly. Remembers a bounded number of addresses
 * and forgets those not seen for the longest time. Safe for use by several threads.
 */
public final class WrongTokens {
    /** What one wrong token costs; every millisecond gives {@code perMinute} back. */
    private static final long PRICE = 60_000;

    private record Bucket(long left, Instant at) {}

    private final int perMinute;
    private final InstantSource clock;
    private final Map<String, Bucket> buckets;

    /**
     * @param perMinute how many are met with a plain refusal, at once and per minute
     * @param addresses how many addresses are remembered
     */
    public WrongTokens(int perMinute, int addresses, InstantSource clock) {
        this.perMinute = perMinute;
        this.clock = clock;
        this.buckets = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
                return size() > addresses;
            }
        };
    }

    /** Counts one wrong token. Zero while the address is within its budget, else how long until it is again. */
    public synchronized Duration count(String address) {
        Instant now = clock.instant();
        long full = perMinute * PRICE;
        Bucket bucket = buckets.getOrDefault(address, new Bucket(full, now));
        long millis =
                Math.max(0, Math.min(PRICE, Duration.between(bucket.at(), now).toMillis()));
        long left = Math.min(full, bucket.left() + millis * perMinute);
        if (left >= PRICE) {
            buckets.put(address, new Bucket(left - PRICE, now));
            return Duration.ZERO;
        }
        buckets.put(address, new Bucket(left, now));
        return Duration.ofMillis((PRICE - left + perMinute - 1) / perMinute);
    }

    synchronized int remembered() {
        return buckets.size();
    }
}
