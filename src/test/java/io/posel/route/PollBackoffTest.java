package io.posel.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.source.SourceHealth;
import io.posel.testing.MovableClock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PollBackoffTest {
    private final MovableClock clock = new MovableClock();
    private final AtomicBoolean ready = new AtomicBoolean(true);
    private final SourceHealth health = new SourceHealth(clock);
    private final PollBackoff backoff = new PollBackoff("crm", Duration.ofSeconds(10), ready::get, clock, health);
    private final Endpoint endpoint = new DefaultCamelContext().getEndpoint("direct:crm");
    private final Consumer consumer = consumer(endpoint);

    private static Consumer consumer(Endpoint endpoint) {
        try {
            return endpoint.createConsumer(exchange -> {});
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean polls() {
        return backoff.begin(consumer, endpoint);
    }

    /** How many seconds until it is polled again. */
    private int pauseAfter(Exception failure) {
        assertThat(polls()).isTrue();
        backoff.handleException(failure);
        int seconds = 0;
        for (; !polls(); seconds++) {
            clock.move(Duration.ofSeconds(1));
        }
        return seconds;
    }

    private static Exception answered(int status, String retryAfter) {
        return new HttpOperationFailedException(
                "http://crm.example/?key=secret", status, "", null, Map.of("Retry-After", retryAfter), "");
    }

    @Test
    @DisplayName("G2: nothing is polled before the store is ready, so no event is accepted without its webhooks")
    void notReady() {
        ready.set(false);
        assertThat(polls()).isFalse();
        ready.set(true);
        assertThat(polls()).isTrue();
    }

    @Test
    @DisplayName("C4: pauses double up to the longest, and begin anew after a success")
    void doubles() {
        Exception failure = new IllegalStateException("away");
        assertThat(new int[] {
                    pauseAfter(failure),
                    pauseAfter(failure),
                    pauseAfter(failure),
                    pauseAfter(failure),
                    pauseAfter(failure),
                    pauseAfter(failure)
                })
                .containsExactly(1, 2, 4, 8, 10, 10);

        polls();
        backoff.commit(consumer, endpoint, 1);
        assertThat(pauseAfter(failure)).isEqualTo(1);
    }

    @Test
    @DisplayName("C4: a poll that tells of its failure and ends as if it were none is a failure")
    void endedAfterFailure() {
        Exception failure = new IllegalStateException("away");
        assertThat(polls()).isTrue();
        backoff.handleException(failure);
        backoff.commit(consumer, endpoint, 1);
        clock.move(Duration.ofSeconds(1));
        assertThat(pauseAfter(failure)).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"7, 7", "3600, 10", "nonsense, 1", "'Thu, 01 Jan 2026 00:00:05 GMT', 5"})
    @DisplayName("C4: Retry-After is honoured, in seconds or as a date, up to the longest pause")
    void retryAfter(String value, int pause) {
        assertThat(pauseAfter(answered(503, value))).isEqualTo(pause);
    }

    @Test
    @DisplayName("D12: what Posel itself hands in is no source that somebody configured")
    void ownEvents() {
        PollBackoff own = new PollBackoff(PollBackoff.OWN, Duration.ofSeconds(10), ready::get, clock, health);
        try (Log log = Log.open()) {
            own.handleException(new IllegalStateException("Connection is closed"));

            assertThat(log.warnings())
                    .containsExactly("PollBackoff: What Posel tells of its webhooks stands still, Posel keeps trying:"
                            + " Connection is closed");
        }
    }

    @Test
    @DisplayName("C4: an outage is told of in one line a minute, without the address, and so is its end")
    void told() {
        try (Log log = Log.open()) {
            for (int i = 0; i < 20; i++) {
                backoff.handleException(new IllegalStateException("outer", answered(500, "x")));
                clock.move(Duration.ofSeconds(10));
            }
            assertThat(log.warnings())
                    .hasSize(4)
                    .containsOnly("PollBackoff: Source crm stands still, Posel keeps trying: answered 500");
        }
    }

    @Test
    @DisplayName("G9: the health of a source knows why its last poll failed, and when one went well")
    void health() {
        polls();
        backoff.commit(consumer, endpoint, 0);
        assertThat(health.all().get("crm")).isEqualTo(new SourceHealth.Status(clock.instant(), null, null, null));

        polls();
        backoff.handleException(answered(401, "x"));
        backoff.commit(consumer, endpoint, 0);
        assertThat(health.all().get("crm").error())
                .isEqualTo("answered 401; check the token, the password or the headers that it is asked with");
        clock.move(Duration.ofMinutes(1));
        polls();
        backoff.commit(consumer, endpoint, 0);
        assertThat(health.all().get("crm").failing()).isFalse();
    }
}
