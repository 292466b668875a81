package io.posel.webhook;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the last deliveries say about the receiver (F1).
 *
 * @param failingSince the end of the first dead delivery since the last success
 * @param lastDeadAt the end of the last dead delivery that was really sent
 */
public record Health(
        @Nullable Instant failingSince,
        @Nullable Instant lastDeadAt,
        @Nullable Instant lastSuccessAt) {
    public static final Health UNKNOWN = new Health(null, null, null);
}
