package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.HttpAnswer;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many events with sequence numbers, and more of them than may wait. */
class NumberedEventsIT {
    private static final int ENTITIES = 100;
    private static final int EACH = 20;

    @TempDir
    Path home;

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("F6, G3: 2,000 numbered events of 100 entities, shuffled and over several connections, leave in order")
    void shuffled(TestDatabase database) throws Exception {
        try (Receiver receiver = Receiver.start();
                RunningPosel posel = RunningPosel.on(database, home)
                        .with("POSEL_SEQUENCE_TIMEOUT", "PT5M")
                        .start()) {
            receiver.answer(Answer.ok());
            webhook(posel, receiver);
            List<String> events = new ArrayList<>();
            for (int entity = 0; entity < ENTITIES; entity++) {
                for (int number = 1; number <= EACH; number++) {
                    events.add(event(String.valueOf(entity), number));
                }
            }
            Collections.shuffle(events, new Random(11));
            ExecutorService connections = Executors.newFixedThreadPool(8);
            List<Future<?>> answers = new ArrayList<>();
            for (int from = 0, size; from < events.size(); from += size) {
                size = Math.min(1 + from % 7, events.size() - from);
                List<String> some = events.subList(from, from + size);
                answers.add(connections.submit(() -> posel.client().accept("[" + String.join(",", some) + "]")));
            }
            for (Future<?> answer : answers) {
                answer.get(60, TimeUnit.SECONDS);
            }
            connections.shutdown();

            await().atMost(Duration.ofSeconds(120))
                    .until(() -> receiver.requests().size() == ENTITIES * EACH);
            Map<String, List<Integer>> numbers = new HashMap<>();
            for (ReceivedRequest request : receiver.requests()) {
                String[] parts = request.target().split("[=&]");
                numbers.computeIfAbsent(parts[1], any -> new ArrayList<>()).add(Integer.valueOf(parts[3]));
            }
            List<Integer> inOrder = IntStream.rangeClosed(1, EACH).boxed().toList();
            assertThat(numbers).hasSize(ENTITIES).allSatisfy((entity, order) -> assertThat(order)
                    .isEqualTo(inOrder));
            assertThat(posel.rows("select no from event where late")).isEmpty();
            assertThat(posel.rows("select event_no from held_event")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName(
            "G5, G4: behind the gap of an entity 1,000 events wait; more are refused, others and who closes it not")
    void fullGap(TestDatabase database) throws IOException {
        try (Receiver receiver = Receiver.start();
                RunningPosel posel = RunningPosel.on(database, home)
                        .with("POSEL_SEQUENCE_TIMEOUT", "PT5M")
                        .start()) {
            receiver.answer(Answer.ok());
            webhook(posel, receiver);
            posel.client().accept(event("a", 1));
            posel.client().accept(events("a", 4, 1_003));

            refused(posel.client().post("/events", event("a", 1_004)), "", "a", 2);
            HttpAnswer several = posel.client()
                    .post("/events", "[" + event("b", 1) + "," + event("a", 2) + "," + event("a", 1_004) + "]");
            refused(several, "/2", "a", 3);
            assertThat(posel.rows("select id from event where entity_id = 'b'")).isEmpty();
            assertThat(posel.rows("select id from event_key where id in ('b-1', 'a-2', 'a-1004')"))
                    .isEmpty();
            assertThat(posel.client().accept(event("a", 5)).text()).contains("duplicate");
            posel.client().accept(event("b", 1));
            posel.client().accept(event("b", 7));
            posel.client()
                    .accept("{\"id\":\"none\",\"type\":\"t\",\"entity\":{\"type\":\"c\",\"id\":\"a\"},\"data\":{}}");

            posel.restart();
            refused(posel.client().post("/events", event("a", 1_004)), "", "a", 2);
            assertThat(posel.rows("select count(*) from held_event where entity_id = 'a'"))
                    .containsExactly("1000");

            posel.client().accept(event("a", 2));
            posel.client().accept(event("a", 3));
            // those from before the restart are brought back while requests are taken
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(posel.rows("select event_no from held_event where entity_id = 'a'"))
                            .isEmpty());
            posel.client().accept(event("a", 1_005));
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("G5: more than the capacity of the step do not wait in all; what goes at once is taken")
    void capacity(TestDatabase database) throws IOException {
        Path routes = Files.createDirectories(home.resolve("routes"));
        try (var files = Files.walk(Path.of("routes"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = routes.resolve(Path.of("routes").relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.writeString(copy, Files.readString(file).replace("capacity: \"100000\"", "capacity: \"10\""));
            }
        }
        try (RunningPosel posel = RunningPosel.on(database, home)
                .with("POSEL_SEQUENCE_TIMEOUT", "PT5M")
                .start()) {
            posel.client().accept(events("a", 2, 9));
            posel.client().accept(events("b", 2, 3));

            HttpAnswer full = posel.client().post("/events", event("c", 4));
            assertThat(full.status()).isEqualTo(503);
            assertThat(full.errors()).containsExactly(" sequence-gaps-full");
            posel.client().accept(events("c", 1, 3));
            posel.client().accept(event("a", 1));
            assertThat(posel.rows("select entity_id from held_event")).containsOnly("b");
            posel.client().accept(event("c", 5));
        }
    }

    private static void refused(HttpAnswer answer, String pointer, String entity, long missing) throws IOException {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(503);
        assertThat(answer.header("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.header("Retry-After")).isPresent();
        assertThat(answer.errors()).containsExactly(pointer + " sequence-gap-full");
        assertThat(answer.at("errors.0.params.entity")).isEqualTo("c:" + entity);
        assertThat(answer.at("errors.0.params.missing")).isEqualTo(String.valueOf(missing));
        assertThat(Files.readString(Path.of("src/docs/operations.md")))
                .contains("`sequence-gap-full`", "`sequence-gaps-full`");
    }

    private static void webhook(RunningPosel posel, Receiver receiver) {
        posel.client()
                .createWebhook("{\"name\":\"w\",\"events\":[\"t\"],\"url\":\"%s\"}"
                        .formatted(receiver.url("/?entity=#entity.id#&n=#n#")));
    }

    private static String event(String entity, int number) {
        return "{\"id\":\"%s-%d\",\"type\":\"t\",\"entity\":{\"type\":\"c\",\"id\":\"%s\"},\"sequence\":%d,\"data\":{\"n\":%d}}"
                .formatted(entity, number, entity, number, number);
    }

    private static String events(String entity, int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(number -> event(entity, number))
                .toList()
                .toString();
    }
}
