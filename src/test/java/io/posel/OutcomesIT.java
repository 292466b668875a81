package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.delivery.Delivery;
import io.posel.testing.Answer;
import io.posel.testing.HttpAnswer;
import io.posel.testing.PoselClient;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * F10: what engineers put into the routes of a delivery neither makes a delivery of what was not answered, nor a failure
 * that nobody sees. The type of an event chooses what its route does.
 */
class OutcomesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String STEP = "        - to:\n            id: to-webhook\n";

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

    private static final AtomicInteger INTERRUPTED = new AtomicInteger();

    /** Fails before anything is rendered if the type of the event says so. */
    public static final class Failing implements Processor {
        @Override
        public void process(Exchange exchange) {
            Delivery delivery = exchange.getProperty(Delivery.PROPERTY, Delivery.class);
            switch (delivery.event().orElseThrow().event().type()) {
                case "before.exception" -> throw new IllegalStateException("own step");
                case "before.stack-overflow" -> throw new StackOverflowError();
                case "before.linkage" -> throw new NoClassDefFoundError("com/example/Missing");
                case "before.stop" -> exchange.setRouteStop(true);
                case "before.interrupt" -> {
                    if (INTERRUPTED.incrementAndGet() % 3 != 0) {
                        Thread.currentThread().interrupt();
                    }
                }
                case "before.handled" -> throw new UnsupportedOperationException("handled by onException");
                default -> {}
            }
        }
    }

    /** Fails in a test if the type of the event says so. */
    public static final class FailingTest implements Processor {
        @Override
        public void process(Exchange exchange) {
            switch (exchange.getMessage().getHeader("webhook-event", String.class)) {
                case "test.exception" -> throw new IllegalStateException("own step");
                case "test.linkage" -> throw new NoClassDefFoundError("com/example/Missing");
                default -> {}
            }
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class Cases {
        private final TestDatabase database;
        private RunningPosel running;
        private PoselClient posel;
        private Receiver receiver;

        Cases(TestDatabase database) {
            this.database = database;
        }

        @BeforeAll
        void start(@TempDir Path home) throws IOException {
            receiver = Receiver.start().answer(request -> Answer.status(status(request.target())));
            running = RunningPosel.on(database, home).with("POSEL_DELIVERY_REDELIVERIES", "1");
            Path routes = running.copyRoutes();
            edit(routes, "attempt-delivery", text -> {
                int from = text.indexOf(STEP);
                return text.substring(0, from)
                        + choices(text.substring(from).replace("            id: to-webhook\n", ""));
            });
            edit(
                    routes,
                    "deliver-webhook",
                    text -> text.replace(
                            "      steps:\n",
                            "      steps:\n        - process:\n            ref: \"#class:" + Failing.class.getName()
                                    + "\"\n"));
            edit(routes, "delivery-errors", text -> text + """
                        onException:
                          - onException:
                              exception: [java.lang.UnsupportedOperationException]
                              handled:
                                constant: "true"
                              steps:
                                - log:
                                    message: handled
                    """.indent(0));
            edit(
                    routes,
                    "test-webhook",
                    text -> text.replace(
                            "              - to:\n",
                            "              - process:\n                  ref: \"#class:" + FailingTest.class.getName()
                                    + "\"\n              - to:\n"));
            running.start();
            posel = running.client();
        }

        @AfterAll
        void stop() throws IOException {
            running.close();
            receiver.close();
        }

        private static int status(String path) {
            String type = path.substring(1);
            return type.contains(".500") ? 500 : type.contains(".404") ? 404 : type.contains(".204") ? 204 : 200;
        }

        private interface Edit {
            String of(String text);
        }

        private static void edit(Path routes, String route, Edit edit) throws IOException {
            Path file = routes.resolve(route + ".camel.yaml");
            String text = Files.readString(file);
            String edited = edit.of(text);
            assertThat(edited).isNotEqualTo(text);
            Files.writeString(file, edited);
        }

        /** @param send the step that sends */
        private static String choices(String send) {
            String silent = send.replace("throwExceptionOnFailure: true", "throwExceptionOnFailure: false");
            String wide = send.replace(
                    "followRedirects", "okStatusCodeRange: \"200-299,404\"\n              followRedirects");
            String narrow =
                    send.replace("followRedirects", "okStatusCodeRange: \"200\"\n              followRedirects");
            String fail = "        - throwException:\n            exceptionType: java.lang.IllegalStateException\n"
                    + "            message: own step\n";
            String log = "        - log:\n            message: instead\n";
            Map<String, String> choices = new LinkedHashMap<>();
            choices.put("log", log);
            choices.put("nothing.stopped", "        - stop: {}\n");
            choices.put(
                    "filtered",
                    "        - filter:\n            simple: \"${header.none} == 'x'\"\n            steps:\n"
                            + deeper(send));
            choices.put("swallowed.500", tried(send));
            choices.put("swallowed.exception", tried(fail));
            choices.put("silent.500", silent);
            choices.put("silent.200", silent);
            choices.put(
                    "stale",
                    "        - setHeader:\n            name: CamelHttpResponseCode\n            constant: \"200\"\n"
                            + "        - setHeader:\n            name: posel-answered\n            constant: \"200\"\n");
            choices.put("says.delivered", property("posel-outcome", "delivered"));
            choices.put(
                    "says.skipped",
                    property("posel-reason", "the customer has opted out of everything that is sent here")
                            + property("posel-outcome", "skipped"));
            choices.put("says.skipped-shortly", property("posel-outcome", "skipped: opted out"));
            choices.put("says.skipped-only", property("posel-outcome", "skipped"));
            choices.put("says.something", property("posel-outcome", "done"));
            choices.put("says.delivered-fails", property("posel-outcome", "delivered") + fail);
            choices.put("after.exception", send + fail);
            choices.put("after.headers", send + "        - removeHeaders:\n            pattern: \"*\"\n");
            choices.put("caught-before", tried(fail) + send);
            choices.put("wide.404", wide);
            choices.put("narrow.204", narrow);
            choices.put("throws", fail);
            StringBuilder text = new StringBuilder("        - choice:\n            when:\n");
            choices.forEach((type, steps) -> text.append("              - simple: \"${header.webhook-event} == '")
                    .append(type)
                    .append("'\"\n                steps:\n")
                    .append(deeper(deeper(steps)))
                    .append("\n"));
            return text + "            otherwise:\n              steps:\n"
                    + deeper(deeper(send)).replaceFirst("^ ", " ");
        }

        private static String property(String name, String value) {
            return "        - setProperty:\n            name: %s\n            constant: \"%s\"\n"
                    .formatted(name, value);
        }

        private static String tried(String steps) {
            return "        - doTry:\n            steps:\n" + deeper(steps)
                    + "\n            doCatch:\n              - exception: [java.lang.Exception]\n                steps:\n"
                    + deeper(deeper("        - log:\n            message: caught\n"));
        }

        private static String deeper(String steps) {
            return steps.stripTrailing().replaceAll("(?m)^", "      ").replaceAll("(?m)^ +$", "") + "\n";
        }

        private String webhook(String type) {
            return posel.createWebhook("{\"name\":\"%s\",\"events\":[\"%s\"],\"url\":\"%s\"}"
                    .formatted(type, type, receiver.url("/" + type)));
        }

        private HttpAnswer ended(String webhook, String type) {
            posel.accept("{\"type\":\"%s\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},\"data\":{}}".formatted(type));
            String query = "/api/deliveries?webhook=" + webhook + "&state=delivered,dead,skipped";
            await().atMost(PATIENCE)
                    .until(() -> !posel.get(query).all("items", "id").isEmpty());
            return posel.get(query);
        }

        private long requests(String type) {
            return receiver.requests().stream()
                    .filter(each -> each.target().equals("/" + type))
                    .count();
        }

        private HttpAnswer awaitState(String webhook, String state) {
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                            posel.get("/api/webhooks/" + webhook).at("state"))
                    .isEqualTo(state));
            return posel.get("/api/webhooks/" + webhook);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "log",
                    "nothing.stopped",
                    "filtered",
                    "swallowed.500",
                    "swallowed.exception",
                    "silent.500",
                    "stale",
                    "says.skipped-only",
                    "says.something",
                    "before.stop"
                })
        @DisplayName("F10: a route that neither sent nor said why ends as dead, kind route; it is failing and told")
        void route(String type) {
            String webhook = webhook(type);

            HttpAnswer ended = ended(webhook, type);

            assertThat(ended.at("items.0.state")).isEqualTo("dead");
            assertThat(ended.at("items.0.reason")).isEqualTo("route");
            assertThat(ended.at("items.0.attempts.0.error")).isEqualTo("route");
            assertThat(ended.at("items.0.attempts.0.detail")).contains("posel-outcome");
            assertThat(ended.at("items.0.attempts.1")).as("nothing threw").startsWith("nothing at");
            HttpAnswer shown = awaitState(webhook, "failing");
            assertThat(shown.at("expiresAt").equals("null"))
                    .as("only what was really sent counts")
                    .isEqualTo(!type.endsWith(".500"));
            awaitTold(webhook, "route");
        }

        private void awaitTold(String webhook, String error) {
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(running.rows(
                            "select type from event where entity_type = 'webhook' and entity_id = '" + webhook + "'"))
                    .containsExactly("posel.webhook.failing"));
            HttpAnswer told = posel.get("/api/events?entity=webhook:" + webhook);
            assertThat(told.text()).contains("posel.webhook.failing");
        }

        @ParameterizedTest
        @CsvSource({
            "silent.200,    delivered, null, 200",
            "says.delivered, delivered, null, null",
            "after.headers, delivered, null, 200",
            "after.exception, delivered, null, 200",
            "caught-before, delivered, null, 200",
            "wide.404,      delivered, null, 404",
            "plain.200,     delivered, null, 200"
        })
        @DisplayName("F2, F10: delivered is what was answered, and what a route says; nothing that follows repeats it")
        void delivered(String type, String state, String reason, String status) {
            String webhook = webhook(type);

            HttpAnswer ended = ended(webhook, type);

            assertThat(ended.at("items.0.state")).isEqualTo(state);
            assertThat(ended.at("items.0.reason")).isEqualTo(reason);
            assertThat(ended.at("items.0.attempts.0.status")).isEqualTo(status);
            assertThat(requests(type)).isEqualTo(status.equals("null") ? 0 : 1);
            assertThat(awaitState(webhook, "active").at("failingSince")).isEqualTo("null");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "says.skipped | the customer has opted out of everything that is sent here",
                    "says.skipped-shortly | opted out"
                })
        @DisplayName("F10: a route may skip a delivery with a reason")
        void skipped(String type, String reason) {
            String webhook = webhook(type);

            HttpAnswer ended = ended(webhook, type);

            assertThat(ended.at("items.0.state")).isEqualTo("skipped");
            assertThat(ended.at("items.0.reason")).isEqualTo(reason);
            assertThat(requests(type)).isZero();
            awaitState(webhook, "active");
        }

        @ParameterizedTest
        @CsvSource({
            "before.exception, internal, 2",
            "before.stack-overflow, internal, 1",
            "before.linkage, internal, 2",
            "before.handled, internal, 1",
            "throws, internal, 2",
            "says.delivered-fails, internal, 2",
            "narrow.204, status, 2",
            "plain.500, status, 2"
        })
        @DisplayName("K01, F10: an attempt that fails inside Posel or in an own step is dead, failing and told")
        void failed(String type, String reason, int attempts) {
            String webhook = webhook(type);

            HttpAnswer ended = ended(webhook, type);

            assertThat(ended.at("items.0.state")).isEqualTo("dead");
            assertThat(ended.at("items.0.reason")).isEqualTo(reason);
            assertThat(ended.all("items", "attempts")).hasSize(1);
            assertThat(ended.at("items.0.attempts." + (attempts - 1) + ".error"))
                    .isEqualTo(reason);
            assertThat(ended.at("items.0.attempts." + attempts)).startsWith("nothing at");
            HttpAnswer shown = awaitState(webhook, "failing");
            assertThat(shown.at("expiresAt").equals("null")).isEqualTo(reason.equals("internal"));
            awaitTold(webhook, reason);
        }

        @Test
        @DisplayName("D10: what never left is no attempt: it goes on, and is shown as if nothing had been")
        void notBegun() {
            String webhook = webhook("before.interrupt");

            HttpAnswer ended = ended(webhook, "before.interrupt");

            assertThat(ended.at("items.0.state")).isEqualTo("delivered");
            assertThat(ended.all("items.0.attempts", "status")).containsExactly("200");
            assertThat(requests("before.interrupt")).isEqualTo(1);
            assertThat(receiver.requests().stream()
                            .filter(each -> each.target().equals("/before.interrupt"))
                            .map(each -> each.header("webhook-attempt").orElse("")))
                    .containsExactly("1");
            assertThat(awaitState(webhook, "active").at("failingSince")).isEqualTo("null");
        }

        @ParameterizedTest
        @ValueSource(strings = {"test.exception", "test.linkage"})
        @DisplayName("K01, F10: a test that fails inside Posel shows the request and an error")
        void test(String type) {
            String webhook = webhook(type);

            HttpAnswer test = posel.post(
                    "/api/webhooks/" + webhook + "/test",
                    "{\"event\":{\"type\":\"%s\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},\"data\":{}}}"
                            .formatted(type));

            assertThat(test.status()).isEqualTo(200);
            assertThat(test.at("error.code")).isEqualTo("internal");
            assertThat(test.at("request.url")).isEqualTo(receiver.url("/" + type));
        }

        @Test
        @DisplayName("F10: what fails inside Posel delays nobody else, and works again after a success")
        void others() {
            String webhook = webhook("plain.201");
            for (String type : List.of("before.exception", "log")) {
                ended(webhook(type), type);
            }
            assertThat(ended(webhook, "plain.201").at("items.0.state")).isEqualTo("delivered");
        }
    }
}
