package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.HttpAnswer;
import io.posel.testing.MovableClock;
import io.posel.testing.PoselClient;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Posel tells of webhooks, to other webhooks. */
class OwnEventsIT {

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
        private static final String ALL = "\"posel.webhook.failing\",\"posel.webhook.expiring\","
                + "\"posel.webhook.expired\",\"posel.webhook.recovered\"";

        private final TestDatabase database;
        private final MovableClock clock = new MovableClock();
        private RunningPosel running;
        private PoselClient posel;
        private Receiver receiver;
        private int count;

        Cases(TestDatabase database) {
            this.database = database;
        }

        @BeforeAll
        void start(@TempDir Path home) throws IOException {
            receiver = Receiver.start()
                    .answer(request -> Answer.status(request.target().startsWith("/bad") ? 500 : 200));
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

        /** @param events in quotes, separated by commas */
        private String webhook(String events, String path, String more) {
            return posel.createWebhook("{\"name\":\"W \\\"%d\\\"\",\"events\":[%s],\"url\":\"%s\"%s}"
                    .formatted(++count, events, receiver.url(path), more));
        }

        private void accept(String type) {
            posel.accept("{\"type\":\"%s\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},\"data\":{}}".formatted(type));
        }

        private List<String> received(String path) {
            return receiver.requests().stream()
                    .filter(request -> request.target().equals(path))
                    .map(ReceivedRequest::text)
                    .toList();
        }

        private void awaitReceived(String path, String last) {
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(received(path)).endsWith(last));
        }

        private List<String> told(String webhook) {
            return running.rows("select type from event where entity_type = 'webhook' and entity_id = '%s' order by no"
                    .formatted(webhook));
        }

