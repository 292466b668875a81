package io.posel;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.testing.HttpAnswer;
import io.posel.testing.MovableClock;
import io.posel.testing.PoselClient;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code /api/tokens}, on both databases. */
class TokensIT {

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
    abstract static class Calls {
        private static final String EVENT =
                "{\"type\":\"a.b\",\"entity\":{\"type\":\"customer\",\"id\":\"1\"},\"data\":{}}";

        private final TestDatabase database;
        private final MovableClock clock = new MovableClock();
        private RunningPosel running;

        Calls(TestDatabase database) {
            this.database = database;
        }

        @BeforeAll
        void start(@TempDir Path home) {
            running = RunningPosel.on(database, home).at(clock).start();
        }

        @AfterAll
        void stop() {
            running.close();
        }

        @AfterEach
        void revokeAll() {
            list().all("items", "id").forEach(id -> posel().delete("/api/tokens/" + id));
        }

        private PoselClient posel() {
            return running.client();
        }

        private HttpAnswer list() {
            return posel().get("/api/tokens?limit=200");
        }

        private HttpAnswer make(String name, String role) {
            HttpAnswer made = posel().post("/api/tokens", "{\"name\":\"" + name + "\",\"role\":\"" + role + "\"}");
            assertThat(made.status()).as(made.toString()).isEqualTo(201);
            return made;
        }

        private int status(String token, String method, String path, String body) {
            return posel().send(method, path, body, "Authorization", "Bearer " + token)
                    .status();
        }

        @Test
        void aTokenIsShownOnceAndKeptAsAHash() {
            HttpAnswer made = make("Žluťoučký kůň", "viewer");
            String token = made.at("token");

            assertThat(token).matches("posel_[A-Za-z0-9_-]{43}");
            assertThat(made.header("Location")).contains("/api/tokens/" + made.at("id"));
            HttpAnswer list = list();
            assertThat(list.text()).doesNotContain(token).doesNotContain("\"token\"");
            assertThat(list.all("items", "name")).containsExactly("Žluťoučký kůň");
            assertThat(list.at("items.0.role")).isEqualTo("viewer");
            assertThat(list.at("items.0.createdBy")).isEqualTo("admin-token");
            assertThat(list.at("items.0.createdAt")).isEqualTo(clock.instant().toString());
            assertThat(list.at("items.0.lastUsedAt")).isEqualTo("null");
            assertThat(running.rows("select * from access_token").toString()).doesNotContain(token);
            assertThat(make("other", "viewer").at("token")).isNotEqualTo(token);
        }

        @Test
        void eachRoleMayDoWhatItIsFor() {
            String admin = make("a", "admin").at("token");
            String viewer = make("v", "viewer").at("token");
            String intake = make("i", "intake").at("token");

            assertThat(status(admin, "GET", "/api/webhooks", null)).isEqualTo(200);
            assertThat(status(admin, "POST", "/events", EVENT)).isEqualTo(202);
            assertThat(status(admin, "DELETE", "/api/tokens/x", null)).isEqualTo(404);
            assertThat(status(viewer, "GET", "/api/webhooks", null)).isEqualTo(200);
            assertThat(status(viewer, "GET", "/api/tokens", null)).isEqualTo(200);
            assertThat(status(viewer, "POST", "/api/tokens", "{}")).isEqualTo(403);
            assertThat(status(viewer, "POST", "/api/preview", "{}")).isEqualTo(403);
            assertThat(status(viewer, "POST", "/events", EVENT)).isEqualTo(403);
            assertThat(status(intake, "POST", "/events", EVENT)).isEqualTo(202);
            assertThat(status(intake, "GET", "/api/webhooks", null)).isEqualTo(403);
        }

        @Test
        void whoMadeATokenIsTheOneWhoseTokenItWas() {
            String admin = make("Jana Nováková", "admin").at("token");

            posel().send(
                            "POST",
                            "/api/tokens",
                            "{\"name\":\"of hers\",\"role\":\"viewer\"}",
                            "Authorization",
                            "Bearer " + admin,
                            "Posel-Caller",
                            "somebody");

            assertThat(list().all("items", "createdBy")).containsExactlyInAnyOrder("admin-token", "Jana Nováková");
        }

