package io.posel.store;

import io.posel.event.ContentHash;
import io.posel.event.Event;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event with the webhooks that wanted it when it came.
 *
 * @param contentHash of the event: made where there are many threads, and not on the one that writes
 */
public record Acceptance(Event event, List<Match> matches, byte[] contentHash) {
    public Acceptance {
        matches = List.copyOf(matches);
    }

    public Acceptance(Event event, List<Match> matches) {
        this(event, matches, ContentHash.of(event));
    }

    /**
     * @param laneKey what its order is kept by, null for none
     * @param skipReason why it is recorded but not sent, null if it is sent
     */
    public record Match(
            String webhookId,
            @Nullable String laneKey,
            @Nullable String skipReason) {}
}
