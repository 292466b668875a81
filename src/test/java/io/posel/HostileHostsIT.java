package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.json.Json;
import io.posel.testing.Canary;
import io.posel.testing.HostileHost;
import io.posel.testing.HostileHost.Expected;
import io.posel.testing.HttpAnswer;
import io.posel.testing.Ports;
import io.posel.testing.PoselClient;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * G8 through the whole of Posel: saving, preview, test, delivery and replay, with listeners on loopback that nobody may
 * reach. What saving would refuse is brought past it by a start under other settings. The steps build on each other.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HostileHostsIT {
    /** Each of them is the canary. */
    private static final List<String> WAYS_TO_LOOPBACK = List.of(
            "127.0.0.1",
            "127.0.0.2",
            "localhost",
            "LocalHost",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "0.0.0.0",
            "[::]",
            "user:pass@127.0.0.1",
            "example.com@127.0.0.1",
            "\uff11\uff12\uff17.0.0.1",
            "127\u30020\u30020\u30021");

    private static final String TO_ALL = "to.all";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private RunningPosel running;
    private Canary canary;
    private int otherPort;
    private final List<String> webhooks = new ArrayList<>();
    private String own;
    private int visits;

    @BeforeAll
    void start(@TempDir Path home) throws IOException {
        canary = Canary.start();
        otherPort = Ports.free();
        running = RunningPosel.on(TestDatabase.H2, home)
                .with("POSEL_DELIVERY_ALLOW", "")
                .start();
    }

    @AfterAll
    void stop() throws IOException {
        running.close();
        canary.close();
    }

    private PoselClient posel() {
        return running.client();
    }

    private static String json(Object... members) {
        return Json.object(members).toString();
    }

    private static String webhook(String url, boolean enabled, String type) {
        return json("name", "w", "events", List.of(type), "url", url, "enabled", enabled);
    }

    private HttpAnswer save(String url, boolean enabled) {
        return posel().post("/api/webhooks", webhook(url, enabled, "never"));
    }

    private HttpAnswer preview(String url) {
        return posel().post("/api/preview", json("url", url, "eventType", "customer.credit.changed"));
    }

    @Test
    @Order(1)
    @DisplayName("what is no host is refused with the place, enabled or not, and in the preview")
    void noHostIsSaved() {
        List<HostileHost> hosts = HostileHost.all(Expected.NO_HOST);
        assertThat(hosts).hasSizeGreaterThanOrEqualTo(145);
        for (HostileHost host : hosts) {
            String url = host.url(canary.port());
            for (HttpAnswer answer : List.of(save(url, true), save(url, false), preview(url))) {
                assertThat(answer.status()).as(host.toString()).isIn(400, 422);
                assertThat(answer.header("Content-Type")).hasValue("application/problem+json");
                assertThat(answer.at("errors.0.pointer")).as(host.toString()).isEqualTo("/url");
            }
        }
        assertThat(canary.visits()).isZero();
    }

    @Test
    @Order(2)
    @DisplayName("a literal that is not allowed is refused where the webhook is on, else warned of; so is Posel itself")
    void noLiteralIsSaved() {
        List<String> urls = new ArrayList<>(HostileHost.all(Expected.DENIED).stream()
                .filter(host -> host.answers().isEmpty())
                .map(host -> host.url(canary.port()))
                .toList());
        assertThat(urls).hasSizeGreaterThanOrEqualTo(95);
        urls.add("http://localhost:" + canary.port() + "/");
        urls.add("http://127.0.0.1:" + running.port() + "/events");
        for (String url : urls) {
            HttpAnswer refused = save(url, true);
            assertThat(refused.status()).as(url).isEqualTo(422);
            assertThat(refused.errors()).as(url).containsExactly("/url address-not-allowed");
            assertThat(refused.at("errors.0.detail")).contains("POSEL_DELIVERY_ALLOW");
            HttpAnswer warned = save(url, false);
            assertThat(warned.status()).as(url).isEqualTo(201);
            assertThat(warned.all("warnings", "code")).as(url).contains("address-not-allowed");
            posel().delete("/api/webhooks/" + warned.at("id"));
            if (!url.contains("localhost")) {
                assertThat(preview(url).all("warnings", "code")).as(url).contains("address-not-allowed");
            }
        }
        assertThat(canary.visits()).isZero();
    }

    @Test
    @Order(3)
    @DisplayName("each of these is the canary: allowed, it is reached; Posel itself is not, whatever is allowed")
    void allowedTheyAllReachTheCanary() {
        running.with("POSEL_DELIVERY_ALLOW", "0.0.0.0/0,::/0").restart();
        for (String host : WAYS_TO_LOOPBACK) {
            webhooks.add(posel().createWebhook(webhook("http://" + host + ":" + canary.port() + "/", true, TO_ALL)));
        }
        // where nobody listens yet
        own = posel().createWebhook(webhook("http://localhost:" + otherPort + "/events", true, "to.self"));
        for (String host : WAYS_TO_LOOPBACK) {
            HttpAnswer refused = save("http://" + host + ":" + running.port() + "/events", true);
            assertThat(refused.errors()).as(host).containsExactly("/url address-not-allowed");
            assertThat(refused.at("errors.0.detail")).contains("Posel itself");
        }

        accept(TO_ALL, "allowed");

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(states("event=allowed"))
                .hasSize(WAYS_TO_LOOPBACK.size())
                .containsOnly("delivered"));
        visits = canary.visits();
        assertThat(visits).isGreaterThanOrEqualTo(WAYS_TO_LOOPBACK.size());
    }

    @Test
    @Order(4)
    @DisplayName("past the check of the definition: neither delivery, replay nor test reaches it, and no webhook fails")
    void theConnectionIsGuardedByItself() {
        running.with("POSEL_DELIVERY_ALLOW", "").restart();

        accept(TO_ALL, "denied");

        await().atMost(PATIENCE).untilAsserted(() -> assertRefused("denied", 1));
        assertThat(posel().post("/api/dead-letters/replay", "{}").at("count"))
                .isEqualTo(String.valueOf(WAYS_TO_LOOPBACK.size()));
        await().atMost(PATIENCE).untilAsserted(() -> assertRefused("denied", 2));
        for (String id : webhooks) {
            HttpAnswer test =
                    posel().post("/api/webhooks/" + id + "/test", json("eventType", "customer.credit.changed"));
            assertThat(test.at("error.code")).as(test.toString()).isEqualTo("address-refused");
            HttpAnswer shown = posel().get("/api/webhooks/" + id);
            assertThat(shown.at("failingSince")).as("F10: it is seen").isNotEqualTo("null");
            assertThat(shown.at("expiresAt")).as("F1: it counts nothing").isEqualTo("null");
            assertThat(shown.all("warnings", "code")).contains("address-not-allowed");
            assertThat(posel().patch("/api/webhooks/" + id, json("name", "renamed"))
                            .errors())
                    .containsExactly("/url address-not-allowed");
            assertThat(posel().patch("/api/webhooks/" + id, json("enabled", false))
                            .status())
                    .as("can be switched off")
                    .isEqualTo(200);
        }
        assertThat(canary.visits()).isEqualTo(visits);
    }

    @Test
    @Order(5)
    @DisplayName("past the check of the definition: nothing is sent to the port on which Posel listens")
    void neverToItself() {
        running.with("POSEL_DELIVERY_ALLOW", "0.0.0.0/0,::/0")
                .with("POSEL_HTTP_PORT", String.valueOf(otherPort))
                .restart();

        accept("to.self", "self");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(states("event=self")).containsOnly("dead"));
        HttpAnswer dead = posel().get("/api/deliveries?event=self");
        assertThat(dead.at("items.0.attempts.0.error")).isEqualTo("address-refused");
        assertThat(dead.at("items.0.attempts.0.detail")).contains("Posel itself");
        assertThat(dead.at("items.0.attempts.1")).startsWith("nothing at");
    }

    @Test
    @Order(6)
    @DisplayName("F7: where HTTPS is enforced later, an older webhook sends nothing and says why")
    void httpsOnly() {
        String old = webhooks.get(0);
        assertThat(posel().patch("/api/webhooks/" + old, json("enabled", true)).status())
                .isEqualTo(200);
        running.with("POSEL_DELIVERY_HTTPS_ONLY", "true").restart();

        accept(TO_ALL, "plain");

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(states("event=plain&webhook=" + old))
                .containsOnly("dead"));
        HttpAnswer dead = posel().get("/api/deliveries?event=plain&webhook=" + old);
        assertThat(dead.at("items.0.reason")).isEqualTo("https-required");
        assertThat(dead.at("items.0.attempts.0.error")).isEqualTo("https-required");
        assertThat(dead.at("items.0.attempts.0.detail")).contains("POSEL_DELIVERY_HTTPS_ONLY");
        assertThat(dead.at("items.0.attempts.1")).startsWith("nothing at");
        assertThat(posel().post("/api/webhooks/" + old + "/test", json("eventType", "customer.credit.changed"))
                        .at("error.code"))
                .isEqualTo("https-required");
        HttpAnswer shown = posel().get("/api/webhooks/" + old);
        assertThat(shown.all("warnings", "code")).contains("not-https", "https-required");
        assertThat(shown.at("failingSince")).as("F10: it is seen").isNotEqualTo("null");
        assertThat(shown.at("expiresAt")).as("F1: it counts nothing").isEqualTo("null");
        assertThat(preview("http://example.com/").all("warnings", "code")).contains("not-https", "https-required");
        assertThat(preview("https://example.com/").all("warnings", "code")).isEmpty();
        assertThat(save("http://example.com/", true).errors()).containsExactly("/url https-required");
        assertThat(posel().patch("/api/webhooks/" + old, json("enabled", false)).status())
                .as("can be switched off")
                .isEqualTo(200);
        assertThat(canary.visits()).isEqualTo(visits);
    }

    private void accept(String type, String id) {
        posel().accept(json("id", id, "type", type, "entity", Map.of("type", "customer", "id", "1"), "data", Map.of()));
    }

    private List<String> states(String query) {
        return posel().get("/api/deliveries?limit=200&" + query).all("items", "state");
    }

    /** All dead, by one attempt in each run. */
    private void assertRefused(String event, int runs) {
        HttpAnswer log = posel().get("/api/deliveries?limit=200&event=" + event);
        assertThat(log.all("items", "state")).hasSize(WAYS_TO_LOOPBACK.size()).containsOnly("dead");
        assertThat(log.all("items", "reason")).containsOnly("address-refused");
        for (int i = 0; i < WAYS_TO_LOOPBACK.size(); i++) {
            assertThat(log.all("items." + i + ".attempts", "error"))
                    .hasSize(runs)
                    .containsOnly("address-refused");
        }
    }
}
