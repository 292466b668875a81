package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TrustTest {
    private final Trust trust = new Trust();

    @Test
    @DisplayName("G4: it begins with few and grows with each answer")
    void grows() {
        assertThat(trust.requests()).isEqualTo(4);
        answers(28);
        assertThat(trust.requests()).isEqualTo(32);
        trust.timedOut(100);
        assertThat(trust.requests()).isEqualTo(16);
    }

    @Test
    @DisplayName("F8: after a pause it begins with one, is soon at half of what was too much, and slow near that")
    void afterAPause() {
        answers(28);
        trust.paused(20, true);
        assertThat(trust.requests()).isEqualTo(1);
        answers(10);
        assertThat(trust.requests()).isEqualTo(10);
        answers(10);
        assertThat(trust.requests()).isEqualTo(11);
        answers(11 + 12 + 13 + 14 + 15 + 16 + 17 + 18);
        assertThat(trust.requests()).isEqualTo(19);
        answers(8 * 19 - 1);
        assertThat(trust.requests())
                .as("one more would be as many as were too many")
                .isEqualTo(19);
        answers(1 + 20 + 21);
        assertThat(trust.requests()).isEqualTo(22);
    }

    @Test
    @DisplayName("F8: that it takes nothing says nothing of how much it takes")
    void tookNothing() {
        trust.paused(40, true);
        trust.paused(1, false);
        answers(20);
        assertThat(trust.requests()).isEqualTo(20);
    }

    private void answers(int count) {
        for (int i = 0; i < count; i++) {
            trust.answered(true, Math.max(2, trust.requests()));
        }
    }
}
