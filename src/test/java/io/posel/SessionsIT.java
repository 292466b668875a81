package io.posel;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.access.LoginLinks;
import io.posel.access.Role;
import io.posel.testing.Browser;
import io.posel.testing.HttpAnswer;
import io.posel.testing.MovableClock;
import io.posel.testing.Printed;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import io.posel.testing.TestLinks;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Signing in and out and what is kept of it, on both databases. */
class SessionsIT {
    private static final String WEBHOOK =
            "{\"name\":\"w\",\"events\":[\"a.b\"],\"url\":\"http://127.0.0.1:9/\",\"body\":\"{}\",\"enabled\":false}";

    @Nested
    class OnH2 extends Calls {
        OnH2() {
            super(TestDatabase.H2);
        }
    }

    @Nested
    class OnPostgresql extends Calls {
        OnPostgresql() {
            super(TestDatabase.POSTGRESQL);
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    abstract static class Calls {
        private final TestDatabase database;
        private final MovableClock clock = new MovableClock();
        private final LoginLinks links = TestLinks.at(clock);
        private Printed printed;
        private RunningPosel running;

        Calls(TestDatabase database) {
            this.database = database;
        }

        @BeforeAll
        void start(@TempDir Path home) {
            printed = Printed.open();
            running = RunningPosel.on(database, home)
                    .at(clock)
                    .with("POSEL_SECRET_KEY", TestLinks.KEY)
                    .start();
        }

        @AfterAll
        void stop() {
            running.close();
            printed.close();
        }

        private Browser browser() {
            return new Browser(running::port);
        }

        private Browser signedIn(String name, Role role) {
            Browser browser = browser();
            HttpAnswer answer = browser.signIn(links.make(name, role));
            assertThat(answer.status()).as(answer.toString()).isEqualTo(303);
            return browser;
        }

        private boolean isIn(Browser browser) {
            int status = browser.get("/api/session").status();
            assertThat(status).isIn(200, 401);
            return status == 200;
        }

        private List<String> firstLinks() {
            return printed.lines().stream()
                    .filter(line -> line.contains("Nobody has signed in yet. This link"))
                    .map(line -> line.substring(line.indexOf("/login?")))
                    .toList();
        }

        private List<String> hints() {
            return printed.lines().stream()
                    .filter(line -> line.contains("Nobody has signed in yet. This makes"))
                    .toList();
        }

        @Test
        @Order(1)
        @DisplayName("D4: the log has a login link at the first start of a database, and never again")
        void theFirstStartPrintsALink() {
            assertThat(firstLinks()).hasSize(1);
            assertThat(hints()).isEmpty();
            running.restart();
            assertThat(firstLinks()).hasSize(1);
            assertThat(hints()).hasSize(1);
            assertThat(hints().get(0)).contains("posel.jar login-link --name").doesNotContain("ticket");

            Browser browser = browser();
            assertThat(browser.signIn(firstLinks().get(0)).status()).isEqualTo(303);

            assertThat(browser.get("/api/session").at("name")).isEqualTo("administrator");
            assertThat(browser.get("/api/session").at("role")).isEqualTo("admin");
            running.restart();
            assertThat(firstLinks()).hasSize(1);
            assertThat(hints()).hasSize(1);
        }

        @Test
        void aLinkSignsInOnce() {
            String link = links.make("Jana Nováková", Role.ADMIN);
            Browser jana = browser();
            for (int i = 0; i < 3; i++) {
                assertThat(jana.get(link, "Sec-Fetch-Site", "cross-site").status())
                        .isEqualTo(200);
            }

            HttpAnswer first = jana.signIn(link);
            assertThat(first.status()).isEqualTo(303);
            assertThat(first.header("Location")).hasValue("/");
            assertThat(jana.cookie()).matches("posel-session=[A-Za-z0-9_-]{43}");
            assertThat(jana.get("/api/session").at("name")).isEqualTo("Jana Nováková");
            assertThat(jana.get("/api/session").at("expiresAt"))
                    .isEqualTo(clock.instant().plus(Duration.ofHours(12)).toString());
            assertThat(jana.get("/", "Accept", "text/html").text()).contains("<script type=\"module\"");

            Browser second = browser();
            HttpAnswer again = second.signIn(link);
            assertThat(again.status()).isEqualTo(410);
            assertThat(again.errors()).containsExactly(" login-link-used");
            assertThat(second.cookie()).isEmpty();
            running.restart();
            assertThat(browser().signIn(link).status()).isEqualTo(410);
            assertThat(isIn(jana)).isTrue();
        }

        @Test
        void ofManyWhoPressTheButtonAtOnceOneGetsIn() throws Exception {
            for (int round = 0; round < 5; round++) {
                String link = links.make("round " + round, Role.VIEWER);
                ExecutorService both = Executors.newFixedThreadPool(4);
                List<Future<Integer>> answers = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    answers.add(both.submit(() -> browser().signIn(link).status()));
                }
                List<Integer> statuses = new ArrayList<>();
                for (Future<Integer> each : answers) {
                    statuses.add(each.get());
                }
                both.shutdown();

                assertThat(statuses).containsExactlyInAnyOrder(303, 410, 410, 410);
                assertThat(running.rows("select role from login_session where name = 'round " + round + "'"))
                        .containsExactly("viewer");
            }
        }

        @Test
        void theCookieIsKeptNowhere() {
            Browser jana = signedIn("kept nowhere", Role.ADMIN);
            jana.get("/api/webhooks");
            String value = jana.cookie().substring("posel-session=".length());

            assertThat(running.rows("select * from login_session").toString())
                    .contains("kept nowhere")
                    .doesNotContain(value);
            jana.send("POST", "/logout", null);
            assertThat(printed.lines()).isNotEmpty().noneMatch(line -> line.contains(value));
        }

        @Test
        void whatIsDoneInASessionIsDoneInItsName() {
            Browser jana = signedIn("Jana", Role.ADMIN);

            HttpAnswer made = jana.post("/api/webhooks", WEBHOOK);
            assertThat(made.status()).as(made.toString()).isEqualTo(201);
            HttpAnswer out = jana.send("POST", "/logout", null);

            assertThat(out.status()).isEqualTo(303);
            assertThat(out.header("Location")).hasValue("/login");
            assertThat(out.header("Set-Cookie"))
                    .hasValueSatisfying(set -> assertThat(set).contains("Max-Age=0"));
            assertThat(isIn(jana)).isFalse();
            assertThat(running.rows("select who, action, subject from audit where who = 'Jana' order by id"))
                    .containsExactly("Jana signed-in admin", "Jana webhook-created null", "Jana signed-out null");
            assertThat(running.client().get("/api/audit?limit=200").all("items", "action"))
                    .contains("signed-in", "signed-out");
        }

        @Test
        void aViewerLooksAndChangesNothing() {
            Browser petr = signedIn("Petr", Role.VIEWER);

            assertThat(petr.get("/api/webhooks").status()).isEqualTo(200);
            assertThat(petr.post("/api/webhooks", WEBHOOK).errors()).containsExactly(" session-not-permitted");
        }

        @Test
        void aSessionThatNobodyUsesEnds() {
            Browser idle = signedIn("idle", Role.ADMIN);
            Browser busy = signedIn("busy", Role.ADMIN);
            for (int hour = 0; hour < 11; hour++) {
                clock.move(Duration.ofHours(1));
                assertThat(isIn(busy)).isTrue();
            }
            clock.move(Duration.ofHours(1));

            assertThat(isIn(idle)).isFalse();
            running.restart(); // and the use that was not on disk yet
            assertThat(isIn(idle)).isFalse();
            assertThat(isIn(busy)).isTrue();
            assertThat(running.rows("select name from login_session where name in ('idle', 'busy')"))
                    .containsExactly("busy");
        }

        @Test
        void aSessionEndsHoweverBusyItIs() {
            Browser busy = signedIn("very busy", Role.ADMIN);
            for (int hour = 0; hour < 24 * 7 - 3; hour += 11) {
                clock.move(Duration.ofHours(11));
                assertThat(isIn(busy)).isTrue();
            }
            clock.move(Duration.ofHours(2));
            assertThat(busy.get("/api/session").at("expiresAt"))
                    .isEqualTo(clock.instant().plus(Duration.ofHours(1)).toString());
            clock.move(Duration.ofHours(1));

            assertThat(isIn(busy)).isFalse();
        }

        @Test
        void aNewSessionHasANewCookieAndEndsTheOneBefore() {
            Browser browser = signedIn("before", Role.VIEWER);
            String before = browser.cookie();

            assertThat(browser.signIn(links.make("after", Role.ADMIN)).status()).isEqualTo(303);

            assertThat(browser.cookie()).isNotEqualTo(before);
            assertThat(isIn(browser)).isTrue();
            assertThat(isIn(browser().withCookie(before))).isFalse();
            assertThat(running.rows("select action from audit where who = 'before' order by id"))
                    .containsExactly("signed-in", "signed-out");
        }

        @Test
        void aCookieThatWasPlantedBeforeIsNotTakenOver() {
            String planted = "posel-session=" + "x".repeat(43);
            Browser victim = browser().withCookie(planted);

            assertThat(victim.signIn(links.make("victim", Role.ADMIN)).status()).isEqualTo(303);

            assertThat(victim.cookie()).isNotEqualTo(planted);
            assertThat(isIn(browser().withCookie(planted))).isFalse();
        }

        @Test
        void thereAreNotTooManyAndThoseInUseStay() throws Exception {
            execute("delete from login_session");
            clock.move(Duration.ofMinutes(1));
            Browser first = signedIn("first", Role.VIEWER);
            clock.move(Duration.ofMinutes(5));
            Browser second = signedIn("second", Role.VIEWER);
            List<String> other = running.rows("select count(*) from login_session");
            for (int i = Integer.parseInt(other.get(0)); i < 100; i++) {
                execute("insert into login_session (id, name, role, hash, created_at, last_used_at) select '"
                        + UUID.randomUUID()
                        + "', 'n', role, hash, created_at, last_used_at from login_session where name = 'second'");
            }

            signedIn("third", Role.VIEWER);

            assertThat(running.rows("select count(*) from login_session")).containsExactly("100");
            assertThat(isIn(first)).isFalse();
            assertThat(isIn(second)).isTrue();
        }

        private void execute(String sql) throws SQLException {
            try (Connection connection = running.connect();
                    var statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        @Test
        void usedLinksAreForgottenADayAfterTheirEnd() {
            signedIn("early", Role.VIEWER);
            clock.move(Duration.ofDays(1).plusMinutes(11));

            signedIn("late", Role.VIEWER);

            assertThat(running.rows("select count(*) from used_login_link")).containsExactly("1");
        }

        @Test
        void behindTlsTheCookieIsForTlsAlone() {
            HttpAnswer answer =
                    browser().send("POST", links.make("tls", Role.VIEWER), null, "X-Forwarded-Proto", "https");

            assertThat(answer.header("Set-Cookie")).hasValueSatisfying(set -> assertThat(set)
                    .matches("__Host-posel-session=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Strict; Secure"));
        }

        @Test
        void peopleReadPagesInTheirLanguage() {
            HttpAnswer czech = browser().get("/login?ticket=x", "Accept", "text/html", "Accept-Language", "cs");
            HttpAnswer english = browser().send("POST", "/login?ticket=x", null, "Accept", "text/html");
            HttpAnswer nobody = browser().get("/", "Accept", "text/html", "Accept-Language", "cs");

            assertThat(czech.status()).isEqualTo(200);
            assertThat(czech.text()).contains("lang=\"cs\"", "Přihlásit se", "<form method=\"post\">");
            assertThat(english.status()).isEqualTo(403);
            assertThat(english.text()).contains("lang=\"en\"", "This is no login link");
            assertThat(nobody.status()).isEqualTo(401);
            assertThat(nobody.text()).contains("Nejste přihlášeni", "login-link --name");
            for (HttpAnswer each : List.of(czech, english, nobody)) {
                assertThat(each.header("Content-Type")).hasValue("text/html; charset=utf-8");
                assertThat(each.header("Content-Security-Policy")).hasValueSatisfying(policy -> assertThat(policy)
                        .startsWith("default-src 'none'; style-src 'sha256-")
                        .contains("frame-ancestors 'none'", "form-action 'self'"));
                assertThat(each.header("Referrer-Policy")).hasValue("same-origin");
                assertThat(each.header("Cache-Control")).hasValue("no-store");
            }
        }
    }
}
