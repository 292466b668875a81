package io.posel.testing;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Halves of surrogate pairs, which JSON may have as escapes, and which Jackson refuses in names. */
public final class HalfPairs {
    private static final Pattern ESCAPED = Pattern.compile("\\\\u[dD][89a-fA-F]");

    private HalfPairs() {}

    /** Whether there may be one: half of a pair, or a whole one, that is escaped. */
    public static boolean mayBeIn(byte[] json) {
        return mayBeIn(new String(json, StandardCharsets.UTF_8));
    }

    /** As {@link #mayBeIn(byte[])}. */
    public static boolean mayBeIn(String json) {
        return ESCAPED.matcher(json).find();
    }
}
