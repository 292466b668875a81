package io.posel;

import static io.posel.testing.TestDatabase.H2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.json.Json;
import io.posel.testing.Answer;
import io.posel.testing.JarPosel;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.StringJoiner;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * C1, C3, C4: the words in the route files do the work. Each test changes one of them in a copy of {@code routes/}
 * beside the built jar, and sees the program behave differently.
 */
class EditRoutesIT {
    @TempDir
    Path home;

    private Receiver receiver;
    private JarPosel posel;
    private Path routes;

    @BeforeEach
    void copy() throws IOException {
        receiver = Receiver.start().answer(Answer.ok());
        posel = JarPosel.on(H2, home).with("POSEL_SEQUENCE_TIMEOUT", "PT60S");
        routes = posel.copyRoutes();
    }

    @AfterEach
    void stop() throws IOException {
        posel.close();
        receiver.close();
    }

    @Test
    @DisplayName("C1, C3: the routes as they are deliver, in the order of sequence numbers, and SIGTERM ends with 0")
    void unchanged() throws IOException {
        posel.start();
        webhook();
        event("e2", 2);
        event("e1", 1);
        eventually(() -> assertThat(targets()).containsExactly("/?id=e1", "/?id=e2"));

        assertThat(posel.stop()).isZero();
        assertThat(Files.readString(posel.log())).contains("routes from file:" + routes);
    }

    @Test
    @DisplayName("C3: without a routes folder the jar's own routes are used")
    void builtIn() throws IOException {
        Files.move(routes, home.resolve("not-routes"));
        posel.start();
        webhook();
        event("e1", 1);
        eventually(() -> assertThat(targets()).containsExactly("/?id=e1"));
        assertThat(Files.readString(posel.log())).contains("routes from the jar");
    }

    @Test
    @DisplayName("C3, F2: maximumRedeliveries: 0 gives one request")
    void noRedelivery() throws IOException {
        edit(
                "delivery-errors",
                "maximumRedeliveries: \"{{posel.delivery.redeliveries}}\"",
                "maximumRedeliveries: \"0\"");
        receiver.answer(Answer.status(500));
        posel.start();
        webhook();
        event("e1", 1);
        eventually(() -> assertThat(states()).containsExactly("dead"));
        assertThat(targets()).hasSize(1);
    }

    @Test
    @DisplayName("F10: without the dead letter channel what fails is dead all the same, after its three requests")
    void noDeadLetterChannel() throws IOException {
        edit("delivery-errors", "deadLetterChannel:", "defaultErrorHandler:");
        edit("delivery-errors", "        deadLetterUri: direct:settle-delivery\n", "");
        receiver.answer(Answer.status(500));
        posel.start();
        webhook();
        event("e1", 1);
        eventually(() -> assertThat(states()).containsExactly("dead"));
        assertThat(posel.client().get("/api/deliveries").at("items.0.reason")).isEqualTo("status");
    }

    @Test
    @DisplayName("C3: without enrich an event goes to nobody")
    void noEnrich() throws IOException {
        String file = Files.readString(file("accept-events"));
        int from = file.indexOf("        - enrich:");
        edit("accept-events", file.substring(from, file.indexOf("        - process:", from)), "");
        posel.start();
        webhook();
        event("e1", 1);
        assertThat(states()).isEmpty();
    }

    @Test
    @DisplayName("C3: without the processor that renders nothing is sent")
    void noRender() throws IOException {
        String file = Files.readString(file("deliver-webhook"));
        int from = file.indexOf("        - process:");
        edit("deliver-webhook", file.substring(from, file.indexOf("        - to:", from)), "");
        posel.start();
        webhook();
        event("e1", 1);
        eventually(() -> assertThat(states()).containsExactly("dead"));
        assertThat(targets()).isEmpty();
    }

    @Test
    @DisplayName("C3, F6: without resequence numbered events go in the order of arrival")
    void noResequence() throws IOException {
        String file = Files.readString(file("release-events"));
        int from = file.indexOf("        - resequence:");
        edit(
                "release-events",
                file.substring(from),
                "        - process:\n            id: release-event\n            ref: releaseEvent\n");
        posel.start();
        webhook();
        event("e2", 2);
        event("e1", 1);
        eventually(() -> assertThat(targets()).containsExactly("/?id=e2", "/?id=e1"));
    }

    @Test
    @DisplayName("C3, F1: without the Quartz route an expired webhook keeps its queue")
    void noQuartz() throws IOException {
        Files.delete(file("purge-expired-webhooks"));
        posel.with("POSEL_PURGE_CRON", "* * * * * ?");
        expireAWebhook();
        await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(30)).until(() -> states().contains("queued"));
    }

    @Test
    @DisplayName("C3, F1: the Quartz route takes an expired webhook's queue away")
    void quartz() throws IOException {
        posel.with("POSEL_PURGE_CRON", "* * * * * ?");
        expireAWebhook();
        eventually(() -> assertThat(states()).contains("skipped").doesNotContain("queued"));
    }

    @Test
    @DisplayName("C3, C4: platform-http: another path in the file is another path of the server")
    void platformHttp() throws IOException {
        edit("receive-events", "platform-http:/events", "platform-http:/inbox");
        posel.start();
        assertThat(posel.client().post("/events", "{}").status()).isEqualTo(404);
        assertThat(posel.client()
                        .post("/inbox", "{\"type\":\"t\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},\"data\":{}}")
                        .status())
                .isEqualTo(202);
    }

    /** Its queue is not empty then. */
    private void expireAWebhook() throws IOException {
        receiver.answer(Answer.status(500));
        posel.with("POSEL_EXPIRE_AFTER", "PT2S")
                .with("POSEL_DELIVERY_REDELIVERY_DELAY", "PT0.2S")
                .start();
        webhook();
        StringJoiner events = new StringJoiner(",", "[", "]");
        for (int i = 1; i <= 20; i++) {
            events.add("{\"id\":\"e%d\",\"type\":\"t\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},\"data\":{}}"
                    .formatted(i));
        }
        posel.client().accept(events.toString());
        eventually(() -> assertThat(posel.client().get("/api/webhooks").at("items.0.state"))
                .isEqualTo("expired"));
    }

    private Path file(String route) {
        return routes.resolve(route + ".camel.yaml");
    }

    private void edit(String route, String from, String to) throws IOException {
        String text = Files.readString(file(route));
        assertThat(text).contains(from);
        Files.writeString(file(route), text.replace(from, to));
    }

    private void webhook() {
        posel.client()
                .createWebhook("{\"name\":\"w\",\"events\":[\"t\"],\"url\":\"%s\"}"
                        .formatted(receiver.url("/?id=#event.id#")));
    }

    private void event(String id, int sequence) {
        posel.client()
                .accept(
                        "{\"id\":\"%s\",\"type\":\"t\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},\"sequence\":%d,\"data\":{}}"
                                .formatted(id, sequence));
    }

    private List<String> targets() {
        return receiver.requests().stream().map(ReceivedRequest::target).toList();
    }

    /** Of all deliveries, newest first. */
    private List<String> states() {
        var items = ((Json.Obj) posel.client().get("/api/deliveries").json()).get("items");
        return ((Json.Arr) items)
                .items().stream()
                        .map(item -> ((Json.Str) ((Json.Obj) item).get("state")).value())
                        .toList();
    }

    private static void eventually(ThrowingRunnable check) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(check);
    }
}
