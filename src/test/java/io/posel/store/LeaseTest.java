package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private static final long SECOND = 1_000_000_000L;

    private final Lease lease = new Lease(Duration.ofSeconds(2));

    @Test
    void isNotHeldBeforeTheFirstSign() {
        assertThat(lease.isHeld(0)).isFalse();
    }

    @Test
    void isHeldUntilItsTimeIsOverSinceTheSignWasSent() {
        lease.renew(5 * SECOND);

        assertThat(lease.isHeld(7 * SECOND - 1)).isTrue();
        assertThat(lease.isHeld(7 * SECOND)).isFalse();
    }

    @Test
    void anAnswerThatComesTooLateRenewsNothing() {
        lease.renew(0);
        long answeredAt = 3 * SECOND;
        lease.renew(SECOND);

        assertThat(lease.isHeld(answeredAt)).isFalse();
    }

    @Test
    void whoTookTheLockFromAnotherOneWaitsForTheEndOfThatLease() {
        lease.begin(2 * SECOND);
        assertThat(lease.renew(SECOND)).isFalse();
        assertThat(lease.isHeld(2 * SECOND - 1)).isFalse();
        assertThat(lease.renew(2 * SECOND - 1)).isFalse();

        assertThat(lease.isHeld(2 * SECOND)).isTrue();
        assertThat(lease.renew(2 * SECOND)).isTrue();
    }

    @Test
    void aLockThatIsGainedAnewNeedsANewSign() {
        lease.renew(0);
        lease.begin(SECOND);

        assertThat(lease.isHeld(SECOND)).isFalse();
    }

    @Test
    void runningTimeMayOverflow() {
        lease.begin(Long.MAX_VALUE - SECOND);
        lease.renew(Long.MAX_VALUE - SECOND);

        assertThat(lease.isHeld(Long.MIN_VALUE)).isTrue();
        assertThat(lease.isHeld(Long.MIN_VALUE + SECOND)).isFalse();
    }

    @Test
    void whoeverWasToldThatItIsOverIsToldOnceThatItGoesOn() {
        assertThat(lease.renew(0)).isFalse();
        assertThat(lease.isHeld(SECOND)).isTrue();
        assertThat(lease.renew(SECOND)).isFalse();

        assertThat(lease.isHeld(4 * SECOND)).isFalse();
        assertThat(lease.renew(4 * SECOND)).isTrue();
        assertThat(lease.renew(5 * SECOND)).isFalse();
    }
}