        private void awaitDead(String webhook, int deliveries) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> running.rows("select id from delivery where state = 'dead' and webhook_id = '%s'"
                                            .formatted(webhook))
                                    .size()
                            == deliveries);
        }

        @Test
        @DisplayName(
                "F1: somebody is told that a webhook fails, will expire, has expired, and works again; itself never is")
        void toldOf() {
            String failing = webhook("\"sold\"," + ALL, "/bad", "");
            String path = "/told/" + failing;
            webhook(
                    ALL,
                    path,
                    (",\"filter\":{\"webhook.id\":[\"%s\"]},\"body\":\"{\\\"text\\\":\\\"#event.type# #webhook.name#"
                                    + " #failingSince# #expiresAt# #reason#\\\",\\\"dead\\\":#deadCount#}\"")
                            .formatted(failing));
            webhook(ALL, "/others", ",\"filter\":{\"webhook.id\":[\"wh_other\"]}");
            Instant since = clock.instant();
            String body = "{\"text\":\"posel.webhook.%s W \\\"" + (count - 2) + "\\\" " + since + " "
                    + since.plus(Duration.ofDays(3)) + " %s\",\"dead\":%d}";

            accept("sold");
            awaitReceived(path, body.formatted("failing", "", 1));
            clock.move(Duration.ofHours(24));
            accept("sold");
            awaitDead(failing, 2);
            clock.move(Duration.ofHours(24));
            awaitReceived(path, body.formatted("expiring", "", 2));
            accept("sold");
            awaitDead(failing, 3);
            clock.move(Duration.ofHours(24));
            accept("sold");
            awaitReceived(path, body.formatted("expired", "", 4));
            posel.post("/api/webhooks/" + failing + "/restore", null);
            awaitReceived(path, body.formatted("recovered", "restored", 4));

            assertThat(received(path)).hasSize(4);
            assertThat(received("/others")).isEmpty();
            assertThat(told(failing)).hasSize(4);
            assertThat(running.rows("select d.state from delivery d join event e on e.no = d.event_no where"
                            + " e.entity_type = 'webhook' and d.webhook_id = e.entity_id"))
                    .isEmpty();
        }

        @Test
        @DisplayName("F1: webhooks that listen to each other, and both fail, are told of once each")
        void eachOther() {
            String one = webhook("\"rented\"," + ALL, "/bad", "");
            String other = webhook("\"rented\"," + ALL, "/bad", "");

            accept("rented");
            awaitDead(one, 2);
            awaitDead(other, 2);
            accept("rented");
            awaitDead(one, 3);
            awaitDead(other, 3);

            assertThat(running.rows("select id from announcement")).isEmpty();
            assertThat(told(one)).containsExactly("posel.webhook.failing");
            assertThat(told(other)).containsExactly("posel.webhook.failing");
        }

        @Test
        @DisplayName("F1: a webhook that only listens to others may fail, and nobody is told")
        void onlyListening() {
            String listener = webhook(ALL, "/bad", "");
            String failing = webhook("\"lent\"", "/bad", "");
            accept("lent");
            awaitDead(listener, 1);

            await().until(() ->
                    posel.get("/api/webhooks/" + listener).at("state").equals("failing"));
            assertThat(running.rows("select id from announcement")).isEmpty();
            assertThat(told(listener)).isEmpty();
            assertThat(told(failing)).containsExactly("posel.webhook.failing");
        }

        @Test
        @DisplayName("S1: what a webhook that is off or expired would be told is recorded as skipped")
        void skipped() {
            String off = webhook(ALL, "/off", ",\"enabled\":false");
            String failing = webhook("\"lost\"", "/bad", "");
            accept("lost");
            await().atMost(Duration.ofSeconds(20)).until(() -> told(failing).equals(List.of("posel.webhook.failing")));

            assertThat(running.rows("select d.state, d.reason from delivery d join event e on e.no = d.event_no"
                            + " where d.webhook_id = '%s' and e.entity_id = '%s'".formatted(off, failing)))
                    .containsExactly("skipped disabled");
        }

        @Test
        @DisplayName("G7: what was accepted and not forgotten is handed in again, is a duplicate, and is forgotten")
        void crashedBeforeForgetting() throws SQLException {
            String failing = webhook("\"broken\"", "/bad", "");
            accept("broken");
            await().atMost(Duration.ofSeconds(20)).until(() -> told(failing).equals(List.of("posel.webhook.failing")));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> running.rows("select id from announcement").isEmpty());

            try (Connection connection = running.connect();
                    var statement = connection.createStatement()) {
                statement.execute("insert into announcement (id, webhook_id, kind, at, failing_since, dead_count)"
                        + " select id, entity_id, 'failing', accepted_at, accepted_at, 1 from event"
                        + " where entity_id = '" + failing + "'");
            }

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> running.rows("select id from announcement").isEmpty());
            assertThat(told(failing)).containsExactly("posel.webhook.failing");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "application/json|{'type':'posel.x','entity':{'type':'webhook','id':'1'},'data':{}}|/type",
                    "application/json|[{'type':'a','entity':{'type':'c','id':'1'},'data':{}},"
                            + "{'type':'posel.x','entity':{'type':'c','id':'1'},'data':{}}]|/1/type",
                    "application/cloudevents+json|{'specversion':'1.0','id':'1','source':'s','type':'posel.x',"
                            + "'subject':'1','data':{}}|/type",
                    "application/cloudevents-batch+json|[{'specversion':'1.0','id':'1','source':'s','type':'posel.x',"
                            + "'subject':'1','data':{}}]|/0/type"
                })
        @DisplayName("Nobody hands in what only Posel tells")
        void forged(String contentType, String body, String pointer) {
            assertForged(posel.send("POST", "/events", body.replace('\'', '"'), "Content-Type", contentType), pointer);
        }

        @Test
        @DisplayName("Nobody hands in what only Posel tells in the headers of a CloudEvent")
        void forgedInHeaders() {
            HttpAnswer answer = posel.send(
                    "POST",
                    "/events",
                    "{}",
                    "ce-specversion",
                    "1.0",
                    "ce-id",
                    "1",
                    "ce-source",
                    "s",
                    "ce-subject",
                    "1",
                    "ce-type",
                    "posel.x");

            assertForged(answer, "/type");
        }

        private void assertForged(HttpAnswer answer, String pointer) {
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.errors()).containsExactly(pointer + " reserved-type");
            assertThat(running.rows("select type from event where type in ('a', 'posel.x')"))
                    .isEmpty();
        }

        @Test
        @DisplayName("S10: what Posel tells can be picked, previewed and tried like any other event")
        void catalogue() {
            String webhook = webhook(ALL, "/tried", ",\"body\":\"{\\\"text\\\":\\\"#webhook.name# #deadCount#\\\"}\"");

            assertThat(posel.get("/api/webhooks/" + webhook).all("warnings", "code"))
                    .containsExactly("not-https");
            HttpAnswer tried =
                    posel.post("/api/webhooks/" + webhook + "/test", "{\"eventType\":\"posel.webhook.expiring\"}");
            assertThat(tried.at("response.status")).isEqualTo("200");
            assertThat(received("/tried")).contains("{\"text\":\"CRM 12\"}");
            String event = "{\"type\":\"posel.webhook.failing\",\"entity\":{\"type\":\"webhook\",\"id\":\"1\"},"
                    + "\"data\":{\"webhook\":{\"name\":\"Mine\"}}}";
            assertThat(posel.post(
                                    "/api/preview",
                                    "{\"url\":\"http://a.example/\",\"body\":\"{\\\"n\\\":\\\"#webhook.name#\\\"}\",\"event\":"
                                            + event + "}")
                            .at("body"))
                    .isEqualTo("{\"n\":\"Mine\"}");
        }
    }
}
