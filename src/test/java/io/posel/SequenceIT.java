package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.HttpAnswer;
import io.posel.testing.PoselClient;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /api/entities/sequence} and numbers that are far too high, on both databases. */
class SequenceIT {

    @Nested
    class OnH2 extends Cases {
        OnH2() {
            super(TestDatabase.H2);
        }
    }

    @Nested
    class OnPostgresql extends Cases {
        OnPostgresql() {
            super(TestDatabase.POSTGRESQL);
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class Cases {
        private static final String PATH = "/api/entities/sequence";

        private final TestDatabase database;
        private RunningPosel running;
        private Receiver receiver;
        private int count;
        private int ids;
        /** An entity of this test alone. */
        private String entity;

        Cases(TestDatabase database) {
            this.database = database;
        }

        @BeforeAll
        void start(@TempDir Path home) throws IOException {
            receiver = Receiver.start();
            receiver.answer(Answer.ok());
            running = RunningPosel.on(database, home)
                    .with("POSEL_SEQUENCE_TIMEOUT", "PT10M")
                    .with("POSEL_SEQUENCE_MAX_JUMP", "1000")
                    .start();
            posel().createWebhook("{\"name\":\"w\",\"events\":[\"t\"],\"url\":\"%s\"}"
                    .formatted(receiver.url("/#entity.id#?n=#n#")));
        }

        @AfterAll
        void stop() throws IOException {
            running.close();
            receiver.close();
        }

        @BeforeEach
        void next() {
            entity = "e" + ++count;
        }

        @Test
        @DisplayName("E6: what waits, and which number is missing, can be read")
        void read() {
            accept(1, 3, 4);

            HttpAnswer sequence = posel().get(PATH + "?entity=c:" + entity);
            assertThat(sequence.at("last")).isEqualTo("1");
            assertThat(sequence.at("next")).isEqualTo("2");
            assertThat(sequence.at("missing")).isEqualTo("2");
            assertThat(sequence.all("waiting", "sequence")).containsExactly("3", "4");
            HttpAnswer held = posel().get("/api/deliveries?state=held&entity=c:" + entity);
            assertThat(held.all("items", "sequence")).containsExactly("4", "3");
            assertThat(held.all("items", "missingSequence")).containsExactly("2", "2");
            HttpAnswer delivery = posel().get("/api/deliveries/" + held.at("items.0.id"));
            assertThat(delivery.at("missingSequence")).isEqualTo("2");
            HttpAnswer events = posel().get("/api/events?entity=c:" + entity);
            assertThat(events.all("items", "sequence")).containsExactly("4", "3", "1");
            assertThat(events.all("items", "missingSequence")).containsExactly("2", "2", "null");
            HttpAnswer nothing = posel().get(PATH + "?entity=c:none");
            assertThat(nothing.at("last")).isEqualTo("null");
            assertThat(nothing.at("next")).isEqualTo("1");
            assertThat(nothing.at("missing")).isEqualTo("null");
            assertThat(posel().get(PATH).errors()).containsExactly(" invalid-parameter");
        }

        @Test
        @DisplayName("E6: begun anew behind a number that never comes, what waits goes and counts to the numbering")
        void behindTheMissing() {
            accept(1, 4, 3);

            HttpAnswer begun = begin("3");

            assertThat(begun.status()).as(begun.toString()).isEqualTo(200);
            assertThat(begun.at("next")).isEqualTo("5");
            assertThat(begun.all("waiting", "sequence")).isEmpty();
            accept(5);
            received(1, 3, 4, 5);
            assertThat(late()).isEmpty();
        }

        @Test
        @DisplayName(
                "E6, G3: begun anew at 1, what waits goes first, and then the new numbers in their order and not late")
        void fromTheBeginning() {
            accept(1, 2, 900, 901);

            begin("1");
            accept(3);
            accept(2);
            accept(1);

            received(1, 2, 900, 901, 1, 2, 3);
            assertThat(late()).isEmpty();
            assertThat(posel().get("/api/audit?limit=1").at("items.0.action")).isEqualTo("sequence-begun");
            assertThat(posel().get("/api/audit?limit=1").at("items.0.subject")).isEqualTo("c:" + entity);
        }

        @Test
        @DisplayName("E6: a new numbering is known after a restart")
        void restart() {
            accept(1, 2, 3);
            begin("2");

            running.restart();

            accept(3);
            accept(2);
            received(1, 2, 3, 2, 3);
            assertThat(late()).isEmpty();
        }

        @Test
        @DisplayName(
                "E6: a number too far above the highest one is refused, with all of its request, and nothing becomes late")
        void jump() throws IOException {
            HttpAnswer first = posel().post("/events", event(1_001));
            assertThat(first.status()).isEqualTo(400);
            assertThat(first.errors()).containsExactly("/sequence sequence-jump");
            accept(1_000);
            begin("1");
            accept(1);

            HttpAnswer refused =
                    posel().post("/events", "[" + event(2) + "," + event(Long.MAX_VALUE) + "," + event(3) + "]");

            assertThat(refused.status()).as(refused.toString()).isEqualTo(400);
            assertThat(refused.errors()).containsExactly("/1/sequence sequence-jump");
            assertThat(refused.at("errors.0.params.last")).isEqualTo("3");
            assertThat(posel().get("/api/events?entity=c:" + entity).all("items", "sequence"))
                    .containsExactly("1", "1000");
            accept(1_001);
            accept(2_001);
            accept(2);
            received(1_000, 1, 2);
            begin("5000");
            accept(5_000);
            received(1_000, 1, 2, 1_001, 2_001, 5_000);
            assertThat(Files.readString(Path.of("src/docs/operations.md"))).contains("`sequence-jump`");
        }

        @Test
        @DisplayName("E6: at the end of all numbers nothing overflows: what comes then is late")
        void highest() {
            begin(String.valueOf(Long.MAX_VALUE));
            accept(Long.MAX_VALUE);
            accept(Long.MAX_VALUE);
            accept(7);

            received(Long.MAX_VALUE, Long.MAX_VALUE, 7);
            assertThat(late()).hasSize(2);
            assertThat(posel().get(PATH + "?entity=c:" + entity).at("next")).isEqualTo("null");
            begin("1");
            accept(1);
            received(Long.MAX_VALUE, Long.MAX_VALUE, 7, 1);
            assertThat(late()).hasSize(2);
        }

        @ParameterizedTest
        @CsvSource({
            "0, too-small",
            "-1, not-whole",
            "1.5, not-whole",
            "9223372036854775808, too-large",
            "'\"1\"', type-mismatch",
            "null, required"
        })
        @DisplayName("E6: what is no number to begin with is refused where it is")
        void badNext(String next, String code) {
            HttpAnswer refused = begin(next);

            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.errors()).containsExactly("/next " + code);
        }

        private PoselClient posel() {
            return running.client();
        }

        private HttpAnswer begin(String next) {
            return posel().post(PATH, "{\"entity\":{\"type\":\"c\",\"id\":\"" + entity + "\"},\"next\":" + next + "}");
        }

        private void accept(long... numbers) {
            posel().accept(LongStream.of(numbers).mapToObj(this::event).toList().toString());
        }

        private String event(long number) {
            return "{\"id\":\"%d\",\"source\":\"%s\",\"type\":\"t\",\"entity\":{\"type\":\"c\",\"id\":\"%s\"},\"sequence\":%d,\"data\":{\"n\":%d}}"
                    .formatted(++ids, entity, entity, number, number);
        }

        private void received(long... numbers) {
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(receiver.requests().stream()
                            .map(each -> each.target())
                            .filter(target -> target.startsWith("/" + entity + "?"))
                            .toList())
                    .isEqualTo(LongStream.of(numbers)
                            .mapToObj(number -> "/" + entity + "?n=" + number)
                            .toList()));
        }

        private List<String> late() {
            return running.rows("select no from event where late and entity_id = '" + entity + "'");
        }
    }
}
