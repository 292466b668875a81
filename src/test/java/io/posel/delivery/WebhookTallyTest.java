package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.delivery.WebhookTally.Day;
import io.posel.testing.MovableClock;
import io.posel.testing.Parallel;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class WebhookTallyTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final MovableClock clock = new MovableClock();
    private final Instant start = clock.instant();
    private final WebhookTally tally = new WebhookTally(clock);

    private static Queued queued(String webhook) {
        return new Queued(UUID.randomUUID(), webhook, 1, 1, null, 1, 0, null, 10);
    }

    private void delivered(String webhook) {
        tally.happened(new Outcome.Delivered(queued(webhook), 1, 1, clock.instant(), 200, 5));
    }

    private void died(String webhook) {
        tally.happened(new Outcome.Dead(queued(webhook), 1, 1, clock.instant(), "status", true, null));
    }

    private Day of(String webhook) {
        List<Day> days = tally.of(List.of(webhook)).webhooks();
        assertThat(days).extracting(Day::webhookId).containsExactly(webhook);
        return days.get(0);
    }

    /** The last of 24 hours. */
    private static List<Integer> hours(Integer... last) {
        List<Integer> hours = new java.util.ArrayList<>(Collections.nCopies(24 - last.length, 0));
        Collections.addAll(hours, last);
        return hours;
    }

    @Test
    void countsByWebhookAndHour() {
        delivered("a");
        died("a");
        delivered("b");
        clock.move(HOUR.multipliedBy(2));
        delivered("a");
        delivered("a");

        assertThat(of("a")).isEqualTo(new Day("a", hours(1, 0, 2), hours(1, 0, 0)));
        assertThat(of("b")).isEqualTo(new Day("b", hours(1, 0, 0), hours()));
        WebhookTally.Report report = tally.busiest(10);
        assertThat(report.hours())
                .hasSize(24)
                .startsWith(clock.instant().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(23)))
                .endsWith(clock.instant().truncatedTo(ChronoUnit.HOURS));
        assertThat(report.since()).isEqualTo(start);
    }

    @Test
    void countsNeitherWhatWasSkippedNorWhatIsTriedAgain() {
        Failure failure = new Failure(Failure.Kind.STATUS, null, 500, "no", new byte[0], null, true, true);
        tally.happened(new Outcome.Skipped(queued("a"), clock.instant(), "deleted"));
        tally.happened(new Outcome.AttemptFailed(queued("a"), 1, 1, clock.instant(), 5, failure, null));

        assertThat(tally.of(List.of("a")).webhooks()).isEmpty();
    }

    @Test
    void forgetsWhatIsOlderThanADay() {
        delivered("a");
        clock.move(HOUR.multipliedBy(23));
        assertThat(of("a").delivered()).startsWith(1);
        delivered("a");

        clock.move(HOUR);
        assertThat(of("a").delivered()).isEqualTo(hours(1, 0));
        delivered("a"); // in the place of the first
        assertThat(of("a").delivered()).isEqualTo(hours(1, 1));
        assertThat(tally.of(List.of("a")).since())
                .isEqualTo(clock.instant().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(23)));

        clock.move(HOUR.multipliedBy(30));
        assertThat(tally.of(List.of("a")).webhooks()).isEmpty();
        delivered("a");
        assertThat(of("a").delivered()).isEqualTo(hours(1));
    }

    @Test
    void keepsNothingOfAWebhookThatHadNoneForADay() {
        for (int i = 0; i < 100; i++) {
            delivered("quiet " + i);
        }
        delivered("a");
        clock.move(HOUR.multipliedBy(23));
        delivered("a");
        assertThat(tally.webhooks()).isEqualTo(101);

        clock.move(HOUR);
        delivered("a");

        assertThat(tally.webhooks()).isEqualTo(1);
        assertThat(of("a").delivered()).isEqualTo(hours(1, 1));
    }

    @Test
    void aClockThatIsSetBackLosesNoMoreThanItMust() {
        clock.move(HOUR.multipliedBy(100));
        delivered("a");
        clock.move(HOUR.negated());
        delivered("a");
        assertThat(of("a").delivered()).isEqualTo(hours(1));
        clock.move(HOUR);
        assertThat(of("a").delivered()).isEqualTo(hours(1, 1));

        clock.move(HOUR.multipliedBy(-50));
        assertThat(tally.of(List.of("a")).webhooks()).isEmpty();
        delivered("a");
        assertThat(of("a").delivered()).isEqualTo(hours(1));
    }

    @Test
    void tellsOfTheBusiestFirst() {
        delivered("a");
        for (int i = 0; i < 3; i++) {
            died("c");
        }
        delivered("b");
        delivered("b");

        assertThat(tally.busiest(3).webhooks()).extracting(Day::webhookId).containsExactly("c", "b", "a");
        assertThat(tally.busiest(3).more()).isFalse();
        assertThat(tally.busiest(2).webhooks()).extracting(Day::webhookId).containsExactly("c", "b");
        assertThat(tally.busiest(2).more()).isTrue();
        assertThat(tally.of(List.of("b", "unknown", "a")).webhooks())
                .extracting(Day::webhookId)
                .containsExactly("b", "a");
        assertThat(tally.of(List.of("b")).more()).isFalse();
    }

    @Test
    void losesNothingOfWhatHappensAtOnce() throws Exception {
        Parallel.each(List.of(1, 2, 3, 4, 5, 6, 7, 8), thread -> {
            for (int i = 0; i < 5_000; i++) {
                delivered("a");
                died("b " + i % 100);
            }
        });

        assertThat(of("a").delivered()).isEqualTo(hours(40_000));
        assertThat(tally.busiest(200).webhooks())
                .hasSize(101)
                .allMatch(each -> each.webhookId().equals("a") || each.dead().get(23) == 400);
    }
}
