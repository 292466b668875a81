package io.posel;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.testing.ProductionLog;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What data brings in cannot write a line of the log, nor turn one around, nor command a terminal. */
class LogLineTest {
    private static final Logger LOG = LoggerFactory.getLogger(LogLineTest.class);
    private static final String FORGED = "2026-11-22T10:00:00.000Z INFO  SettleDelivery: delivered";

    @ParameterizedTest
    @DisplayName("G8: an event is one line, whatever stands in it")
    @ValueSource(
            strings = {
                "\n",
                "\r\n",
                "\r",
                "\0",
                "\t",
                "\b\b\b",
                "\u000b",
                "\f",
                "\u001b[2K\u001b[1A",
                "\u007f",
                "\u0085",
                "\u009b31m",
                "\u2028",
                "\u2029",
                "\u202e",
                "\u202a",
                "\u2066",
                "\u2069",
                "\u200f",
                "\u061c",
                "\ufeff"
            })
    void oneLine(String hostile) throws Exception {
        try (ProductionLog log = ProductionLog.open()) {
            LOG.warn("Source shop: item {} makes no event", "7" + hostile + FORGED);

            assertThat(log.written()).hasSize(1);
            assertThat(log.written().get(0).strip().lines()).hasSize(1);
            assertThat(log.written().get(0).strip().codePoints())
                    .noneMatch(c -> Character.isISOControl(c)
                            || Character.getType(c) == Character.FORMAT
                            || c == 0x2028
                            || c == 0x2029);
        }
    }

    @Test
    @DisplayName("G8: an exception's text writes no line that looks like one of the log")
    void exceptions() throws Exception {
        try (ProductionLog log = ProductionLog.open()) {
            LOG.error(
                    "failed",
                    new IllegalStateException("\u001b[2Kx\r\n" + FORGED, new RuntimeException("y\n" + FORGED)));

            List<String> lines = log.written().get(0).lines().toList();
            assertThat(lines).hasSizeGreaterThan(2);
            assertThat(lines.subList(1, lines.size())).noneMatch(line -> line.startsWith("2026"));
            assertThat(log.written().get(0)).doesNotContain("\u001b").doesNotContain("\r");
        }
    }

    @Test
    void whatIsHarmlessIsKept() throws Exception {
        try (ProductionLog log = ProductionLog.open()) {
            LOG.info("Příliš žluťoučký {} 日本 👩‍👧 \"'<>\\", 1);

            assertThat(log.written()).singleElement().satisfies(line -> assertThat(line)
                    .endsWith("INFO  LogLineTest: Příliš žluťoučký 1 日本 👩‍👧 \"'<>\\\n"));
        }
    }
}
