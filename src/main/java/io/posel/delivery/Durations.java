package io.posel.delivery;

import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * How often what took how long in the last minutes. Eight buckets for each doubling, so that a percentile is at most an
 * eighth too long.
 */
public final class Durations {
    private static final int PER_DOUBLING = 8;
    private static final int BUCKETS = 29 * PER_DOUBLING; // to 2^31 ms

    private final int kept;
    private final AtomicLongArray minutes;
    private final AtomicLongArray counts;

    /** Milliseconds; null if there was nothing. */
    public record Percentiles(
            @Nullable Long p50,
            @Nullable Long p95,
            @Nullable Long p99) {}

    Durations(int kept) {
        this.kept = kept;
        this.minutes = new AtomicLongArray(kept);
        this.counts = new AtomicLongArray(kept * BUCKETS);
    }

    void add(long minute, long millis) {
        int slot = (int) Math.floorMod(minute, (long) kept);
        if (minutes.get(slot) != minute) {
            begin(slot, minute);
        }
        counts.incrementAndGet(slot * BUCKETS + bucket(millis));
    }

    private synchronized void begin(int slot, long minute) {
        if (minutes.get(slot) != minute) {
            for (int i = 0; i < BUCKETS; i++) {
                counts.set(slot * BUCKETS + i, 0);
            }
            minutes.set(slot, minute);
        }
    }

    /** Of this minute and those before it that are kept. */
    Percentiles percentiles(long now) {
        long[] sums = new long[BUCKETS];
        long all = 0;
        for (int slot = 0; slot < kept; slot++) {
            long age = now - minutes.get(slot);
            for (int i = 0; age >= 0 && age < kept && i < BUCKETS; i++) {
                long count = counts.get(slot * BUCKETS + i);
                sums[i] += count;
                all += count;
            }
        }
        return new Percentiles(percentile(sums, all, 50), percentile(sums, all, 95), percentile(sums, all, 99));
    }

    private static @Nullable Long percentile(long[] sums, long all, int percent) {
        long rest = (all * percent + 99) / 100;
        for (int i = 0; i < sums.length && all > 0; i++) {
            rest -= sums[i];
            if (rest <= 0) {
                return longest(i);
            }
        }
        return null;
    }

    static int bucket(long millis) {
        int value = (int) Math.max(0, Math.min(Integer.MAX_VALUE, millis));
        if (value < PER_DOUBLING) {
            return value;
        }
        int doubling = 31 - Integer.numberOfLeadingZeros(value); // 3 for 8 to 15
        return (doubling - 2) * PER_DOUBLING + (value >> doubling - 3) - PER_DOUBLING;
    }

    /** What still is in this bucket. */
    static long longest(int bucket) {
        if (bucket < PER_DOUBLING) {
            return bucket;
        }
        int doubling = bucket / PER_DOUBLING + 2;
        return ((long) (bucket % PER_DOUBLING + PER_DOUBLING + 1) << doubling - 3) - 1;
    }
}