        @Test
        void aRevokedTokenIsUnknownAtOnceAndAfterARestart() {
            HttpAnswer made = make("gone", "viewer");
            String token = made.at("token");
            assertThat(status(token, "GET", "/api/webhooks", null)).isEqualTo(200);

            assertThat(posel().delete("/api/tokens/" + made.at("id")).status()).isEqualTo(204);

            assertThat(status(token, "GET", "/api/webhooks", null)).isEqualTo(401);
            assertThat(list().all("items", "name")).isEmpty();
            assertThat(posel().delete("/api/tokens/" + made.at("id")).status()).isEqualTo(404);
            running.restart();
            assertThat(status(token, "GET", "/api/webhooks", null)).isEqualTo(401);
            assertThat(make("gone", "viewer").status()).isEqualTo(201);
        }

        @Test
        void theLastUseIsKnownToTheMinuteAndWrittenForManyRequestsAtOnce() {
            String token = make("used", "viewer").at("token");
            clock.move(Duration.ofSeconds(90));
            String minute = clock.instant().truncatedTo(ChronoUnit.MINUTES).toString();

            assertThat(status(token, "GET", "/api/webhooks", null)).isEqualTo(200);
            assertThat(status(token, "GET", "/api/webhooks", null)).isEqualTo(200);

            assertThat(list().all("items", "lastUsedAt")).containsExactly(minute);
            assertThat(running.rows("select last_used_at from access_token")).containsExactly("null");
            running.restart();
            assertThat(running.rows("select last_used_at from access_token")).doesNotContain("null");
            assertThat(list().all("items", "lastUsedAt")).containsExactly(minute);
            assertThat(status(token, "GET", "/api/webhooks", null)).isEqualTo(200);
        }

        private HttpAnswer makeBound(String members) {
            HttpAnswer made = posel().post("/api/tokens", "{\"name\":\"bound\",\"role\":\"intake\"," + members + "}");
            assertThat(made.status()).as(made.toString()).isEqualTo(201);
            return made;
        }

        private HttpAnswer handIn(String token, String source, String type) {
            String event = "{\"source\":\"" + source + "\",\"type\":\"" + type
                    + "\",\"entity\":{\"type\":\"customer\",\"id\":\"1\"},\"data\":{}}";
            return posel().send("POST", "/events", event, "Authorization", "Bearer " + token);
        }

        @Test
        @DisplayName(
                "D9: a token that is bound to sources and types hands in no others, and nothing of such a request is stored")
        void boundTokens() {
            HttpAnswer made = makeBound("\"sources\":[\"shop\"],\"types\":[\"order.*\",\"ping\"]");
            String token = made.at("token");

            assertThat(handIn(token, "shop", "order.placed").status()).isEqualTo(202);
            assertThat(handIn(token, "shop", "ping").status()).isEqualTo(202);
            HttpAnswer otherSource = handIn(token, "crm", "order.placed");
            assertThat(otherSource.status()).isEqualTo(403);
            assertThat(otherSource.errors()).containsExactly("/source source-not-permitted");
            assertThat(otherSource.text()).contains("crm").contains("shop").contains("bound");
            HttpAnswer otherType = handIn(token, "shop", "pings");
            assertThat(otherType.status()).isEqualTo(403);
            assertThat(otherType.errors()).containsExactly("/type type-not-permitted");
            assertThat(handIn(token, "", "ping").status()).isEqualTo(403);
            HttpAnswer cloudEvent = posel().send(
                            "POST",
                            "/events",
                            "[{\"specversion\":\"1.0\",\"id\":\"ce-1\",\"source\":\"shop\",\"type\":\"ping\","
                                    + "\"subject\":\"1\",\"data\":{}},{\"specversion\":\"1.0\",\"id\":\"ce-2\","
                                    + "\"source\":\"crm\",\"type\":\"ping\",\"subject\":\"1\",\"data\":{}}]",
                            "Authorization",
                            "Bearer " + token,
                            "Content-Type",
                            "application/cloudevents-batch+json");
            assertThat(cloudEvent.status()).isEqualTo(403);
            assertThat(cloudEvent.errors()).containsExactly("/1/source source-not-permitted");
            assertThat(running.rows("select id from event where id like 'ce-%'"))
                    .isEmpty();

            HttpAnswer list = list();
            assertThat(list.at("items.0.sources.0")).isEqualTo("shop");
            assertThat(list.at("items.0.types.1")).isEqualTo("ping");
            running.restart();
            assertThat(handIn(token, "crm", "order.placed").status()).isEqualTo(403);
            assertThat(handIn(token, "shop", "order.placed").status()).isEqualTo(202);
        }

