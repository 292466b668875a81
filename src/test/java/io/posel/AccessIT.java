package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.posel.access.Role;
import io.posel.testing.Browser;
import io.posel.testing.HttpAnswer;
import io.posel.testing.MovableClock;
import io.posel.testing.PoselClient;
import io.posel.testing.Printed;
import io.posel.testing.RawHttp;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import io.posel.testing.TestLinks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What is left of requests that were refused, and the access log, on both databases. */
class AccessIT {

    @Nested
    class OnH2 extends Calls {
        OnH2() {
            super(TestDatabase.H2);
        }

        @Test
        @DisplayName("D12: the database file is its owner's alone, and health tells whether there is room on the disk")
        void databaseFile() throws Exception {
            try (Stream<Path> files = Files.walk(home())) {
                Path file = files.filter(each -> each.endsWith("posel.mv.db"))
                        .findFirst()
                        .orElseThrow();
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
            }
            assertThat(health()).contains("{\"name\":\"disk\",\"status\":\"UP\"}");
        }
    }

    @Nested
    class OnPostgresql extends Calls {
        OnPostgresql() {
            super(TestDatabase.POSTGRESQL);
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class Calls {
        private static final Duration PATIENCE = Duration.ofSeconds(30);

        private final TestDatabase database;
        private final MovableClock clock = new MovableClock();
        private final Logger accessLogger = (Logger) LoggerFactory.getLogger("posel.access");
        private final ListAppender<ILoggingEvent> accessLog = new ListAppender<>();
        private RunningPosel running;
        private Path home;

        Calls(TestDatabase database) {
            this.database = database;
        }

        @BeforeAll
        void start(@TempDir Path home) {
            this.home = home;
            accessLog.start();
            accessLogger.addAppender(accessLog);
            accessLogger.setLevel(Level.INFO);
            running = RunningPosel.on(database, home)
                    .at(clock)
                    .with("POSEL_HTTP_ACCESS_LOG", "true")
                    .with("POSEL_SECRET_KEY", TestLinks.KEY)
                    .start();
        }

        @AfterAll
        void stop() {
            running.close();
            accessLogger.detachAppender(accessLog);
            accessLogger.setLevel(null);
        }

        final Path home() {
            return home;
        }

        final String health() {
            return running.client().get("/observe/health").text();
        }

        private int status(String token, String path) {
            return running.client()
                    .send("GET", path, null, "Authorization", "Bearer " + token)
                    .status();
        }

        @Test
        @DisplayName("D5: refused access leaves a line, a count in the figures, and one in the audit trail")
        void refusedAccess() {
            PoselClient posel = running.client();
            long before = Long.parseLong(posel.get("/api/stats").at("refusedAccess"));
            List<String> lines;
            try (Printed printed = Printed.open()) {
                clock.move(Duration.ofMinutes(2)); // what other tests did is told
                await().atMost(PATIENCE).until(() -> countInTrail() == before);
                long shown = audit().all("items", "id").size();
                for (int i = 0; i < 14; i++) {
                    assertThat(status("a-wrong-token-" + i, "/api/webhooks")).isIn(401, 429);
                }
                assertThat(status(PoselClient.INTAKE_TOKEN, "/api/webhooks")).isEqualTo(403);
                assertThat(new Browser(running::port)
                                .signIn("/login?ticket=a.b")
                                .status())
                        .isIn(403, 429);
                clock.move(Duration.ofMinutes(1));
                await().atMost(PATIENCE).until(() -> audit().all("items", "id").size() > shown);
                lines = printed.lines().stream()
                        .filter(line -> line.contains("Refused"))
                        .toList();
            }

            assertThat(lines)
                    .hasSizeBetween(1, 2)
                    .allMatch(line -> line.contains(" WARN ") && line.contains("127.0.0.1"));
            assertThat(lines.get(lines.size() - 1))
                    .contains("16 requests")
                    .contains("unknown-token")
                    .contains("too-many-wrong-tokens")
                    .contains("token-not-permitted 1")
                    .doesNotContain("a-wrong-token");
            assertThat(Long.parseLong(posel.get("/api/stats").at("refusedAccess")) - before)
                    .isEqualTo(16);
            assertThat(audit().at("items.0.who")).isEqualTo("127.0.0.1");
            assertThat(audit().at("items.0.count")).isEqualTo("16");
            assertThat(audit().at("items.0.subject")).contains("token-not-permitted 1");
        }

        private HttpAnswer audit() {
            return running.client().get("/api/audit?limit=200");
        }

        private long countInTrail() {
            return audit().all("items", "count").stream()
                    .filter(count -> !count.equals("null"))
                    .mapToLong(Long::parseLong)
                    .sum();
        }

        @Test
        @DisplayName("D5: the access log has a line for each answer, and no token, cookie or ticket")
        void accessLog() throws Exception {
            String link = TestLinks.at(clock).make("Jana", Role.ADMIN);
            Browser jana = new Browser(running::port);
            assertThat(jana.signIn(link).status()).isEqualTo(303);
            jana.get("/api/webhooks?limit=7");
            running.client().send("GET", "/api/nothing?access_token=topsecret", null, "User-Agent", "an \"agent\"");
            running.client().accept("{\"type\":\"a.b\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},\"data\":{}}");
            status("a-wrong-token-of-somebody", "/api/webhooks");
            RawHttp.send(running.port(), "GET / HTTP/9.9\r\n\r\n");

            await().atMost(PATIENCE).untilAsserted(() -> assertThat(written())
                    .anyMatch(line -> line.matches(
                            "127\\.0\\.0\\.1 - - \\[.*] \"POST /login\\?ticket=\\*\\*\\* HTTP/1\\.1\" 303 - .*"))
                    .anyMatch(line -> line.matches(
                            "127\\.0\\.0\\.1 - Jana \\[.*] \"GET /api/webhooks\\?limit=7 HTTP/1\\.1\" 200 \\d+ .*"))
                    .anyMatch(line -> line.contains("\"GET /api/nothing?access_token=*** HTTP/1.1\" 404 "))
                    .anyMatch(
                            line -> line.contains("- admin-token [") && line.contains("\"POST /events HTTP/1.1\" 202 "))
                    .anyMatch(line -> line.contains("\"GET /api/webhooks HTTP/1.1\" 401 ")));
            assertThat(String.join("\n", written()))
                    .doesNotContain("topsecret")
                    .doesNotContain("a-wrong-token-of-somebody")
                    .doesNotContain(PoselClient.ADMIN_TOKEN)
                    .doesNotContain(link.substring(link.indexOf("ticket=") + 7))
                    .doesNotContain("posel-session");
        }

        private List<String> written() {
            return List.copyOf(accessLog.list).stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .toList();
        }
    }
}
