package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import io.posel.testing.Answer;
import io.posel.testing.HttpAnswer;
import io.posel.testing.MovableClock;
import io.posel.testing.PoselClient;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signatures as a receiver sees them, verified with the libraries that receivers use. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SigningIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String POST = ",'body':'{\\u0022note\\u0022: \\u0022#note#\\u0022}'";
    private static final String GET = "";

    private final MovableClock clock = new MovableClock(Clock.systemUTC().instant());

    private RunningPosel running;
    private Receiver receiver;
    private int events;

    @BeforeAll
    void start(@TempDir Path home) {
        running = RunningPosel.on(TestDatabase.H2, home).at(clock).start();
    }

    @AfterAll
    void stop() {
        running.close();
    }

    @BeforeEach
    void receive() throws IOException {
        receiver = Receiver.start();
        // the libraries take no time that is more than five minutes from theirs
        clock.move(Duration.between(clock.instant(), Clock.systemUTC().instant()));
    }

    @AfterEach
    void end() throws IOException {
        posel().get("/api/webhooks?limit=200").all("items", "id").forEach(id -> posel().delete("/api/webhooks/" + id));
        receiver.close();
    }

    private PoselClient posel() {
        return running.client();
    }

    private String webhook(String body) {
        return posel().createWebhook(("{'name':'Shop','events':['note.written'],'url':'"
                        + receiver.url("/hook?note=#note#") + "'" + body + "}")
                .replace('\'', '"'));
    }

    private String rotate(String webhook) {
        HttpAnswer answer = posel().post("/api/webhooks/" + webhook + "/secret", null);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.header("Cache-Control")).hasValue("no-store");
        return answer.at("secret");
    }

    private String accept() {
        String id = "e" + ++events;
        posel().accept("{\"type\":\"note.written\",\"id\":\"" + id
                + "\",\"entity\":{\"type\":\"note\",\"id\":\"1\"},\"data\":{\"note\":\"Žofie \\\"s\\\"\"}}");
        return id;
    }

    private ReceivedRequest next() {
        int before = receiver.requests().size();
        accept();
        await().atMost(SOON).until(() -> receiver.requests().size() > before);
        return receiver.requests().get(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {POST, GET})
    @DisplayName("a receiver verifies a request with the secret it was given, and only with that one")
    void isVerified(String body) {
        String webhook = webhook(body);
        String secret = rotate(webhook);

        ReceivedRequest request = next();

        assertThat(request.method()).isEqualTo(body.equals(GET) ? "GET" : "POST");
        assertVerified(request, secret);
        assertThat(isVerifiedByReference(request, rotate(webhook(body)))).isFalse();
    }

    @Test
    void withoutASecretNothingIsSigned() {
        String webhook = webhook(POST);

        assertThat(next().header("webhook-signature")).isEmpty();
        assertThat(posel().get("/api/webhooks/" + webhook).at("signed")).isEqualTo("false");
    }

    @ParameterizedTest
    @ValueSource(strings = {POST, GET})
    @DisplayName("F2: every redelivery is signed with its own time, a replay too")
    void redeliveriesAndReplays(String body) {
        String webhook = webhook(body);
        String secret = rotate(webhook);
        receiver.answer(request -> {
            clock.move(Duration.ofSeconds(7));
            return Answer.status(500);
        });

        String event = accept();
        await().atMost(SOON)
                .until(() -> posel().get("/api/deliveries?event=" + event + "&state=dead")
                                .all("items", "id")
                                .size()
                        == 1);
        receiver.answer(Answer.ok());
        String delivery = posel().get("/api/deliveries?event=" + event).at("items.0.id");
        posel().post("/api/deliveries/" + delivery + "/replay", null);
        await().atMost(SOON).until(() -> receiver.requests().size() == 4);

        assertThat(receiver.requests()).allSatisfy(request -> assertVerified(request, secret));
        assertThat(header("webhook-timestamp")).doesNotHaveDuplicates();
        assertThat(header("webhook-signature")).doesNotHaveDuplicates();
        assertThat(header("webhook-id")).containsOnly(delivery);
    }

    @ParameterizedTest
    @ValueSource(strings = {POST, GET})
    @DisplayName("a test is signed as a delivery is, with the secrets of that moment")
    void aTestIsSigned(String body) throws WebhookSigningException {
        String webhook = webhook(body);
        assertThat(test(webhook).header("webhook-signature")).isEmpty();

        String old = rotate(webhook);
        assertVerified(test(webhook), old);

        String now = rotate(webhook);
        ReceivedRequest both = test(webhook);
        assertThat(signatures(both)).containsExactly(signed(both, now), signed(both, old));
        assertVerified(both, old);
        assertVerified(both, now);
        assertThat(both.headerNames()).containsAll(next().headerNames());

        clock.move(Duration.ofHours(24));
        ReceivedRequest later = test(webhook);
        assertThat(signatures(later)).containsExactly(signed(later, now));
    }

    /** What was sent; shown is the same signature. */
    private ReceivedRequest test(String webhook) {
        HttpAnswer answer = posel().post(
                        "/api/webhooks/" + webhook + "/test",
                        "{\"event\":{\"type\":\"a\",\"entity\":{\"type\":\"n\",\"id\":\"1\"},"
                                + "\"data\":{\"note\":\"Žofie\"}}}");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        ReceivedRequest sent = receiver.requests().get(receiver.requests().size() - 1);
        assertThat(sent.header("webhook-id").orElseThrow()).startsWith("test_");
        sent.header("webhook-signature")
                .ifPresent(signature -> assertThat(answer.at("request.headers.webhook-signature"))
                        .isEqualTo(signature));
        return sent;
    }

    private List<String> header(String name) {
        return receiver.requests().stream()
                .map(request -> request.header(name).orElse("none"))
                .toList();
    }

    @Test
    @DisplayName("a rotated secret signs along for 24 hours, behind the new one")
    void rotation() throws WebhookSigningException {
        String webhook = webhook(POST);
        String old = rotate(webhook);
        String now = rotate(webhook);

        ReceivedRequest first = next();
        assertThat(signatures(first)).containsExactly(signed(first, now), signed(first, old));
        assertVerified(first, old);
        assertVerified(first, now);

        clock.move(Duration.ofHours(24).minusSeconds(60));
        ReceivedRequest last = next();
        assertThat(signatures(last)).containsExactly(signed(last, now), signed(last, old));

        clock.move(Duration.ofSeconds(61));
        ReceivedRequest later = next();
        assertThat(signatures(later)).containsExactly(signed(later, now));
    }

    @Test
    @DisplayName("F2: what is repeated after a rotation is signed with the new secret too")
    void rotationBetweenAttempts() throws WebhookSigningException {
        String webhook = webhook(POST);
        String old = rotate(webhook);
        String[] secret = new String[1];
        receiver.answer(request -> {
            if (secret[0] == null) {
                secret[0] = rotate(webhook);
                return Answer.status(500);
            }
            return Answer.ok();
        });

        accept();
        await().atMost(SOON).until(() -> receiver.requests().size() == 2);

        ReceivedRequest first = receiver.requests().get(0);
        ReceivedRequest second = receiver.requests().get(1);
        assertThat(signatures(first)).containsExactly(signed(first, old));
        assertThat(signatures(second)).containsExactly(signed(second, secret[0]), signed(second, old));
    }

    @Test
    @DisplayName("S9: a signing secret is shown once, kept encrypted, and survives edits and a restart")
    void isKeptAndNotShown() throws WebhookSigningException {
        String webhook = webhook(POST);
        String path = "/api/webhooks/" + webhook;
        String tag = posel().get(path).header("ETag").orElseThrow();
        String secret = rotate(webhook);
        assertThat(Base64.getDecoder().decode(secret.substring("whsec_".length())))
                .hasSize(32);

        HttpAnswer shown = posel().get(path);
        assertThat(shown.at("signed")).isEqualTo("true");
        assertThat(shown.header("ETag")).as("its definition is the same").hasValue(tag);
        HttpAnswer written = posel().put(path, shown.text(), "If-Match", tag);
        assertThat(written.status()).as(written.toString()).isEqualTo(200);
        posel().patch(path, "{\"name\":\"Other\"}");
        ReceivedRequest before = next();
        assertThat(signatures(before)).containsExactly(signed(before, secret));
        Stream.of(path, "/api/webhooks", "/api/deliveries")
                .forEach(each -> assertThat(posel().get(each).text()).doesNotContain("whsec", secret.substring(6)));
        assertThat(running.rows("select count(*) from webhook where signing is not null and id = '" + webhook + "'"))
                .containsExactly("1");

        running.restart();

        ReceivedRequest after = next();
        assertThat(signatures(after)).containsExactly(signed(after, secret));
        assertThat(posel().delete(path).status()).isEqualTo(204);
        assertThat(posel().post(path + "/secret", null).errors()).containsExactly(" unknown-webhook");
    }

    private static List<String> signatures(ReceivedRequest request) {
        return List.of(request.header("webhook-signature").orElse("none").split(" "));
    }

    private static String signed(ReceivedRequest request, String secret) throws WebhookSigningException {
        return new Webhook(secret)
                .sign(
                        request.header("webhook-id").orElseThrow(),
                        Long.parseLong(request.header("webhook-timestamp").orElseThrow()),
                        request.text());
    }

    private static void assertVerified(ReceivedRequest request, String secret) {
        assertThat(isVerifiedByReference(request, secret)).isTrue();
        assertThat(isVerifiedBySvix(request, secret)).isTrue();
    }

    private static boolean isVerifiedByReference(ReceivedRequest request, String secret) {
        try {
            new Webhook(secret).verify(request.text(), headers(request));
            return true;
        } catch (WebhookVerificationException e) {
            return false;
        }
    }

    private static boolean isVerifiedBySvix(ReceivedRequest request, String secret) {
        try {
            new com.svix.Webhook(secret)
                    .verify(request.text(), HttpHeaders.of(headers(request), (name, value) -> true));
            return true;
        } catch (com.svix.exceptions.WebhookVerificationException | com.svix.exceptions.EmptyWebhookSecretException e) {
            return false;
        }
    }

    private static Map<String, List<String>> headers(ReceivedRequest request) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String name : List.of("webhook-id", "webhook-timestamp", "webhook-signature")) {
            headers.put(name, List.of(request.header(name).orElseThrow()));
        }
        return headers;
    }
}
