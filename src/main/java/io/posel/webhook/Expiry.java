package io.posel.webhook;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a webhook that does not work is removed (F1). Knows nothing but the instants it is given, in the order
 * in which deliveries settle; time that passes expires nobody, only a dead delivery does.
 *
 * <p>Counts failing time, not elapsed time: the gaps between consecutive dead deliveries, each with at most a third of
 * the limit. So at least four dead deliveries expire a webhook, and a stopped Posel, a quiet week, a webhook that was
 * off or a clock that jumps is one gap at most. A clock that was set back counts nothing.
 *
 * <p>Failing is any webhook whose last deliveries died; only those that were really sent make failing time.
 */
public final class Expiry {
    private static final Duration LONGEST = Duration.ofDays(36_500);
    private static final Duration WARNING = Duration.ofHours(24);
    /** Deliveries of several lanes or nodes may settle in another order than they ended. More is a clock set back. */
    private static final Duration REORDERED = Duration.ofMinutes(1);

    private final Duration expireAfter;
    private final Duration longestGap;
    private final Duration forgetAfter;

    /** @param expireAfter more than zero, at most 36,500 days */
    public Expiry(Duration expireAfter) {
        if (expireAfter.isZero() || expireAfter.isNegative() || expireAfter.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("must be more than zero and at most P36500D: " + expireAfter);
        }
        this.expireAfter = expireAfter;
        this.longestGap = expireAfter.plusNanos(2).dividedBy(3); // rounded up: three of them are enough
        this.forgetAfter = expireAfter.multipliedBy(2);
    }

    /** @param expires whether this death removes the webhook; true again for each later death, the first one counts */
    public record Verdict(Health health, boolean expires) {}

    /** After a message was delivered: from the queue, by a replay or as a test. */
    public Health afterSuccess(Health health, Instant at) {
        return new Health(null, null, null, at, Duration.ZERO);
    }

    /**
     * After a delivery died.
     *
     * @param died the end of its last attempt
     * @param sent whether at least one request was really sent. A delivery that could not be rendered, whose address
     *     was refused, or that failed inside Posel says nothing about the receiver: it fails, and counts nothing.
     */
    public Verdict afterDeath(Health health, Instant died, boolean sent) {
        Instant since = failingSince(health, died);
        Health before = since == null ? health.cleared() : health;
        Instant first = since == null ? died : since;
        Instant failed = later(before.lastFailedAt(), died);
        if (!sent) {
            Health after = new Health(first, failed, before.lastDeadAt(), before.lastSuccessAt(), before.failing());
            return new Verdict(after, false);
        }
        Instant last = before.lastDeadAt();
        Duration failing = last == null || isAtLeast(forgetAfter, last, died)
                ? Duration.ZERO
                : before.failing().plus(counted(Duration.between(last, died)));
        boolean expires = failing.compareTo(expireAfter) >= 0;
        Duration kept = expires ? expireAfter : failing;
        return new Verdict(new Health(first, failed, later(last, died), before.lastSuccessAt(), kept), expires);
    }

    private Duration counted(Duration gap) {
        if (gap.isNegative()) {
            return Duration.ZERO;
        }
        return gap.compareTo(longestGap) > 0 ? longestGap : gap;
    }

    private static Instant later(@Nullable Instant last, Instant died) {
        boolean overtaken =
                last != null && died.isBefore(last) && last.minus(REORDERED).isBefore(died);
        return overtaken ? last : died;
    }

    /** After a user changed the definition: another URL or other headers are another chance. */
    public Health afterEdit(Health health, Definition before, Definition after) {
        boolean sameReceiver =
                before.url().equals(after.url()) && before.headers().equals(after.headers());
        return sameReceiver ? health : afterRestore(health);
    }

    /** After a user brought an expired or deleted webhook back; without this its next dead delivery would expire it. */
    public Health afterRestore(Health health) {
        return health.cleared();
    }

    /** Whether there was no dead delivery for so long that what was before counts no more. */
    public boolean cleared(Health health, Instant now) {
        Instant last = health.lastFailedAt() == null ? health.failingSince() : health.lastFailedAt();
        return last != null && isAtLeast(forgetAfter, last, now);
    }

    /** The end of the first dead delivery since the last success; null if it works or that has been forgotten. */
    public @Nullable Instant failingSince(Health health, Instant now) {
        return cleared(health, now) ? null : health.failingSince();
    }

    /**
     * The earliest moment at which it can expire, if from now on nothing is delivered; null if it is not failing, or
     * only with deliveries that were not sent. While nothing is sent it moves, since only a third of the limit counts
     * of that time. In the past: the next dead delivery expires it.
     */
    public @Nullable Instant expiresAt(Health health, Instant now) {
        Instant last = health.lastDeadAt();
        if (failingSince(health, now) == null || last == null || isAtLeast(forgetAfter, last, now)) {
            return null;
        }
        Duration left = expireAfter.minus(health.failing());
        Instant soonest = last.plus(left);
        Instant afterPause = now.plus(left).minus(longestGap);
        return left.compareTo(longestGap) > 0 && afterPause.isAfter(soonest) ? afterPause : soonest;
    }

    /**
     * Whether it is time to tell that a failing webhook will expire: from a day before it can, or from half-way where
     * that is later.
     */
    public boolean warns(Health health, Instant now) {
        Instant expires = expiresAt(health, now);
        Duration half = expireAfter.dividedBy(2);
        Duration before = half.compareTo(WARNING) < 0 ? half : WARNING;
        return expires != null && !now.isBefore(expires.minus(before));
    }

    /** The failing time that expires a webhook. */
    public Duration expireAfter() {
        return expireAfter;
    }

    private static boolean isAtLeast(Duration limit, Instant from, Instant to) {
        return Duration.between(from, to).compareTo(limit) >= 0;
    }
}
