package io.posel.bench;

import java.util.Arrays;
import java.util.Collection;

/** Numbers that were measured, and what stands in the middle of them. */
final class Samples {
    private final double[] sorted;

    private Samples(double[] values) {
        sorted = values.clone();
        Arrays.sort(sorted);
    }

    static Samples of(double... values) {
        return new Samples(values);
    }

    static Samples of(Collection<Double> values) {
        return new Samples(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Of an even number of values, what lies between the two in the middle. */
    double median() {
        return sorted.length == 0 ? Double.NaN : (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** @param share 0.99 for the 99th percentile */
    double at(double share) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.min(sorted.length - 1, share * sorted.length)];
    }

    double least() {
        return at(0);
    }

    double greatest() {
        return at(1);
    }

    int size() {
        return sorted.length;
    }
}
