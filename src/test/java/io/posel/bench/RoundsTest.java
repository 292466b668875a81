package io.posel.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private static final long SECOND = 1_000_000_000;

    private final AtomicLong nanoTime = new AtomicLong();

    @Test
    void thereIsOneRoundEvenWhenTheTimeIsOver() {
        nanoTime.set(9 * SECOND);

        assertThat(taken(new Rounds(5, 0, nanoTime::get), 1)).isEqualTo(1);
    }

    @Test
    void thereAreNoMoreRoundsThanAskedFor() {
        assertThat(taken(new Rounds(5, 100 * SECOND, nanoTime::get), 1)).isEqualTo(5);
    }

    @Test
    void noRoundBeginsThatWouldEndTooLate() {
        assertThat(taken(new Rounds(5, 10 * SECOND, nanoTime::get), 4)).isEqualTo(2);
    }

    @Test
    void aScenarioGetsItsPartOfWhatTheOthersHaveLeft() {
        Budget budget = new Budget(100, 1_000, nanoTime::get);

        budget.begin(30, 70);
        assertThat(taken(budget.rounds(0.5), 1)).isEqualTo(15);
        budget.begin(30, 40);

        assertThat(nanoTime).hasValue(15 * SECOND);
        assertThat(taken(budget.rounds(1), 1)).isEqualTo(36);
    }

    private int taken(Rounds rounds, int secondsEach) {
        int count = 0;
        while (rounds.next()) {
            assertThat(rounds.round()).isEqualTo(count);
            count++;
            nanoTime.addAndGet(secondsEach * SECOND);
        }
        return count;
    }
}
