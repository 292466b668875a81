package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SilenceTest {
    private final Silence silence = new Silence(Duration.ofMillis(1_000), Duration.ofMillis(300));
    private long now;

    @Test
    void aSignThatStaysTheSameForTooLongIsSilence() {
        assertThat(look("a", 0)).isFalse();
        assertThat(look("a", 250)).isFalse();
        assertThat(look("a", 250)).isFalse();
        assertThat(look("a", 250)).isFalse();
        assertThat(look("a", 250)).isTrue();
    }

    @Test
    void eachNewSignBeginsAnew() {
        for (int i = 0; i < 20; i++) {
            assertThat(look("sign " + i / 3, 300)).isFalse();
        }
    }

    @Test
    void timeInWhichNobodyLookedDoesNotCount() {
        look("a", 0);

        assertThat(look("a", 60_000)).isFalse();
        assertThat(look("a", 250)).isFalse();
        assertThat(look("a", 250)).isFalse();
        assertThat(look("a", 250)).isTrue();
    }

    @Test
    void afterItWasToldItIsWaitedForAnew() {
        for (int i = 0; i < 4; i++) {
            look("a", 300);
        }
        assertThat(look("a", 300)).isTrue();
        assertThat(look("a", 300)).isFalse();
        assertThat(look("a", 300)).isFalse();
    }

    private boolean look(String sign, long millisLater) {
        now += Duration.ofMillis(millisLater).toNanos();
        return silence.lasts(sign, now);
    }
}
