package io.posel.route;

import io.posel.delivery.StoredEvent;
import io.posel.event.Event;
import io.posel.store.DeliveryLog;
import io.posel.store.DeliveryQueue;
import io.posel.store.LoggedEvent;
import io.posel.store.StoreUnavailableException;
import java.sql.SQLException;
import java.util.Optional;

/** Finds the newest event of a type, with what it told. */
public final class NewestEvents {
    private final DeliveryLog log;
    private final DeliveryQueue events;

    public NewestEvents(DeliveryLog log, DeliveryQueue events) {
        this.log = log;
        this.events = events;
    }

    /** @param logged when and of whom it was */
    record Found(Event event, LoggedEvent logged) {}

    /** Empty if none is known, or if it is erased just now. */
    Optional<Found> of(String type) {
        return log.newest(type).flatMap(logged -> stored(logged)
                .filter(stored -> !stored.erased())
                .map(stored -> new Found(stored.event(), logged)));
    }

    private Optional<StoredEvent> stored(LoggedEvent logged) {
        try {
            return events.event(logged.no());
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
    }
}
