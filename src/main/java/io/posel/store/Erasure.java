package io.posel.store;

import io.posel.delivery.RecentEvents;
import io.posel.event.EntityRef;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;

/**
 * Erases what events told of an entity: their data, its digest, and what receivers answered. Ids, times and results stay,
 * and with them the keys, so that an event sent again is a duplicate, whatever it says. What waits to be sent is skipped.
 *
 * <p>Promises: it concerns what was accepted before; of that nothing is sent from the answer on but what was in flight,
 * and of what comes of those requests only the result is kept. A portion is written whole, with the audit trail, or not at
 * all; repeating it does what is left. Other entities wait for a portion at most.
 *
 * <p>Not promised: that it is gone from the database's files, log and backups, or from what a source brought and no event
 * was made of.
 */
public final class Erasure {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int EVENTS = 500;
    private static final int WEIGHT = 2_000;

    private final DataSource dataSource;
    private final Settlement writer;
    private final RecentEvents recent;
    private final Consumer<String> changed;
    private final InstantSource clock;

    /** @param changed is told each webhook of whose queue something was taken, after the commit */
    public Erasure(
            DataSource dataSource,
            Settlement writer,
            RecentEvents recent,
            Consumer<String> changed,
            InstantSource clock) {
        this.dataSource = dataSource;
        this.writer = writer;
        this.recent = recent;
        this.changed = changed;
        this.clock = clock;
    }

    /**
     * @param events whose data is erased now
     * @param skipped deliveries that waited and are skipped
     * @param complete whether that was all; if not, erase again
     */
    public record Result(int events, int skipped, boolean complete) {}

    /**
     * Erases as much as there is time for; at least a portion.
     *
     * @param entry who does it, written with the first portion, counting the events of all
     */
    public Result erase(EntityRef entity, AuditEntry entry) {
        AuditEntry named = entry.about(entity.toString());
        long end = clock.millis() + PATIENCE.toMillis();
        int events = 0;
        int skipped = 0;
        boolean audited = false;
        long last = lastPlace();
        long after = 0;
        List<Long> next = portion(entity, after, last);
        while (!audited || !next.isEmpty()) {
            Portion portion = new Portion(next, named, audited);
            Webhooks.await(writer.wish(portion));
            audited = true;
            events += portion.events;
            skipped += portion.skipped;
            after = next.isEmpty() ? last : next.get(next.size() - 1);
            next = portion(entity, after, last);
            if (!next.isEmpty() && clock.millis() >= end) {
                return new Result(events, skipped, false);
            }
        }
        return new Result(events, skipped, true);
    }

    /** What was accepted before has this place or a lower one. */
    private long lastPlace() {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("select last from place where name = 'queue'");
                ResultSet row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
    }

    /** The next events that are not erased, as many as go into a transaction with their deliveries. */
    private List<Long> portion(EntityRef entity, long after, long last) {
        try (Connection connection = dataSource.getConnection()) {
            List<Long> numbers = numbers(connection, entity, after, last);
            Map<Long, Integer> deliveries = deliveries(connection, numbers);
            int weight = 0;
            for (int i = 0; i < numbers.size(); i++) {
                weight += 1 + deliveries.getOrDefault(numbers.get(i), 0);
                if (weight > WEIGHT && i > 0) {
                    return numbers.subList(0, i);
                }
            }
            return numbers;
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
    }

    private static List<Long> numbers(Connection connection, EntityRef entity, long after, long last)
            throws SQLException {
        List<Long> numbers = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("select no from event where entity_type = ?"
                + " and entity_id = ? and no > ? and no <= ? and octet_length(data) > 0 order by no fetch first "
                + EVENTS + " rows only")) {
            select.setString(1, entity.type());
            select.setString(2, entity.id());
            select.setLong(3, after);
            select.setLong(4, last);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    numbers.add(row.getLong(1));
                }
            }
        }
        return numbers;
    }

    private static Map<Long, Integer> deliveries(Connection connection, List<Long> numbers) throws SQLException {
        Map<Long, Integer> counts = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select event_no, count(*) from delivery where event_no = any(?) group by event_no")) {
            select.setArray(1, connection.createArrayOf("bigint", numbers.toArray()));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    counts.put(row.getLong(1), row.getInt(2));
                }
            }
        }
        return counts;
    }

    /** One transaction. Takes the places first, as the intake may be letting the same deliveries into the queue. */
    private final class Portion implements Wish {
        private final List<Long> numbers;
        private final AuditEntry entry;
        private final boolean audited;
        private final Set<String> webhooks = new HashSet<>();
        private int events;
        private int skipped;

        Portion(List<Long> numbers, AuditEntry entry, boolean audited) {
            this.numbers = numbers;
            this.entry = entry;
            this.audited = audited;
        }

        @Override
        public boolean queues() {
            return true;
        }

        @Override
        public int apply(Transaction transaction) throws SQLException {
            transaction.places();
            Connection connection = transaction.connection();
            webhooks.addAll(queuedFor(connection));
            int taken = skip(connection);
            update(
                    connection,
                    "update attempt set detail = '', answer = null where delivery_id in"
                            + " (select id from delivery where event_no = any(?))");
            update(
                    connection,
                    "update event_key set hash = null where (source, id) in"
                            + " (select source, id from event where no = any(?))");
            int erased = erase(connection);
            // of a commit whose end was unclear the first run counts
            events = Math.max(events, erased);
            skipped = Math.max(skipped, taken);
            if (audited) {
                Audit.count(transaction, entry, erased);
            } else {
                Audit.write(transaction, entry.counting(erased));
            }
            return erased;
        }

        @Override
        public void committed() {
            recent.erased(numbers);
            webhooks.forEach(changed);
        }

        private List<String> queuedFor(Connection connection) throws SQLException {
            List<String> ids = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "select distinct webhook_id from delivery where event_no = any(?) and state = 'queued'")) {
                bind(connection, select, 1);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        ids.add(row.getString(1));
                    }
                }
            }
            return ids;
        }

        private int skip(Connection connection) throws SQLException {
            try (PreparedStatement update = connection.prepareStatement("update delivery set state = 'skipped',"
                    + " reason = 'erased', pos = null, next_at = null, settled_at = ?"
                    + " where event_no = any(?) and state in ('held', 'queued')")) {
                update.setObject(1, clock.instant().atOffset(ZoneOffset.UTC));
                bind(connection, update, 2);
                return update.executeUpdate();
            }
        }

        private int erase(Connection connection) throws SQLException {
            try (PreparedStatement update = connection.prepareStatement(
                    "update event set data = ? where no = any(?) and octet_length(data) > 0")) {
                update.setBytes(1, new byte[0]);
                bind(connection, update, 2);
                return update.executeUpdate();
            }
        }

        private void update(Connection connection, String sql) throws SQLException {
            try (PreparedStatement update = connection.prepareStatement(sql)) {
                bind(connection, update, 1);
                update.executeUpdate();
            }
        }

        private void bind(Connection connection, PreparedStatement statement, int index) throws SQLException {
            statement.setArray(index, connection.createArrayOf("bigint", numbers.toArray()));
        }
    }
}
