package io.posel.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.testing.MovableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SourceHealthTest {
    private final MovableClock clock = new MovableClock();
    private final SourceHealth health = new SourceHealth(clock);

    @Test
    @DisplayName("G9: a source that fails is known by its error, since when, and when it last went well")
    void failing() {
        Instant start = clock.instant();
        health.succeeded("crm");
        clock.move(Duration.ofSeconds(5));
        health.failed("crm", "answered 500");
        clock.move(Duration.ofSeconds(5));
        health.failed("crm", "answered 502");
        health.failed("erp", "answered 404");

        assertThat(health.all().get("crm"))
                .isEqualTo(new SourceHealth.Status(start, start.plusSeconds(5), "answered 502", null));
        assertThat(health.all().get("erp"))
                .isEqualTo(new SourceHealth.Status(null, start.plusSeconds(10), "answered 404", null));
    }

    @Test
    @DisplayName("G9: a success ends the failure; a remark stays until it is taken back")
    void recovered() {
        health.remarked("crm", "odd");
        health.failed("crm", "answered 500");
        health.succeeded("crm");
        assertThat(health.all().get("crm").failing()).isFalse();
        assertThat(health.all().get("crm")).isEqualTo(new SourceHealth.Status(clock.instant(), null, null, "odd"));

        health.remarked("crm", null);
        assertThat(health.all().get("crm").remark()).isNull();
    }
}
