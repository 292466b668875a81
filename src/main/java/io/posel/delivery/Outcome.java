package io.posel.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What became of an attempt or a delivery, to be settled in the order in which it happened. */
public sealed interface Outcome {
    Queued delivery();

    /** An attempt that failed, whether or not another one follows at {@code nextAt}. */
    record AttemptFailed(
            Queued delivery,
            int webhookVersion,
            int number,
            Instant at,
            int durationMs,
            Failure failure,
            Instant nextAt)
            implements Outcome {}

    record Delivered(Queued delivery, int webhookVersion, int attempts, Instant at, int status, int durationMs)
            implements Outcome {}

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
            implements Outcome {}

    /** A delivery whose webhook is gone, or whose data cannot be had. */
    record Skipped(Queued delivery, Instant at, String reason) implements Outcome {}
}
