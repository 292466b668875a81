package io.posel.store;

import io.posel.delivery.Backlog;
import io.posel.delivery.Queued;
import io.posel.delivery.StoredEvent;
import io.posel.event.EntityRef;
import io.posel.event.Event;
import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
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
    static final String PAGE = "select id, event_no, pos, lane_key, run, attempts, next_at, size"
            + " from delivery where webhook_id = ? and pos > ?";
    static final String LANE_PAGE = PAGE + " and lane_key = ?";

    private final DataSource dataSource;

    public DeliveryQueue(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    @Override
    public List<Queued> page(String webhookId, long after, int limit) throws SQLException {
        return read(PAGE + first(limit), webhookId, after, null);
    }

    @Override
    public List<Queued> lanePage(String webhookId, String laneKey, long after, int limit) throws SQLException {
        return read(LANE_PAGE + first(limit), webhookId, after, laneKey);
    }

    private static String first(int limit) {
        return " order by pos fetch first " + limit + " rows only";
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
                    OffsetDateTime nextAt = row.getObject(7, OffsetDateTime.class);
                    page.add(new Queued(
                            row.getObject(1, UUID.class),
                            webhookId,
                            row.getLong(2),
                            row.getLong(3),
                            row.getString(4),
                            row.getInt(5),
                            row.getInt(6),
                            nextAt == null ? null : nextAt.toInstant(),
                            row.getInt(8)));
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
                PreparedStatement select = connection.prepareStatement(
                        "select no, source, id, type, entity_type, entity_id, sequence, occurred_at, late, data"
                                + " from event where no = any(?)")) {
            select.setArray(1, connection.createArrayOf("bigint", numbers.toArray()));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    byte[] data = row.getBytes(10);
                    Event event = new Event(
                            row.getString(2),
                            row.getString(3),
                            row.getString(4),
                            new EntityRef(row.getString(5), row.getString(6)),
                            row.getObject(7, Long.class),
                            row.getString(8),
                            data.length == 0 ? Json.EMPTY : json(data, row.getString(3)));
                    events.put(
                            row.getLong(1), new StoredEvent(event, row.getBoolean(9), data.length, data.length == 0));
                }
            }
        }
        return events;
    }

    private static Json.Obj json(byte[] data, String eventId) throws SQLException {
        try {
            return (Json.Obj) Json.parse(data);
        } catch (JsonSyntaxException e) {
            throw new SQLException("the data of event " + eventId + " is not JSON", e);
        }
    }
}
