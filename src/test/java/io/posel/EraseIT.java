package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.HttpAnswer;
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
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code POST /api/erase}, on both databases. */
class EraseIT {
    private static final String SECRET = "Jana-Horvathova-1975";

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
        private RunningPosel running;
        private Receiver receiver;
        private String webhook;
        private int number;
        /** A type and entities of this test alone. */
        private String type;

        private String entity;
        private String other;

        Calls(TestDatabase database) {
            this.database = database;
        }

        @BeforeAll
        void start(@TempDir Path home) throws IOException {
            receiver = Receiver.start();
            running = RunningPosel.on(database, home)
                    .with("POSEL_SEQUENCE_TIMEOUT", "PT5S")
                    .start();
        }

        @AfterAll
        void stop() throws IOException {
            running.close();
            receiver.close();
        }

        @BeforeEach
        void next() {
            number++;
            type = "erase.t" + number;
            entity = "e" + number;
            other = "o" + number;
            receiver.answer(Answer.ok());
        }

        @AfterEach
        void deleteWebhook() {
            posel().delete("/api/webhooks/" + webhook);
        }

        private PoselClient posel() {
            return running.client();
        }

        private void webhook(String more) {
            webhook = posel().createWebhook(quoted("{'name':'w','events':['" + type + "'],'url':'" + receiver.url("/")
                    + "','body':'{\\'id\\': #event.id#, \\'name\\': #name#}'" + more + "}"));
        }

        private static String quoted(String json) {
            return json.replace("\\'", "\\\"").replace('\'', '"');
        }

        private String accept(String id, String ofEntity, String more) {
            return posel().accept(quoted("{'id':'" + type + "-" + id + "','type':'" + type
                            + "','entity':{'type':'person','id':'" + ofEntity + "'}" + more + ",'data':{'name':'"
                            + SECRET + "'}}"))
                    .at("events.0.status");
        }

        private HttpAnswer erase() {
            HttpAnswer answer =
                    posel().post("/api/erase", quoted("{'entity':{'type':'person','id':'" + entity + "'}}"));
            assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
            assertThat(answer.at("complete")).isEqualTo("true");
            return answer;
        }

        private HttpAnswer deliveries(String ofEntity) {
            return posel().get("/api/deliveries?limit=200&entity=person:" + ofEntity);
        }

        private List<String> states(String ofEntity) {
            return deliveries(ofEntity).all("items", "state");
        }

        private List<String> reasons() {
            return deliveries(entity).all("items", "reason");
        }

        /** The ids of the events that the receiver was told of in this test. */
        private List<String> told() {
            return receiver.requests().stream()
                    .map(ReceivedRequest::text)
                    .filter(body -> body.contains("\"" + type + "-"))
                    .map(body -> body.replaceAll(".*\"" + type + "-([^\"]*)\".*", "$1"))
                    .toList();
        }

        /** Everything that is kept of this test's entity, as text. */
        private void assertNothingReadable() {
            String ofEntity = " where entity_id = '" + entity + "'";
            for (String bytes : List.of(
                    "select data from event" + ofEntity,
                    "select answer from attempt a join delivery d on d.id = a.delivery_id"
                            + " join event e on e.no = d.event_no" + ofEntity + " and answer is not null")) {
                assertThat(running.rows("select count(*) from (" + bytes + ") x where octet_length("
                                + (bytes.contains("answer") ? "answer" : "data") + ") > 0"))
                        .as(bytes)
                        .containsExactly("0");
            }
            assertThat(running.rows("select detail from attempt a join delivery d on d.id = a.delivery_id"
                            + " join event e on e.no = d.event_no" + ofEntity))
                    .allMatch(String::isEmpty);
            for (String id : deliveries(entity).all("items", "id")) {
                HttpAnswer shown = posel().get("/api/deliveries/" + id);
                assertThat(shown.text()).doesNotContain(SECRET);
                assertThat(shown.at("request")).isEqualTo("null");
                assertThat(shown.at("erased")).isEqualTo("true");
            }
        }