        @Test
        @DisplayName("D9: a token that is bound to nothing hands in everything")
        void unboundTokens() {
            HttpAnswer made = make("free", "intake");

            assertThat(made.at("sources")).isEqualTo("null");
            assertThat(made.at("types")).isEqualTo("null");
            assertThat(made.at("expiresAt")).isEqualTo("null");
            assertThat(handIn(made.at("token"), "any", "any").status()).isEqualTo(202);
        }

        @Test
        @DisplayName("D9: only intake tokens can be bound, and only in the form that is described")
        void refusedBindings() {
            assertThat(posel().post("/api/tokens", "{\"name\":\"x\",\"role\":\"viewer\",\"sources\":[\"shop\"]}")
                            .errors())
                    .containsExactly("/sources only-for-intake");
            HttpAnswer refused = posel().post(
                            "/api/tokens",
                            "{\"name\":\"x\",\"role\":\"intake\",\"sources\":[],\"types\":[\"a*\"],"
                                    + "\"expiresAt\":\"2020-01-01T00:00:00Z\"}");
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.errors())
                    .containsExactlyInAnyOrder("/sources empty", "/types/0 wildcard", "/expiresAt in-the-past");
            for (String end : List.of("\"tomorrow\"", "\"2099-01-01\"", "\"2099-01-01T00:00:00\"", "7")) {
                assertThat(posel().post("/api/tokens", "{\"name\":\"x\",\"role\":\"intake\",\"expiresAt\":" + end + "}")
                                .errors())
                        .containsExactly("/expiresAt invalid-time");
            }
            assertThat(list().all("items", "id")).isEmpty();
        }

        @Test
        @DisplayName(
                "D9: a token that has ended is refused from that instant on, also after a restart, and can be revoked")
        void endingTokens() {
            String end = clock.instant()
                    .plus(Duration.ofMinutes(5))
                    .truncatedTo(ChronoUnit.MILLIS)
                    .toString();
            HttpAnswer made = makeBound("\"expiresAt\":\"" + end + "\"");
            String token = made.at("token");
            assertThat(made.at("expiresAt")).isEqualTo(end);
            assertThat(status(token, "POST", "/events", EVENT)).isEqualTo(202);

            clock.move(Duration.ofMinutes(5));

            HttpAnswer refused = posel().send("POST", "/events", EVENT, "Authorization", "Bearer " + token);
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.errors()).containsExactly(" token-expired");
            assertThat(list().at("items.0.expiresAt")).isEqualTo(end);
            running.restart();
            assertThat(status(token, "POST", "/events", EVENT)).isEqualTo(401);
            assertThat(posel().delete("/api/tokens/" + made.at("id")).status()).isEqualTo(204);
        }

        @Test
        @DisplayName("D9: the audit trail tells what a token was bound to and when it ends")
        void auditOfBindings() {
            makeBound("\"sources\":[\"shop\"],\"types\":[\"order.*\"],\"expiresAt\":\"2099-01-01T00:00:00Z\"");

            HttpAnswer audit = posel().get("/api/audit?limit=1");
            assertThat(audit.at("items.0.action")).isEqualTo("token-created");
            assertThat(audit.at("items.0.subject"))
                    .isEqualTo("bound (sources: shop; types: order.*; until 2099-01-01T00:00:00Z)");
        }

        @Test
        void namesAreTakenOnceAndThereAreNotTooMany() {
            make("n0", "viewer");
            HttpAnswer again = posel().post("/api/tokens", "{\"name\":\"n0\",\"role\":\"admin\"}");
            assertThat(again.status()).isEqualTo(409);
            assertThat(again.errors()).containsExactly("/name name-taken");
            for (int i = 1; i < 100; i++) {
                make("n" + i, "viewer");
            }

            HttpAnswer more = posel().post("/api/tokens", "{\"name\":\"more\",\"role\":\"viewer\"}");

            assertThat(more.status()).isEqualTo(409);
            assertThat(more.errors()).containsExactly(" too-many-tokens");
            List<String> names = new ArrayList<>();
            String query = "";
            do {
                HttpAnswer part = posel().get("/api/tokens?limit=30" + query);
                names.addAll(part.all("items", "name"));
                query = "&cursor=" + part.at("next");
            } while (!query.equals("&cursor=null"));
            assertThat(names).hasSize(100).doesNotHaveDuplicates();
        }
    }
}
