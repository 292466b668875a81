package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.FullDisk;
import io.posel.testing.HttpAnswer;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk of the embedded database is full for a while. */
class DiskFullIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<String> accepted = new ArrayList<>();
    private int count;

    @AfterEach
    void freeTheDisk() {
        FullDisk.setFull(false);
    }

    @Test
    @DisplayName("G1, G2: while the disk is full the intake refuses; when there is room again all goes on by itself")
    void fullAndFreedAgain(@TempDir Path home) throws Exception {
        try (Receiver receiver = Receiver.start();
                RunningPosel posel = RunningPosel.on(TestDatabase.H2, home)
                        .with("POSEL_DB_URL", FullDisk.url(home.resolve("data/posel")))
                        .with("POSEL_DB_USER", "posel")
                        .start()) {
            posel.client()
                    .createWebhook("{\"name\":\"w\",\"events\":[\"user.changed\"],\"url\":\"%s\"}"
                            .formatted(receiver.url("/#event.id#")));
            for (int i = 0; i < 3; i++) {
                await().atMost(PATIENCE).until(() -> push(posel).status() == 202);
                push(posel);
                FullDisk.setFull(true);

                HttpAnswer refusal = push(posel);
                assertThat(refusal.status()).isEqualTo(503);
                assertThat(refusal.errors()).containsExactly(" store-unavailable");
                assertThat(refusal.header("Retry-After")).isPresent();
                assertThat(push(posel).status()).isEqualTo(503);

                FullDisk.setFull(false);
            }
            await().atMost(PATIENCE).until(() -> push(posel).status() == 202);

            await().atMost(PATIENCE).untilAsserted(() -> assertThat(receiver.requests())
                    .extracting(request -> request.target().substring(1))
                    .containsAll(accepted));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(posel.rows("select state, count(*) from delivery group by state"))
                            .allMatch(row -> row.startsWith("delivered ")));
        }
    }

    /** Another event of the same entity. */
    private HttpAnswer push(RunningPosel posel) {
        String id = "e" + count++;
        HttpAnswer answer = posel.client()
                .post(
                        "/events",
                        "{\"id\":\"%s\",\"type\":\"user.changed\",\"entity\":{\"type\":\"user\",\"id\":\"1\"},\"data\":{}}"
                                .formatted(id));
        if (answer.status() == 202) {
            accepted.add(id);
        }
        return answer;
    }
}
