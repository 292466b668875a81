package io.posel.store;

import io.posel.event.EntityRef;
import io.posel.event.Event;
import java.util.Optional;

/**
 * What became of an event that was handed in.
 *
 * @param no its place in commit order; 0 for one that was not stored
 */
public record Accepted(Event event, Status status, long no) {

    /** Whether it was stored, and if not, why. */
    public enum Status {
        ACCEPTED("accepted"),
        /** It was stored before. */
        DUPLICATE("duplicate"),
        /** Another one was stored before with the same key. */
        CONFLICT("conflict");

        private final String code;

        Status(String code) {
            this.code = code;
        }

        /** The name in JSON. */
        public String code() {
            return code;
        }
    }

    /** Whether its key was there before with other content: of this event nothing is stored. */
    public boolean isConflict() {
        return status == Status.CONFLICT;
    }

    /** The event if it waits for the numbers before its own. */
    public Optional<Held> held() {
        Long sequence = event.sequence();
        return status != Status.ACCEPTED || sequence == null
                ? Optional.empty()
                : Optional.of(new Held(no, event.entity(), sequence));
    }

    /** An event on disk that is not yet in the queue. */
    public record Held(long no, EntityRef entity, long sequence) {}
}
