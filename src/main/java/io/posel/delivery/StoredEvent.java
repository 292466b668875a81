package io.posel.delivery;

import io.posel.event.Event;

/**
 * An event to be sent.
 *
 * @param late whether numbers behind its own were released before it
 * @param size of its data on disk, in bytes
 * @param erased whether its data is gone, so that there is nothing to send
 */
public record StoredEvent(Event event, boolean late, int size, boolean erased) {
    public StoredEvent(Event event, boolean late, int size) {
        this(event, late, size, false);
    }
}
