package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.uuid.Generators;
import io.posel.delivery.Tally.Kind;
import io.posel.testing.MovableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TallyTest {
    private final MovableClock clock = new MovableClock();
    private final Instant start = clock.instant();
    private final Tally tally = new Tally(clock);

    private static Queued queued(UUID id, int run) {
        return new Queued(id, "wh_1", 1, 1, null, run, 0, null, 10);
    }

    private Outcome.Delivered delivered(UUID id, int run, int millis) {
        return new Outcome.Delivered(queued(id, run), 1, 1, clock.instant(), 200, millis);
    }

    /** Of a delivery that was accepted now. */
    private UUID id() {
        return new UUID(
                clock.instant().toEpochMilli() << 16 | 0x7000,
                Generators.timeBasedEpochGenerator().generate().getLeastSignificantBits());
    }

    @Test
    void countsByMinute() {
        tally.count(Kind.ACCEPTED, 2);
        clock.move(Duration.ofMinutes(1));
        tally.count(Kind.ACCEPTED, 3);
        tally.count(Kind.DUPLICATE, 1);

        assertThat(tally.all()).containsEntry(Kind.ACCEPTED, 5L).containsEntry(Kind.DUPLICATE, 1L);
        assertThat(tally.lastHour()).hasSize(60);
        assertThat(tally.lastHour().get(59).counts()).containsEntry(Kind.ACCEPTED, 3L);
        assertThat(tally.lastHour().get(59).at()).isEqualTo(start.plus(Duration.ofMinutes(1)));
        assertThat(tally.lastHour().get(58).counts()).containsEntry(Kind.ACCEPTED, 2L);
        assertThat(tally.lastHour().get(0).counts()).containsEntry(Kind.ACCEPTED, 0L);
    }

    @Test
    void forgetsWhatIsOlderThanADay() {
        tally.count(Kind.ACCEPTED, 1);
        assertThat(tally.since()).isEqualTo(start);

        clock.move(Duration.ofMinutes(24 * 60 - 1));
        assertThat(tally.all()).containsEntry(Kind.ACCEPTED, 1L);
        clock.move(Duration.ofMinutes(1));
        assertThat(tally.all()).containsEntry(Kind.ACCEPTED, 0L);
        assertThat(tally.since()).isEqualTo(start.plus(Duration.ofMinutes(1)));

        tally.count(Kind.ACCEPTED, 1); // in the same place as the first
        assertThat(tally.all()).containsEntry(Kind.ACCEPTED, 1L);
    }

    @Test
    void tellsWhatBecameOfAttemptsAndDeliveries() {
        Failure failure = new Failure(Failure.Kind.STATUS, null, 500, "no", new byte[0], null, true, true);
        Outcome.AttemptFailed failed =
                new Outcome.AttemptFailed(queued(id(), 1), 1, 1, clock.instant(), 5, failure, null);
        tally.happened(failed);
        tally.happened(new Outcome.Dead(queued(id(), 1), 1, 2, clock.instant(), "status", true, failed));
        tally.happened(new Outcome.Skipped(queued(id(), 1), clock.instant(), "deleted"));
        tally.happened(delivered(id(), 1, 5));

        assertThat(tally.all())
                .containsEntry(Kind.FAILED_ATTEMPT, 2L)
                .containsEntry(Kind.DEAD, 1L)
                .containsEntry(Kind.SKIPPED, 1L)
                .containsEntry(Kind.DELIVERED, 1L);
    }

    @Test
    void tellsHowLongItTookSinceAcceptanceButNotOfReplays() {
        UUID id = id();
        clock.move(Duration.ofMillis(7));
        tally.happened(delivered(id, 1, 3));
        clock.move(Duration.ofMinutes(30));
        tally.happened(delivered(id, 2, 5));

        assertThat(tally.latencyMillis()).isEqualTo(new Durations.Percentiles(7L, 7L, 7L));
        assertThat(tally.requestMillis()).isEqualTo(new Durations.Percentiles(3L, 5L, 5L));
        clock.move(Duration.ofMinutes(31));
        assertThat(tally.latencyMillis()).isEqualTo(new Durations.Percentiles(null, null, null));
        assertThat(tally.requestMillis()).isEqualTo(new Durations.Percentiles(5L, 5L, 5L));
    }

    @Test
    void percentilesOfManyAreAtMostAnEighthTooLong() {
        for (int millis = 1; millis <= 1_000; millis++) {
            tally.happened(delivered(id(), 1, millis));
        }

        Durations.Percentiles percentiles = tally.requestMillis();
        assertThat(percentiles.p50()).isBetween(500L, 563L);
        assertThat(percentiles.p95()).isBetween(950L, 1_069L);
        assertThat(percentiles.p99()).isBetween(990L, 1_114L);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 1_000, 86_400_000, Integer.MAX_VALUE})
    void aBucketHoldsWhatIsPutIntoIt(long millis) {
        long longest = Durations.longest(Durations.bucket(millis));

        assertThat(longest).isBetween(millis, millis + millis / 8);
        assertThat(Durations.bucket(longest)).isEqualTo(Durations.bucket(millis));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE})
    void aClockThatJumpsBreaksNothing(long millis) {
        assertThat(Durations.longest(Durations.bucket(millis))).isIn(0L, (long) Integer.MAX_VALUE);
    }
}
