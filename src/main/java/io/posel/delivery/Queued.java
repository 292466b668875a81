package io.posel.delivery;

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
 */
public record Queued(
        UUID id,
        String webhookId,
        long eventNo,
        long pos,
        @Nullable String laneKey,
        int run,
        int attempts,
        @Nullable Instant notBefore) {

    /** What is sent once: a replay is another run of the same delivery. */
    public record Run(UUID id, int number) {}

    public Run identity() {
        return new Run(id, run);
    }
}
