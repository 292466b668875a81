package io.posel.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What became of an attempt or a delivery, to be settled in the order in which it happened. */
public sealed interface Outcome {
    Queued delivery();

    /** The same without what a receiver brought in, for a database that refuses it: state, attempts and status. */
    Outcome bare();

    /** An attempt that failed, whether or not another one follows at {@code nextAt}. */
    record AttemptFailed(
            Queued delivery,
            int webhookVersion,
            int number,
            Instant at,
            int durationMs,
            Failure failure,
            Instant nextAt)
            implements Outcome {
        @Override
        public AttemptFailed bare() {
            Failure bare = new Failure(
                    failure.kind(),
                    failure.cause(),
                    failure.status(),
                    "",
                    new byte[0],
                    null,
                    failure.sent(),
                    failure.retryable());
            return new AttemptFailed(delivery, webhookVersion, number, at, durationMs, bare, nextAt);
        }
    }

    /**
     * @param status what was answered; null if a route says that it was delivered otherwise
     * @param resent whether the last attempt was sent twice, see {@link Resent}
     */
    record Delivered(
            Queued delivery,
            int webhookVersion,
            int attempts,
            Instant at,
            @Nullable Integer status,
            int durationMs,
            boolean resent)
            implements Outcome {
        public Delivered(
                Queued delivery,
                int webhookVersion,
                int attempts,
                Instant at,
                @Nullable Integer status,
                int durationMs) {
            this(delivery, webhookVersion, attempts, at, status, durationMs, false);
        }

        @Override
        public Delivered bare() {
            boolean known = status != null && status >= 100 && status <= 999;
            return new Delivered(delivery, webhookVersion, attempts, at, known ? status : null, durationMs, resent);
        }
    }

    /**
     * @param last the failure of the last attempt, settled in the same transaction, so that no restart in between tries
     *     once too often
     * @param sent whether a request really went out in this run; only such count against the webhook (F1)
     */
    record Dead(
            Queued delivery,
            int webhookVersion,
            int attempts,
            Instant at,
            String reason,
            boolean sent,
            @Nullable AttemptFailed last)
            implements Outcome {
        /** Whether the receiver answered 410: it wants nothing more (F9). */
        public boolean saysGone() {
            return last != null && last.failure().saysGone();
        }

        @Override
        public Dead bare() {
            return new Dead(delivery, webhookVersion, attempts, at, reason, sent, last == null ? null : last.bare());
        }
    }

    /** A delivery whose webhook is gone, or whose data cannot be had. */
    record Skipped(Queued delivery, Instant at, String reason) implements Outcome {
        @Override
        public Skipped bare() {
            return this;
        }
    }
}
