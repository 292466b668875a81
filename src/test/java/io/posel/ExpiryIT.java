package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.HttpAnswer;
import io.posel.testing.MovableClock;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Expiry and retention; the clock is moved, nobody waits. */
class ExpiryIT {
    @TempDir
    Path home;

    private final MovableClock clock = new MovableClock();
    private Receiver receiver;
    private RunningPosel posel;
    private String webhook;

    private void start(TestDatabase database) throws IOException {
        receiver = Receiver.start().answer(Answer.status(500));
        posel = RunningPosel.on(database, home)
                .with("POSEL_PURGE_CRON", "* * * * * ?")
                .at(clock)
                .start();
        webhook = posel.client()
                .createWebhook("{\"name\":\"w\",\"events\":[\"t\"],\"url\":\"%s\"}".formatted(receiver.url("/")));
    }

    @AfterEach
    void stop() throws IOException {
        posel.close();
        receiver.close();
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("F1: a webhook expires with the dead delivery that makes 3 days of failing, and not before")
    void expires(TestDatabase database) throws IOException {
        start(database);
        die("e1");
        assertThat(state()).isEqualTo("failing");
        clock.move(Duration.ofDays(1));
        die("e2");
        clock.move(Duration.ofDays(2));
        die("e3");
        assertThat(state()).as("no gap counts more than a day").isEqualTo("failing");
        clock.move(Duration.ofDays(1).minusSeconds(1));
        die("e4");
        assertThat(state()).isEqualTo("failing");
        clock.move(Duration.ofSeconds(1));
        assertThat(state()).as("time alone expires nobody").isEqualTo("failing");

        die("e5");
        await().atMost(Duration.ofSeconds(20)).until(() -> state().equals("expired"));

        accept("e6");
        assertThat(deliveries()).endsWith("skipped expired");
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("K23, F1: time in which Posel was down expires nobody, and the failing time outlives a start")
    void stoppedTimeCountsNot(TestDatabase database) throws IOException {
        start(database);
        die("e1");
        clock.move(Duration.ofDays(1));
        die("e2");
        for (int days : new int[] {4, 5}) {
            posel.close();
            clock.move(Duration.ofDays(days));
            posel.start();
            assertThat(state()).isEqualTo("failing");
            if (days == 4) {
                die("e3");
                assertThat(state()).isEqualTo("failing");
            }
        }

        die("e4");

        await().atMost(Duration.ofSeconds(20)).until(() -> state().equals("expired"));
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("F1: a delivered message clears it")
    void successClears(TestDatabase database) throws IOException {
        start(database);
        die("e1");
        clock.move(Duration.ofDays(2));
        receiver.answer(Answer.ok());
        accept("e2");
        await().atMost(Duration.ofSeconds(20)).until(() -> state().equals("active"));
        receiver.answer(Answer.status(500));
        clock.move(Duration.ofDays(2));

        die("e3");

        assertThat(state()).isEqualTo("failing");
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("F10, F1: a webhook whose requests cannot be rendered is failing, and never expires")
    void renderErrorsCountNot(TestDatabase database) throws IOException {
        start(database);
        posel.client().patch("/api/webhooks/" + webhook, "{\"url\":\"%s\"}".formatted(receiver.url("/#x#")));
        for (int i = 1; i <= 5; i++) {
            posel.client()
                    .accept(
                            "{\"id\":\"r%d\",\"type\":\"t\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},\"data\":{\"x\":\"..\"}}"
                                    .formatted(i));
            int dead = i;
            await().atMost(Duration.ofSeconds(20))
                    .until(() ->
                            deliveries().stream().filter("dead render"::equals).count() == dead);
            clock.move(Duration.ofDays(1));
        }
        awaitKnown();
        assertThat(state()).isEqualTo("failing");
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("F10, F1: a webhook whose address is refused is failing, and never expires")
    void refusedAddressesCountNot(TestDatabase database) throws IOException {
        start(database);
        posel.with("POSEL_DELIVERY_ALLOW", "10.0.0.0/8").restart();
        for (int i = 1; i <= 5; i++) {
            die("e" + i);
            clock.move(Duration.ofDays(1));
        }
        assertThat(deliveries()).hasSize(5).containsOnly("dead address-refused");
        assertThat(state()).isEqualTo("failing");
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("F1: a changed URL clears it")
    void editClears(TestDatabase database) throws IOException {
        start(database);
        die("e1");
        clock.move(Duration.ofDays(2));
        posel.client().patch("/api/webhooks/" + webhook, "{\"url\":\"%s\"}".formatted(receiver.url("/other")));
        assertThat(state()).isEqualTo("active");
        clock.move(Duration.ofDays(2));

        die("e2");

        assertThat(state()).isEqualTo("failing");
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("F1: an expired webhook comes back by restore, switched off")
    void restored(TestDatabase database) throws IOException {
        start(database);
        for (int i = 1; i <= 4; i++) {
            die("d" + i);
            clock.move(Duration.ofDays(1));
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> state().equals("expired"));

        assertThat(posel.client()
                        .post("/api/webhooks/" + webhook + "/restore", "")
                        .status())
                .isEqualTo(200);

        assertThat(state()).isEqualTo("disabled");
        receiver.answer(Answer.ok());
        posel.client().patch("/api/webhooks/" + webhook, "{\"enabled\":true}");
        accept("e3");
        await().atMost(Duration.ofSeconds(20)).until(() -> deliveries().contains("delivered null"));
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("K29, F9, S1: a 410 switches the webhook off after one request; what is queued waits, new events are"
            + " skipped, and it goes on when it is switched on")
    void gone(TestDatabase database) throws IOException {
        start(database);
        receiver.answer(Answer.status(410));
        posel.client().accept("[" + event("g1") + "," + event("g2") + "," + event("g3") + "]");

        await().atMost(Duration.ofSeconds(20)).until(() -> state().equals("disabled"));

        HttpAnswer shown = posel.client().get("/api/webhooks/" + webhook);
        assertThat(shown.at("reason")).isEqualTo("gone");
        assertThat(shown.at("enabled")).isEqualTo("false");
        accept("g4");
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(deliveries())
                .containsExactly("dead status", "queued null", "queued null", "skipped disabled"));
        assertThat(receiver.requests()).hasSize(1);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(posel.rows("select type from event where entity_type = 'webhook'"))
                        .containsExactly("posel.webhook.disabled"));

        posel.restart();
        assertThat(state()).as("after a restart").isEqualTo("disabled");
        receiver.answer(Answer.ok());
        HttpAnswer on = posel.client().patch("/api/webhooks/" + webhook, "{\"enabled\":true}");
        assertThat(on.at("reason")).isEqualTo("null");
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(deliveries())
                .startsWith("dead status", "delivered null", "delivered null", "skipped disabled"));
        await().atMost(Duration.ofSeconds(20)).until(() -> state().equals("active"));
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("K29, F9: after the first 410 nothing more is started, whatever waits and however slow the disk is")
    void goneAtOnce(TestDatabase database) throws IOException {
        start(database);
        receiver.answer(Answer.status(410));
        List<String> events = IntStream.range(0, 200)
                .mapToObj(i -> event("n" + i).replace("\"id\":\"1\"", "\"id\":\"" + i + "\""))
                .toList();
        posel.client().accept("[" + String.join(",", events) + "]");

        await().atMost(Duration.ofSeconds(20)).until(() -> state().equals("disabled"));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(posel.rows("select id from delivery where state = 'dead'"))
                        .hasSameSizeAs(receiver.requests()));

        assertThat(receiver.requests().size()).as("those in flight").isLessThanOrEqualTo(8);
        assertThat(posel.rows("select distinct state from delivery where state <> 'dead'"))
                .containsExactly("queued");
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("K29, F9: a 410 to a second attempt ends the delivery and switches off, one to a test changes nothing")
    void goneLater(TestDatabase database) throws IOException {
        start(database);
        receiver.answer(Answer.status(410));
        HttpAnswer test = posel.client()
                .post("/api/webhooks/" + webhook + "/test", "{\"eventType\":\"customer.credit.changed\"}");
        assertThat(test.at("response.status")).isEqualTo("410");
        awaitKnown();
        assertThat(state()).isEqualTo("active");

        receiver.answer(request -> Answer.status(receiver.requests().size() < 3 ? 500 : 410));
        accept("later");

        await().atMost(Duration.ofSeconds(20)).until(() -> state().equals("disabled"));
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(
                        posel.rows("select attempts, reason from delivery where state = 'dead'"))
                .containsExactly("2 status"));
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("G6, G7: settled history and its keys go when retention ends, what is queued stays")
    void retention(TestDatabase database) throws IOException {
        start(database);
        die("old");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> posel.rows("select id from event").size() == 2); // it was told that the webhook fails
        List<String> old = posel.rows("select id from event");
        List<String> oldKeys = posel.rows("select id from event_key");
        clock.move(Duration.ofDays(29)); // at the next full minute it is told that the failing is over: that one stays
        assertThat(posel.client().accept(event("old")).at("events.0.status")).isEqualTo("duplicate");
        posel.client().patch("/api/webhooks/" + webhook, "{\"enabled\":false}");
        accept("skipped");

        clock.move(Duration.ofDays(2));

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(posel.rows("select id from event")).contains("skipped").doesNotContainAnyElementsOf(old);
            assertThat(posel.rows("select id from event_key"))
                    .contains("skipped")
                    .doesNotContainAnyElementsOf(oldKeys);
        });
        assertThat(posel.rows("select number from attempt")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("F1: expired and deleted webhooks go when retention ends")
    void webhooksGo(TestDatabase database) throws IOException {
        start(database);
        for (int i = 1; i <= 4; i++) {
            die("d" + i);
            clock.move(Duration.ofDays(1));
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> state().equals("expired"));
        HttpAnswer replay = posel.client().post("/api/dead-letters/replay", "{\"webhook\":\"" + webhook + "\"}");
        assertThat(replay.status()).isEqualTo(409);
        assertThat(replay.errors()).containsExactly(" webhook-expired");
        String deleted = posel.client()
                .createWebhook("{\"name\":\"d\",\"events\":[\"t\"],\"url\":\"%s\"}".formatted(receiver.url("/")));
        posel.client().delete("/api/webhooks/" + deleted);

        clock.move(Duration.ofDays(31));

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(posel.rows("select id from webhook"))
                .isEmpty());
        for (String id : List.of(webhook, deleted)) {
            assertThat(posel.client()
                            .post("/api/webhooks/" + id + "/restore", "")
                            .status())
                    .isEqualTo(404);
        }
    }

    private void die(String id) {
        int before = deliveries().size();
        accept(id);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> deliveries().size() == before + 1
                        && deliveries().get(before).startsWith("dead"));
        awaitKnown();
    }

    /** Outcomes are on disk a moment before Posel knows what they did to a webhook; this is written after them. */
    private void awaitKnown() {
        assertThat(posel.client().post("/api/webhooks/none/restore", "").status())
                .isEqualTo(404);
    }

    private void accept(String id) {
        posel.client().accept(event(id));
    }

    private static String event(String id) {
        return "{\"id\":\"%s\",\"type\":\"t\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},\"data\":{\"x\":\"y\"}}"
                .formatted(id);
    }

    private String state() {
        return posel.client().get("/api/webhooks/" + webhook).at("state");
    }

    private List<String> deliveries() {
        return posel.rows("select state, reason from delivery order by event_no");
    }
}
