package io.posel.store;

import io.posel.event.EntityRef;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the numbering of an entity is.
 *
 * @param last the last number that was released; null if there was none
 * @param waiting the events that wait for lower numbers, lowest first
 */
public record LoggedSequence(EntityRef entity, @Nullable Long last, List<Waiting> waiting) {

    /** An event that waits. */
    public record Waiting(String eventId, long sequence, Instant acceptedAt) {}

    /** The number that goes next; null behind the highest possible one. */
    public @Nullable Long next() {
        return following(last == null ? 0 : last);
    }

    /** The lowest number that has not come, if something waits for it. */
    public @Nullable Long missing() {
        return waiting.isEmpty() ? null : next();
    }

    static @Nullable Long following(long last) {
        return last == Long.MAX_VALUE ? null : Long.valueOf(last + 1);
    }
}
