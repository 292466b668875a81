package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BudgetTest {
    private static final int SMALL = 40_000;
    private static final int LARGE = 200_000;

    /** 100,000 bytes for small ones, 300,000 for large ones. */
    private final Budget budget = new Budget(new Limits(4, 12, 100, 8, 200, 500, 100_000, 10, Duration.ofMinutes(5)));

    private Delivery taken(int size) {
        Delivery delivery = new Delivery(new Queued(new UUID(0, size), "w", 1, 1, null, 1, 0, null, size));
        budget.take(delivery);
        return delivery;
    }

    @Test
    @DisplayName("D2, G4: no webhook takes more of the memory of small requests than it leaves for the others")
    void leavesBytes() {
        long ofOne = taken(SMALL).weight();

        assertThat(budget.leavesBytes(ofOne)).isTrue();
        ofOne += taken(SMALL).weight();
        assertThat(budget.leavesBytes(ofOne)).isFalse();
        assertThat(budget.leavesBytes(0)).isTrue();
    }

    @Test
    @DisplayName("D2: large and small ones are counted apart, and something goes while there is any room")
    void apart() {
        taken(LARGE);
        assertThat(budget.hasRoom(LARGE)).isTrue();
        taken(LARGE);
        assertThat(budget.hasRoom(LARGE)).isFalse();
        assertThat(budget.hasRoom(SMALL)).isTrue();
        assertThat(budget.allowsOneMore()).isTrue();

        for (int i = 0; i < 3; i++) {
            taken(SMALL);
        }
        assertThat(budget.allowsOneMore()).isFalse();
    }

    @Test
    @DisplayName("D2: whatever a delivery came to weigh meanwhile, nothing is left of it")
    void givenBack() {
        Delivery delivery = taken(SMALL);
        assertThat(budget.mayWeigh(delivery, 10L * LARGE)).isTrue(); // one alone
        budget.weigh(delivery, 10L * LARGE);
        assertThat(budget.largeBytes()).isEqualTo(10L * LARGE);
        assertThat(budget.mayWeigh(taken(SMALL), LARGE)).isFalse();
        budget.weigh(delivery, 1_000);
        assertThat(budget.largeBytes()).isZero();

        budget.release(delivery);
        budget.discharge(delivery);
        assertThat(budget.bytes()).isEqualTo(SMALL + (long) Limits.OVERHEAD);
    }
}
