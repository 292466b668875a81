package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConnectionLossesTest {
    private static final HttpHost RECEIVER = new HttpHost("https", "receiver.example", 443);
    private static final HttpHost OTHER = new HttpHost("https", "other.example", 443);

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // as nanoTime may: it overflows soon
    private final ConnectionLosses losses = new ConnectionLosses(now::get);

    @Test
    @DisplayName("F2: the third loss is one too many, for a while, and for that receiver alone")
    void three() {
        lose(RECEIVER);
        lose(RECEIVER);
        assertThat(losses.areTooMany(RECEIVER)).isFalse();

        lose(RECEIVER);
        assertThat(losses.areTooMany(RECEIVER)).isTrue();
        assertThat(losses.areTooMany(OTHER)).isFalse();

        now.addAndGet(ConnectionLosses.REMEMBERED.toNanos());
        assertThat(losses.areTooMany(RECEIVER)).isFalse();
        lose(RECEIVER);
        assertThat(losses.areTooMany(RECEIVER)).isFalse();
    }

    @Test
    @DisplayName("a restart of a receiver, which ends all connections that were open, is one loss")
    void restart() {
        long before = now.get();
        now.addAndGet(10);
        for (int i = 0; i < 32; i++) {
            losses.add(RECEIVER, before);
        }

        assertThat(losses.areTooMany(RECEIVER)).isFalse();
    }

    @Test
    @DisplayName("G5: only so many receivers are remembered, the ones that lost a request last")
    void bounded() {
        for (int i = 0; i < 3; i++) {
            lose(RECEIVER);
        }
        for (int port = 1; port <= 1_000; port++) {
            lose(new HttpHost("http", "many.example", port));
        }

        assertThat(losses.areTooMany(RECEIVER)).isFalse();
        assertThat(losses.remembered()).isEqualTo(1_000);
    }

    private void lose(HttpHost receiver) {
        now.addAndGet(10);
        losses.add(receiver, now.get() - 1);
    }
}
