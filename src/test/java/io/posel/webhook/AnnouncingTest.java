package io.posel.webhook;

import static io.posel.webhook.Example.NOW;
import static io.posel.webhook.Example.definition;
import static org.assertj.core.api.Assertions.assertThat;

import io.posel.webhook.Announcement.Kind;
import io.posel.webhook.Announcement.Reason;
import io.posel.webhook.Announcement.Wrong;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnnouncingTest {
    private static final Duration LIMIT = Duration.ofDays(3);
    private static final Duration THIRD = Duration.ofDays(1);
    private static final Wrong WRONG = new Wrong("status", "answered 500");

    /** A webhook as the settlement keeps it. */
    private static final class Case {
        private final Expiry expiry;
        private final Announcing announcing;
        private Health health = Health.UNKNOWN;
        private Told told = Told.NOTHING;
        private @Nullable Instant expired;
        private boolean enabled = true;
        private Instant now = NOW;
        private final List<Announcement> news = new ArrayList<>();

        Case(Duration expireAfter) {
            this.expiry = new Expiry(expireAfter);
            this.announcing = new Announcing(expiry);
        }

        Case after(Duration time) {
            now = now.plus(time);
            return this;
        }

        /** Three more deliveries die, a third of the limit before each; the last one expires it. */
        Case goesOnDying(boolean own) {
            for (int i = 0; i < 3; i++) {
                after(expiry.expireAfter().dividedBy(3)).dies(own);
            }
            return this;
        }

        /** A delivery dies each third of the limit. It is now that long after the first one. */
        int diesUntil(Duration time) {
            Duration third = expiry.expireAfter().dividedBy(3);
            int deaths = 0;
            Instant end = now.plus(time);
            while (now.isBefore(end)) {
                dies(false).after(third);
                deaths++;
            }
            now = end;
            return deaths;
        }

        /** @param own whether it was one of what is told */
        Case dies(boolean own) {
            Expiry.Verdict verdict = expiry.afterDeath(health, now, true);
            boolean expires = verdict.expires() && expired == null;
            if (expired == null) {
                take(announcing.afterDeath(
                        told, health, verdict.health(), new Announcing.Death(now, WRONG, !own, expires, false)));
            }
            health = verdict.health();
            expired = expires ? now : expired;
            return this;
        }

        Case delivers(boolean own) {
            health = expiry.afterSuccess(health, now);
            if (expired == null && announcing.isNews(told, health) && !own) {
                take(Announcing.over(told, now, Reason.DELIVERED));
            }
            return this;
        }

        Case isEdited() {
            Health after = expiry.afterEdit(health, definition("{}"), definition("{'headers':{'A':'b'}}"));
            change(after, expired);
            return this;
        }

        Case isRestored() {
            change(expiry.afterRestore(health), null);
            return this;
        }

        private void change(Health after, @Nullable Instant gone) {
            Reason reason = Announcing.ends(webhook(health, expired), webhook(after, gone));
            if (reason != null) {
                take(Announcing.over(told, now, reason));
            }
            health = after;
            expired = gone;
        }

        Case looks() {
            if (expired == null) {
                take(announcing.afterTime(told, health, enabled, now));
            }
            return this;
        }

        private void take(Announcing.Change change) {
            told = change.told();
            news.addAll(change.news());
        }

        List<String> news() {
            List<String> texts = news.stream()
                    .map(each -> each.kind().code()
                            + (each.reason() == null ? "" : " " + each.reason().code())
                            + " " + each.deaths())
                    .toList();
            news.clear();
            return texts;
        }
    }

    private static Webhook webhook(Health health, @Nullable Instant expired) {
        return new Webhook("wh_1", 1, definition("{}"), health, expired, null, NOW, NOW);
    }

    private final Case it = new Case(LIMIT);

    @Test
    @DisplayName("F1: that it fails is told once, with the first delivery that dies")
    void failing() {
        assertThat(it.dies(false).news)
                .containsExactly(new Announcement(Kind.FAILING, NOW, NOW, NOW.plus(LIMIT), 1, null, WRONG));
        assertThat(it.after(Duration.ofHours(1)).dies(false).dies(false).news).hasSize(1);
    }

    @Test
    @DisplayName("F1: that it works again is told once, with how many died and since when")
    void recovered() {
        it.delivers(false).dies(false).dies(false).news.clear();

        Instant later = it.after(Duration.ofHours(1)).now;
        assertThat(it.delivers(false).delivers(false).news)
                .containsExactly(new Announcement(Kind.RECOVERED, later, NOW, null, 2, Reason.DELIVERED, null));
        assertThat(it.dies(false).news()).endsWith("failing 1");
    }

    @Test
    @DisplayName("F1: that it is removed is told once, and nothing after that until it is restored")
    void expired() {
        it.dies(false).goesOnDying(false);

        assertThat(it.dies(false).delivers(false).dies(false).looks().isEdited().news())
                .containsExactly("failing 1", "expired 4");
        assertThat(it.isRestored().delivers(false).news()).containsExactly("recovered restored 4");
    }

    @Test
    @DisplayName("F1: what is told makes nothing that is told")
    void own() {
        it.dies(true).dies(true).delivers(true).dies(true).goesOnDying(true).looks();
        assertThat(it.expired).isNotNull();
        assertThat(it.news()).isEmpty();
        assertThat(it.isRestored().news()).isEmpty();
    }

    @Test
    @DisplayName("F1: another delivery that dies is told, although one of what is told died before")
    void ownFirst() {
        it.dies(true).dies(true).after(Duration.ofHours(1)).dies(false);

        assertThat(it.news)
                .containsExactly(new Announcement(
                        Kind.FAILING, NOW.plus(Duration.ofHours(1)), NOW, NOW.plus(LIMIT), 3, null, WRONG));
    }

    @Test
    @DisplayName("F1: it is not told that it works because it took what is told; the next other delivery tells")
    void ownSuccess() {
        it.dies(false).delivers(true).news.clear();
        assertThat(it.delivers(true).news()).isEmpty();
        assertThat(it.delivers(false).news()).containsExactly("recovered delivered 1");

        it.dies(false).delivers(true).after(Duration.ofHours(1)).news.clear();
        assertThat(it.dies(false).news()).containsExactly("recovered delivered 1", "failing 1");
    }

    @Test
    @DisplayName("F1: it is told that it is removed if it was told that it fails, whatever died last")
    void ownLast() {
        it.dies(false).news.clear();

        assertThat(it.goesOnDying(true).news()).containsExactly("expired 4");
    }

    @Test
    @DisplayName("K29, F9: that a 410 switched it off is told in place of a failing, and a later failing is told")
    void gone() {
        Health after = it.expiry.afterDeath(Health.UNKNOWN, NOW, true).health();
        it.take(it.announcing.afterDeath(
                Told.NOTHING, Health.UNKNOWN, after, new Announcing.Death(NOW, WRONG, true, false, true)));
        it.health = after;

        assertThat(it.news).containsExactly(new Announcement(Kind.DISABLED, NOW, NOW, null, 1, Reason.GONE, WRONG));
        it.news.clear();
        assertThat(it.dies(false).dies(false).news()).containsExactly("failing 2");
    }

    @Test
    @DisplayName("K29, F9: a failing that was told goes on when a 410 switches it off, and its end is told")
    void goneWhileFailing() {
        it.dies(false).news.clear();
        Health before = it.health;
        Health after = it.expiry.afterDeath(before, NOW, true).health();
        it.take(it.announcing.afterDeath(it.told, before, after, new Announcing.Death(NOW, WRONG, false, false, true)));
        it.health = after;

        assertThat(it.news()).containsExactly("disabled gone 2");
        assertThat(it.delivers(false).news()).containsExactly("recovered delivered 2");
    }

    @Test
    @DisplayName("F1: a changed URL or header ends what was told")
    void edited() {
        assertThat(it.isEdited().news()).isEmpty();
        it.dies(false).news.clear();

        assertThat(it.isEdited().isEdited().news()).containsExactly("recovered edited 1");
    }

    @Test
    @DisplayName("F1: a deleted webhook is not told of, until it is restored")
    void deleted() {
        Webhook failing = webhook(new Health(NOW, NOW, NOW, null, Duration.ZERO), null);
        Webhook deleted = new Webhook("wh_1", 2, failing.definition(), failing.health(), null, NOW, NOW, NOW);
        Webhook restored = webhook(Health.UNKNOWN, null);
        Webhook expired = webhook(failing.health(), NOW);

        assertThat(Announcing.ends(failing, deleted)).isNull();
        assertThat(Announcing.ends(deleted, restored)).isEqualTo(Reason.RESTORED);
        assertThat(Announcing.ends(expired, deleted)).isNull();
        assertThat(Announcing.ends(expired, webhook(Health.UNKNOWN, NOW))).isNull();
        assertThat(Announcing.ends(failing, failing)).isNull();
        assertThat(Announcing.ends(restored, restored)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"P3D, PT48H", "P30D, P29D", "PT49H, PT25H", "PT48H, PT24H", "PT24H, PT12H", "PT10S, PT5S"})
    @DisplayName("F1: it is told that it will expire 24 h before, or half-way where that is later; once")
    void expiring(Duration expireAfter, Duration told) {
        Case one = new Case(expireAfter);
        int deaths = one.diesUntil(told);
        one.after(Duration.ofNanos(-1));
        assertThat(one.looks().news()).containsExactly("failing 1");

        assertThat(one.after(Duration.ofNanos(1)).looks().looks().news()).containsExactly("expiring " + deaths);
        assertThat(one.dies(false).looks().news()).isEmpty();
        assertThat(one.delivers(false).news()).containsExactly("recovered delivered " + (deaths + 1));
        one.diesUntil(told);
        assertThat(one.looks().news()).containsExactly("failing 1", "expiring " + deaths);
    }

    @Test
    @DisplayName("K23, F1: a quiet time after one dead delivery is no reason to warn, after two it is")
    void quietWarning() {
        it.dies(false).after(LIMIT.plus(THIRD)).news.clear();
        assertThat(it.looks().news()).isEmpty();

        assertThat(it.dies(false).looks().news()).isEmpty();
        assertThat(it.after(THIRD).looks().news()).containsExactly("expiring 2");
    }

    @Test
    @DisplayName("F10: a delivery that was not sent is told with what is wrong, and nobody is told when it expires")
    void unsent() {
        Health unsent = it.expiry.afterDeath(Health.UNKNOWN, NOW, false).health();
        Wrong wrong = new Wrong("internal", "internal error");

        it.take(it.announcing.afterDeath(
                Told.NOTHING, Health.UNKNOWN, unsent, new Announcing.Death(NOW, wrong, true, false, false)));
        it.health = unsent;

        assertThat(it.news).containsExactly(new Announcement(Kind.FAILING, NOW, NOW, null, 1, null, wrong));
        it.news.clear();
        assertThat(it.after(LIMIT).looks().news()).isEmpty();
        assertThat(it.delivers(false).news()).containsExactly("recovered delivered 1");
    }

    @Test
    @DisplayName("F1: a webhook that is off cannot expire; it is told when it is on again")
    void expiringWhileOff() {
        it.enabled = false;
        it.diesUntil(LIMIT);
        it.news.clear();
        assertThat(it.looks().news()).isEmpty();

        it.enabled = true;
        assertThat(it.looks().news()).containsExactly("expiring 3");
    }

    @Test
    @DisplayName("F1: of a failing that was not told nothing else is told")
    void expiringOfWhatWasNotTold() {
        it.dies(true).after(THIRD).dies(true).after(THIRD);
        assertThat(it.looks().news()).isEmpty();

        it.delivers(true)
                .dies(false)
                .delivers(true)
                .after(Duration.ofHours(1))
                .dies(true)
                .after(THIRD)
                .dies(true)
                .after(THIRD)
                .news
                .clear();
        assertThat(it.looks().news()).isEmpty();
    }

    @Test
    @DisplayName("F1: twice the time without a dead delivery ends what was told, as time passes or with the next one")
    void quiet() {
        it.dies(false).after(LIMIT.multipliedBy(2)).news.clear();
        assertThat(it.looks().looks().news()).containsExactly("recovered quiet 1");
        assertThat(it.dies(false).news()).containsExactly("failing 1");

        it.after(LIMIT.multipliedBy(2));
        assertThat(it.dies(false).news()).containsExactly("recovered quiet 1", "failing 1");
    }

    enum Kinds {
        DEATH,
        OWN_DEATH,
        SUCCESS,
        OWN_SUCCESS,
        EDIT,
        RESTORE,
        LOOK
    }

    record Step(Kinds kind, int hours) {}

    @Property
    @Label("F1: what is told alternates, and each failing that is told costs a delivery of something else")
    void histories(@ForAll("histories") List<Step> history) {
        Case it = new Case(LIMIT);
        int deaths = 0;
        StringBuilder all = new StringBuilder();
        for (Step step : history) {
            it.after(Duration.ofHours(step.hours()));
            switch (step.kind()) {
                case DEATH -> {
                    it.dies(false);
                    deaths++;
                }
                case OWN_DEATH -> it.dies(true);
                case SUCCESS -> it.delivers(false);
                case OWN_SUCCESS -> it.delivers(true);
                case EDIT -> it.isEdited();
                case RESTORE -> it.isRestored();
                default -> it.looks();
            }
            boolean own = step.kind() == Kinds.OWN_DEATH || step.kind() == Kinds.OWN_SUCCESS;
            List<Announcement> news = List.copyOf(it.news);
            it.news.clear();
            assertThat(news).as("%s in %s", step, history).allMatch(each -> !own || each.kind() == Kind.EXPIRED);
            assertThat(news).allMatch(each -> each.at().equals(it.now) && each.deaths() > 0);
            news.forEach(each -> all.append(each.kind().code()).append(' '));
        }
        assertThat(all.toString())
                .as("%s", history)
                .matches("(failing (expiring )?(expired )?recovered )*(failing (expiring )?(expired )?)?");
        assertThat(all.toString().split("failing ", -1).length - 1).isLessThanOrEqualTo(deaths);
    }

    @Provide
    Arbitrary<List<Step>> histories() {
        Arbitrary<Integer> hours = Arbitraries.of(0, 1, 24, 47, 48, 71, 72, 143, 144, 145);
        return Combinators.combine(Arbitraries.of(Kinds.class), hours)
                .as(Step::new)
                .list()
                .ofMaxSize(40);
    }
}
