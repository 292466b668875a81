package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.event.EntityRef;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StandardHeadersTest {
    private final StandardHeaders headers =
            new StandardHeaders(InstantSource.fixed(Instant.parse("2026-11-22T10:00:00.999Z")));

    @Test
    @DisplayName("F5: every attempt says which delivery, which attempt, and when")
    void namesTheAttempt() {
        assertThat(headers.of("d-1", 2, "customer.credit.changed", new EntityRef("customer", "42"), false))
                .isEqualTo(Map.of(
                        "webhook-id", "d-1",
                        "webhook-timestamp", "1795341600",
                        "webhook-attempt", "2",
                        "webhook-event", "customer.credit.changed",
                        "webhook-entity", "customer:42"));
    }

    @Test
    @DisplayName("G3: a late event is marked")
    void marksLate() {
        assertThat(headers.of("d-1", 1, "t", new EntityRef("customer", "42"), true))
                .containsEntry("webhook-late", "true");
    }

    @ParameterizedTest
    @DisplayName("an entity that is not printable ASCII is left out, never mangled")
    @ValueSource(strings = {"č", "4\r\nX: 1", "4\u0000", "4\u007f", "42 ", "\ud800"})
    void leavesOutTheUnprintable(String id) {
        assertThat(headers.of("d-1", 1, "t", new EntityRef("customer", id), false))
                .doesNotContainKey("webhook-entity")
                .containsKey("webhook-event");
    }
}
