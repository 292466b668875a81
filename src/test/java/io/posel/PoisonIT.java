package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.HttpAnswer;
import io.posel.testing.JarPosel;
import io.posel.testing.Producer;
import io.posel.testing.Receipts;
import io.posel.testing.Receiver;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The process dies of what it sends, as of an OutOfMemoryError: the receiver of one request kills the jar. */
class PoisonIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int MOST_CRASHES = 4;
    private static final String WRITES_DOWN = "did not end in order";

    @TempDir
    Path home;

    private Receiver receiver;
    private final List<Producer> producers = new ArrayList<>();

    @BeforeEach
    void receiver() throws IOException {
        receiver = Receiver.start();
    }

    @AfterEach
    void end() throws IOException {
        producers.forEach(Producer::close);
        receiver.close();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "G6: a delivery that kills Posel is dead after four crashes, and the others are delivered in order; starts are"
                    + " written down after a crash only")
    void poison(TestDatabase database) throws IOException {
        AtomicBoolean killed = new AtomicBoolean();
        AtomicBoolean kills = new AtomicBoolean(true);
        try (JarPosel posel = JarPosel.on(database, home).start()) {
            posel.stop();
            posel.start();
            assertThat(Files.readString(posel.log())).doesNotContain(WRITES_DOWN);
            receiver.answer(request -> {
                if (kills.get() && request.target().equals("/poison-1")) {
                    posel.kill();
                    killed.set(true);
                }
                return Answer.ok();
            });
            posel.client().createWebhook(webhook());
            for (int i = 0; i < 4; i++) {
                producers.add(Producer.start(posel::client, "e" + i, i % 2 == 1));
            }
            Producer.awaitMore(producers, 5);
            producers.add(Producer.start(posel::client, "poison", false));

            int crashes = 0;
            while (Receipts.count(receiver, "/poison-2") == 0) {
                await().atMost(PATIENCE).until(() -> killed.get() || Receipts.count(receiver, "/poison-2") > 0);
                if (killed.compareAndSet(true, false)) {
                    crashes++;
                    assertThat(crashes).isLessThanOrEqualTo(MOST_CRASHES);
                    posel.launch();
                }
            }
            posel.awaitReady();
            Producer.awaitMore(producers, 5);
            producers.forEach(Producer::close);

            assertThat(crashes).isEqualTo(MOST_CRASHES);
            Receipts.allOf(producers, receiver, 3 + crashes);
            HttpAnswer dead = posel.client().get("/api/deliveries?state=dead");
            assertThat(dead.all("items", "reason")).containsExactly("poison");
            assertThat(posel.client()
                            .get("/api/deliveries/" + dead.at("items.0.id"))
                            .all("attempts", "error"))
                    .containsExactly("poison");

            assertThat(posel.client().get("/api/webhooks").at("items.0.state"))
                    .as("F10: it is nobody's failure no longer")
                    .isIn("failing", "active");
            await().atMost(PATIENCE)
                    .until(() -> posel.client()
                                    .get("/api/events?type=posel.webhook.failing")
                                    .all("items", "id")
                                    .size()
                            == 1);

            assertThat(Files.readString(posel.log())).contains(WRITES_DOWN);

            posel.stop();
            Files.writeString(posel.log(), "");
            posel.start();
            assertThat(Files.readString(posel.log())).doesNotContain(WRITES_DOWN);

            kills.set(false);
            posel.client().post("/api/deliveries/" + dead.at("items.0.id") + "/replay", "");
            awaitState(posel, dead.at("items.0.id"), "delivered");
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "G6: a delivery that hangs while Posel is killed three times goes alone, and is delivered when it ends")
    void hangs(TestDatabase database) throws IOException {
        CountDownLatch answers = new CountDownLatch(1);
        receiver.answer(request -> request.target().equals("/slow")
                ? (socket, closing) ->
                        answers.await(60, TimeUnit.SECONDS) && Answer.ok().send(socket, closing)
                : Answer.ok());
        try (JarPosel posel = JarPosel.on(database, home)
                .with("POSEL_DELIVERY_TIMEOUT", "PT60S")
                .start()) {
            posel.client().createWebhook(webhook());
            posel.client().accept(event("slow", "slow"));
            for (int i = 1; i <= 3; i++) {
                awaitRequests("/slow", i);
                posel.client().accept(event("other-" + i, "other-" + i));
                awaitRequests("/other-" + i, 1);
                posel.kill();
                posel.start();
            }
            awaitRequests("/slow", 4);
            posel.client().accept(event("other-4", "other-4"));
            await().during(Duration.ofMillis(500)).until(() -> Receipts.count(receiver, "/other-4") == 0);

            answers.countDown();

            awaitRequests("/other-4", 1);
            await().atMost(PATIENCE)
                    .until(() -> posel.client()
                                    .get("/api/deliveries?state=delivered")
                                    .all("items", "id")
                                    .size()
                            == 5);
        }
    }

    private void awaitRequests(String target, int count) {
        await().atMost(PATIENCE).until(() -> Receipts.count(receiver, target) >= count);
    }

    private static void awaitState(JarPosel posel, String delivery, String state) {
        await().atMost(PATIENCE).until(() -> posel.client()
                .get("/api/deliveries/" + delivery)
                .at("state")
                .equals(state));
    }

    private String webhook() {
        return "{\"name\":\"All\",\"events\":[\"user.changed\"],\"url\":\"%s\"}".formatted(receiver.url("/#event.id#"));
    }

    private static String event(String id, String entity) {
        return "{\"id\":\"%s\",\"type\":\"user.changed\",\"entity\":{\"type\":\"user\",\"id\":\"%s\"},\"data\":{}}"
                .formatted(id, entity);
    }
}
