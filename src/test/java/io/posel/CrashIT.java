package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.JarPosel;
import io.posel.testing.Producer;
import io.posel.testing.Receipts;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The jar is killed and started again. */
class CrashIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int CRASHES = Boolean.getBoolean("posel.soak") ? 20 : 2;

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
    @DisplayName("G1, G2, G3: kill -9 costs no acknowledged event and no order, and repeats one attempt at most")
    void killed(TestDatabase database) throws IOException {
        receiver.answer(request -> Receipts.count(receiver, request.target()) == 1
                        && request.target().endsWith("3")
                ? Answer.status(500)
                : Answer.ok());
        try (JarPosel posel = JarPosel.on(database, home)
                .with("POSEL_DELIVERY_REDELIVERY_DELAY", "PT0.5S")
                .start()) {
            posel.client().createWebhook(webhook());
            for (int i = 0; i < 6; i++) {
                producers.add(Producer.start(posel::client, "e" + i, i % 2 == 1));
            }
            Producer.awaitMore(producers, 12);
            for (int i = 0; i < CRASHES; i++) {
                posel.kill();
                posel.start();
                Producer.awaitMore(producers, 12);
            }
            producers.forEach(Producer::close);

            Receipts.allOf(producers, receiver, 3 + CRASHES);
            await().atMost(PATIENCE).until(() -> posel.client()
                    .get("/api/deliveries?state=queued")
                    .all("items", "id")
                    .isEmpty());
            assertThat(posel.client().get("/api/deliveries?state=dead").all("items", "id"))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("F2: a run that a crash interrupts between two attempts goes on with the next number")
    void betweenAttempts(TestDatabase database) {
        receiver.answer(Answer.status(500));
        try (JarPosel posel = JarPosel.on(database, home)
                .with("POSEL_DELIVERY_REDELIVERY_DELAY", "PT5S")
                .with("POSEL_DELIVERY_REDELIVERY_FACTOR", "1")
                .start()) {
            posel.client().createWebhook(webhook());
            posel.client()
                    .accept(
                            "{\"id\":\"e\",\"type\":\"user.changed\",\"entity\":{\"type\":\"user\",\"id\":\"1\"},\"data\":{}}");
            String delivery = "/api/deliveries/"
                    + posel.client().get("/api/deliveries").all("items", "id").get(0);
            await().atMost(PATIENCE)
                    .until(() -> posel.client()
                                    .get(delivery)
                                    .all("attempts", "number")
                                    .size()
                            == 1);

            posel.kill();
            posel.start();

            await().atMost(PATIENCE)
                    .until(() -> posel.client().get(delivery).at("state").equals("dead"));
            assertThat(receiver.requests())
                    .extracting(request -> request.header("webhook-attempt"))
                    .containsExactly(Optional.of("1"), Optional.of("2"), Optional.of("3"));
            assertThat(receiver.requests().stream().map(CrashIT::webhookId).distinct())
                    .hasSize(1);
        }
    }

    private static Optional<String> webhookId(ReceivedRequest request) {
        return request.header("webhook-id");
    }

    private String webhook() {
        return "{\"name\":\"All\",\"events\":[\"user.changed\"],\"url\":\"%s\"}".formatted(receiver.url("/#event.id#"));
    }
}
