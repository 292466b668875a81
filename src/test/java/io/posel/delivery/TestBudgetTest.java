package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.testing.MovableClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TestBudgetTest {
    private final MovableClock clock = new MovableClock();
    private final TestBudget budget = new TestBudget(2, 6, clock);

    private void test() {
        assertThat(budget.begin()).isZero();
        budget.over();
    }

    @Test
    void soManyRunAtOnce() {
        assertThat(budget.begin()).isZero();
        assertThat(budget.begin()).isZero();
        assertThat(budget.begin()).isEqualTo(Duration.ofSeconds(1));

        budget.over();

        assertThat(budget.begin()).isZero();
    }

    @Test
    void soManyInAMinute() {
        for (int i = 0; i < 6; i++) {
            test();
        }

        assertThat(budget.begin()).isEqualTo(Duration.ofSeconds(10));
        clock.move(Duration.ofSeconds(10));
        test();
        assertThat(budget.begin()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void oneThatWasRefusedCostsNothing() {
        budget.begin();
        budget.begin();
        for (int i = 0; i < 100; i++) {
            assertThat(budget.begin()).isPositive();
        }
        budget.over();

        test();
    }

    @Test
    void aPauseGivesNoMoreThanAMinutesWorth() {
        clock.move(Duration.ofDays(1));

        soManyInAMinute();
    }

    @Test
    void aClockThatIsSetBackRefusesForNoLongerThanItTakesToRefill() {
        for (int i = 0; i < 6; i++) {
            test();
        }
        clock.move(Duration.ofDays(-1));

        assertThat(budget.begin()).isEqualTo(Duration.ofSeconds(10));
        clock.move(Duration.ofSeconds(10));
        test();
    }
}
