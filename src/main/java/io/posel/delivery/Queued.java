package io.posel.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that waits in the queue of its webhook.
 *
 * @param pos its place
 * @param laneKey what its order is kept by, null for none
 * @param run counts replays from 1
 * @param attempts of this run that failed already, before a restart
 * @param notBefore when its next attempt is due, null for now
 * @param size of the event's data, in bytes
 */
public record Queued(
        UUID id,
        String webhookId,
        long eventNo,
        long pos,
        @Nullable String laneKey,
        int run,
        int attempts,
        @Nullable Instant notBefore,
        int size) {

    /** What is sent once: a replay is another run of the same delivery. */
    public record Run(UUID id, int number) {}

    /** How long its next attempt still waits; not positive if it is due. */
    Duration waitAt(Instant now) {
        return notBefore == null ? Duration.ZERO : Duration.between(now, notBefore);
    }

    /** The same run, to be gone on with later. */
    Queued again(int failedAttempts, @Nullable Instant due) {
        return new Queued(id, webhookId, eventNo, pos, laneKey, run, failedAttempts, due, size);
    }

    /** What its event takes while it is kept, in bytes. */
    long weight() {
        return RecentEvents.weight(size);
    }

    public Run identity() {
        return new Run(id, run);
    }
}
