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
    private static final Duration MOMENT = Duration.ofNanos(1);

    private final Expiry expiry = new Expiry(LIMIT);

    @Test
    @DisplayName("F1: failingSince is the end of the first delivery that died")
    void first_death() {
        Expiry.Verdict first = expiry.afterDeath(Health.UNKNOWN, NOW, true);
        Expiry.Verdict second = expiry.afterDeath(first.health(), NOW.plusSeconds(5), true);

        assertThat(first).isEqualTo(new Expiry.Verdict(new Health(NOW, NOW, null), false));
        assertThat(second).isEqualTo(new Expiry.Verdict(new Health(NOW, NOW.plusSeconds(5), null), false));
    }

    @Test
    @DisplayName("F1: it expires when a later delivery dies three days after, not a moment earlier")
    void later_death() {
        Health failing = failingSince(NOW);

        assertThat(expiry.afterDeath(failing, NOW.plus(LIMIT).minus(MOMENT), true)
                        .expires())
                .isFalse();
        assertThat(expiry.afterDeath(failing, NOW.plus(LIMIT), true).expires()).isTrue();
    }

    @Test
    @DisplayName("F1: a request that was not really sent neither begins nor ends anything")
    void not_sent() {
        Health failing = failingSince(NOW);

        assertThat(expiry.afterDeath(Health.UNKNOWN, NOW, false)).isEqualTo(new Expiry.Verdict(Health.UNKNOWN, false));
        assertThat(expiry.afterDeath(failing, NOW.plus(LIMIT), false)).isEqualTo(new Expiry.Verdict(failing, false));
    }

    @Test
    @DisplayName("F1: a delivered message clears it")
    void success() {
        Health works = expiry.afterSuccess(failingSince(NOW), NOW.plusSeconds(60));

        assertThat(works).isEqualTo(new Health(null, NOW, NOW.plusSeconds(60)));
        assertThat(expiry.afterDeath(works, NOW.plus(LIMIT), true))
                .isEqualTo(
                        new Expiry.Verdict(new Health(NOW.plus(LIMIT), NOW.plus(LIMIT), NOW.plusSeconds(60)), false));
    }

    @Test
    @DisplayName("F1: a changed URL or header clears it, other changes do not")
    void edit() {
        Health failing = new Health(NOW, NOW, NOW.minusSeconds(9));
        Health cleared = new Health(null, NOW, NOW.minusSeconds(9));
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
        Health failing = new Health(NOW, NOW.plusSeconds(60), null);
        Instant forgotten = NOW.plusSeconds(60).plus(LIMIT).plus(LIMIT);

        assertThat(expiry.afterDeath(failing, forgotten.minus(MOMENT), true).expires())
                .isTrue();
        assertThat(expiry.afterDeath(failing, forgotten, true))
                .isEqualTo(new Expiry.Verdict(new Health(forgotten, forgotten, null), false));
    }

    @Test
    @DisplayName("F1: what has been forgotten is shown as forgotten before anything dies")
    void shown() {
        Health failing = failingSince(NOW);
        Instant forgotten = NOW.plus(LIMIT).plus(LIMIT);

        assertThat(expiry.cleared(failing, forgotten.minus(MOMENT))).isFalse();
        assertThat(expiry.failingSince(failing, forgotten.minus(MOMENT))).isEqualTo(NOW);
        assertThat(expiry.expiresAt(failing, forgotten.minus(MOMENT))).isEqualTo(NOW.plus(LIMIT));
        assertThat(expiry.cleared(failing, forgotten)).isTrue();
        assertThat(expiry.failingSince(failing, forgotten)).isNull();
        assertThat(expiry.expiresAt(failing, forgotten)).isNull();
        assertThat(expiry.failingSince(Health.UNKNOWN, NOW)).isNull();
        assertThat(expiry.expiresAt(Health.UNKNOWN, NOW)).isNull();
    }

    @Test
    @DisplayName("F1: a clock that is set back and forth again expires nobody")
    void clock_back_and_forth() {
        for (int days : new int[] {1, 4, 5, 6, 7, 365}) {
            Health health = failingSince(NOW);
            Instant wrong = NOW.minus(Duration.ofDays(days));
            for (Instant died : List.of(
                    wrong.plusSeconds(60), wrong.plusSeconds(120), NOW.plusSeconds(180), NOW.plusSeconds(240))) {
                Expiry.Verdict verdict = expiry.afterDeath(health, died, true);
                assertThat(verdict.expires()).as("%s days, %s", days, died).isFalse();
                health = verdict.health();
            }
        }
    }

    @Test
    @DisplayName("F1: a first death under a clock years ahead does not keep the webhook forever")
    void clock_years_ahead() {
        Health health = failingSince(NOW.plus(Duration.ofDays(3_650)));
        health = expiry.afterDeath(health, NOW, true).health();

        assertThat(expiry.afterDeath(health, NOW.plus(LIMIT).minus(MOMENT), true)
                        .expires())
                .isFalse();
        assertThat(expiry.afterDeath(health, NOW.plus(LIMIT), true).expires()).isTrue();
    }

    @Test
    @DisplayName("F1: a clock that jumps forward by twice the time or more expires nobody")
    void clock_forward() {
        assertThat(expiry.afterDeath(failingSince(NOW), NOW.plus(Duration.ofDays(6)), true)
                        .expires())
                .isFalse();
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
        List<Instant> deathsSinceCleared = new ArrayList<>();
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
            assertThat(expires).as("at %s in %s", now, history).isEqualTo(naive(deathsSinceCleared, step.kind(), now));
            assertThat(health.failingSince())
                    .as("at %s in %s", now, history)
                    .isEqualTo(deathsSinceCleared.isEmpty() ? null : deathsSinceCleared.get(0));
        }
    }

    /** Keeps all deaths that still count; whether this step expires. */
    private static boolean naive(List<Instant> deaths, Kind kind, Instant now) {
        if (kind == Kind.SUCCESS || kind == Kind.EDIT) {
            deaths.clear();
        } else if (kind == Kind.DEATH) {
            if (!deaths.isEmpty()
                    && Duration.between(deaths.get(deaths.size() - 1), now).toHours() >= 144) {
                deaths.clear();
            }
            deaths.add(now);
            return deaths.size() > 1 && Duration.between(deaths.get(0), now).toHours() >= 72;
        }
        return false;
    }

    @Provide
    Arbitrary<List<Step>> histories() {
        Arbitrary<Kind> kinds = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.just(Kind.DEATH)), Tuple.of(2, Arbitraries.of(Kind.class)));
        Arbitrary<Integer> hours = Arbitraries.of(0, 1, 12, 24, 71, 72, 73, 143, 144, 145, 500);
        return Combinators.combine(kinds, hours).as(Step::new).list().ofMaxSize(30);
    }

    /** Every five hours a delivery dies, while the clock is now right and now behind. */
    @Property
    @Label(
            "F1: a clock that is behind by less than twice the limit, on and off, expires nobody before the time has passed")
    void wrong_clock(@ForAll("hoursBehind") List<Integer> hoursBehind) {
        Health health = failingSince(NOW);
        Instant real = NOW;
        for (int behind : hoursBehind) {
            real = real.plus(Duration.ofHours(5));
            Expiry.Verdict verdict = expiry.afterDeath(health, real.minus(Duration.ofHours(behind)), true);
            health = verdict.health();
            assertThat(verdict.expires() && Duration.between(NOW, real).compareTo(LIMIT) < 0)
                    .as("%s after %s", real, hoursBehind)
                    .isFalse();
        }
    }

    @Provide
    Arbitrary<List<Integer>> hoursBehind() {
        return Arbitraries.of(0, 0, 0, 1, 24, 71, 100, 143).list().ofMaxSize(30);
    }

    private static Health failingSince(Instant since) {
        return new Health(since, since, null);
    }
}
