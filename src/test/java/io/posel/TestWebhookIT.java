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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code POST /api/webhooks/{id}/test}: a request now, outside the queue. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TestWebhookIT {
    private static final String SAMPLE = "{\"eventType\":\"customer.credit.changed\"}";
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private Path home;
    private RunningPosel running;
    private PoselClient posel;
    private Receiver receiver;

    @BeforeAll
    void start(@TempDir Path folder) {
        home = folder;
        running = on(folder.resolve("one")).start();
        posel = running.client();
    }

    private static RunningPosel on(Path home) {
        return RunningPosel.on(TestDatabase.H2, home).with("POSEL_DELIVERY_TIMEOUT", TIMEOUT.toString());
    }

    @AfterAll
    void stop() {
        running.close();
    }

    @BeforeEach
    void receive() throws IOException {
        receiver = Receiver.start();
    }

    @AfterEach
    void end() throws IOException {
        receiver.close();
    }

    private String webhook(PoselClient client, String url, String more) {
        return client.createWebhook(
                ("{'name':'Shop','events':['session.ended'],'enabled':false,'url':'" + url + "'" + more + "}")
                        .replace('\'', '"'));
    }

    private HttpAnswer test(String webhook, String body) {
        HttpAnswer answer = posel.post("/api/webhooks/" + webhook + "/test", body);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer;
    }

    private HttpAnswer test(String url) {
        return test(webhook(posel, url, ""), SAMPLE);
    }

    @Test
    void theSampleOfATypeIsSentThoughTheWebhookIsOffAndNamesAnotherType() {
        receiver.answer(Answer.status(202).header("X-Seen", "yes").body("thanks"));
        String id =
                webhook(posel, receiver.url("/c/#customer.id#"), ",'body':'{\\u0022credit\\u0022: #customer.credit#}'");

        HttpAnswer answer = test(id, SAMPLE);

        assertThat(receiver.requests()).hasSize(1);
        ReceivedRequest sent = receiver.requests().get(0);
        assertThat(sent.method()).isEqualTo("POST");
        assertThat(sent.header("webhook-test")).contains("true");
        assertThat(sent.header("webhook-id"))
                .hasValueSatisfying(each -> assertThat(each).matches("test_[0-9a-f-]{36}"));
        assertThat(sent.header("webhook-attempt")).contains("1");
        assertThat(sent.header("webhook-event")).contains("customer.credit.changed");
        assertThat(answer.at("request.method")).isEqualTo("POST");
        assertThat(answer.at("request.url")).isEqualTo(receiver.url(sent.target()));
        assertThat(answer.at("request.body")).isEqualTo(sent.text());
        assertThat(answer.at("request.headers.webhook-id"))
                .isEqualTo(sent.header("webhook-id").orElseThrow());
        assertThat(answer.at("request.headers.webhook-test")).isEqualTo("true");
        assertThat(answer.at("response.status")).isEqualTo("202");
        assertThat(answer.at("response.headers.X-Seen")).isEqualTo("yes");
        assertThat(answer.at("response.body")).isEqualTo("thanks");
        assertThat(Integer.parseInt(answer.at("response.durationMs"))).isBetween(0, 2_000);
        assertThat(answer.text()).doesNotContain("\"error\"").doesNotContain("Camel");
    }

    @Test
    void anEventOfOnesOwnIsSent() {
        String id = webhook(posel, receiver.url("/?id=#customer.id#"), "");

        test(
                id,
                "{\"event\":{\"type\":\"a.b\",\"entity\":{\"type\":\"customer\",\"id\":\"9\"},"
                        + "\"data\":{\"customer\":{\"id\":\"4/2\"}}}}");

        assertThat(receiver.requests()).hasSize(1);
        assertThat(receiver.requests().get(0).method()).isEqualTo("GET");
        assertThat(receiver.requests().get(0).target()).isEqualTo("/?id=4%2F2");
        assertThat(receiver.requests().get(0).header("webhook-entity")).contains("customer:9");
    }

    @Test
    void theNewestEventThatWasAcceptedIsSent() {
        String id = webhook(posel, receiver.url("/?id=#customer.id#"), "");
        String test = "{\"eventType\":\"no.catalogue\",\"recent\":true}";
        HttpAnswer none = posel.post("/api/webhooks/" + id + "/test", test);
        assertThat(none.status()).isEqualTo(422);
        assertThat(none.errors()).containsExactly("/eventType no-recent-event");
        for (String customer : List.of("1", "2")) {
            posel.accept("{\"type\":\"no.catalogue\",\"entity\":{\"type\":\"customer\",\"id\":\"" + customer
                    + "\"},\"data\":{\"customer\":{\"id\":\"" + customer + "\"}}}");
        }

        test(id, test);

        assertThat(receiver.requests()).hasSize(1);
        assertThat(receiver.requests().get(0).target()).isEqualTo("/?id=2");
        assertThat(receiver.requests().get(0).header("webhook-event")).contains("no.catalogue");
        assertThat(receiver.requests().get(0).header("webhook-test")).contains("true");
    }

    @Test
    void secretsAreSentAndNotShown() {
        String id = webhook(
                posel,
                receiver.url("/?key=topsecret").replace("://", "://user:passsecret@"),
                ",'headers':{'X-Key':'alsosecret'}");

        HttpAnswer answer = test(id, SAMPLE);

        ReceivedRequest sent = receiver.requests().get(0);
        assertThat(sent.target()).isEqualTo("/?key=topsecret");
        assertThat(sent.header("X-Key")).contains("alsosecret");
        assertThat(sent.header("Authorization")).contains("Basic dXNlcjpwYXNzc2VjcmV0");
        assertThat(answer.at("request.url")).isEqualTo(receiver.url("/?key=***"));
        assertThat(answer.at("request.headers.X-Key")).isEqualTo("***");
        assertThat(answer.at("request.headers.Authorization")).isEqualTo("***");
        assertThat(answer.text()).doesNotContain("secret").doesNotContain("Basic");
    }

    @Test
    void aFailureIsShownOnceAndLeavesNothingBehind() {
        receiver.answer(Answer.status(503).header("Retry-After", "0").body("no"));
        String id = webhook(posel, receiver.url("/"), "");

        HttpAnswer answer = test(id, SAMPLE);

        assertThat(answer.at("response.status")).isEqualTo("503");
        assertThat(answer.at("response.body")).isEqualTo("no");
        assertThat(posel.get("/api/webhooks/" + id).at("failingSince")).isEqualTo("null");
        assertThat(posel.get("/api/webhooks/" + id).header("ETag")).contains("\"1\"");
        receiver.answer(Answer.ok());
        assertThat(test(id, SAMPLE).at("response.status")).isEqualTo("200");
        assertThat(posel.get("/api/webhooks/" + id).at("lastSuccessAt")).isNotEqualTo("null");
        assertThat(posel.get("/api/webhooks/" + id).header("ETag")).contains("\"1\"");
        assertThat(receiver.requests()).hasSize(2);
        assertThat(running.rows("select id from event where type = 'session.ended'"))
                .isEmpty();
        assertThat(running.rows("select id from delivery where webhook_id = '" + id + "'"))
                .isEmpty();
    }

    @Test
    @DisplayName("F1: a test that is delivered ends the failing of its webhook, one that is not changes nothing")
    void endsFailing() {
        receiver.answer(Answer.status(500));
        String id = posel.createWebhook(
                "{\"name\":\"f\",\"events\":[\"failing\"],\"url\":\"%s\"}".formatted(receiver.url("/")));
        posel.accept("{\"type\":\"failing\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},\"data\":{}}");
        await().atMost(Duration.ofSeconds(30)).until(() -> state(id).equals("failing"));
        String since = posel.get("/api/webhooks/" + id).at("failingSince");

        test(id, SAMPLE);
        assertThat(state(id)).isEqualTo("failing");
        assertThat(posel.get("/api/webhooks/" + id).at("failingSince")).isEqualTo(since);

        receiver.answer(Answer.ok());
        test(id, SAMPLE);
        assertThat(state(id)).isEqualTo("active");
    }

    private String state(String id) {
        return posel.get("/api/webhooks/" + id).at("state");
    }

    @Test
    void aRedirectIsShownAndNotFollowed() {
        receiver.answer(Answer.redirect("/elsewhere"));

        assertThat(test(receiver.url("/")).at("response.status")).isEqualTo("302");
        assertThat(receiver.requests()).hasSize(1);
    }

    @Test
    void anAddressThatIsNotAllowedIsNotSaidMoreOfThanTheSetting() {
        for (String url : List.of("http://10.1.2.3:22/", "http://[::1]/", "http://192.168.0.1/")) {
            HttpAnswer answer = test(url);

            assertThat(answer.at("error.code")).as(url).isEqualTo("address-refused");
            assertThat(answer.at("error.detail"))
                    .isEqualTo("Nothing was sent: the address of this host is not public, or it is where Posel itself"
                            + " listens. An operator can allow other networks with POSEL_DELIVERY_ALLOW.");
            assertThat(answer.at("request.method")).isEqualTo("GET");
            assertThat(answer.text()).doesNotContain("\"response\"");
        }
    }

    @Test
    void whyThereIsNoAnswerIsSaid() {
        receiver.answer(Answer.hang());
        assertThat(test(receiver.url("/")).at("error.code")).isEqualTo("timeout");

        receiver.answer((socket, closing) -> {
            socket.getOutputStream().write("SSH-2.0-OpenSSH_9.9\r\nand more\r\n\r\n".getBytes());
            return false;
        });
        HttpAnswer noHttp = test(receiver.url("/"));
        assertThat(noHttp.at("error.code")).isIn("bad-answer", "connection-closed");
        assertThat(noHttp.text()).doesNotContain("SSH");

        receiver.answer((socket, closing) -> {
            socket.getOutputStream().write("HTTP/1.1 200 OK\r\nno colon\r\n\r\n".getBytes());
            return false;
        });
        HttpAnswer noColon = test(receiver.url("/"));
        assertThat(noColon.at("error.cause")).isEqualTo("header-without-colon");
        assertThat(noColon.at("error.detail")).isEqualTo("a header line without a colon: no colon");

        receiver.answer(Answer.endlessInterim(102));
        HttpAnswer endless = test(receiver.url("/"));
        assertThat(endless.at("error.code")).isEqualTo("bad-answer");
        assertThat(endless.at("error.cause")).isEqualTo("too-many-interim-answers");
        assertThat(endless.at("error.detail")).isEqualTo("more than 20 interim answers");
    }

    @Test
    void ofALongAnswerTheBeginningIsShownAndOfOneThatIsNoTextNothing() {
        receiver.answer(Answer.ok().body("ž".repeat(5_000)));
        assertThat(test(receiver.url("/")).at("response.body")).isEqualTo("ž".repeat(1_024));

        receiver.answer(Answer.ok().body("x" + "ž".repeat(5_000)));
        assertThat(test(receiver.url("/")).at("response.body")).isEqualTo("x" + "ž".repeat(1_023));

        receiver.answer(Answer.ok().body(new byte[] {'a', (byte) 0xff, (byte) 0xfe}));
        assertThat(test(receiver.url("/")).at("response.body")).isEqualTo("null");

        receiver.answer(Answer.ok()
                .header("Content-Type", "text/plain; charset=iso-8859-2")
                .body(new byte[] {(byte) 0xbe}));
        assertThat(test(receiver.url("/")).at("response.body")).isEqualTo("ž");

        receiver.answer(Answer.ok().header("X-Long", "x".repeat(5_000)));
        assertThat(test(receiver.url("/")).at("response.headers.X-Long")).hasSize(501);
    }

    @Test
    void anEventThatCannotBeRenderedIsRefused() {
        String id = webhook(posel, receiver.url("/#customer.id#/"), "");

        HttpAnswer answer = posel.post(
                "/api/webhooks/" + id + "/test",
                "{\"event\":{\"type\":\"a\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},"
                        + "\"data\":{\"customer\":{\"id\":\"..\"}}}}");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.errors()).containsExactly(" render");
        assertThat(receiver.requests()).isEmpty();
    }

    @Test
    void aDeletedWebhookIsNotTested() {
        String id = webhook(posel, receiver.url("/"), "");
        posel.delete("/api/webhooks/" + id);

        assertThat(posel.post("/api/webhooks/" + id + "/test", SAMPLE).status()).isEqualTo(404);
        assertThat(receiver.requests()).isEmpty();
    }

    @Test
    void soManyAreSentAtOnceAndInAMinute() {
        try (RunningPosel other =
                on(home.resolve("other")).at(new MovableClock()).start()) {
            PoselClient client = other.client();
            String path = "/api/webhooks/" + webhook(client, receiver.url("/"), "") + "/test";
            receiver.answer(Answer.hang());

            List<CompletableFuture<HttpAnswer>> atOnce = IntStream.range(0, 6)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> client.post(path, SAMPLE), task -> new Thread(task).start()))
                    .toList();
            assertThat(atOnce.stream().map(CompletableFuture::join).map(HttpAnswer::status))
                    .containsExactlyInAnyOrder(200, 200, 200, 200, 429, 429);
            assertThat(receiver.requests()).hasSize(4);

            receiver.answer(Answer.ok());
            List<HttpAnswer> others = IntStream.range(0, 40)
                    .mapToObj(i -> client.post(path, SAMPLE))
                    .toList();
            HttpAnswer last = others.get(others.size() - 1);
            assertThat(last.status()).isEqualTo(429);
            assertThat(last.errors()).containsExactly(" too-many-tests");
            assertThat(last.header("Retry-After").map(Integer::valueOf)).contains(2);
            assertThat(others.stream().filter(each -> each.status() == 200)).hasSize(26);
        }
    }
}
