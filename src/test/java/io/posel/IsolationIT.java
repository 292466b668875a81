package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.PoselClient;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong at one place delays only that place (G4). */
class IsolationIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path home;

    private Receiver receiver;
    private RunningPosel running;

    @BeforeEach
    void receiver() throws IOException {
        receiver = Receiver.start();
    }

    @AfterEach
    void end() throws IOException {
        running.close();
        receiver.close();
    }

    @Test
    @DisplayName("G4: receivers that hang delay no other webhook, though they could take every thread")
    void hangingReceivers() {
        PoselClient posel = start("PT0.05S")
                .with("POSEL_DELIVERY_THREADS", "8")
                .with("POSEL_DELIVERY_CONCURRENCY", "4")
                .with("POSEL_DELIVERY_TIMEOUT", "PT2S")
                .start()
                .client();
        receiver.answer(request -> request.target().startsWith("/hangs") ? Answer.hang() : Answer.ok());
        webhook(posel, "/hangs1/#entity.id#");
        webhook(posel, "/hangs2/#entity.id#");
        for (int i = 0; i < 40; i++) {
            event(posel, "before" + i);
        }
        await().atMost(SOON)
                .until(() -> targets().stream()
                                .filter(each -> each.contains("hangs"))
                                .count()
                        > 16);

        webhook(posel, "/works/#entity.id#");
        for (int i = 0; i < 100; i++) {
            event(posel, "after" + i);
        }
        // those that hang need a minute for what they have
        await().atMost(Duration.ofSeconds(20))
                .until(() -> targets().stream()
                                .filter(each -> each.startsWith("/works/"))
                                .count()
                        == 100);
    }

    @Test
    @DisplayName("G4: a waiting redelivery delays its own entity only")
    void waitingRedelivery() {
        PoselClient posel = start("PT60S").start().client();
        receiver.answer(request -> request.target().equals("/sick") ? Answer.status(500) : Answer.ok());
        webhook(posel, "/#entity.id#");

        event(posel, "sick");
        event(posel, "sick");
        event(posel, "well");
        event(posel, "well");

        await().atMost(SOON).until(() -> targets().size() == 3);
        assertThat(targets()).containsExactlyInAnyOrder("/sick", "/well", "/well");
    }

    @Test
    @DisplayName("S1: a redelivery that comes due while its webhook is off is sent when it is on again, as the next")
    void redeliveryWhileOff() {
        PoselClient posel = start("PT5S").start().client();
        receiver.answer(Answer.status(500));
        String id = webhook(posel, "/#entity.id#");
        event(posel, "a");
        await().atMost(SOON).until(() -> targets().size() == 1);
        assertThat(posel.patch("/api/webhooks/" + id, "{\"enabled\":false}").status())
                .isEqualTo(200);

        await().during(Duration.ofSeconds(6)).atMost(SOON).until(() -> targets().size() == 1);
        assertThat(running.rows("select state, attempts from delivery")).containsExactly("queued 1");

        receiver.answer(Answer.ok());
        posel.patch("/api/webhooks/" + id, "{\"enabled\":true}");
        await().atMost(SOON).until(() -> running.rows("select state, attempts from delivery")
                .equals(List.of("delivered 2")));
        assertThat(receiver.requests())
                .extracting(request -> request.header("webhook-attempt"))
                .containsExactly(Optional.of("1"), Optional.of("2"));
    }

    private RunningPosel start(String redeliveryDelay) {
        running = RunningPosel.on(TestDatabase.H2, home).with("POSEL_DELIVERY_REDELIVERY_DELAY", redeliveryDelay);
        return running;
    }

    private String webhook(PoselClient posel, String target) {
        return posel.createWebhook(
                "{\"name\":\"W\",\"events\":[\"user.changed\"],\"url\":\"%s\"}".formatted(receiver.url(target)));
    }

    private static void event(PoselClient posel, String entity) {
        posel.accept(
                "{\"type\":\"user.changed\",\"entity\":{\"type\":\"user\",\"id\":\"" + entity + "\"},\"data\":{}}");
    }

    private List<String> targets() {
        return receiver.requests().stream().map(ReceivedRequest::target).toList();
    }
}
