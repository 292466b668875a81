package io.posel.delivery;

import java.sql.SQLException;
import java.util.List;

/**
 * Tells before a request is sent whether what it tells of was erased since that was read. Asks the database, and only if
 * anything was erased since.
 */
public final class ErasureWatch {
    private final Backlog backlog;
    private final RecentEvents events;

    /** @param events which knows how often something was erased */
    public ErasureWatch(Backlog backlog, RecentEvents events) {
        this.backlog = backlog;
        this.events = events;
    }

    /** @throws SQLException if the database does not answer, so that it is not known */
    public boolean isErased(Delivery delivery) throws SQLException {
        long now = events.erasures();
        if (delivery.asOf() == now) {
            return false;
        }
        long no = delivery.queued().eventNo();
        StoredEvent event = backlog.events(List.of(no)).get(no);
        if (event == null || event.erased()) {
            return true;
        }
        delivery.isThere(now);
        return false;
    }
}
