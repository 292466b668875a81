package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.HttpAnswer;
import io.posel.testing.MovableClock;
import io.posel.testing.PoselClient;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code GET /api/audit}, on both databases. */
class AuditIT {

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
        private final TestDatabase database;
        private final MovableClock clock = new MovableClock();
        private RunningPosel running;
        private PoselClient posel;
        private Receiver receiver;
        private Instant from;

        Calls(TestDatabase database) {
            this.database = database;
        }

        @BeforeAll
        void start(@TempDir Path home) throws IOException {
            receiver = Receiver.start();
            running = RunningPosel.on(database, home)
                    .at(clock)
                    .with("POSEL_PURGE_CRON", "* * * * * ?")
                    .start();
            posel = running.client();
        }

        @AfterAll
        void stop() throws IOException {
            running.close();
            receiver.close();
        }

        @BeforeEach
        void goOn() {
            clock.move(Duration.ofSeconds(1));
            from = clock.instant();
        }

        private String webhook() {
            return webhook("session.ended");
        }

        private String webhook(String type) {
            return posel.createWebhook(("{'name':'w','events':['" + type + "'],'url':'"
                            + receiver.url("/?key=topsecret") + "','headers':{'X-Key':'topsecret'}}")
                    .replace('\'', '"'));
        }

