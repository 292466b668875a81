package io.posel.webhook;

import io.posel.webhook.Announcement.Kind;
import io.posel.webhook.Announcement.Reason;
import io.posel.webhook.Announcement.Wrong;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides what is told of a webhook's health. Like {@link Expiry} it has no clock and keeps nothing: it compares what
 * has been told with what is.
 *
 * <p>Promises: that a webhook fails is told once, and that it is over once; in between at most once that it will expire
 * and once that it has; each time that a 410 switched it off (F9). Deliveries of what is told neither begin nor end anything that is told, so that webhooks which
 * listen to each other do not go on for ever: each failing that is told costs a delivery of something else.
 */
public final class Announcing {
    private final Expiry expiry;

    public Announcing(Expiry expiry) {
        this.expiry = expiry;
    }

    /** @param news in the order in which they are told */
    public record Change(Told told, List<Announcement> news) {
        static Change none(Told told) {
            return new Change(told, List.of());
        }
    }

    /** Whether what has been told is no longer so: only then {@code tells} below is asked for. */
    public boolean isNews(Told told, Health health) {
        return !Objects.equals(told.since(), health.failingSince());
    }

    /**
     * How a delivery died.
     *
     * @param tells whether it may begin or end what is told: not if it was a delivery of what is told itself
     * @param expires whether it removed the webhook
     * @param disables whether it switched the webhook off, which is told in place of a failing that it begins
     */
    public record Death(Instant at, Wrong wrong, boolean tells, boolean expires, boolean disables) {}

    /** After a delivery died, whether or not a request was sent. */
    public Change afterDeath(Told told, Health before, Health after, Death death) {
        Instant since = Objects.requireNonNull(after.failingSince());
        List<Announcement> news = new ArrayList<>();
        boolean begins = !since.equals(before.failingSince());
        boolean tellsAnew = death.tells() && isNews(told, after);
        if (tellsAnew && told.since() != null) {
            Reason reason = before.failingSince() == null ? Reason.DELIVERED : Reason.QUIET;
            news.addAll(over(told, death.at(), reason).news());
        }
        boolean counts = begins && (tellsAnew || told.since() == null);
        Instant failing = death.disables() ? null : since;
        Told now = new Told(tellsAnew ? failing : told.since(), told.warned(), counts ? 1 : told.deaths() + 1);
        if (death.disables()) {
            news.add(
                    new Announcement(Kind.DISABLED, death.at(), since, null, now.deaths(), Reason.GONE, death.wrong()));
        } else if (tellsAnew) {
            Instant expires = expiry.expiresAt(after, death.at());
            news.add(new Announcement(Kind.FAILING, death.at(), since, expires, now.deaths(), null, death.wrong()));
        }
        if (death.expires() && now.since() != null) {
            news.add(new Announcement(Kind.EXPIRED, death.at(), since, death.at(), now.deaths(), null, death.wrong()));
        }
        return new Change(now, List.copyOf(news));
    }

    /** When the failing that was told is over; nothing if none was. */
    public static Change over(Told told, Instant at, Reason reason) {
        if (told.since() == null) {
            return Change.none(told);
        }
        Told now = new Told(null, told.warned(), told.deaths());
        return new Change(
                now, List.of(new Announcement(Kind.RECOVERED, at, told.since(), null, told.deaths(), reason, null)));
    }

    /** Why what a user did to a webhook ends its failing; null if it does not. A deleted one is not told of. */
    public static @Nullable Reason ends(Webhook before, Webhook after) {
        boolean wasGone = before.expiredAt() != null || before.deletedAt() != null;
        boolean isGone = after.expiredAt() != null || after.deletedAt() != null;
        if (wasGone && !isGone) {
            return Reason.RESTORED;
        }
        boolean cleared =
                before.health().failingSince() != null && after.health().failingSince() == null;
        return cleared && !isGone ? Reason.EDITED : null;
    }

    /**
     * As time passes: warns of a webhook that expires next, and tells that a failing is forgotten.
     *
     * @param enabled whether anything is sent, so that it may expire
     */
    public Change afterTime(Told told, Health health, boolean enabled, Instant now) {
        Instant since = told.since();
        if (since == null) {
            return Change.none(told);
        } else if (expiry.cleared(health, now)) {
            return over(told, now, Reason.QUIET);
        }
        boolean warns = enabled
                && since.equals(health.failingSince())
                && !since.equals(told.warned())
                && expiry.warns(health, now);
        if (!warns) {
            return Change.none(told);
        }
        Instant expires = expiry.expiresAt(health, now);
        Announcement expiring = new Announcement(Kind.EXPIRING, now, since, expires, told.deaths(), null, null);
        return new Change(new Told(since, since, told.deaths()), List.of(expiring));
    }
}
