package io.posel.store;

import io.posel.delivery.Resent;
import io.posel.event.EntityRef;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What happened, newest first. Only reads; asks the database each time. */
public final class DeliveryLog {
    private static final String DELIVERIES = """
            select d.id, d.state, d.reason, d.webhook_id, d.webhook_version, d.run, d.attempts, d.settled_at,
                   d.status, d.duration_ms, d.event_no, e.id as event_id, e.type, e.entity_type, e.entity_id,
                   e.accepted_at, octet_length(e.data) = 0 as erased
            from delivery d join event e on e.no = d.event_no""";

    private static final String EVENTS = """
            select e.no, e.source, e.id, e.type, e.entity_type, e.entity_id, e.sequence, e.occurred_at,
                   e.accepted_at, e.late, octet_length(e.data) = 0 as erased
            from event e""";

    private static final String ATTEMPTS = """
            select delivery_id, run, number, at, status, error, detail, duration_ms, answer
            from attempt where delivery_id = any(?) order by delivery_id, run, number""";

    private static final int NEWEST = 100_000;

    private final DataSource dataSource;

    public DeliveryLog(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Runs with a connection; what the database does not answer is {@link StoreUnavailableException}. */
    @FunctionalInterface
    private interface Query<T> {
        T run(Connection connection) throws SQLException;
    }

    private <T> T ask(Query<T> query) {
        try (Connection connection = dataSource.getConnection()) {
            return query.run(connection);
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
    }

    /** @throws IllegalArgumentException for a cursor of another list */
    public Page<LoggedDelivery> deliveries(LogFilter filter, @Nullable Cursor after, int limit) {
        Conditions conditions = filter.onDeliveries();
        if (after != null) {
            conditions.andAll("d.event_no <= ? and (d.event_no < ? or d.id < ?)", after.key(), after.key(), id(after));
        }
        return ask(connection -> {
            List<LoggedDelivery> found =
                    read(connection, conditions, " order by d.event_no desc, d.id desc limit ?", limit + 1);
            boolean more = found.size() > limit;
            List<LoggedDelivery> items = more ? found.subList(0, limit) : found;
            LoggedDelivery last = more ? items.get(limit - 1) : null;
            return new Page<>(
                    items,
                    last == null ? null : new Cursor(last.eventNo(), last.id().toString()));
        });
    }

    private static UUID id(Cursor cursor) {
        return UUID.fromString(cursor.id());
    }

    public Optional<LoggedDelivery> delivery(UUID id) {
        return ask(connection -> read(connection, new Conditions().and("d.id = ?", id), " limit ?", 1).stream()
                .findFirst());
    }

    private static List<LoggedDelivery> read(Connection connection, Conditions conditions, String end, int limit)
            throws SQLException {
        Map<UUID, LoggedDelivery> found = new LinkedHashMap<>();
        try (PreparedStatement select = connection.prepareStatement(DELIVERIES + conditions.where() + end)) {
            select.setInt(conditions.bind(select), limit);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    LoggedDelivery delivery = delivery(row);
                    found.put(delivery.id(), delivery);
                }
            }
        }
        Map<UUID, List<LoggedDelivery.Attempt>> failed =
                failedAttempts(connection, found.keySet().toArray());
        found.values().forEach(each -> each.attempts().addAll(0, failed.getOrDefault(each.id(), List.of())));
        return new ArrayList<>(found.values());
    }

    /** Of a delivered one the reason tells of its last attempt. */
    private static boolean isResent(ResultSet row) throws SQLException {
        return row.getString("state").equals("delivered") && Resent.REASON.equals(row.getString("reason"));
    }