        @Test
        void dataAndAnswersGoAndIdsTimesAndResultsStay() {
            webhook("");
            receiver.answer(request -> told().size() == 1 ? Answer.status(400).body("no " + SECRET) : Answer.ok());
            accept("1", entity, "");
            await().until(() -> states(entity).contains("delivered"));
            String before = deliveries(entity).at("items.0.settledAt");
            assertThat(posel().get("/api/deliveries/" + deliveries(entity).at("items.0.id"))
                            .text())
                    .contains(SECRET);

            HttpAnswer erased = erase();

            assertThat(erased.at("events")).isEqualTo("1");
            assertThat(erased.at("skipped")).isEqualTo("0");
            assertNothingReadable();
            HttpAnswer kept = deliveries(entity);
            assertThat(kept.at("items.0.state")).isEqualTo("delivered");
            assertThat(kept.at("items.0.settledAt")).isEqualTo(before);
            assertThat(kept.at("items.0.eventId")).isEqualTo(type + "-1");
            assertThat(kept.all("items.0.attempts", "status")).containsExactly("400", "200");
            HttpAnswer event = posel().get("/api/events?entity=person:" + entity);
            assertThat(event.at("items.0.erased")).isEqualTo("true");
            assertThat(event.at("items.0.type")).isEqualTo(type);
            assertThat(erase().at("events")).isEqualTo("0");
        }

