package io.posel.webhook;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the last deliveries say about the receiver (F1).
 *
 * @param failingSince the end of the first dead delivery since the last success
 * @param lastFailedAt the end of the last dead delivery, whether or not a request was sent
 * @param lastDeadAt the end of the last dead delivery since {@code failingSince} that was really sent
 * @param failing the failing time up to {@code lastDeadAt}
 */
public record Health(
        @Nullable Instant failingSince,
        @Nullable Instant lastFailedAt,
        @Nullable Instant lastDeadAt,
        @Nullable Instant lastSuccessAt,
        Duration failing) {
    public static final Health UNKNOWN = new Health(null, null, null, null, Duration.ZERO);

    /** A delivery died that says nothing about the receiver: the webhook is failing, and nothing counts. */
    public Health failedUnsent(Instant died) {
        Instant since = failingSince == null ? died : failingSince;
        return new Health(since, died, failingSince == null ? null : lastDeadAt, lastSuccessAt, failing);
    }

    /** Nothing has failed since the last success. */
    Health cleared() {
        return new Health(null, null, null, lastSuccessAt, Duration.ZERO);
    }
}
