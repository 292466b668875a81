package io.posel;

import static io.posel.testing.TestDatabase.H2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.delivery.Resent;
import io.posel.testing.Answer;
import io.posel.testing.Ports;
import io.posel.testing.PoselClient;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One delivery from event to outcome: what a receiver gets, and what happens when it fails. */
class DeliveryIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    static Path home;

    private static RunningPosel posel;

    private Receiver receiver;

    @BeforeAll
    static void start() {
        posel = RunningPosel.on(H2, home).with("POSEL_DELIVERY_TIMEOUT", "PT3S").start();
    }

    @AfterAll
    static void stop() {
        posel.close();
    }

    @BeforeEach
    void startReceiver() throws IOException {
        receiver = Receiver.start();
    }

    @AfterEach
    void stopReceiver() throws IOException {
        for (String id : posel.rows("select id from webhook where deleted_at is null")) {
            client().delete("/api/webhooks/" + id);
        }
        receiver.close();
    }

    private static PoselClient client() {
        return posel.client();
    }

    private static Stream<Arguments> failures() {
        List<Arguments> all = new ArrayList<>();
        for (String method : List.of("GET", "POST")) {
            all.add(Arguments.of(method, "500", Answer.status(500), "status"));
            all.add(Arguments.of(method, "503", Answer.status(503), "status"));
            all.add(Arguments.of(
                    method, "429 with Retry-After", Answer.status(429).header("Retry-After", "0"), "status"));
            all.add(Arguments.of(method, "a redirect", Answer.redirect("http://127.0.0.1:1/"), "status"));
            all.add(Arguments.of(method, "a closed connection", Answer.close(), "connection-closed"));
            all.add(Arguments.of(method, "no answer", Answer.hang(), "timeout"));
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("failures")
    @DisplayName("F2: a failed send is repeated twice, exactly three requests, then it is a dead letter")
    void threeRequests(String method, String failure, Answer answer, String reason) {
        receiver.answer(answer);
        webhook(method, receiver.url("/hook"));

        accept("f2-" + method + failure, "1", "{\"x\":1}");

        await().atMost(SOON).untilAsserted(() -> assertThat(deliveries()).containsExactly("dead " + reason + " 3"));
        assertThat(receiver.requests()).extracting(ReceivedRequest::method).containsExactly(method, method, method);
        assertThat(receiver.requests())
                .extracting(request -> request.header("webhook-attempt").orElse(""))
                .containsExactly("1", "2", "3");
        assertThat(receiver.requests())
                .extracting(request -> request.header("webhook-id").orElse(""))
                .containsOnly(receiver.requests().get(0).header("webhook-id").orElseThrow());
    }

    @ParameterizedTest
    @MethodSource("methods")
    @DisplayName("F2: refused connections are tried three times, too")
    void refusedConnections(String method) {
        webhook(method, "http://127.0.0.1:" + Ports.free() + "/");

        accept("refused-" + method, "1", "{}");

        await().atMost(SOON).untilAsserted(() -> assertThat(deliveries()).containsExactly("dead connect-refused 3"));
        assertThat(posel.rows("select a.number, a.error from attempt a join delivery d on d.id = a.delivery_id"
                        + " join webhook w on w.id = d.webhook_id where w.deleted_at is null order by a.number"))
                .containsExactly("1 connect-refused", "2 connect-refused", "3 connect-refused");
    }

    private static Stream<String> methods() {
        return Stream.of("GET", "POST");
    }

    @Test
    @DisplayName("F2: what succeeds at the second attempt is delivered, and not sent again")
    void secondAttempt() {
        receiver.answer(failing(1));
        webhook("POST", receiver.url("/hook"));

        accept("second", "1", "{}");

        await().atMost(SOON).untilAsserted(() -> assertThat(deliveries()).containsExactly("delivered null 2"));
        assertThat(receiver.requests()).hasSize(2);
    }

    @Test
    @DisplayName("F2: the time that a receiver asks for by Retry-After is kept")
    void retryAfter() {
        receiver.answer(request -> request.header("webhook-attempt").orElse("").equals("1")
                ? Answer.status(503).header("Retry-After", "2")
                : Answer.ok());
        webhook("POST", receiver.url("/hook"));

        accept("retry-after", "1", "{}");

        await().atMost(SOON).untilAsserted(() -> assertThat(deliveries()).containsExactly("delivered null 2"));
        assertThat(Duration.between(
                        receiver.requests().get(0).at(),
                        receiver.requests().get(1).at()))
                .isGreaterThanOrEqualTo(Duration.ofMillis(1_900));
    }

    @Test
    @DisplayName("F3, S4, S5, S7, S8: one event is one request, with its data in URL, body and headers")
    void rendered() {
        receiver.answer(Answer.ok());
        client().createWebhook("""
                        {"name":"crm","events":["customer.credit.changed"],
                         "url":"%s","headers":{"X-Shop":"#account.eshopId#"},
                         "body":"{\\"fixed\\": {\\"A\\": [1, 2.0]},\\"credit\\":#customer.credit#,\\"who\\":\\"#customer.email#\\",\\"none\\":\\"#nothing#\\"}"}""".formatted(receiver.url("/path/#customer.id#?mail=#customer.email#")));

        client().accept("""
                        [{"id":"r1","type":"customer.credit.changed","entity":{"type":"customer","id":"42"},
                          "data":{"customer":{"id":"4/2","email":"a\\"b@example.com","credit":12.50},"account":{"eshopId":"7"}}},
                         {"id":"r2","type":"customer.credit.changed","entity":{"type":"customer","id":"43"},"data":{}}]""");

        await().atMost(SOON).until(() -> receiver.requests().size() == 2);
        ReceivedRequest first = receiver.requests().stream()
                .filter(request -> request.target().contains("4%2F2"))
                .findFirst()
                .orElseThrow();
        assertThat(first.method()).isEqualTo("POST");
        assertThat(first.target()).isEqualTo("/path/4%2F2?mail=a%22b%40example.com");
        assertThat(first.text())
                .isEqualTo(
                        "{\"fixed\": {\"A\": [1, 2.0]},\"credit\":12.50,\"who\":\"a\\\"b@example.com\",\"none\":\"\"}");
        assertThat(first.header("X-Shop")).contains("7");
        assertThat(first.header("Content-Type")).contains("application/json");
        assertThat(first.header("webhook-event")).contains("customer.credit.changed");
        assertThat(first.header("webhook-entity")).contains("customer:42");
        assertThat(first.header("webhook-timestamp").orElse("")).matches("\\d{10}");
        assertThat(first.header("User-Agent").orElse("")).startsWith("Posel/");
    }

    @Test
    @DisplayName("F4: user and password in the URL become Basic authentication and leave the URL")
    void basic() {
        receiver.answer(Answer.ok());
        webhook("GET", receiver.url("/x").replace("http://", "http://u%40ser:p%C3%A4ss@"));

        accept("basic", "1", "{}");

        await().atMost(SOON).until(() -> receiver.requests().size() == 1);
        ReceivedRequest request = receiver.requests().get(0);
        assertThat(request.header("Authorization"))
                .contains("Basic " + Base64.getEncoder().encodeToString("u@ser:päss".getBytes(StandardCharsets.UTF_8)));
        assertThat(request.target()).isEqualTo("/x");
    }

    @Test
    @DisplayName("F5: a repeat after a lost answer carries the same id and payload")
    void sameIdOnRepeat() {
        receiver.answer(
                request -> request.header("webhook-attempt").orElse("").equals("1") ? Answer.close() : Answer.ok());
        webhook("POST", receiver.url("/hook"));

        accept("lost", "1", "{\"x\":\"same\"}");

        await().atMost(SOON).until(() -> receiver.requests().size() == 2);
        assertThat(receiver.requests().get(1).header("webhook-id"))
                .isEqualTo(receiver.requests().get(0).header("webhook-id"));
        assertThat(receiver.requests().get(1).body())
                .isEqualTo(receiver.requests().get(0).body());
    }

    @Test
    @DisplayName(
            "S1: while off nothing is sent, new events are skipped, and what was queued goes out when it is on again")
    void switchedOff() {
        receiver.answer(Answer.status(500).header("Retry-After", "5"));
        String id = webhook("POST", receiver.url("/hook"));
        accept("tried", "1", "{\"x\":1}");
        accept("behind", "1", "{\"x\":2}");
        await().atMost(SOON).until(() -> receiver.requests().size() == 1);

        client().patch("/api/webhooks/" + id, "{\"enabled\":false}");
        accept("while-off", "1", "{\"x\":3}");
        await().during(Duration.ofSeconds(6))
                .atMost(SOON)
                .until(() -> receiver.requests().size() == 1);
        assertThat(deliveries()).containsExactly("queued null 1", "queued null 0", "skipped disabled 0");

        receiver.answer(Answer.ok());
        client().patch("/api/webhooks/" + id, "{\"enabled\":true}");

        await().atMost(SOON).untilAsserted(() -> assertThat(deliveries())
                .containsExactly("delivered null 2", "delivered null 1", "skipped disabled 0"));
        assertThat(receiver.requests())
                .extracting(ReceivedRequest::text)
                .containsExactly("{\"x\": 1}", "{\"x\": 1}", "{\"x\": 2}");
    }

    @Test
    @DisplayName("S2: only events of the trigger that meet the filter are sent")
    void filtered() {
        receiver.answer(Answer.ok());
        client().createWebhook(
                        "{\"name\":\"f\",\"events\":[\"a.b\"],\"filter\":{\"account.eshopId\":[\"7\"]},\"url\":\"%s\"}"
                                .formatted(receiver.url("/?id=#event.id#")));

        client().accept("""
                        [{"id":"e1","type":"a.b","entity":{"type":"c","id":"1"},"data":{"account":{"eshopId":7}}},
                         {"id":"e2","type":"a.b","entity":{"type":"c","id":"2"},"data":{"account":{"eshopId":"8"}}},
                         {"id":"e3","type":"a.c","entity":{"type":"c","id":"3"},"data":{"account":{"eshopId":"7"}}}]""");

        await().atMost(SOON).untilAsserted(() -> assertThat(deliveries()).containsExactly("delivered null 1"));
        assertThat(receiver.requests()).extracting(ReceivedRequest::target).containsExactly("/?id=e1");
    }

    @Test
    @DisplayName("G6: a render error kills its own delivery at once, the next of the lane goes on")
    void renderError() {
        receiver.answer(Answer.ok());
        client().createWebhook(
                        "{\"name\":\"p\",\"events\":[\"t\"],\"url\":\"%s\"}".formatted(receiver.url("/#x#/end")));

        accept("dots", "1", "{\"x\":\"..\"}");
        accept("good", "1", "{\"x\":\"fine\"}");

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(deliveries()).containsExactly("dead render 1", "delivered null 1"));
        assertThat(receiver.requests()).extracting(ReceivedRequest::target).containsExactly("/fine/end");
    }

    @Test
    @DisplayName("G6: an answer of bytes is kept as it came, and fails nobody")
    void answerOfBytes() {
        receiver.answer(Answer.status(500).body(new byte[] {0, (byte) 0xff, (byte) 0xc3, 0x28, 7}));
        webhook("POST", receiver.url("/hook"));

        accept("bytes", "1", "{}");

        await().atMost(SOON).untilAsserted(() -> assertThat(deliveries()).containsExactly("dead status 3"));
    }

    @ParameterizedTest
    @MethodSource("methods")
    @DisplayName("K06: a receiver that closes after each answer without saying so costs no attempt and no delay")
    void closesAfterEachAnswer(String method) {
        receiver.answer((socket, closing) -> {
            Answer.ok().body("ok").send(socket, closing);
            return false;
        });
        webhook(method, receiver.url("/hook"));

        for (int i = 0; i < 60; i++) {
            accept("k06-" + method + i, "1", "{\"x\":" + i + "}");
        }

        await().atMost(SOON).until(() -> receiver.requests().size() == 60);
        await().atMost(SOON).untilAsserted(() -> assertThat(
                        posel.rows(
                                "select count(*), max(d.attempts) from delivery d"
                                        + " join webhook w on w.id = d.webhook_id where w.deleted_at is null and d.state = 'delivered'"))
                .containsExactly("60 1"));
        assertThat(receiver.requests()).hasSize(60);
    }

    @Test
    @DisplayName(
            "K06, F2: a request that a kept connection lost is sent again in the same attempt, and the record says so")
    void sentAgain() {
        Map<Integer, AtomicInteger> requests = new ConcurrentHashMap<>();
        receiver.answer(request -> requests.computeIfAbsent(request.connection(), none -> new AtomicInteger())
                                .incrementAndGet()
                        == 1
                ? Answer.ok()
                : Answer.close());
        String id = webhook("POST", receiver.url("/hook"));

        accept("kept", "1", "{\"x\":1}");
        await().atMost(SOON).until(() -> receiver.requests().size() == 1);
        accept("lost", "1", "{\"x\":2}");

        await().atMost(SOON).untilAsserted(() -> assertThat(deliveries())
                .containsExactly("delivered null 1", "delivered resent 1"));
        assertThat(client().get("/api/deliveries?webhook=" + id).text())
                .containsOnlyOnce("\"resent\":true")
                .containsOnlyOnce("\"resent\":false")
                .containsOnlyOnce("\"detail\":\"" + Resent.NOTE + "\"")
                .doesNotContain("\"reason\":\"");
        assertThat(receiver.requests()).hasSize(3);
        assertThat(receiver.requests().subList(1, 3))
                .extracting(request -> request.header("webhook-id").orElse("")
                        + request.header("webhook-attempt").orElse(""))
                .containsOnly(receiver.requests().get(1).header("webhook-id").orElse("") + "1");
    }

    private static Function<ReceivedRequest, Answer> failing(int attempts) {
        return request -> Integer.parseInt(request.header("webhook-attempt").orElse("0")) <= attempts
                ? Answer.status(500)
                : Answer.ok();
    }

    private static String webhook(String method, String url) {
        return client().createWebhook("{\"name\":\"w\",\"events\":[\"t\"],\"url\":\"%s\",\"body\":%s}"
                .formatted(url, method.equals("POST") ? "\"{\\\"x\\\": #x#}\"" : "null"));
    }

    private static void accept(String id, String entity, String data) {
        client().accept(
                        "{\"id\":\"%s\",\"source\":\"%s\",\"type\":\"t\",\"entity\":{\"type\":\"c\",\"id\":\"%s\"},\"data\":%s}"
                                .formatted(id, UUID.randomUUID(), entity, data));
    }

    /** State, reason and attempts of the deliveries of webhooks that stand, in the order of acceptance. */
    private static List<String> deliveries() {
        return posel.rows("select d.state, d.reason, d.attempts from delivery d join webhook w on w.id = d.webhook_id"
                + " where w.deleted_at is null order by d.event_no");
    }
}