        @Test
        void whatWasErasedIsNotReplayedAndItsIdStaysTaken() {
            webhook("");
            accept("1", entity, "");
            accept("2", other, "");
            await().until(() ->
                    states(entity).contains("delivered") && states(other).contains("delivered"));
            erase();

            HttpAnswer refused =
                    posel().post("/api/deliveries/" + deliveries(entity).at("items.0.id") + "/replay", null);
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.errors()).containsExactly(" erased");
            String delivered = quoted("{'webhook':'" + webhook + "','states':['delivered'],'dryRun':%s}");
            assertThat(posel().post("/api/deliveries/replay", delivered.formatted(true))
                            .at("count"))
                    .isEqualTo("1");
            assertThat(posel().post("/api/deliveries/replay", delivered.formatted(false))
                            .at("count"))
                    .isEqualTo("1");
            await().until(() -> told().size() == 3);
            assertThat(told()).containsExactlyInAnyOrder("1", "2", "2");
            assertThat(accept("1", entity, "")).isEqualTo("duplicate");
            // nor is kept by what one could find out what was erased
            assertThat(accept("1", other, "")).isEqualTo("duplicate");
            assertThat(running.rows("select id from event_key where hash is null"))
                    .contains(type + "-1");
        }

        @Test
        void whoErasedWhatAndHowManyStandsInTheTrail() {
            webhook("");
            accept("1", entity, "");
            accept("2", entity, "");

            erase();
            erase();

            HttpAnswer trail = posel().get("/api/audit?limit=2");
            assertThat(trail.all("items", "action")).containsExactly("entity-erased", "entity-erased");
            assertThat(trail.all("items", "subject")).containsExactly("person:" + entity, "person:" + entity);
            assertThat(trail.all("items", "count")).containsExactly("0", "2");
            assertThat(trail.all("items", "who")).containsExactly("admin-token", "admin-token");
        }

        @Test
        void theLongestEntityCanBeErased() {
            entity = "x".repeat(200);
            String erase = quoted("{'entity':{'type':'" + "t".repeat(100) + "','id':'" + entity + "'}}");

            assertThat(posel().post("/api/erase", erase).status()).isEqualTo(200);
            assertThat(posel().get("/api/audit?limit=1").at("items.0.subject")).endsWith(entity);
            webhook("");
        }

        @Test
        void ofWhatIsInFlightTheResultIsKeptAndNothingElseLeaves() throws Exception {
            webhook("");
            CountDownLatch go = new CountDownLatch(1);
            receiver.answer((socket, closing) -> {
                go.await();
                return Answer.ok().send(socket, closing);
            });
            accept("1", entity, "");
            await().until(() -> told().size() == 1);
            for (int i = 2; i <= 40; i++) {
                accept(String.valueOf(i), entity, "");
            }
            accept("o1", other, "");
            accept("o2", other, "");

            HttpAnswer erased = erase();
            accept("after", entity, "");
            go.countDown();

            assertThat(erased.at("events")).isEqualTo("40");
            assertThat(erased.at("skipped")).isEqualTo("40"); // the one in flight too, until its outcome is known
            await().until(() -> told().size() == 4);
            await().until(() ->
                    states(entity).stream().filter("delivered"::equals).count() == 2);
            await().until(() -> states(other).equals(List.of("delivered", "delivered")));
            assertThat(told()).containsExactlyInAnyOrder("1", "o1", "o2", "after");
            assertThat(told().indexOf("o1")).isLessThan(told().indexOf("o2"));
            assertThat(states(entity)).filteredOn("skipped"::equals).hasSize(39);
            assertThat(reasons()).filteredOn("erased"::equals).hasSize(39);
            assertThat(running.rows("select count(*) from delivery where pos > 0"))
                    .containsExactly("0");
        }

        @Test
        void whatAReceiverSaysAfterwardsIsNotKept() throws Exception {
            webhook("");
            CountDownLatch go = new CountDownLatch(1);
            receiver.answer((socket, closing) -> {
                go.await();
                return Answer.status(500).body("no " + SECRET).send(socket, closing);
            });
            accept("1", entity, "");
            await().until(() -> told().size() == 1);

            erase();
            go.countDown();

            await().until(() ->
                    deliveries(entity).all("items.0.attempts", "status").equals(List.of("500")));
            await().until(() -> running.rows("select attempts from delivery d join event e on e.no = d.event_no"
                                    + " where entity_id = '" + entity + "' and d.next_at is null")
                            .size()
                    == 1); // its redelivery came due and was skipped
            assertThat(told()).containsExactly("1");
            assertThat(reasons()).containsExactly("erased");
            assertNothingReadable();
        }

        @Test
        void aRedeliveryThatWaitsIsNotSent() {
            webhook("");
            receiver.answer(Answer.status(503).header("Retry-After", "2"));
            accept("1", entity, "");
            accept("2", entity, "");
            await().until(() ->
                    deliveries(entity).all("items.1.attempts", "status").equals(List.of("503")));

            erase();
            receiver.answer(Answer.ok());
            accept("3", entity, ""); // of the same lane, so it goes when the redelivery has come due

            await().until(() -> states(entity).contains("delivered"));
            assertThat(told()).containsExactly("1", "3");
            assertThat(states(entity)).containsExactly("delivered", "skipped", "skipped");
            assertThat(reasons()).containsExactly("null", "erased", "erased");
        }

        @Test
        void heldEventsAreSkippedAndTheNumbersGoOn() {
            webhook("");
            accept("1", entity, ",'sequence':1");
            accept("3", entity, ",'sequence':3");
            await().until(() -> states(entity).contains("delivered"));

            assertThat(erase().at("events")).isEqualTo("2");
            assertThat(reasons())
                    .as("at once, and not when their turn comes")
                    .containsExactlyInAnyOrder("null", "erased");
            accept("4", entity, ",'sequence':4");

            await().atMost(Duration.ofSeconds(30)).until(() -> told().contains("4"));
            assertThat(told()).containsExactly("1", "4");
            await().until(() -> running.rows("select * from held_event").isEmpty());
            assertThat(reasons()).containsExactly("null", "erased", "null");
        }

        @Test
        void othersOfTheLaneAndOfTheRateGoOn() throws Exception {
            webhook(",'ordering':'entityType','rateLimit':1");
            CountDownLatch go = new CountDownLatch(1);
            receiver.answer((socket, closing) -> {
                go.await();
                return Answer.ok().send(socket, closing);
            });
            accept("o1", other, "");
            for (int i = 1; i <= 30; i++) {
                accept(String.valueOf(i), entity, "");
            }
            accept("o2", other, "");
            await().until(() -> told().size() == 1);

            erase();
            go.countDown();

            // thirty skipped ones that had a turn each would take half a minute
            await().atMost(Duration.ofSeconds(15)).until(() -> told().size() == 2);
            assertThat(told()).containsExactly("o1", "o2");
        }

        @Test
        void whatIsQueuedOnDiskWithoutItsDataIsSkipped() throws SQLException {
            webhook("");
            receiver.answer(Answer.hang());
            accept("1", entity, "");
            accept("2", entity, "");
            await().until(() -> told().size() == 1);
            posel().patch("/api/webhooks/" + webhook, quoted("{'enabled':false}"));
            receiver.closeConnections();
            try (Connection connection = running.connect();
                    var statement = connection.createStatement()) {
                statement.execute("update event set data = '' where id = '" + type + "-2'");
            }

            receiver.answer(Answer.ok());
            running.restart();
            posel().patch("/api/webhooks/" + webhook, quoted("{'enabled':true}"));

            await().until(() -> states(entity).equals(List.of("skipped", "delivered")));
            assertThat(told()).containsOnly("1");
            assertThat(reasons()).containsExactly("erased", "null");
        }
    }
}
