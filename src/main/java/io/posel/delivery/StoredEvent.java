package io.posel.delivery;

import io.posel.event.Event;

/**
 * An event to be sent.
 *
 * @param late whether numbers behind its own were released before it
 * @param size of its data on disk, in bytes
 */
public record StoredEvent(Event event, boolean late, int size) {}
