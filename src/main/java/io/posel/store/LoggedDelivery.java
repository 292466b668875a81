package io.posel.store;

import io.posel.delivery.Resent;
import io.posel.event.EntityRef;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A delivery as people look at it.
 *
 * @param webhookVersion the one that it was sent with last, null if it has not been sent
 * @param run counts replays from 1
 * @param erased whether the event's data is gone, so that it cannot be sent again
 * @param attempts of all runs, oldest first; of those that succeeded only the last run's
 */
public record LoggedDelivery(
        UUID id,
        String state,
        @Nullable String reason,
        String webhookId,
        @Nullable Integer webhookVersion,
        int run,
        long eventNo,
        String eventId,
        String eventType,
        EntityRef entity,
        boolean erased,
        Instant acceptedAt,
        @Nullable Instant settledAt,
        List<Attempt> attempts) {

    /**
     * @param at when it began
     * @param status what was answered, null if nothing was
     * @param error the kind of failure, null for a success
     * @param cause what the failure came from, null if that is not known
     * @param detail the failure in a sentence, or what else is to be said
     * @param answer the beginning of what the receiver said to a failure
     */
    public record Attempt(
            int run,
            int number,
            Instant at,
            @Nullable Integer status,
            @Nullable String error,
            @Nullable String cause,
            @Nullable String detail,
            int durationMs,
            byte @Nullable [] answer) {

        /** Whether its request was sent twice. */
        public boolean isResent() {
            return detail != null && detail.endsWith(Resent.NOTE);
        }

        /** As text, whatever the bytes are; null for none. */
        public @Nullable String answerText() {
            return answer == null ? null : new String(answer, StandardCharsets.UTF_8);
        }
    }
}
