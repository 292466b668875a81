package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import io.posel.webhook.Ordering;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The order in which events reach receivers, on both databases. */
class OrderIT {
    private static final int EVENTS = 1_000;
    private static final int ENTITIES = 50;
    private static final int WEBHOOKS = 5;

    @TempDir
    Path home;

    private static Stream<Arguments> cases() {
        return Stream.of(TestDatabase.values()).flatMap(database -> Stream.of(Ordering.ENTITY, Ordering.ENTITY_TYPE)
                .map(ordering -> Arguments.of(database, ordering)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    @DisplayName(
            "F6, G3, G6: with receivers that fail at random, first receipts of a lane stand in order of acceptance")
    void inOrder(TestDatabase database, Ordering ordering) throws IOException {
        Random random = new Random(7);
        try (Receiver receiver = Receiver.start();
                RunningPosel posel = RunningPosel.on(database, home)
                        .with("POSEL_DELIVERY_REDELIVERY_DELAY", "PT0.005S")
                        .start()) {
            receiver.answer(request -> Math.floorMod(
                                    (request.target()
                                                    + request.header("webhook-attempt")
                                                            .orElse(""))
                                            .hashCode(),
                                    10)
                            < 3
                    ? Answer.status(500)
                    : Answer.ok());
            for (int i = 0; i < WEBHOOKS; i++) {
                posel.client()
                        .createWebhook("{\"name\":\"w%d\",\"events\":[\"t\"],\"ordering\":\"%s\",\"url\":\"%s\"}"
                                .formatted(i, ordering.json(), receiver.url("/" + i + "?entity=#entity.id#&n=#n#")));
            }

            for (int n = 0; n < EVENTS; ) {
                List<String> batch = new ArrayList<>();
                for (int size = 1 + random.nextInt(20); batch.size() < size && n < EVENTS; n++) {
                    batch.add(
                            "{\"id\":\"e%d\",\"type\":\"t\",\"entity\":{\"type\":\"c\",\"id\":\"%d\"},\"data\":{\"n\":%d}}"
                                    .formatted(n, random.nextInt(ENTITIES), n));
                }
                posel.client().accept("[" + String.join(",", batch) + "]");
            }

            await().atMost(Duration.ofSeconds(120)).untilAsserted(() -> assertThat(
                            posel.rows("select count(*) from delivery where state in ('delivered', 'dead')"))
                    .containsExactly(String.valueOf(EVENTS * WEBHOOKS)));
            assertThat(posel.rows("select count(*) from delivery where state = 'dead'"))
                    .doesNotContain("0");
            firstReceipts(receiver.requests(), ordering)
                    .forEach((lane, numbers) -> assertThat(numbers).as(lane).isSortedAccordingTo(Integer::compare));
        }
    }

    /** Of each webhook and lane: the numbers in the order in which they came first. */
    private static Map<String, List<Integer>> firstReceipts(List<ReceivedRequest> requests, Ordering ordering) {
        Map<String, Set<Integer>> lanes = new HashMap<>();
        for (ReceivedRequest request : requests) {
            String[] parts = request.target().split("[?=&]");
            String lane = parts[0] + (ordering == Ordering.ENTITY ? " " + parts[2] : "");
            lanes.computeIfAbsent(lane, any -> new LinkedHashSet<>()).add(Integer.valueOf(parts[4]));
        }
        Map<String, List<Integer>> lists = new HashMap<>();
        lanes.forEach((lane, numbers) -> lists.put(lane, List.copyOf(numbers)));
        return lists;
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("F6: shuffled sequence numbers are put in order, a late one goes at once and is marked")
    void sequenceNumbers(TestDatabase database) throws IOException {
        try (Receiver receiver = Receiver.start();
                RunningPosel posel = RunningPosel.on(database, home)
                        .with("POSEL_SEQUENCE_TIMEOUT", "PT4S")
                        .start()) {
            receiver.answer(Answer.ok());
            posel.client()
                    .createWebhook(
                            "{\"name\":\"w\",\"events\":[\"t\"],\"url\":\"%s\"}".formatted(receiver.url("/?n=#n#")));

            for (int n : new int[] {2, 3, 1}) {
                numbered(posel, n, "e" + n);
            }
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> receiver.requests().size() == 3);
            assertThat(targets(receiver)).containsExactly("/?n=1", "/?n=2", "/?n=3");

            numbered(posel, 6, "e6");
            numbered(posel, 5, "e5");
            assertThat(posel.rows("select state from delivery where state = 'held'"))
                    .hasSize(2);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> receiver.requests().size() == 5);
            numbered(posel, 4, "e4");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> receiver.requests().size() == 6);
            assertThat(targets(receiver)).endsWith("/?n=5", "/?n=6", "/?n=4");
            assertThat(receiver.requests().get(5).header("webhook-late")).contains("true");
            assertThat(receiver.requests().get(4).header("webhook-late")).isEmpty();
            assertThat(posel.rows("select event_no from held_event")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("G1, F6: events that wait for a number survive a restart, and the gap is still waited for")
    void heldOverRestart(TestDatabase database) throws IOException {
        try (Receiver receiver = Receiver.start();
                RunningPosel posel = RunningPosel.on(database, home)
                        .with("POSEL_SEQUENCE_TIMEOUT", "PT60S")
                        .start()) {
            receiver.answer(Answer.ok());
            posel.client()
                    .createWebhook(
                            "{\"name\":\"w\",\"events\":[\"t\"],\"url\":\"%s\"}".formatted(receiver.url("/?n=#n#")));
            numbered(posel, 1, "e1");
            numbered(posel, 3, "e3");

            posel.restart();
            numbered(posel, 2, "e2");

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> receiver.requests().size() == 3);
            assertThat(targets(receiver)).containsExactly("/?n=1", "/?n=2", "/?n=3");
        }
    }

    private static void numbered(RunningPosel posel, int n, String id) {
        posel.client()
                .accept(
                        "{\"id\":\"%s\",\"type\":\"t\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},\"sequence\":%d,\"data\":{\"n\":%d}}"
                                .formatted(id, n, n));
    }

    private static List<String> targets(Receiver receiver) {
        return receiver.requests().stream().map(ReceivedRequest::target).toList();
    }
}
