package io.posel.testing;

import java.lang.management.ManagementFactory;

/** What of this JVM's heap is alive. */
public final class Heap {
    private Heap() {}

    /** Collects garbage first. */
    public static long used() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
