package io.posel.route;

import io.posel.event.Event;
import java.util.List;

/** Events that Posel itself hands in, so that they may be of its own types; no other package can make one. */
record OwnEvents(List<Event> events) {}
