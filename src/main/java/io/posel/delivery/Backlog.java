package io.posel.delivery;

import java.sql.SQLException;
import java.util.List;

/** The queue on disk, in the order of places. */
public interface Backlog {

    /** The next deliveries of a webhook behind a place. */
    List<Queued> page(String webhookId, long after, int limit) throws SQLException;

    /** The next deliveries of one lane behind a place. */
    List<Queued> lanePage(String webhookId, String laneKey, long after, int limit) throws SQLException;

    /** The webhooks that have something in the queue. */
    List<String> webhooks() throws SQLException;
}
