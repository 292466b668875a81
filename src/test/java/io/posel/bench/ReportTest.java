package io.posel.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.json.Json;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final Machine MACHINE = new Machine(
            Instant.parse("2026-01-02T03:04:05Z"), 2, 8, "Linux <x>", "ext4", 0.5, "JDK 17", "14.1", 0.1, 5);
    private static final Figure FIGURE = new Figure(
            "drain",
            "deliveries/s",
            List.of(50.0, 80.0, 90.0),
            "bare loop",
            List.of(100.0, 100.0, 100.0),
            Aim.atLeast(0.7));

    @Test
    void aFigureIsTheMedianOfTheRatiosOfItsRounds() {
        assertThat(FIGURE.line())
                .isEqualTo(
                        "| drain | deliveries/s | 80.00 | bare loop | 100 | **0.80** | 0.50 – 0.90 | 3 | ≥ 0.7 | yes |");
    }

    @Test
    void anAimIsMissedByTheMedian() {
        assertThat(Aim.atLeast(0.7).isMet(60, 100, 0.6)).isFalse();
        assertThat(Aim.atMost(1.1).isMet(120, 100, 1.2)).isFalse();
        assertThat(Aim.atMostMore(30).isMet(131, 100, 1.31)).isFalse();
        assertThat(Aim.atMostMore(30).isMet(129, 100, 1.29)).isTrue();
        assertThat(Aim.atMostMore(30).asRatio(100)).isEqualTo(1.3);
        assertThat(Aim.atMostMore(30).words("µs")).isEqualTo("≤ 30 µs more");
    }

    @Test
    void theReportIsThereForReadersForProgramsAndAsAChart(@TempDir Path folder) throws Exception {
        Report report = new Report(folder, MACHINE);
        report.add(FIGURE);
        report.add(new Figure("a < b & c", "ms", List.of(Double.NaN), "nothing", List.of(0.0), Aim.NONE));
        report.note("a note");

        assertThat(folder.resolve("report.md")).content().contains(FIGURE.line(), "- a note", "JDK 17");
        Json json = Json.parse(Files.readAllBytes(folder.resolve("report.json")));
        assertThat(json.toString())
                .contains("\"date\":\"2026-01-02T03:04:05Z\",\"jdk\":\"JDK 17\"")
                .contains("\"posel\":{\"median\":80.000,\"rounds\":[50.000,80.000,90.000]}")
                .contains(
                        "\"ratio\":0.800,\"least\":0.500,\"greatest\":0.900,\"rounds\":3,\"aim\":\"≥ 0.7\",\"met\":true");
        String svg = Files.readString(folder.resolve("ratios.svg"));
        var parsed = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertThat(parsed.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(svg).contains("0.80, aim ≥ 0.7", "class=\"met\"").doesNotContain("NaN");
    }
}
