package io.posel.bench;

import java.util.Locale;

/**
 * What a figure should be, in the median of its rounds.
 *
 * @param limit a ratio, or for {@link Kind#AT_MOST_MORE} so many units
 */
record Aim(Kind kind, double limit) {
    enum Kind {
        NONE,
        AT_LEAST,
        AT_MOST,
        AT_MOST_MORE
    }

    static final Aim NONE = new Aim(Kind.NONE, Double.NaN);

    static Aim atLeast(double ratio) {
        return new Aim(Kind.AT_LEAST, ratio);
    }

    static Aim atMost(double ratio) {
        return new Aim(Kind.AT_MOST, ratio);
    }

    /** Units above what it is held against. */
    static Aim atMostMore(double units) {
        return new Aim(Kind.AT_MOST_MORE, units);
    }

    boolean isSet() {
        return kind != Kind.NONE;
    }

    boolean isMet(double posel, double ceiling, double ratio) {
        return switch (kind) {
            case NONE -> true;
            case AT_LEAST -> ratio >= limit;
            case AT_MOST -> ratio <= limit;
            case AT_MOST_MORE -> posel - ceiling <= limit;
        };
    }

    /** Where the limit is among ratios. */
    double asRatio(double ceiling) {
        return kind == Kind.AT_MOST_MORE ? (ceiling + limit) / ceiling : limit;
    }

    String words(String unit) {
        String number = limit == Math.rint(limit)
                ? String.format(Locale.ROOT, "%.0f", limit)
                : String.format(Locale.ROOT, "%s", limit);
        return switch (kind) {
            case NONE -> "";
            case AT_LEAST -> "≥ " + number;
            case AT_MOST -> "≤ " + number;
            case AT_MOST_MORE -> "≤ " + number + " " + unit + " more";
        };
    }
}
