package io.posel.bench;

import java.util.List;
import java.util.Locale;

/**
 * The ratios as bars, from least to greatest as a line, and the aims as marks that point to where the ratio should be. An
 * SVG that follows the reader's light or dark scheme.
 */
final class Chart {
    private static final int NAMES = 330;
    private static final int PLOT = 400;
    private static final int WIDTH = NAMES + PLOT + 170;
    private static final int TOP = 62;
    private static final int ROW = 30;

    /** Ratios beyond this are cut off: the number beside the bar tells them. */
    private static final double CUT = 2.5;

    private static final String STYLE = """
            <style>
            text { font: 13px system-ui, sans-serif; fill: #1f2328 }
            .title { font-size: 16px; font-weight: 600 }
            .faint { fill: #59636e; font-size: 12px }
            .ground { fill: #ffffff }
            .grid { stroke: #d1d9e0 }
            .met { fill: #8fbdea }
            .missed { fill: #f3ab7a }
            .plain { fill: #c8d1da }
            .spread { stroke: #1f2328; stroke-width: 1.5; fill: none }
            .aim { fill: #1f2328; stroke: #1f2328; stroke-width: 2 }
            @media (prefers-color-scheme: dark) {
              text { fill: #e6edf3 }
              .faint { fill: #9198a1 }
              .ground { fill: #0d1117 }
              .grid { stroke: #3d444d }
              .met { fill: #245f9e }
              .missed { fill: #9c4a12 }
              .plain { fill: #4a525c }
              .spread { stroke: #e6edf3 }
              .aim { fill: #e6edf3; stroke: #e6edf3 }
            }
            </style>
            """;

    private final List<Figure> figures;
    private final Machine machine;
    private final double most;
    private final StringBuilder out = new StringBuilder();

    Chart(List<Figure> figures, Machine machine) {
        this.figures = List.copyOf(figures);
        this.machine = machine;
        this.most = Math.min(
                CUT,
                figures.stream()
                                        .mapToDouble(Chart::reach)
                                        .filter(Double::isFinite)
                                        .max()
                                        .orElse(0)
                                * 1.05
                        + 0.05);
    }

    private static double reach(Figure figure) {
        double aim = figure.aim().isSet() ? figure.aim().asRatio(figure.ceilingMedian()) : 1;
        return Math.max(Math.max(1, aim), figure.ratios().greatest());
    }

    String svg() {
        int bottom = TOP + figures.size() * ROW;
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">%n", WIDTH, bottom + 58);
        add("<title>Posel against its ceilings</title>%n");
        out.append(STYLE);
        add("<rect class=\"ground\" width=\"%d\" height=\"%d\"/>%n", WIDTH, bottom + 58);
        text("title", "start", 16, 28, "Posel, as a ratio of what it is held against");
        text(
                "faint",
                "start",
                16,
                46,
                machine.begun() + ", " + machine.cores() + " cores, "
                        + machine.jdk().split(",")[0]);
        for (double tick = 0; tick <= most; tick += 0.25) {
            add(
                    "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>%n",
                    x(tick), x(tick), TOP - 4, bottom);
            text("faint", "middle", x(tick), bottom + 16, String.format(Locale.ROOT, "%.2f", tick));
        }
        for (int row = 0; row < figures.size(); row++) {
            row(figures.get(row), TOP + row * ROW);
        }
        text(
                "faint",
                "start",
                16,
                bottom + 42,
                "Bar: median of the rounds; line: least to greatest; mark: the aim, pointing to where the ratio should be;"
                        + " orange: not met.");
        return out.append("</svg>\n").toString();
    }

    private void row(Figure figure, int y) {
        Samples ratios = figure.ratios();
        text("name", "end", NAMES - 10, y + 18, figure.scenario());
        if (!Double.isFinite(ratios.median())) {
            return;
        }
        String kind = "plain";
        if (figure.aim().isSet()) {
            kind = figure.isMet() ? "met" : "missed";
        }
        add(
                "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"16\" rx=\"2\"/>%n",
                kind, NAMES, y + 5, x(ratios.median()) - NAMES);
        add(
                "<path class=\"spread\" d=\"M%.1f %d v8 m0 -4 H%.1f m0 -4 v8\"/>%n",
                x(ratios.least()), y + 9, x(ratios.greatest()));
        String text = String.format(Locale.ROOT, "%.2f", ratios.median());
        if (figure.aim().isSet()) {
            mark(figure, y);
            text += ", aim " + figure.aim().words(figure.unit());
        }
        text(kind.equals("plain") ? "faint" : "value", "start", NAMES + PLOT + 10, y + 18, text);
    }

    private void mark(Figure figure, int y) {
        double at = x(figure.aim().asRatio(figure.ceilingMedian()));
        int side = figure.aim().kind() == Aim.Kind.AT_LEAST ? 7 : -7;
        add("<path class=\"aim\" d=\"M%.1f %d v22 m0 -22 l%d 4 l%d 4 z\"/>%n", at, y + 2, side, -side);
    }

    private double x(double ratio) {
        return NAMES + PLOT * Math.min(ratio, most) / most;
    }

    private void text(String kind, String anchor, double x, int y, String text) {
        add("<text class=\"%s\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>%n", kind, x, y, anchor, escaped(text));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private void add(String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values));
    }
}
