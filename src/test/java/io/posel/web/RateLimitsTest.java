package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimitsTest {
    private final AtomicLong millis = new AtomicLong(-5_000);
    private final RateLimits limits = new RateLimits(2, 10, millis::get);

    private int passing(String key, boolean atIntake, int requests) {
        int passed = 0;
        for (int i = 0; i < requests; i++) {
            passed += limits.count(key, atIntake).isEmpty() ? 1 : 0;
        }
        return passed;
    }

    @Test
    void eachHasASecondsWorthAtOnceAndGetsItBackEvenly() {
        assertThat(passing("a", false, 30)).isEqualTo(10);
        millis.addAndGet(99);
        assertThat(passing("a", false, 1)).isZero();
        millis.addAndGet(1);
        assertThat(passing("a", false, 30)).isEqualTo(1);
        millis.addAndGet(500);
        assertThat(passing("a", false, 30)).isEqualTo(5);
        millis.addAndGet(60_000);
        assertThat(passing("a", false, 30)).isEqualTo(10);
    }

    @Test
    void oneDoesNotHoldUpAnother() {
        assertThat(passing("a", false, 30)).isEqualTo(10);
        assertThat(passing("b", false, 30)).isEqualTo(10);
    }

    @Test
    void theIntakeHasALimitOfItsOwn() {
        assertThat(passing("a", false, 30)).isEqualTo(10);
        assertThat(passing("a", true, 30)).isEqualTo(2);
    }

    @Test
    void zeroIsNoLimit() {
        RateLimits none = new RateLimits(0, 0, millis::get);

        for (int i = 0; i < 10_000; i++) {
            assertThat(none.count("a", i % 2 == 0)).isEmpty();
        }
    }

    @Test
    void theRefusalNamesTheSettingAndWhenToComeAgain() {
        passing("a", true, 2);
        Verdict.Refusal refusal = limits.count("a", true).orElseThrow();

        assertThat(refusal.status()).isEqualTo(429);
        assertThat(refusal.code()).isEqualTo("too-many-requests");
        assertThat(refusal.headers()).containsEntry("Retry-After", "1");
        assertThat(refusal.detail()).contains("POSEL_HTTP_INTAKE_RATE_LIMIT");
        passing("a", false, 10);
        assertThat(limits.count("a", false).orElseThrow().detail()).contains("POSEL_HTTP_RATE_LIMIT");
    }

    @Test
    void theLargestLimitDoesNotOverflow() {
        RateLimits largest = new RateLimits(0, 1_000_000, millis::get);
        int passed = 0;
        for (int i = 0; i < 1_000_100; i++) {
            passed += largest.count("a", false).isEmpty() ? 1 : 0;
        }

        assertThat(passed).isEqualTo(1_000_000);
    }
}