        /** Of this test, oldest first: who, what, which version, what else. */
        private List<String> trail(String query) {
            HttpAnswer audit = posel.get("/api/audit?limit=200&from=" + from + query);
            assertThat(audit.status()).as(audit.toString()).isEqualTo(200);
            assertThat(audit.text()).doesNotContain("topsecret", "whsec_");
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < audit.all("items", "id").size(); i++) {
                String item = "items." + i + ".";
                lines.add(
                        0,
                        "%s %s %s %s"
                                .formatted(
                                        audit.at(item + "who"),
                                        audit.at(item + "action"),
                                        audit.at(item + "webhookVersion"),
                                        audit.at(item + "subject")));
            }
            return lines;
        }

        @Test
        void everyChangeOfAWebhookLeavesAnEntryInItsOrder() {
            String id = webhook();
            String path = "/api/webhooks/" + id;
            webhook();
            posel.patch(path, "{\"name\":\"x\"}");
            posel.put(path, posel.get(path).text());
            posel.post(path + "/test", "{\"eventType\":\"session.ended\"}");
            posel.post(path + "/secret", null);
            posel.post(path + "/secret", null);
            posel.delete(path);
            posel.post(path + "/restore", null);

            assertThat(trail("&webhook=" + id))
                    .containsExactly(
                            "admin-token webhook-created 1 null",
                            "admin-token webhook-edited 2 null",
                            "admin-token webhook-edited 3 null",
                            "admin-token webhook-tested 3 session.ended",
                            "admin-token secret-rotated 3 null",
                            "admin-token secret-rotated 3 null",
                            "admin-token webhook-deleted 4 null",
                            "admin-token webhook-restored 5 null");
            assertThat(posel.get("/api/audit?webhook=" + id).all("items", "at"))
                    .containsOnly(clock.instant().toString());
        }

        @Test
        void everyChangeOfAnEventTypeLeavesAnEntry() {
            String path = "/api/event-types/audit.asked";
            String type = "{\"title\":{\"en\":\"%s\"},\"entityType\":\"a\",\"sample\":{}}";
            posel.put(path, type.formatted("one"));
            posel.put(path, type.formatted("two"));
            assertThat(posel.put(path, type.formatted("three"), "If-Match", "\"x\"")
                            .status())
                    .isEqualTo(412);
            assertThat(posel.delete(path, "If-Match", "\"x\"").status()).isEqualTo(412);
            posel.delete(path);
            assertThat(posel.delete(path).status()).isEqualTo(404);
            assertThat(posel.put("/api/event-types/session.ended", type.formatted("x"))
                            .status())
                    .isEqualTo(409);

            assertThat(trail(""))
                    .containsExactly(
                            "admin-token event-type-created null audit.asked",
                            "admin-token event-type-edited null audit.asked",
                            "admin-token event-type-deleted null audit.asked");
        }

        @Test
        void whatWasRefusedLeavesNone() {
            String id = webhook();
            String path = "/api/webhooks/" + id;

            assertThat(posel.patch(path, "{\"name\":\"x\"}", "If-Match", "\"9\"")
                            .status())
                    .isEqualTo(412);
            assertThat(posel.patch(path, "{\"url\":\"x\"}").status()).isEqualTo(422);
            assertThat(posel.post(path + "/restore", null).status()).isEqualTo(409);
            assertThat(posel.post(path + "/test", "{}").status()).isEqualTo(400);
            assertThat(posel.post("/api/webhooks/x/secret", null).status()).isEqualTo(404);
            assertThat(posel.post("/api/tokens", "{\"name\":\"admin-token\",\"role\":\"admin\"}")
                            .status())
                    .isEqualTo(409);
            assertThat(posel.delete("/api/tokens/x").status()).isEqualTo(404);

            assertThat(trail("")).containsExactly("admin-token webhook-created 1 null");
        }

        @Test
        void tokensAreNamedAndNotShown() {
            HttpAnswer made = posel.post("/api/tokens", "{\"name\":\"Jana Nováková\",\"role\":\"admin\"}");
            String token = made.at("token");
            String[] asJana = {"Authorization", "Bearer " + token};
            posel.send("POST", "/api/tokens", "{\"name\":\"hers\",\"role\":\"viewer\"}", asJana);
            posel.send("DELETE", "/api/tokens/" + made.at("id"), null, asJana);

            assertThat(trail(""))
                    .containsExactly(
                            "admin-token token-created null Jana Nováková",
                            "Jana Nováková token-created null hers",
                            "Jana Nováková token-revoked null Jana Nováková");
            assertThat(running.rows("select * from audit").toString()).doesNotContain(token);
        }

        @Test
        void aReplayLeavesOneForEachWebhookOfWhichSomethingWasPutBack() {
            receiver.answer(Answer.ok());
            String one = webhook("replay.asked");
            String other = webhook("replay.asked");
            String event = "a" + clock.instant().getEpochSecond();
            posel.accept("{\"id\":\"" + event + "\",\"type\":\"replay.asked\","
                    + "\"entity\":{\"type\":\"s\",\"id\":\"1\"},\"data\":{}}");
            String query = "/api/deliveries?state=delivered&event=" + event;
            await().until(() -> posel.get(query).all("items", "id").size() == 2);
            String delivery = posel.get(query + "&webhook=" + one).at("items.0.id");

            assertThat(posel.post("/api/deliveries/" + delivery + "/replay", null)
                            .status())
                    .isEqualTo(202);
            await().until(() -> posel.get(query).all("items", "id").size() == 2);
            String many = "{\"states\":[\"delivered\"],\"webhook\":\"" + other + "\"";
            posel.post("/api/deliveries/replay", many + ",\"dryRun\":true}");
            posel.post("/api/deliveries/replay", many + "}");
            posel.post("/api/dead-letters/replay", "{}");

            assertThat(trail("&webhook=" + one))
                    .containsExactly(
                            "admin-token webhook-created 1 null", "admin-token deliveries-replayed 1 " + delivery);
            assertThat(trail("&webhook=" + other))
                    .containsExactly("admin-token webhook-created 1 null", "admin-token deliveries-replayed 1 null");
        }

        @Test
        void theTrailGoesOnWhereItsPartEnded() {
            webhook();
            webhook();
            clock.move(Duration.ofSeconds(1));
            webhook();
            List<String> all = posel.get("/api/audit?limit=200&from=" + from).all("items", "id");

            List<String> parts = new ArrayList<>();
            String query = "";
            do {
                HttpAnswer part = posel.get("/api/audit?limit=1&from=" + from + query);
                parts.addAll(part.all("items", "id"));
                query = "&cursor=" + part.at("next");
            } while (!query.equals("&cursor=null"));

            assertThat(parts).hasSize(3).isEqualTo(all);
            assertThat(posel.get("/api/audit?to=" + from + "&from=" + from).all("items", "id"))
                    .isEmpty();
            assertThat(posel.get("/api/audit?cursor=MTp4").status()).isEqualTo(400);
        }

        @Test
        void itIsKeptUntilRetentionEnds() {
            String id = webhook();
            assertThat(trail("&webhook=" + id)).hasSize(1);

            clock.move(Duration.ofDays(30).plusSeconds(1));

            await().untilAsserted(() -> assertThat(trail("&webhook=" + id)).isEmpty());
        }
    }
}
