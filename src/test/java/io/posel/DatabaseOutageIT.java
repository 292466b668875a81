package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.HttpAnswer;
import io.posel.testing.JarPosel;
import io.posel.testing.OwnPostgres;
import io.posel.testing.Producer;
import io.posel.testing.Receipts;
import io.posel.testing.Receiver;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL goes away and comes back, at the start and while everything runs. */
class DatabaseOutageIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int OUTAGES = Boolean.getBoolean("posel.soak") ? 5 : 1;

    private OwnPostgres postgres;
    private Receiver receiver;
    private JarPosel posel;
    private final List<Producer> producers = new ArrayList<>();

    @BeforeEach
    void prepare(@TempDir Path home) throws IOException {
        postgres = new OwnPostgres(home);
        receiver = Receiver.start();
        posel = JarPosel.on(TestDatabase.H2, home)
                .with("POSEL_DB_URL", postgres.url())
                .with("POSEL_DB_USER", "postgres")
                .with("POSEL_DELIVERY_REDELIVERY_DELAY", "PT0.5S");
    }

    @AfterEach
    void end() throws IOException {
        producers.forEach(Producer::close);
        posel.close();
        postgres.close();
        receiver.close();
    }

    @Test
    @DisplayName("G2: a database that is away at the start is waited for; what is accepted when it comes goes to all")
    void awayAtTheStart() throws IOException {
        postgres.start();
        posel.start();
        posel.client().createWebhook(webhook());
        posel.stop();
        postgres.crash();

        posel.launch();
        await().atMost(PATIENCE)
                .ignoreException(UncheckedIOException.class)
                .until(() -> posel.client().get("/observe/health/live").status() == 200);
        assertThat(posel.client().get("/observe/health/ready").status()).isEqualTo(503);
        HttpAnswer refusal = posel.client()
                .post("/events", "{\"type\":\"user.changed\",\"entity\":{\"type\":\"user\",\"id\":\"1\"},\"data\":{}}");
        assertThat(refusal.status()).isEqualTo(503);
        assertThat(refusal.errors()).containsExactly(" store-unavailable");
        assertThat(refusal.header("Retry-After")).isPresent();

        produce(4);
        postgres.start();
        Producer.awaitMore(producers, 10);
        producers.forEach(Producer::close);

        // it takes events a moment before it delivers
        await().atMost(PATIENCE)
                .until(() -> posel.client().get("/observe/health/ready").status() == 200);
        Receipts.allOf(producers, receiver, 3);
        assertQuietLog();
    }

    @Test
    @DisplayName("G1, G2, G3: a database that goes away and comes back costs no event, no order and no log")
    void goesAwayAndComesBack() throws IOException {
        postgres.start();
        posel.start();
        posel.client().createWebhook(webhook());
        receiver.answer(request -> Receipts.count(receiver, request.target()) == 1
                        && request.target().endsWith("7")
                ? Answer.status(500)
                : Answer.ok());
        produce(6);
        Producer.awaitMore(producers, 10);

        for (int i = 0; i < OUTAGES; i++) {
            int before = refused();
            postgres.crash();
            await().atMost(PATIENCE).until(() -> refused() > before + 6);
            assertThat(posel.client().get("/observe/health/ready").status()).isEqualTo(503);
            HttpAnswer refusal = posel.client()
                    .post("/events", "{\"type\":\"other\",\"entity\":{\"type\":\"user\",\"id\":\"1\"},\"data\":{}}");
            assertThat(refusal.status()).isEqualTo(503);
            assertThat(refusal.errors()).containsExactly(" store-unavailable");
            assertThat(refusal.header("Retry-After")).isPresent();
            postgres.start();
            Producer.awaitMore(producers, 10);
        }
        producers.forEach(Producer::close);

        Receipts.allOf(producers, receiver, 3 + OUTAGES);
        assertQuietLog();
    }

    private String webhook() {
        return "{\"name\":\"All\",\"events\":[\"user.changed\"],\"url\":\"%s\"}".formatted(receiver.url("/#event.id#"));
    }

    private void produce(int count) {
        for (int i = 0; i < count; i++) {
            producers.add(Producer.start(posel::client, "e" + i, i % 2 == 1));
        }
    }

    private int refused() {
        return producers.stream().mapToInt(Producer::refused).sum();
    }

    private void assertQuietLog() throws IOException {
        List<String> lines = Files.readAllLines(posel.log());
        assertThat(lines).noneMatch(line -> line.startsWith("\tat "));
        assertThat(lines.stream().filter(line -> line.contains(" WARN ") || line.contains(" ERROR ")))
                .hasSizeLessThan(60);
    }
}
