package io.posel.delivery;

import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The queue on disk, in the order of places. */
public interface Backlog {

    /** The next deliveries of a webhook behind a place. */
    List<Queued> page(String webhookId, long after, int limit) throws SQLException;

    /** The next deliveries of one lane behind a place. */
    List<Queued> lanePage(String webhookId, String laneKey, long after, int limit) throws SQLException;

    /** The events of these numbers, without those that are gone. */
    Map<Long, StoredEvent> events(Collection<Long> numbers) throws SQLException;

    /** The webhooks that have something in the queue. */
    List<String> webhooks() throws SQLException;
}
