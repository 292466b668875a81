package io.posel.bench;

import java.util.Locale;

/**
 * One line of the table.
 *
 * @param unit of the two values
 * @param posel median of the rounds
 * @param ceiling what it is held against, measured in the same run
 * @param ceilingName what that is
 * @param ratio median of the ratios of each round
 * @param least smallest ratio of a round
 * @param greatest greatest ratio of a round
 * @param aim what the ratio or the value should be; words
 */
record Figure(
        String scenario,
        String unit,
        double posel,
        String ceilingName,
        double ceiling,
        double ratio,
        double least,
        double greatest,
        String aim) {
    static final String HEAD = "| scenario | unit | Posel | held against | | ratio | least – greatest | aim |\n"
            + "|---|---|---:|---|---:|---:|---|---|";

    String line() {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s | **%.2f** | %.2f – %.2f | %s |",
                scenario,
                unit,
                round(posel),
                ceilingName,
                round(ceiling),
                ratio,
                least,
                greatest,
                aim);
    }

    private static String round(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%,.0f", value);
    }
}
