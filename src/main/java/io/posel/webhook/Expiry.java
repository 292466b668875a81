package io.posel.webhook;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a webhook that does not work is removed (F1). Knows nothing but the instants it is given, in the order
 * in which deliveries settle; time that passes expires nobody, only a dead delivery does.
 *
 * <p>Instants alone cannot tell a clock that jumped from time that passed, so this much is promised:
 *
 * <ul>
 *   <li>No jump expires anybody by itself, as no quiet time does; a dead delivery must follow.
 *   <li>A clock set back only delays; by twice the limit or more it starts anew, so that a first death under a clock
 *       years ahead does not keep a webhook forever. Set right again, it expires nobody that was failing before.
 *   <li>A jump forward by twice the limit or more starts anew.
 *   <li>Not promised: a smaller jump forward between two dead deliveries counts as time that passed, and so does the
 *       time in which Posel was down or nothing was sent. Whoever calls this should take the instants of one run from
 *       a clock that does not jump.
 * </ul>
 */
public final class Expiry {
    private static final Duration LONGEST = Duration.ofDays(36_500);
    private static final Duration WARNING = Duration.ofHours(24);

    private final Duration expireAfter;
    private final Duration forgetAfter;

    /** @param expireAfter more than zero, at most 36,500 days */
    public Expiry(Duration expireAfter) {
        if (expireAfter.isZero() || expireAfter.isNegative() || expireAfter.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("must be more than zero and at most P36500D: " + expireAfter);
        }
        this.expireAfter = expireAfter;
        this.forgetAfter = expireAfter.multipliedBy(2);
    }

    /** @param expires whether this death removes the webhook; said again for each later death, the first one counts */
    public record Verdict(Health health, boolean expires) {}

    /** After a message was delivered: from the queue, by a replay or as a test. */
    public Health afterSuccess(Health health, Instant at) {
        return new Health(null, health.lastDeadAt(), at);
    }

    /**
     * After a delivery died.
     *
     * @param died the end of its last attempt
     * @param sent whether at least one request was really sent; a delivery that could not be rendered or whose address
     *     was refused says nothing about the receiver
     */
    public Verdict afterDeath(Health health, Instant died, boolean sent) {
        if (!sent) {
            return new Verdict(health, false);
        }
        Instant since = health.failingSince();
        if (since == null || cleared(health, died) || isAtLeast(forgetAfter, died, since)) {
            return new Verdict(new Health(died, died, health.lastSuccessAt()), false);
        }
        return new Verdict(new Health(since, died, health.lastSuccessAt()), isAtLeast(expireAfter, since, died));
    }

    /** After a user changed the definition: another URL or other headers are another chance. */
    public Health afterEdit(Health health, Definition before, Definition after) {
        boolean sameReceiver =
                before.url().equals(after.url()) && before.headers().equals(after.headers());
        return sameReceiver ? health : afterRestore(health);
    }

    /** After a user brought an expired or deleted webhook back; without this its next dead delivery would expire it. */
    public Health afterRestore(Health health) {
        return new Health(null, health.lastDeadAt(), health.lastSuccessAt());
    }

    /** Whether there was no dead delivery for so long that what was before counts no more. */
    public boolean cleared(Health health, Instant now) {
        Instant last = health.lastDeadAt() == null ? health.failingSince() : health.lastDeadAt();
        return last != null && isAtLeast(forgetAfter, last, now);
    }

    /** The end of the first dead delivery since the last success; null if it works or that has been forgotten. */
    public @Nullable Instant failingSince(Health health, Instant now) {
        return cleared(health, now) ? null : health.failingSince();
    }

    /** The first moment at which another dead delivery expires it; null if it is not failing. */
    public @Nullable Instant expiresAt(Health health, Instant now) {
        Instant since = failingSince(health, now);
        return since == null ? null : since.plus(expireAfter);
    }

    /**
     * When it is told that a webhook that has failed since then will expire: a day before another dead delivery may do
     * that, or half-way where that is later.
     */
    public Instant warnsAt(Instant failingSince) {
        Duration half = expireAfter.dividedBy(2);
        return failingSince.plus(expireAfter).minus(half.compareTo(WARNING) < 0 ? half : WARNING);
    }

    /** How long after its first dead delivery another one expires a webhook. */
    public Duration expireAfter() {
        return expireAfter;
    }

    private static boolean isAtLeast(Duration limit, Instant from, Instant to) {
        return Duration.between(from, to).compareTo(limit) >= 0;
    }
}
