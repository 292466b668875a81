package io.posel.bench;

import java.util.ArrayList;
import java.util.List;

/** When each of a number of requests was received, by the number at the end of its path. */
final class Arrivals implements Receiver.Script {
    private final String prefix;
    private final long[] at;

    /** @param prefix what stands before the number, in small letters; other requests are not looked at */
    Arrivals(String prefix, int count) {
        this.prefix = "/" + prefix;
        this.at = new long[count];
    }

    @Override
    public long answerAfter(String target) {
        if (target.startsWith(prefix)) {
            at[Integer.parseInt(target.substring(prefix.length()))] = System.nanoTime();
        }
        return 0;
    }

    /** Of those that have been received. */
    Samples millisSince(long[] intended) {
        return millis(intended, at);
    }

    static Samples millis(long[] from, long[] to) {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < from.length; i++) {
            if (to[i] != 0) {
                millis.add((to[i] - from[i]) / 1e6);
            }
        }
        return Samples.of(millis);
    }
}
