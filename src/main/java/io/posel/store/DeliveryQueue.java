package io.posel.store;

import io.posel.delivery.Backlog;
import io.posel.delivery.Queued;
import io.posel.delivery.StoredEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Reads the queue in the order of places; never by a claim per row. */
public final class DeliveryQueue implements Backlog {
    private static final String COLUMNS = "select id, webhook_id, event_no, pos, lane_key, run, attempts, next_at, size"
            + " from delivery where webhook_id = ? and pos > ?";

    private final DataSource dataSource;

    public DeliveryQueue(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    @Override
    public List<Queued> page(String webhookId, long after, int limit) throws SQLException {
        return read(COLUMNS + " order by pos fetch first " + limit + " rows only", webhookId, after, null);
    }

    @Override
    public List<Queued> lanePage(String webhookId, String laneKey, long after, int limit) throws SQLException {
        return read(
                COLUMNS + " and lane_key = ? order by pos fetch first " + limit + " rows only",
                webhookId,
                after,
                laneKey);
    }

    private List<Queued> read(String sql, String webhookId, long after, @Nullable String laneKey) throws SQLException {
        List<Queued> page = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, webhookId);
            select.setLong(2, after);
            if (laneKey != null) {
                select.setString(3, laneKey);
            }
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    OffsetDateTime nextAt = row.getObject("next_at", OffsetDateTime.class);
                    page.add(new Queued(
                            row.getObject("id", UUID.class),
                            row.getString("webhook_id"),
                            row.getLong("event_no"),
                            row.getLong("pos"),
                            row.getString("lane_key"),
                            row.getInt("run"),
                            row.getInt("attempts"),
                            nextAt == null ? null : nextAt.toInstant(),
                            row.getInt("size")));
                }
            }
        }
        return page;
    }

    @Override
    public List<String> webhooks() throws SQLException {
        List<String> ids = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("select w.id from webhook w where exists"
                        + " (select 1 from delivery d where d.webhook_id = w.id and d.pos > 0)");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                ids.add(row.getString(1));
            }
        }
        return ids;
    }

    public Optional<StoredEvent> event(long no) throws SQLException {
        return Optional.ofNullable(events(List.of(no)).get(no));
    }

    @Override
    public Map<Long, StoredEvent> events(Collection<Long> numbers) throws SQLException {
        Map<Long, StoredEvent> events = new HashMap<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("select * from event where no = any(?)")) {
            select.setArray(1, connection.createArrayOf("bigint", numbers.toArray()));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    events.put(
                            row.getLong("no"),
                            new StoredEvent(Intake.event(row), row.getBoolean("late"), row.getBytes("data").length));
                }
            }
        }
        return events;
    }
}
