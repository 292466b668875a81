package io.posel.store;

import io.posel.event.EntityRef;
import io.posel.event.Event;
import java.util.Optional;

/**
 * What became of an event that was handed in.
 *
 * @param no its place in commit order; 0 for a duplicate
 */
public record Accepted(Event event, boolean duplicate, long no) {

    /** The event if it waits for the numbers before its own. */
    public Optional<Held> held() {
        Long sequence = event.sequence();
        return duplicate || sequence == null ? Optional.empty() : Optional.of(new Held(no, event.entity(), sequence));
    }

    /** An event on disk that is not yet in the queue. */
    public record Held(long no, EntityRef entity, long sequence) {}
}
