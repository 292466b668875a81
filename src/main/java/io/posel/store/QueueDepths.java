package io.posel.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * How much waits, by webhook. However many ask, the database is asked every few seconds at most, by index, and counts no
 * further than {@value #MOST} for each webhook: what a backlog of millions costs is bounded by the number of webhooks that
 * have one.
 */
public final class QueueDepths {
    static final int MOST = 10_000;

    private static final Duration FRESH = Duration.ofSeconds(3);
    private static final String UP_TO_MOST = " fetch first " + (MOST + 1) + " rows only) found";
    private static final String QUEUED =
            "select count(*) from (select 1 as one from delivery where webhook_id = ? and pos > 0" + UP_TO_MOST;
    private static final String OLDEST = "select e.accepted_at from delivery d join event e on e.no = d.event_no"
            + " where d.webhook_id = ? and d.pos > 0 order by d.pos fetch first 1 rows only";
    private static final String HELD = "select count(*) from (select 1 as one from held_event h"
            + " join delivery d on d.event_no = h.event_no where d.state = 'held'" + UP_TO_MOST;

    private final DataSource dataSource;
    private final DeliveryQueue queue;
    private final InstantSource clock;
    private @Nullable Depths last;
    private Instant at = Instant.MIN;

    /**
     * @param queued of each webhook that has a queue
     * @param held deliveries whose number has not come yet
     */
    public record Depths(List<Depth> queued, Count held) {

        /** Of all webhooks. */
        public Count queuedInAll() {
            return new Count(
                    queued.stream().mapToInt(each -> each.count.number).sum(),
                    queued.stream().anyMatch(each -> each.count.more));
        }
    }

    /** @param oldestAt when the first in the queue was accepted, null if it has gone meanwhile */
    public record Depth(
            String webhookId, Count count, @Nullable Instant oldestAt) {}

    /** @param more whether there are more than that */
    public record Count(int number, boolean more) {}

    public QueueDepths(DataSource dataSource, DeliveryQueue queue, InstantSource clock) {
        this.dataSource = dataSource;
        this.queue = queue;
        this.clock = clock;
    }

    /** @throws StoreUnavailableException if the database does not answer */
    public synchronized Depths now() {
        Instant now = clock.instant();
        Depths depths = last;
        if (depths == null || Duration.between(at, now).abs().compareTo(FRESH) >= 0) {
            depths = read();
            last = depths;
            at = now;
        }
        return depths;
    }

    private Depths read() {
        try {
            List<String> webhookIds = queue.webhooks();
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement queued = connection.prepareStatement(QUEUED);
                    PreparedStatement oldest = connection.prepareStatement(OLDEST);
                    PreparedStatement held = connection.prepareStatement(HELD)) {
                List<Depth> depths = new ArrayList<>();
                for (String webhookId : webhookIds) {
                    queued.setString(1, webhookId);
                    oldest.setString(1, webhookId);
                    depths.add(new Depth(webhookId, count(queued), time(oldest)));
                }
                return new Depths(depths, count(held));
            }
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
    }

    private static Count count(PreparedStatement select) throws SQLException {
        try (ResultSet row = select.executeQuery()) {
            row.next();
            int number = row.getInt(1);
            return new Count(Math.min(number, MOST), number > MOST);
        }
    }

    private static @Nullable Instant time(PreparedStatement select) throws SQLException {
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? row.getObject(1, OffsetDateTime.class).toInstant() : null;
        }
    }
}
