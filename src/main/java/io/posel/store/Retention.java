package io.posel.store;

import io.posel.webhook.Webhook;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what the retention no longer covers: events whose deliveries are all settled, with these, their keys, rows set
 * aside, the audit trail, and webhooks that expired or were deleted then.
 *
 * <p>In portions, each found by an index and deleted in a transaction of its own, so that no outcome waits for it. What is
 * old and still queued is passed once and looked at again {@link #SWEEPS} times in a retention, at most once an hour: so
 * much longer may something stay that was settled late.
 */
public final class Retention {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    /** Rows that are looked at, or deleted, at once. */
    static final int PORTION = 2_000;

    private static final int SWEEPS = 24;
    private static final Duration LONGEST_SWEEP = Duration.ofHours(1);

    /** What may still change, or was settled since. */
    private static final String KEPT = "exists (select 1 from delivery d where d.event_no = e.no"
            + " and (d.state in ('held', 'queued') or d.settled_at >= ?))";

    /** Some rows of a table that are older than a time, by their key. */
    private enum Old {
        KEYS("event_key", "accepted_at", "source, id"),
        AUDIT("audit", "at", "id"),
        SET_ASIDE("set_aside", "at", "source, item"),
        SEQUENCES("entity_sequence", "updated_at", "entity_type, entity_id");

        private final String table;
        private final String time;
        private final String[] key;

        Old(String table, String time, String key) {
            this.table = table;
            this.time = time;
            this.key = key.split(", ");
        }

        private String select() {
            return "select " + String.join(", ", key) + " from " + table + " where " + time + " < ?" + others()
                    + " order by " + time + " fetch first " + PORTION + " rows only";
        }

        private String delete() {
            return "delete from " + table + " where " + String.join(" = ? and ", key) + " = ? and " + time + " < ?"
                    + others();
        }

        private String others() {
            return this != SEQUENCES
                    ? ""
                    : " and not exists (select 1 from held_event h where h.entity_type = entity_sequence.entity_type"
                            + " and h.entity_id = entity_sequence.entity_id)";
        }
    }

    /** How far the events have been looked through, in the order of acceptance. */
    private record Place(OffsetDateTime acceptedAt, long no) {}

    private final DataSource dataSource;
    private final Transactions transactions;
    private final Webhooks webhooks;
    private final InstantSource clock;
    private final Duration retention;
    private final Duration sweep;
    private @Nullable Instant sweptAt;
    private @Nullable Instant lookedUpTo;

    public Retention(
            DataSource dataSource,
            Transactions transactions,
            Webhooks webhooks,
            InstantSource clock,
            Duration retention) {
        this.dataSource = dataSource;
        this.transactions = transactions;
        this.webhooks = webhooks;
        this.clock = clock;
        this.retention = retention;
        Duration part = retention.dividedBy(SWEEPS);
        this.sweep = part.compareTo(LONGEST_SWEEP) < 0 ? part : LONGEST_SWEEP;
    }

    /**
     * @return how many events went
     * @throws StoreUnavailableException if the database does not answer; the next call does what is left
     */
    public synchronized int purge() {
        Instant now = clock.instant();
        Instant before = now.minus(retention);
        Instant last = lookedUpTo;
        boolean all = last == null || sweptAt == null || isOver(sweptAt, now);
        int events;
        try {
            events = purgeEvents(all ? Instant.EPOCH : last.minus(sweep), before);
            purge(Old.KEYS, before);
            purge(Old.AUDIT, before);
            if (all) {
                purge(Old.SET_ASIDE, before);
                purge(Old.SEQUENCES, before);
            }
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
        lookedUpTo = before;
        sweptAt = all ? now : sweptAt;
        webhooks.forget(webhooks.all().stream()
                .filter(webhook -> isGoneSince(webhook, before))
                .map(Webhook::id)
                .toList());
        if (events > 0) {
            LOG.info("{} events from before {} are deleted, as their retention has ended", events, before);
        }
        return events;
    }

    /** Also when the clock was set back. */
    private boolean isOver(Instant since, Instant now) {
        return Duration.between(since, now).abs().compareTo(sweep) >= 0;
    }

    /** Not one in a file: forgotten, it would come back as a new one, and an expired one would send again. */
    private static boolean isGoneSince(Webhook webhook, Instant before) {
        if (webhook.file() != null) {
            return false;
        }
        Instant gone = webhook.deletedAt() != null ? webhook.deletedAt() : webhook.expiredAt();
        return gone != null && gone.isBefore(before);
    }

    private int purgeEvents(Instant from, Instant before) throws SQLException {
        int count = 0;
        Place place = new Place(time(from), 0);
        while (place != null) {
            List<Long> old = new ArrayList<>();
            place = look(place, time(before), old);
            for (List<Long> portion : portions(old)) {
                count += delete(portion, time(before));
            }
        }
        return count;
    }

    /**
     * @param old is given the numbers of what seems to be over
     * @return where to go on; null at the end
     */
    private @Nullable Place look(Place after, OffsetDateTime before, List<Long> old) throws SQLException {
        Place last = null;
        int rows = 0;
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("select e.no, e.accepted_at, " + KEPT
                        + " from event e where e.accepted_at >= ? and (e.accepted_at > ? or e.no > ?)"
                        + " and e.accepted_at < ? order by e.accepted_at, e.no fetch first " + PORTION
                        + " rows only")) {
            select.setObject(1, before);
            select.setObject(2, after.acceptedAt);
            select.setObject(3, after.acceptedAt);
            select.setLong(4, after.no);
            select.setObject(5, before);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    rows++;
                    last = new Place(row.getObject(2, OffsetDateTime.class), row.getLong(1));
                    if (!row.getBoolean(3)) {
                        old.add(last.no);
                    }
                }
            }
        }
        return rows < PORTION ? null : last;
    }

    /** So that each has no more deliveries than rows are deleted at once, or is a single event. */
    private List<List<Long>> portions(List<Long> events) throws SQLException {
        List<List<Long>> portions = new ArrayList<>();
        if (events.isEmpty()) {
            return portions;
        }
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("select e.no, (select count(*) from delivery d"
                        + " where d.event_no = e.no) from event e where e.no = any(?) order by e.no")) {
            select.setArray(1, connection.createArrayOf("bigint", events.toArray()));
            try (ResultSet row = select.executeQuery()) {
                int weight = PORTION;
                while (row.next()) {
                    weight += 1 + row.getInt(2);
                    if (weight > PORTION) {
                        portions.add(new ArrayList<>());
                        weight = 1 + row.getInt(2);
                    }
                    portions.get(portions.size() - 1).add(row.getLong(1));
                }
            }
        }
        return portions;
    }

    private int delete(List<Long> events, OffsetDateTime before) throws SQLException {
        try (Transaction transaction = transactions.begin()) {
            Connection connection = transaction.connection();
            Set<Long> old = new HashSet<>(events);
            old.removeAll(queuedMeanwhile(connection, events, before));
            for (String delete : List.of(
                    "delete from attempt where delivery_id in (select id from delivery where event_no = any(?))",
                    "delete from delivery where event_no = any(?)",
                    "delete from event where no = any(?)")) {
                try (PreparedStatement statement = connection.prepareStatement(delete)) {
                    statement.setArray(1, connection.createArrayOf("bigint", old.toArray()));
                    statement.executeUpdate();
                }
            }
            transaction.commit();
            return old.size();
        }
    }

    /** Locks the deliveries: a replay that is on its way waits, and then finds none. */
    private static List<Long> queuedMeanwhile(Connection connection, List<Long> events, OffsetDateTime before)
            throws SQLException {
        List<Long> queued = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("select event_no, state, settled_at from delivery"
                + " where event_no = any(?) order by event_no, id for update")) {
            select.setArray(1, connection.createArrayOf("bigint", events.toArray()));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    OffsetDateTime settled = row.getObject(3, OffsetDateTime.class);
                    if (Set.of("held", "queued").contains(row.getString(2))
                            || settled != null && !settled.isBefore(before)) {
                        queued.add(row.getLong(1));
                    }
                }
            }
        }
        return queued;
    }

    private void purge(Old old, Instant before) throws SQLException {
        int last;
        do {
            last = purgeSome(old, time(before));
        } while (last == PORTION);
    }

    private int purgeSome(Old old, OffsetDateTime before) throws SQLException {
        List<Object[]> keys = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement(old.select())) {
            select.setObject(1, before);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    Object[] key = new Object[old.key.length];
                    for (int i = 0; i < key.length; i++) {
                        key[i] = row.getObject(i + 1);
                    }
                    keys.add(key);
                }
            }
        }
        if (keys.isEmpty()) {
            return 0;
        }
        try (Transaction transaction = transactions.begin();
                PreparedStatement delete = transaction.connection().prepareStatement(old.delete())) {
            for (Object[] key : keys) {
                for (int i = 0; i < key.length; i++) {
                    delete.setObject(i + 1, key[i]);
                }
                delete.setObject(key.length + 1, before);
                delete.addBatch();
            }
            delete.executeBatch();
            transaction.commit();
        }
        return keys.size();
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
