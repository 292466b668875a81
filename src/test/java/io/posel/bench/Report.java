package io.posel.bench;

import io.posel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The table, printed line by line as it comes; {@code report.md}, {@code report.json} and a chart, written each time. */
final class Report {
    private final Path folder;
    private final Machine machine;
    private final List<Figure> figures = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    Report(Path folder, Machine machine) {
        this.folder = folder;
        this.machine = machine;
    }

    void add(Figure figure) throws IOException {
        figures.add(figure);
        System.out.println(figure.line());
        write();
    }

    void note(String text) throws IOException {
        notes.add(text);
        System.out.println("  " + text);
        write();
    }

    private void write() throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("report.md"), markdown());
        Files.writeString(folder.resolve("report.json"), json() + "\n");
        Files.writeString(folder.resolve("ratios.svg"), new Chart(figures, machine).svg());
    }

    private String markdown() {
        List<String> lines = new ArrayList<>(List.of("# Benchmark", ""));
        machine.lines().forEach(each -> lines.add("- " + each));
        lines.addAll(List.of("", Figure.HEAD));
        figures.forEach(each -> lines.add(each.line()));
        lines.addAll(List.of("", "![ratios](ratios.svg)", ""));
        notes.forEach(each -> lines.add("- " + each));
        return String.join("\n", lines) + "\n";
    }

    private Json json() {
        return Json.object(
                "date", machine.begun(),
                "jdk", machine.jdk(),
                "machine", machine.json(),
                "scale", machine.scale(),
                "roundsAsked", machine.rounds(),
                "figures", figures.stream().map(Figure::json).toList(),
                "notes", notes);
    }
}