    private static LoggedDelivery delivery(ResultSet row) throws SQLException {
        List<LoggedDelivery.Attempt> attempts = new ArrayList<>();
        Instant settledAt = instant(row, "settled_at");
        if (row.getString("state").equals("delivered") && settledAt != null) {
            int duration = row.getInt("duration_ms");
            attempts.add(new LoggedDelivery.Attempt(
                    row.getInt("run"),
                    row.getInt("attempts"),
                    settledAt.minusMillis(duration),
                    row.getObject("status", Integer.class),
                    null,
                    null,
                    isResent(row) ? Resent.NOTE : null,
                    duration,
                    null));
        }
        return new LoggedDelivery(
                row.getObject("id", UUID.class),
                row.getString("state"),
                isResent(row) ? null : row.getString("reason"),
                row.getString("webhook_id"),
                row.getObject("webhook_version", Integer.class),
                row.getInt("run"),
                row.getLong("event_no"),
                row.getString("event_id"),
                row.getString("type"),
                new EntityRef(row.getString("entity_type"), row.getString("entity_id")),
                row.getBoolean("erased"),
                row.getObject("accepted_at", OffsetDateTime.class).toInstant(),
                settledAt,
                attempts);
    }

    private static Map<UUID, List<LoggedDelivery.Attempt>> failedAttempts(Connection connection, Object[] ids)
            throws SQLException {
        Map<UUID, List<LoggedDelivery.Attempt>> attempts = new LinkedHashMap<>();
        try (PreparedStatement select = connection.prepareStatement(ATTEMPTS)) {
            select.setArray(1, connection.createArrayOf("uuid", ids));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    AttemptError error = AttemptError.parse(row.getString("error"));
                    attempts.computeIfAbsent(row.getObject("delivery_id", UUID.class), id -> new ArrayList<>())
                            .add(new LoggedDelivery.Attempt(
                                    row.getInt("run"),
                                    row.getInt("number"),
                                    row.getObject("at", OffsetDateTime.class).toInstant(),
                                    row.getObject("status", Integer.class),
                                    error.kind(),
                                    error.cause(),
                                    row.getString("detail"),
                                    row.getInt("duration_ms"),
                                    row.getBytes("answer")));
                }
            }
        }
        return attempts;
    }

    /** Those of the filter's webhook and states too: events that have such a delivery. */
    public Page<LoggedEvent> events(LogFilter filter, @Nullable Cursor after, int limit) {
        Conditions conditions = filter.onEvents();
        if (filter.hasDeliveryConditions()) {
            conditions.andExists("delivery d", filter.onDeliveries(new Conditions().andAll("d.event_no = e.no")));
        }
        if (after != null) {
            conditions.andAll("e.no < ?", after.key());
        }
        return ask(connection -> {
            List<LoggedEvent> found = new ArrayList<>();
            try (PreparedStatement select =
                    connection.prepareStatement(EVENTS + conditions.where() + " order by e.no desc limit ?")) {
                select.setInt(conditions.bind(select), limit + 1);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        found.add(event(row));
                    }
                }
            }
            boolean more = found.size() > limit;
            return new Page<>(
                    more ? found.subList(0, limit) : found,
                    more ? new Cursor(found.get(limit - 1).no(), "") : null);
        });
    }

    /**
     * The newest of that type whose data is not erased. Looked for among the last {@value #NEWEST} places: there is no
     * index of types, which each event would pay for.
     */
    public Optional<LoggedEvent> newest(String type) {
        Conditions conditions = new Conditions()
                .andAll("e.type = ?", type)
                .andAll("octet_length(e.data) > 0")
                .andAll("e.no > (select coalesce(max(no), 0) from event) - ?", NEWEST);
        return ask(connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement(EVENTS + conditions.where() + " order by e.no desc limit ?")) {
                select.setInt(conditions.bind(select), 1);
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? Optional.of(event(row)) : Optional.empty();
                }
            }
        });
    }

    private static LoggedEvent event(ResultSet row) throws SQLException {
        return new LoggedEvent(
                row.getLong("no"),
                row.getString("source"),
                row.getString("id"),
                row.getString("type"),
                new EntityRef(row.getString("entity_type"), row.getString("entity_id")),
                row.getObject("sequence", Long.class),
                row.getString("occurred_at"),
                row.getObject("accepted_at", OffsetDateTime.class).toInstant(),
                row.getBoolean("late"),
                row.getBoolean("erased"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
