package io.posel.bench;

/**
 * So many in so long.
 *
 * @param cpuNanos processor time of the process that did it
 */
record Rate(long count, long nanos, long cpuNanos) {
    double perSecond() {
        return count * 1e9 / nanos;
    }

    /** Microseconds of processor time for each. */
    double cpuMicros() {
        return cpuNanos / 1e3 / count;
    }
}
