package io.posel.webhook;

import static io.posel.webhook.Example.NOW;
import static io.posel.webhook.Example.definition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpiryTest {
    private static final Duration LIMIT = Duration.ofDays(3);
    private static final Duration THIRD = Duration.ofDays(1);
    private static final Duration MOMENT = Duration.ofNanos(1);

    private final Expiry expiry = new Expiry(LIMIT);

    @Test
    @DisplayName("F1: failingSince is the end of the first delivery that died")
    void first_death() {
        Expiry.Verdict first = expiry.afterDeath(Health.UNKNOWN, NOW, true);
        Expiry.Verdict second = expiry.afterDeath(first.health(), NOW.plusSeconds(5), true);

        assertThat(first).isEqualTo(new Expiry.Verdict(failing(NOW, NOW, Duration.ZERO), false));
        assertThat(second)
                .isEqualTo(new Expiry.Verdict(failing(NOW, NOW.plusSeconds(5), Duration.ofSeconds(5)), false));
    }

    @Test
    @DisplayName("F1: it expires with the dead delivery that makes three days of failing, not a moment earlier")
    void later_death() {
        Health failing = failing(NOW, NOW.plus(LIMIT).minus(THIRD), LIMIT.minus(THIRD));

        assertThat(expiry.afterDeath(failing, NOW.plus(LIMIT).minus(MOMENT), true)
                        .expires())
                .isFalse();
        assertThat(expiry.afterDeath(failing, NOW.plus(LIMIT), true).expires()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"P3D", "PT20S", "PT2S", "PT1S", "PT0.001S", "P36500D"})
    @DisplayName("K23, F1: four dead deliveries are enough if a third of the time lies between them; three never are")
    void four_deaths(String limit) {
        Duration third = Duration.parse(limit).plusNanos(2).dividedBy(3);
        for (Duration gap : List.of(third, third.multipliedBy(2).minusNanos(1))) {
            Expiry short_ = new Expiry(Duration.parse(limit));
            Health health = Health.UNKNOWN;
            for (int death = 1; death <= 4; death++) {
                Expiry.Verdict verdict = short_.afterDeath(health, NOW.plus(gap.multipliedBy(death - 1)), true);
                assertThat(verdict.expires())
                        .as("%s, %s, death %s", limit, gap, death)
                        .isEqualTo(death == 4);
                health = verdict.health();
            }
        }
    }

    @Test
    @DisplayName("K23, F1: time in which nothing was sent is one gap, and counts a third of the limit at most")
    void one_gap() {
        Health health = failing(NOW, NOW.plus(Duration.ofHours(20)), Duration.ofHours(20));

        Expiry.Verdict after = expiry.afterDeath(health, NOW.plus(Duration.ofDays(5)), true);

        assertThat(after.expires()).isFalse();
        assertThat(after.health().failing()).isEqualTo(Duration.ofHours(44));
        assertThat(after.health().failingSince()).isEqualTo(NOW);
    }

    @Test
    @DisplayName("F1: deliveries that settle in another order than they ended count no more than the time that passed")
    void overtaken() {
        Health health = Health.UNKNOWN;
        for (int second = 0; second < 100; second += 2) {
            health =
                    expiry.afterDeath(health, NOW.plusSeconds(second + 1), true).health();
            health = expiry.afterDeath(health, NOW.plusSeconds(second), true).health();
        }

        assertThat(health.failing()).isEqualTo(Duration.ofSeconds(98));
    }

    @Test
    @DisplayName("F10, F1: a request that was not really sent is failing, and counts nothing")
    void not_sent() {
        Health failing = failing(NOW, NOW, Duration.ZERO);
        Health unsent = new Health(NOW, NOW, null, null, Duration.ZERO);
        Instant later = NOW.plus(THIRD);

        assertThat(expiry.afterDeath(Health.UNKNOWN, NOW, false)).isEqualTo(new Expiry.Verdict(unsent, false));
        assertThat(expiry.afterDeath(failing, later, false))
                .isEqualTo(new Expiry.Verdict(new Health(NOW, later, NOW, null, Duration.ZERO), false));
        assertThat(expiry.failingSince(unsent, later)).isEqualTo(NOW);
        assertThat(expiry.expiresAt(unsent, later)).isNull();
        assertThat(expiry.warns(unsent, later)).isFalse();
        assertThat(expiry.afterDeath(unsent, later, true).health())
                .isEqualTo(new Health(NOW, later, later, null, Duration.ZERO));
    }

    @Test
    @DisplayName("F1: a delivered message clears it")
    void success() {
        Instant delivered = NOW.plusSeconds(60);
        Health works = expiry.afterSuccess(failing(NOW, NOW, LIMIT), delivered);
        Instant later = NOW.plus(LIMIT);

        assertThat(works).isEqualTo(new Health(null, null, null, delivered, Duration.ZERO));
        assertThat(expiry.afterDeath(works, later, true))
                .isEqualTo(new Expiry.Verdict(new Health(later, later, later, delivered, Duration.ZERO), false));
    }

    @Test
    @DisplayName("F1: a changed URL or header clears it, other changes do not")
    void edit() {
        Health failing = new Health(NOW, NOW, NOW, NOW.minusSeconds(9), THIRD);
        Health cleared = new Health(null, null, null, NOW.minusSeconds(9), Duration.ZERO);
        Definition before = definition("{'headers':{'X-Key':'a'}}");

        assertThat(expiry.afterEdit(failing, before, definition("{'headers':{'X-Key':'b'}}")))
                .isEqualTo(cleared);
        assertThat(expiry.afterEdit(
                        failing, before, definition("{'headers':{'X-Key':'a'},'url':'https://example.com/new'}")))
                .isEqualTo(cleared);
        assertThat(expiry.afterEdit(
                        failing,
                        before,
                        definition("{'headers':{'X-Key':'a'},'name':'x','enabled':false,'body':'1','rateLimit':1}")))
                .isEqualTo(failing);
        assertThat(expiry.afterRestore(failing)).isEqualTo(cleared);
    }

    @Test
    @DisplayName("F1: twice the time without a dead delivery clears it, the next one starts anew")
    void forgotten() {
        Instant last = NOW.plusSeconds(60);
        Health failing = failing(NOW, last, LIMIT.minus(THIRD));
        Instant forgotten = last.plus(LIMIT).plus(LIMIT);

        assertThat(expiry.afterDeath(failing, forgotten.minus(MOMENT), true).expires())
                .isTrue();
        assertThat(expiry.afterDeath(failing, forgotten, true))
                .isEqualTo(new Expiry.Verdict(failing(forgotten, forgotten, Duration.ZERO), false));
    }

    @Test
    @DisplayName("F1: what has been forgotten is shown as forgotten before anything dies")
    void shown() {
        Health failing = failing(NOW, NOW, Duration.ZERO);
        Instant forgotten = NOW.plus(LIMIT).plus(LIMIT);

        assertThat(expiry.cleared(failing, forgotten.minus(MOMENT))).isFalse();
        assertThat(expiry.failingSince(failing, forgotten.minus(MOMENT))).isEqualTo(NOW);
        assertThat(expiry.expiresAt(failing, forgotten.minus(MOMENT))).isNotNull();
        assertThat(expiry.cleared(failing, forgotten)).isTrue();
        assertThat(expiry.failingSince(failing, forgotten)).isNull();
        assertThat(expiry.expiresAt(failing, forgotten)).isNull();
        assertThat(expiry.failingSince(Health.UNKNOWN, NOW)).isNull();
        assertThat(expiry.expiresAt(Health.UNKNOWN, NOW)).isNull();
    }

    @Test
    @DisplayName("F1: expiresAt is the earliest moment at which it can expire; it moves while nothing is sent")
    void expires_at() {
        Health failing = failing(NOW, NOW, Duration.ZERO);
        assertThat(expiry.expiresAt(failing, NOW)).isEqualTo(NOW.plus(LIMIT));
        assertThat(expiry.expiresAt(failing, NOW.plus(THIRD))).isEqualTo(NOW.plus(LIMIT));
        assertThat(expiry.expiresAt(failing, NOW.plus(THIRD).plusSeconds(7)))
                .isEqualTo(NOW.plus(LIMIT).plusSeconds(7));

        Health nearly = failing(NOW, NOW.plus(LIMIT), LIMIT.minus(THIRD));
        assertThat(expiry.expiresAt(nearly, NOW.plus(LIMIT).plus(LIMIT)))
                .as("passed: the next dead delivery expires it")
                .isEqualTo(NOW.plus(LIMIT).plus(THIRD));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 5, 6, 7, 365, 3_650})
    @DisplayName("F1: a clock that is set back and forth again is one gap at most")
    void clock_back_and_forth(int days) {
        Health health = failing(NOW, NOW, Duration.ZERO);
        Instant wrong = NOW.minus(Duration.ofDays(days));
        for (Instant died :
                List.of(wrong.plusSeconds(60), wrong.plusSeconds(120), NOW.plusSeconds(180), NOW.plusSeconds(240))) {
            Expiry.Verdict verdict = expiry.afterDeath(health, died, true);
            assertThat(verdict.expires()).isFalse();
            health = verdict.health();
        }
        assertThat(health.failing()).isLessThanOrEqualTo(THIRD.plusSeconds(120));
    }

    @Test
    @DisplayName("F1: a first death under a clock years ahead does not keep the webhook forever")
    void clock_years_ahead() {
        Instant ahead = NOW.plus(Duration.ofDays(3_650));
        Health health = failing(ahead, ahead, Duration.ZERO);
        for (int gap = 0; gap <= 3; gap++) {
            Expiry.Verdict verdict = expiry.afterDeath(health, NOW.plus(THIRD.multipliedBy(gap)), true);
            assertThat(verdict.expires()).as("after %s gaps", gap).isEqualTo(gap == 3);
            health = verdict.health();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "P36501D"})
    void a_limit_that_makes_no_sense_is_refused(String limit) {
        assertThatThrownBy(() -> new Expiry(Duration.parse(limit))).isInstanceOf(IllegalArgumentException.class);
    }

    enum Kind {
        SUCCESS,
        DEATH,
        UNSENT,
        EDIT,
        RENAME
    }

    record Step(Kind kind, int hours) {}

    @Property
    @Label("F1: every history of successes, deaths and edits ends as the text says")
    void histories_end_as_the_text_says(@ForAll("histories") List<Step> history) {
        Health health = Health.UNKNOWN;
        Instant now = NOW;
        List<Death> deaths = new ArrayList<>();
        for (Step step : history) {
            now = now.plus(Duration.ofHours(step.hours()));
            boolean expires = false;
            switch (step.kind()) {
                case SUCCESS -> health = expiry.afterSuccess(health, now);
                case EDIT -> health = expiry.afterEdit(health, definition("{}"), definition("{'headers':{'A':'b'}}"));
                case RENAME -> health = expiry.afterEdit(health, definition("{}"), definition("{'name':'b'}"));
                case DEATH, UNSENT -> {
                    Expiry.Verdict verdict = expiry.afterDeath(health, now, step.kind() == Kind.DEATH);
                    health = verdict.health();
                    expires = verdict.expires();
                }
            }
            assertThat(expires)
                    .as("at %s in %s", now, history)
                    .isEqualTo(naive(deaths, step.kind(), now) && step.kind() == Kind.DEATH);
            assertThat(health.failingSince())
                    .as("at %s in %s", now, history)
                    .isEqualTo(deaths.isEmpty() ? null : deaths.get(0).at());
        }
    }

    /** Keeps all deaths that still count; whether those that were sent make 72 hours by now. */
    private static boolean naive(List<Death> deaths, Kind kind, Instant now) {
        if (kind == Kind.SUCCESS || kind == Kind.EDIT) {
            deaths.clear();
        } else if (kind == Kind.DEATH || kind == Kind.UNSENT) {
            if (!deaths.isEmpty() && hours(deaths.get(deaths.size() - 1).at(), now) >= 144) {
                deaths.clear();
            }
            deaths.add(new Death(now, kind == Kind.DEATH));
        }
        List<Instant> sent = deaths.stream().filter(Death::sent).map(Death::at).toList();
        long failing = 0;
        for (int i = 1; i < sent.size(); i++) {
            long gap = hours(sent.get(i - 1), sent.get(i));
            failing = gap >= 144 ? 0 : failing + Math.min(24, gap);
        }
        return failing >= 72;
    }

    private static long hours(Instant from, Instant to) {
        return Duration.between(from, to).toHours();
    }

    private record Death(Instant at, boolean sent) {}

    @Provide
    Arbitrary<List<Step>> histories() {
        Arbitrary<Kind> kinds = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.just(Kind.DEATH)), Tuple.of(2, Arbitraries.of(Kind.class)));
        Arbitrary<Integer> hours = Arbitraries.of(0, 1, 12, 23, 24, 25, 71, 72, 143, 144, 145, 500);
        return Combinators.combine(kinds, hours).as(Step::new).list().ofMaxSize(30);
    }

    /** Every hour a delivery dies, while the clock is sometimes wrong. */
    @Property
    @Label("F1: each jump of the clock counts as one gap at most")
    void wrong_clock(@ForAll("hoursWrong") List<Integer> hoursWrong) {
        Health health = Health.UNKNOWN;
        Instant real = NOW;
        int jumps = 0;
        int before = 0;
        for (int wrong : hoursWrong) {
            real = real.plus(Duration.ofHours(1));
            jumps += wrong == before ? 0 : 1;
            before = wrong;
            Expiry.Verdict verdict = expiry.afterDeath(health, real.plus(Duration.ofHours(wrong)), true);
            health = verdict.health();
            Duration most = Duration.between(NOW, real).plus(THIRD.multipliedBy(jumps));
            assertThat(verdict.expires() && most.compareTo(LIMIT) < 0)
                    .as("%s after %s", real, hoursWrong)
                    .isFalse();
            assertThat(health.failing()).isLessThanOrEqualTo(most);
        }
    }

    @Provide
    Arbitrary<List<Integer>> hoursWrong() {
        return Arbitraries.of(0, 0, 0, 0, -1, -24, 24, 71, -100, 143, 9_000, -9_000)
                .list()
                .ofMaxSize(30);
    }

    @Property
    @Label("F1: it never expires before expiresAt, and does expire then if a delivery dies each hour")
    void expires_at_is_the_earliest(@ForAll("histories") List<Step> history) {
        Health health = Health.UNKNOWN;
        Instant now = NOW;
        for (Step step : history) {
            Instant earliest = expiry.expiresAt(health, now);
            now = now.plus(Duration.ofHours(step.hours()));
            if (step.kind() == Kind.SUCCESS) {
                health = expiry.afterSuccess(health, now);
            } else if (step.kind() == Kind.DEATH || step.kind() == Kind.UNSENT) {
                Expiry.Verdict verdict = expiry.afterDeath(health, now, step.kind() == Kind.DEATH);
                if (verdict.expires()) {
                    assertThat(earliest).isNotNull().isBeforeOrEqualTo(now);
                }
                health = verdict.health();
            }
        }
        Instant earliest = expiry.expiresAt(health, now);
        Expiry.Verdict verdict = new Expiry.Verdict(health, false);
        for (Instant at = now; earliest != null && !at.isAfter(earliest); at = at.plus(Duration.ofHours(1))) {
            verdict = expiry.afterDeath(verdict.health(), at, true);
            if (at.equals(earliest)) {
                assertThat(verdict.expires()).isTrue();
            }
        }
    }

    private static Health failing(Instant since, Instant lastDeadAt, Duration failing) {
        return new Health(since, lastDeadAt, lastDeadAt, null, failing);
    }
}
