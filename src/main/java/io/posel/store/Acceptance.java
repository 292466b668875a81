package io.posel.store;

import io.posel.event.Event;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An event with the webhooks that wanted it when it came. */
public record Acceptance(Event event, List<Match> matches) {
    public Acceptance {
        matches = List.copyOf(matches);
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
