package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WrongTokensTest {
    private final SettableClock clock = new SettableClock();
    private final WrongTokens wrong = new WrongTokens(2, 3, clock);

    @Test
    void theBudgetIsRefilledEvenly() {
        wrong.count("a");
        wrong.count("a");

        assertThat(wrong.count("a")).isEqualTo(Duration.ofSeconds(30));
        clock.advance(Duration.ofSeconds(10));
        assertThat(wrong.count("a")).isEqualTo(Duration.ofSeconds(20));
        clock.advance(Duration.ofSeconds(20));
        assertThat(wrong.count("a")).isZero();
    }

    @Test
    void theBudgetDoesNotGrowWhileNobodyAsks() {
        wrong.count("a");
        clock.advance(Duration.ofHours(1));

        assertThat(wrong.count("a")).isZero();
        assertThat(wrong.count("a")).isZero();
        assertThat(wrong.count("a")).isPositive();
    }

    @Test
    void aClockThatGoesBackRefillsNothing() {
        wrong.count("a");
        wrong.count("a");
        clock.advance(Duration.ofHours(-1));

        assertThat(wrong.count("a")).isPositive();
    }

    @Test
    void onlySoManyAddressesAreRemembered() {
        for (int i = 0; i < 100; i++) {
            wrong.count("address " + i);
        }

        assertThat(wrong.remembered()).isEqualTo(3);
    }
}
