package io.posel.store;

import io.posel.delivery.Resent;
import io.posel.event.EntityRef;
import io.posel.problem.ProblemException;
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
    /** The number that an event waits for: what follows the last one is released at once. */
    private static final String MISSING = """
            least(coalesce((select s.released from entity_sequence s
              where s.entity_type = e.entity_type and s.entity_id = e.entity_id), 0), 9223372036854775806) + 1""";

    static final String DELIVERIES = """
            select d.id, d.state, d.reason, d.webhook_id, d.webhook_version, d.run, d.attempts, d.settled_at,
                   d.status, d.duration_ms, d.event_no, e.id as event_id, e.type, e.entity_type, e.entity_id,
                   e.accepted_at, e.sequence, octet_length(e.data) = 0 as erased,
                   case when d.state = 'held' then %s end as missing
            from delivery d join event e on e.no = d.event_no""".formatted(MISSING);

    static final String EVENTS = """
            select e.no, e.source, e.id, e.type, e.entity_type, e.entity_id, e.sequence, e.occurred_at,
                   e.accepted_at, e.late, octet_length(e.data) = 0 as erased,
                   case when exists (select 1 from held_event h where h.event_no = e.no) then %s end as missing
            from event e""".formatted(MISSING);

    private static final String ATTEMPTS = """
            select delivery_id, run, number, at, status, error, detail, duration_ms, answer
            from attempt where delivery_id = any(?) order by delivery_id, run, number""";

    private static final int MOST_WAITING = 200;
    private static final String OLDEST_KEY = "select min(accepted_at) from event_key";
    private static final OffsetDateTime NEVER = OffsetDateTime.parse("9999-12-31T00:00:00Z");

    /**
     * The events with an id that a producer gave: by its keys, which have the time of acceptance of their events, and for
     * what has waited for longer than keys are kept by that time. The oldest key's is a parameter, so that the database
     * knows how few these are.
     */
    static final String NUMBERS = """
            select e.no from event_key k
              join event e on e.accepted_at = k.accepted_at and e.id = k.id and e.source = k.source
            where k.id = ?
            union all
            select e.no from event e where e.id = ? and e.accepted_at < ?
            order by 1 desc fetch first 10000 rows only""";

    private static final Page<?> NOTHING = new Page<>(List.of(), null);

    private final DataSource dataSource;
    private final Searches searches;

    /** @param dataSource for what is found at once, by its key */
    public DeliveryLog(DataSource dataSource, Searches searches) {
        this.dataSource = dataSource;
        this.searches = searches;
    }

    /**
     * @throws IllegalArgumentException for a cursor of another list
     * @throws ProblemException as {@link Searches#run}
     */
    public Page<LoggedDelivery> deliveries(LogFilter filter, @Nullable Cursor after, int limit) {
        Conditions conditions = filter.onDeliveries();
        if (after != null) {
            conditions.andAll("d.event_no <= ? and (d.event_no < ? or d.id < ?)", after.key(), after.key(), id(after));
        }
        return searches.run(connection -> {
            if (isOfNoEvent(connection, filter, "d.event_no", conditions)) {
                return nothing();
            }
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

    /** Adds the condition on the event, if it is asked for. @return whether there is no such event */
    private static boolean isOfNoEvent(Connection connection, LogFilter filter, String number, Conditions conditions)
            throws SQLException {
        if (filter.event() == null) {
            return false;
        }
        List<Long> numbers = new ArrayList<>();
        try (PreparedStatement select = Searches.statement(connection, NUMBERS)) {
            select.setString(1, filter.event());
            select.setString(2, filter.event());
            select.setObject(3, oldestKey(connection));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    numbers.add(row.getLong(1));
                }
            }
        }
        conditions.andAll(number + " = any(?)", (Object) numbers.toArray(Long[]::new));
        return numbers.isEmpty();
    }

    private static OffsetDateTime oldestKey(Connection connection) throws SQLException {
        try (PreparedStatement select = Searches.statement(connection, OLDEST_KEY);
                ResultSet row = select.executeQuery()) {
            row.next();
            OffsetDateTime oldest = row.getObject(1, OffsetDateTime.class);
            return oldest == null ? NEVER : oldest;
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> Page<T> nothing() {
        return (Page<T>) NOTHING;
    }

    private static UUID id(Cursor cursor) {
        return UUID.fromString(cursor.id());
    }

    public Optional<LoggedDelivery> delivery(UUID id) {
        try (Connection connection = dataSource.getConnection()) {
            return read(connection, new Conditions().and("d.id = ?", id), " limit ?", 1).stream()
                    .findFirst();
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
    }

    private static List<LoggedDelivery> read(Connection connection, Conditions conditions, String end, int limit)
            throws SQLException {
        Map<UUID, LoggedDelivery> found = new LinkedHashMap<>();
        try (PreparedStatement select = Searches.statement(connection, DELIVERIES + conditions.where() + end)) {
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
                row.getObject("sequence", Long.class),
                row.getObject("missing", Long.class),
                row.getObject("accepted_at", OffsetDateTime.class).toInstant(),
                settledAt,
                attempts);
    }

    private static Map<UUID, List<LoggedDelivery.Attempt>> failedAttempts(Connection connection, Object[] ids)
            throws SQLException {
        Map<UUID, List<LoggedDelivery.Attempt>> attempts = new LinkedHashMap<>();
        try (PreparedStatement select = Searches.statement(connection, ATTEMPTS)) {
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
        Conditions conditions = filter.onEventsWithDeliveries();
        if (after != null) {
            conditions.andAll("e.no < ?", after.key());
        }
        return searches.run(connection -> {
            if (isOfNoEvent(connection, filter, "e.no", conditions)) {
                return nothing();
            }
            List<LoggedEvent> found = new ArrayList<>();
            try (PreparedStatement select =
                    Searches.statement(connection, EVENTS + conditions.where() + " order by e.no desc limit ?")) {
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

    /** Of what waits the lowest numbers, at most {@value #MOST_WAITING}. */
    public LoggedSequence sequence(EntityRef entity) {
        try (Connection connection = dataSource.getConnection()) {
            Long last = null;
            try (PreparedStatement select = connection.prepareStatement(
                    "select released from entity_sequence where entity_type = ? and entity_id = ?")) {
                select.setString(1, entity.type());
                select.setString(2, entity.id());
                try (ResultSet row = select.executeQuery()) {
                    if (row.next()) {
                        last = row.getLong(1);
                    }
                }
            }
            List<LoggedSequence.Waiting> waiting = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement("select e.id, h.sequence, e.accepted_at"
                    + " from held_event h join event e on e.no = h.event_no where h.entity_id = ? and h.entity_type = ?"
                    + " order by h.sequence, h.event_no limit " + MOST_WAITING)) {
                select.setString(1, entity.id());
                select.setString(2, entity.type());
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        waiting.add(new LoggedSequence.Waiting(
                                row.getString(1),
                                row.getLong(2),
                                row.getObject(3, OffsetDateTime.class).toInstant()));
                    }
                }
            }
            return new LoggedSequence(entity, last, waiting);
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
    }

    /** The newest of that type whose data is not erased. */
    public Optional<LoggedEvent> newest(String type) {
        Conditions conditions = new Conditions().andAll("e.type = ?", type).andAll("octet_length(e.data) > 0");
        return searches.run(connection -> {
            try (PreparedStatement select =
                    Searches.statement(connection, EVENTS + conditions.where() + " order by e.no desc limit ?")) {
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
                row.getObject("missing", Long.class),
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
