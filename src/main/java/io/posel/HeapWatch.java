package io.posel;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process when collecting garbage does not help any more: it would go on for hours without doing anything else,
 * and without the {@link OutOfMemoryError} by which everybody else would find out. What was acknowledged is on disk and
 * goes on after the next start (G1).
 *
 * <p>Promises: a process that has memory again within 30 s goes on, however full the heap was.
 */
final class HeapWatch {
    /** What a start refuses to go on with less than, in bytes: of -Xmx96m the serial collector keeps some to itself. */
    static final long SMALLEST = 88L * 1024 * 1024;

    private static final Duration ROUND = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(HeapWatch.class);
    private static final int FULL_PERCENT = 95;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long MEGABYTE = 1024 * 1024;

    private final List<MemoryPoolMXBean> pools;
    private final LongSupplier nanos;
    private final IntConsumer halt;
    /** When it was found full, null while it is not. */
    private @Nullable Long fullSince;

    /**
     * @param pools of these, where objects get old is looked at
     * @param nanos a clock as {@link System#nanoTime}
     * @param halt ends the process with this exit code, without running anything else
     */
    HeapWatch(List<MemoryPoolMXBean> pools, LongSupplier nanos, IntConsumer halt) {
        this.pools = pools.stream().filter(HeapWatch::holdsOldObjects).toList();
        this.nanos = nanos;
        this.halt = halt;
    }

    /** That of this process. */
    static HeapWatch ofThisProcess() {
        return new HeapWatch(ManagementFactory.getMemoryPoolMXBeans(), System::nanoTime, Runtime.getRuntime()::halt);
    }

    /**
     * @param heap the most memory that the process may use, in bytes
     * @throws StartFailedException if that is too little to work with
     */
    static void requireHeap(long heap) {
        if (heap < SMALLEST) {
            throw new StartFailedException(
                    "the heap is at most " + heap / MEGABYTE
                            + " MB, and at least 96 MB are needed. Start Java with -Xmx192m or more",
                    null);
        }
    }

    /** Those of the young are emptied by each collection; only the others have a threshold, and a bound. */
    static boolean holdsOldObjects(MemoryPoolMXBean pool) {
        return pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported();
    }

    /** Looks each second from now on. */
    void start() {
        Threads.timer("posel-heap", 1)
                .scheduleWithFixedDelay(this::tryToLook, ROUND.toMillis(), ROUND.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void tryToLook() {
        try {
            look();
        } catch (OutOfMemoryError e) {
            LOG.trace("The heap is too full to look at it", e); // or there would be no other round
        }
    }

    /** Looks once. */
    void look() {
        boolean full = pools.stream().anyMatch(HeapWatch::isFull);
        long now = nanos.getAsLong();
        Long since = fullSince;
        if (!full) {
            fullSince = null;
        } else if (since == null) {
            fullSince = now;
        } else if (now - since >= PATIENCE.toNanos()) {
            end();
        }
    }

    /** After the last collection, and still: what a collection leaves says nothing of what was freed later. */
    private static boolean isFull(MemoryPoolMXBean pool) {
        return isFull(pool.getCollectionUsage()) && isFull(pool.getUsage());
    }

    private static boolean isFull(@Nullable MemoryUsage usage) {
        return usage != null && usage.getMax() > 0 && usage.getUsed() > usage.getMax() / 100 * FULL_PERCENT;
    }

    private void end() {
        try {
            LOG.error(
                    "Posel ends: for {} s collecting garbage has left more than {} % of the heap of {} MB in use. Give it"
                            + " more memory (-Xmx). What is queued goes on after the next start",
                    PATIENCE.toSeconds(), FULL_PERCENT, Runtime.getRuntime().maxMemory() / MEGABYTE);
        } finally {
            halt.accept(1);
        }
    }
}
