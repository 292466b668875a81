package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.JarPosel;
import io.posel.testing.OwnPostgres;
import io.posel.testing.Producer;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database fails, and what takes its place has not received all of it. */
class FailOverIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private OwnPostgres postgres;
    private Receiver receiver;
    private JarPosel posel;

    @BeforeEach
    void prepare(@TempDir Path home) throws IOException {
        postgres = new OwnPostgres(home).start();
        receiver = Receiver.start();
        posel = JarPosel.on(TestDatabase.H2, home)
                .with("POSEL_DB_URL", postgres.url())
                .with("POSEL_DB_USER", "postgres")
                .start();
        posel.client()
                .createWebhook(
                        "{\"name\":\"All\",\"events\":[\"user.changed\"],\"url\":\"%s\",\"body\":\"{\\\"of\\\":\\\"#entity.id#\\\"}\"}"
                                .formatted(receiver.url("/#event.id#")));
    }

    @AfterEach
    void end() throws IOException {
        posel.close();
        postgres.close();
        receiver.close();
    }

    @Test
    @DisplayName(
            "E1, G3: in a quiet moment Posel ends, and begins anew: what is accepted then is sent, in order, and as it is")
    void inAQuietMoment() throws Exception {
        accept("before", 5);
        postgres.copy();
        accept("lost", 10);
        posel.client().accept(event("waits-1", "waits", 2)); // and is held in memory

        postgres.failOver();

        assertThat(posel.await()).isEqualTo(1);
        assertThat(Files.readAllLines(posel.log()))
                .noneMatch(line -> line.startsWith("\tat "))
                .filteredOn(line -> line.contains("The database has lost transactions that were committed"))
                .singleElement()
                .asString()
                .contains("place ", "replica", "backup");

        posel.start();
        accept("after", 12);
        for (String part : List.of("before", "after")) {
            assertThat(received().filter(each -> each.contains(part)).distinct())
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, part.equals("after") ? 12 : 5)
                            .mapToObj(i -> "/%s-%d {\"of\":\"%s\"}".formatted(part, i, part))
                            .toList());
        }
    }

    @Test
    @DisplayName("E1: under load Posel ends as well, whatever was committed last")
    void underLoad() throws Exception {
        postgres.copy();
        List<Producer> producers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            producers.add(Producer.start(posel::client, "e" + i, i % 2 == 1));
        }
        Producer.awaitMore(producers, 20);

        postgres.failOver();

        assertThat(posel.await()).isEqualTo(1);
        producers.forEach(Producer::close);
        assertThat(Files.readString(posel.log()))
                .containsOnlyOnce("The database has lost transactions that were committed");
    }

    /** Events of one entity, which has their name, one after the other; returns when they have been received. */
    private void accept(String entity, int count) {
        for (int i = 1; i <= count; i++) {
            posel.client().accept(event(entity + "-" + i, entity, null));
        }
        String last = "/" + entity + "-" + count;
        await().atMost(PATIENCE).until(() -> receiver.requests().stream()
                .anyMatch(each -> each.target().equals(last)));
    }

    private static String event(String id, String entity, Integer sequence) {
        return "{\"id\":\"%s\",\"type\":\"user.changed\",\"entity\":{\"type\":\"user\",\"id\":\"%s\"},\"sequence\":%s,\"data\":{}}"
                .formatted(id, entity, sequence);
    }

    private Stream<String> received() {
        return receiver.requests().stream().map(FailOverIT::line);
    }

    private static String line(ReceivedRequest request) {
        return request.target() + " " + request.text();
    }
}
