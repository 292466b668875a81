package io.posel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.PoselClient;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uses whatever stores something, then searches all that is on disk for the secrets that went in. */
class SecretsAtRestIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String PLAIN = "plain-as-events-are";

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

    abstract static class Cases {
        private final TestDatabase database;
        private final List<String> secrets = new ArrayList<>();

        Cases(TestDatabase database) {
            this.database = database;
        }

        @Test
        @DisplayName("S9: neither tables nor files hold a secret, of no version of a definition")
        void nothingIsPlain(@TempDir Path home) throws IOException, SQLException {
            try (Receiver receiver = Receiver.start();
                    RunningPosel posel = RunningPosel.on(database, home).start()) {
                use(posel, receiver);
                String tables = tables(posel);
                assertThat(tables).contains(PLAIN, "webhook-edited", "secret-rotated");
                assertThat(found(tables)).isEmpty();
            }

            String key = Files.readString(home.resolve("data/secret-key")).strip();
            secret(key);
            secret(new String(Base64.getDecoder().decode(key), ISO_8859_1));
            String files = files(home);
            if (database == TestDatabase.H2) {
                assertThat(files).contains(PLAIN, "webhook-edited", "secret-rotated");
            }
            assertThat(found(files)).isEmpty();
        }

        private String secret(String text) {
            secrets.add(text);
            return text;
        }

        private List<String> found(String text) {
            return secrets.stream().filter(text::contains).toList();
        }

        /** Secrets of a definition in all their places, different ones with each word. */
        private String definition(Receiver receiver, String word) {
            String password = secret(word + "-password");
            secret(Base64.getEncoder().encodeToString(("user:" + password).getBytes(UTF_8)));
            return ("{'name':'w','events':['a.b'],'url':'"
                            + receiver.url("/?key=" + secret(word + "-query"))
                                    .replace("://", "://user:" + password + "@")
                            + "','headers':{'X-Key':'" + secret(word + "-header") + "'},'body':'{\\u0022key\\u0022:"
                            + " \\u0022" + secret(word + "-body") + "\\u0022}'}")
                    .replace('\'', '"');
        }

        private void use(RunningPosel running, Receiver receiver) {
            PoselClient posel = running.client();
            receiver.answer(Answer.ok());
            String id = posel.createWebhook(definition(receiver, "first"));
            String path = "/api/webhooks/" + id;
            sign(posel, path);
            settled(posel, "delivered");
            assertThat(posel.put(path, definition(receiver, "second")).status()).isEqualTo(200);
            sign(posel, path);
            posel.post(path + "/test", "{\"eventType\":\"session.ended\"}");
            receiver.answer(Answer.status(500));
            String dead = settled(posel, "dead");
            assertThat(receiver.requests()).hasSize(5).allSatisfy(each -> assertThat(each.header("webhook-signature"))
                    .isPresent());
            assertThat(posel.post("/api/deliveries/" + dead + "/replay", null).status())
                    .isEqualTo(202);
            posel.delete("/api/webhooks/" + posel.createWebhook(definition(receiver, "deleted")));
            secret(posel.post("/api/tokens", "{\"name\":\"t\",\"role\":\"viewer\"}")
                    .at("token"));
            Stream.of("/api/webhooks?deleted=true", path, "/api/audit", "/api/deliveries", "/api/deliveries/" + dead)
                    .forEach(each -> assertThat(found(posel.get(each).text()))
                            .as(each)
                            .allMatch(text -> text.endsWith("-body")));
        }

        private void sign(PoselClient posel, String path) {
            String text = posel.post(path + "/secret", null).at("secret").substring("whsec_".length());
            secret(text);
            secret(new String(Base64.getDecoder().decode(text), ISO_8859_1));
        }

        private static String settled(PoselClient posel, String state) {
            String event = "to-be-" + state;
            posel.accept("{\"id\":\"" + event + "\",\"type\":\"a.b\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},"
                    + "\"data\":{\"note\":\"" + PLAIN + "\"}}");
            String query = "/api/deliveries?event=" + event + "&state=" + state;
            await().atMost(SOON).until(() -> posel.get(query).all("items", "id").size() == 1);
            return posel.get(query).at("items.0.id");
        }

        /** Every value of every table, a character for a byte. */
        private static String tables(RunningPosel posel) throws SQLException {
            StringBuilder all = new StringBuilder();
            try (Connection connection = posel.connect()) {
                for (String table : posel.rows(
                        "select table_name from information_schema.tables" + " where lower(table_schema) = 'public'")) {
                    try (var statement = connection.createStatement();
                            ResultSet row = statement.executeQuery("select * from \"" + table + "\"")) {
                        while (row.next()) {
                            for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                                all.append(text(row.getObject(i))).append('\n');
                            }
                        }
                    }
                }
            }
            return all.toString();
        }

        private static String text(Object value) {
            return value instanceof byte[] bytes ? new String(bytes, ISO_8859_1) : String.valueOf(value);
        }

        /** Of the data directory, but for the key. */
        private static String files(Path home) throws IOException {
            StringBuilder all = new StringBuilder();
            try (Stream<Path> files = Files.walk(home.resolve("data"))) {
                for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                    if (!file.endsWith("secret-key")) {
                        all.append(Files.readString(file, ISO_8859_1));
                    }
                }
            }
            return all.toString();
        }
    }
}
