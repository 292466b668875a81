package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.PoselClient;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Receivers that take less than Posel could send, and say so (F8). */
class ThrottledReceiversIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path home;

    private Receiver receiver;
    private RunningPosel running;

    @BeforeEach
    void receiver() throws IOException {
        receiver = Receiver.start();
    }

    @AfterEach
    void end() throws IOException {
        running.close();
        receiver.close();
    }

    @ParameterizedTest
    @CsvSource({"H2, 300", "POSTGRESQL, 100"})
    @DisplayName(
            "K08, F8: a receiver that takes 20 a second and refuses the others by 429 and Retry-After gets them all")
    void takesSomeEachSecond(TestDatabase database, int events) {
        PoselClient posel = start(database, "PT10S");
        receiver.answer(perSecond(20, Answer.status(429).header("Retry-After", "1")));
        webhook(posel, receiver.url("/#entity.id#"));

        accept(posel, "t", events);

        await().atMost(SOON).until(() -> delivered() == events);
        assertThat(running.rows("select count(*) from delivery where state = 'dead'"))
                .containsExactly("0");
        assertThat(receiver.requests()).as("refused seldom").hasSizeLessThan(events * 3 / 2);
    }

    @ParameterizedTest
    @CsvSource({"503", "429"})
    @DisplayName("K08, F8: nearly all arrive at a receiver that does not say when it takes more")
    void doesNotSayWhen(int status) {
        PoselClient posel = start(TestDatabase.H2, "PT1S");
        receiver.answer(perSecond(20, Answer.status(status)));
        webhook(posel, receiver.url("/#entity.id#"));

        accept(posel, "t", 100);

        await().atMost(SOON).until(() -> delivered() >= 99);
    }

    @Test
    @DisplayName("F8, G4: while a receiver wants nothing it gets nothing but tests; then what it refused comes first")
    void paused() {
        PoselClient posel = start(TestDatabase.H2, "PT10S");
        receiver.answer(request -> request.target().equals("/first")
                        && request.header("webhook-attempt").orElse("").equals("1")
                ? Answer.status(503).header("Retry-After", "4")
                : Answer.ok());
        String id = webhook(posel, receiver.url("/#entity.id#"));
        String other = posel.createWebhook(
                "{\"name\":\"O\",\"events\":[\"o.o\"],\"url\":\"%s\"}".formatted(receiver.url("/other/#entity.id#")));
        event(posel, "t.t", "first");
        await().atMost(SOON).until(() -> !pausedUntil(posel, id).equals("null"));
        Instant until = Instant.parse(pausedUntil(posel, id));

        for (int i = 0; i < 50; i++) {
            event(posel, "t.t", "later" + i);
        }
        event(posel, "o.o", "o");
        posel.post(
                "/api/webhooks/" + id + "/test",
                "{\"event\":{\"type\":\"t.t\",\"entity\":{\"type\":\"t\",\"id\":\"test\"},\"data\":{}}}");

        await().atMost(SOON).until(() -> delivered() == 52);
        assertThat(pausedUntil(posel, other)).isEqualTo("null");
        assertThat(pausedUntil(posel, id)).isEqualTo("null");
        List<String> before = receiver.requests().stream()
                .filter(each -> each.at().isBefore(until.minusMillis(100)))
                .map(ReceivedRequest::target)
                .toList();
        assertThat(before).containsExactlyInAnyOrder("/first", "/other/o", "/test");
        assertThat(receiver.requests().stream().skip(before.size()).findFirst().map(ReceivedRequest::target))
                .hasValue("/first");
    }

    @Test
    @DisplayName("F8: another URL ends a pause, and a Posel that stops waits for none")
    void endsEarly() throws IOException {
        PoselClient posel = start(TestDatabase.H2, "PT10S");
        receiver.answer(Answer.status(429).header("Retry-After", "3000"));
        String id = webhook(posel, receiver.url("/#entity.id#"));
        accept(posel, "t", 20);
        await().atMost(SOON).until(() -> !pausedUntil(posel, id).equals("null"));
        assertThat(Instant.parse(pausedUntil(posel, id))).isBefore(Instant.now().plusSeconds(301));

        Instant stops = Instant.now();
        running.restart();
        assertThat(Duration.between(stops, Instant.now())).isLessThan(Duration.ofSeconds(200));
        PoselClient again = running.client();
        try (Receiver another = Receiver.start()) {
            await().atMost(SOON).until(() -> !pausedUntil(again, id).equals("null"));
            assertThat(again.patch("/api/webhooks/" + id, "{\"url\":\"" + another.url("/#entity.id#") + "\"}")
                            .status())
                    .isEqualTo(200);

            await().atMost(SOON).until(() -> delivered() > 0);
            assertThat(pausedUntil(again, id)).isEqualTo("null");
        }
    }

    @Test
    @DisplayName("F8: a receiver that was down for a while gets what was refused meanwhile, and not all at once")
    void wasDown() {
        PoselClient posel = start(TestDatabase.H2, "PT1S");
        Instant begin = Instant.now();
        receiver.answer(request -> Instant.now().isBefore(begin.plusSeconds(6)) ? Answer.status(502) : Answer.ok());
        webhook(posel, receiver.url("/#entity.id#"));

        accept(posel, "t", 400);

        await().atMost(SOON).until(() -> delivered() >= 390);
        long refused = receiver.requests().stream()
                .filter(each -> each.at().isBefore(begin.plusSeconds(6)))
                .count();
        assertThat(refused).as("it is asked now and then").isBetween(4L, 80L);
    }

    private PoselClient start(TestDatabase database, String delay) {
        running = RunningPosel.on(database, home)
                .with("POSEL_DELIVERY_REDELIVERY_DELAY", delay)
                .with("POSEL_DELIVERY_REDELIVERY_FACTOR", "6")
                .start();
        return running.client();
    }

    private static Function<ReceivedRequest, Answer> perSecond(int count, Answer refusal) {
        AtomicInteger[] seconds =
                IntStream.range(0, 1_000).mapToObj(i -> new AtomicInteger()).toArray(AtomicInteger[]::new);
        return request -> seconds[(int) (request.at().getEpochSecond() % seconds.length)].incrementAndGet() <= count
                ? Answer.ok()
                : refusal;
    }

    private static String webhook(PoselClient posel, String url) {
        return posel.createWebhook("{\"name\":\"W\",\"events\":[\"t.t\"],\"url\":\"%s\"}".formatted(url));
    }

    private static void accept(PoselClient posel, String entity, int count) {
        posel.accept(IntStream.range(0, count)
                .mapToObj(i -> eventOf("t.t", entity + i))
                .collect(Collectors.joining(",", "[", "]")));
    }

    private static void event(PoselClient posel, String type, String entity) {
        posel.accept(eventOf(type, entity));
    }

    private static String eventOf(String type, String entity) {
        return "{\"type\":\"%s\",\"entity\":{\"type\":\"t\",\"id\":\"%s\"},\"data\":{}}".formatted(type, entity);
    }

    private static String pausedUntil(PoselClient posel, String id) {
        return posel.get("/api/webhooks/" + id).at("pausedUntil");
    }

    private long delivered() {
        return Long.parseLong(running.rows("select count(*) from delivery where state = 'delivered'")
                .get(0));
    }
}
