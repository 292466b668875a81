package io.posel.bench;

import io.posel.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * One line of the table.
 *
 * @param unit of the values
 * @param posel a value for each round
 * @param ceilingName what it is held against
 * @param ceiling the value of this in each round, measured in turn
 */
record Figure(String scenario, String unit, List<Double> posel, String ceilingName, List<Double> ceiling, Aim aim) {
    static final String HEAD =
            "| scenario | unit | Posel | held against | | ratio | least – greatest | rounds | aim | met |\n"
                    + "|---|---|---:|---|---:|---:|---|---:|---|---|";

    /** Rates of Posel and the ceiling. */
    static Figure ofRates(
            String scenario, String unit, List<Rate> posel, String ceilingName, List<Rate> ceiling, Aim aim) {
        return new Figure(scenario, unit, perSecond(posel), ceilingName, perSecond(ceiling), aim);
    }

    private static List<Double> perSecond(List<Rate> rates) {
        return rates.stream().map(Rate::perSecond).toList();
    }

    /** Each round's by itself. */
    Samples ratios() {
        return Samples.of(IntStream.range(0, posel.size())
                .mapToObj(i -> posel.get(i) / ceiling.get(i))
                .toList());
    }

    double ceilingMedian() {
        return Samples.of(ceiling).median();
    }

    boolean isMet() {
        return aim.isMet(Samples.of(posel).median(), ceilingMedian(), ratios().median());
    }

    String line() {
        Samples ratios = ratios();
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s | **%.2f** | %.2f – %.2f | %d | %s | %s |",
                scenario,
                unit,
                text(Samples.of(posel).median()),
                ceilingName,
                text(ceilingMedian()),
                ratios.median(),
                ratios.least(),
                ratios.greatest(),
                posel.size(),
                aim.words(unit),
                met());
    }

    private String met() {
        if (!aim.isSet()) {
            return "";
        }
        return isMet() ? "yes" : "no";
    }

    Json json() {
        Samples ratios = ratios();
        return Json.object(
                "scenario", scenario,
                "unit", unit,
                "posel", values(posel),
                "heldAgainst", ceilingName,
                "ceiling", values(ceiling),
                "ratio", number(ratios.median()),
                "least", number(ratios.least()),
                "greatest", number(ratios.greatest()),
                "rounds", posel.size(),
                "aim", aim.isSet() ? aim.words(unit) : null,
                "met", aim.isSet() ? isMet() : null);
    }

    private static Json values(List<Double> rounds) {
        return Json.object(
                "median", number(Samples.of(rounds).median()),
                "rounds", rounds.stream().map(Figure::number).toList());
    }

    private static Json number(double value) {
        return Double.isFinite(value) ? new Json.Num(String.format(Locale.ROOT, "%.3f", value)) : Json.of(null);
    }

    private static String text(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%,.0f", value);
    }
}
