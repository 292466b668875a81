package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.testing.Fuzz;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Answers of receivers and blocks of addresses of any text. */
class DeliveryFuzzTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    @Test
    @DisplayName("F2: a Retry-After of any text asks for a pause that is not negative, or for none")
    void retryAfter() {
        Fuzz.run(
                List.of(
                        "120",
                        "0",
                        " 999999999 ",
                        "Sun, 22 Nov 2026 10:05:00 GMT",
                        "Sun, 22 Nov 2026 10:05 +0100",
                        "Fri, 31 Dec 9999 23:59:59 GMT",
                        "Sat, 01 Jan 0000 00:00:00 GMT",
                        "Sunday, 22-Nov-26 10:05:00 GMT",
                        "-5"),
                List.of("GMT", "+1800", "Nov", "2026", "99999"),
                text -> {
                    Duration wait = failure(text, text).retryAfter();
                    assertThat(wait == null || !wait.isNegative()).isTrue();
                    return wait != null;
                });
    }

    @Test
    @DisplayName("G6: an answer of any text is cut between its characters")
    void answers() {
        Fuzz.run(List.of("no", "é".repeat(1_024) + "é", "a" + "😀".repeat(600), "\ud800"), List.of(), text -> {
            byte[] answer = failure("", text).answer();
            assertThat(answer.length).isLessThanOrEqualTo(Failure.ANSWER_LIMIT);
            byte[] whole = text.getBytes(StandardCharsets.UTF_8);
            assertThat(new String(whole, StandardCharsets.UTF_8))
                    .startsWith(new String(answer, StandardCharsets.UTF_8));
            return answer.length < whole.length;
        });
    }

    private static Failure failure(String retryAfter, String answer) {
        var thrown =
                new HttpOperationFailedException("http://h/", 503, "", null, Map.of("retry-after", retryAfter), answer);
        return Failure.of(thrown, () -> NOW);
    }

    @Test
    @DisplayName("G8: blocks of addresses of any text are read without a name service and written back, or refused")
    void blocks() {
        Fuzz.run(
                List.of(
                        "10.0.0.0/8",
                        "127.0.0.1",
                        "fd00::/8, 192.168.0.0/16,",
                        "::ffff:10.0.0.1/128",
                        "fe80::1%lo/64",
                        "[::1]/128",
                        ".::1",
                        "10.0.0.1/8",
                        "1:2:3:4:5:6:7::/112",
                        "localhost:80"),
                List.of("/0", "/8", "/128", "/129", "::", ":0", "ffff:", "%lo", "0.0.0.0", ",", "[", "]"),
                text -> {
                    List<Cidr> blocks;
                    try {
                        blocks = Cidr.parseList(text);
                    } catch (IllegalArgumentException e) {
                        assertThat(e).hasMessageContaining("'");
                        return false;
                    }
                    assertThat(text).matches("(?U)[0-9a-fA-F:./,\\s\\x1c-\\x1f]*");
                    for (Cidr block : blocks) {
                        assertThat(Cidr.parse(block.toString())).isEqualTo(block);
                        assertThat(block.contains(block.network())).isTrue();
                    }
                    return !blocks.isEmpty();
                });
    }
}
