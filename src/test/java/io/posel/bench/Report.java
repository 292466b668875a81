package io.posel.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The table, printed line by line as it comes and written as a whole after each scenario. */
final class Report {
    private final Path file;
    private final List<String> machine;
    private final List<Figure> figures = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    Report(Path file, List<String> machine) {
        this.file = file;
        this.machine = machine;
    }

    void add(Figure figure) throws IOException {
        figures.add(figure);
        System.out.println(figure.line());
        write();
    }

    /** The same thing measured in rounds, Posel's and the ceiling's in turn; more is better. */
    void addRates(String scenario, String unit, List<Rate> posel, String ceilingName, List<Rate> ceiling, String aim)
            throws IOException {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < posel.size(); i++) {
            ratios.add(posel.get(i).perSecond() / ceiling.get(i).perSecond());
        }
        Samples ratio = Samples.of(ratios);
        add(new Figure(
                scenario,
                unit,
                Samples.of(posel.stream().map(Rate::perSecond).toList()).median(),
                ceilingName,
                Samples.of(ceiling.stream().map(Rate::perSecond).toList()).median(),
                ratio.median(),
                ratio.least(),
                ratio.greatest(),
                aim));
    }

    void note(String text) throws IOException {
        notes.add(text);
        System.out.println("  " + text);
        write();
    }

    private void write() throws IOException {
        List<String> lines = new ArrayList<>(List.of("# Benchmark", ""));
        machine.forEach(each -> lines.add("- " + each));
        lines.addAll(List.of("", Figure.HEAD));
        figures.forEach(each -> lines.add(each.line()));
        lines.add("");
        notes.forEach(each -> lines.add("- " + each));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, lines);
    }
}
