package io.posel.store;

import io.posel.delivery.Queued;
import io.posel.event.EntityRef;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Lets held events into the queue, behind what is there, in the order given, but each entity's by number. A number at or below the last one is marked
 * late. None overtakes a lower number of its entity that is still held, for instance because its release failed.
 */
final class ReleaseHeld {
    private final Connection connection;
    private final Places places;
    private final OffsetDateTime now;

    ReleaseHeld(Connection connection, Places places, OffsetDateTime now) {
        this.connection = connection;
        this.places = places;
        this.now = now;
    }

    /** What became of the events; those that are in neither were released before. */
    record Result(List<Accepted.Held> released, Set<Accepted.Held> mustWait) {}

    Result release(List<Accepted.Held> all) throws SQLException {
        List<Accepted.Held> found = byNumber(delete(all));
        if (found.isEmpty()) {
            return new Result(found, Set.of());
        }
        Map<EntityRef, Long> lowest = lowestHeld(found);
        List<Accepted.Held> released = new ArrayList<>();
        Set<Accepted.Held> mustWait = new HashSet<>();
        for (Accepted.Held held : found) {
            if (held.sequence() > lowest.getOrDefault(held.entity(), Long.MAX_VALUE)) {
                mustWait.add(held);
            } else {
                released.add(held);
            }
        }
        hold(mustWait);
        markLate(raise(released));
        queue(released);
        return new Result(released, mustWait);
    }

    /** @return those that were there */
    private List<Accepted.Held> delete(List<Accepted.Held> all) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from held_event where event_no = ?")) {
            for (Accepted.Held held : all) {
                delete.setLong(1, held.no());
                delete.addBatch();
            }
            return selected(all, delete.executeBatch(), true);
        }
    }

    private static List<Accepted.Held> selected(List<Accepted.Held> all, int[] counts, boolean changed) {
        List<Accepted.Held> selected = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0 == changed) {
                selected.add(all.get(i));
            }
        }
        return selected;
    }

    /** Each entity's in the order of its numbers, at the places that it has: one that had to wait comes behind others. */
    private static List<Accepted.Held> byNumber(List<Accepted.Held> found) {
        Map<EntityRef, Deque<Accepted.Held>> ofEntity = new HashMap<>();
        found.stream()
                .sorted(Comparator.comparingLong(Accepted.Held::sequence))
                .forEach(held -> ofEntity.computeIfAbsent(held.entity(), entity -> new ArrayDeque<>())
                        .add(held));
        return found.stream().map(held -> ofEntity.get(held.entity()).remove()).toList();
    }

    /** The lowest number that is left of each entity. */
    private Map<EntityRef, Long> lowestHeld(List<Accepted.Held> found) throws SQLException {
        Map<EntityRef, Long> lowest = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement("select entity_type, entity_id, min(sequence)"
                + " from held_event where entity_id = any(?) group by entity_type, entity_id")) {
            Object[] ids =
                    found.stream().map(held -> held.entity().id()).distinct().toArray();
            select.setArray(1, connection.createArrayOf("varchar", ids));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    lowest.put(new EntityRef(row.getString(1), row.getString(2)), row.getLong(3));
                }
            }
        }
        return lowest;
    }

    private void hold(Set<Accepted.Held> mustWait) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into held_event (event_no, entity_type, entity_id, sequence) values (?, ?, ?, ?)")) {
            for (Accepted.Held held : mustWait) {
                insert.setLong(1, held.no());
                insert.setString(2, held.entity().type());
                insert.setString(3, held.entity().id());
                insert.setLong(4, held.sequence());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** @return those whose number is not above the last one of their entity */
    private List<Accepted.Held> raise(List<Accepted.Held> released) throws SQLException {
        List<Accepted.Held> known;
        try (PreparedStatement insert = connection.prepareStatement("insert into entity_sequence"
                + " (entity_type, entity_id, released, updated_at) values (?, ?, ?, ?) on conflict do nothing")) {
            for (Accepted.Held held : released) {
                insert.setString(1, held.entity().type());
                insert.setString(2, held.entity().id());
                insert.setLong(3, held.sequence());
                insert.setObject(4, now);
                insert.addBatch();
            }
            known = selected(released, insert.executeBatch(), false);
        }
        try (PreparedStatement update = connection.prepareStatement("update entity_sequence set released = ?,"
                + " updated_at = ? where entity_type = ? and entity_id = ? and released < ?")) {
            for (Accepted.Held held : known) {
                update.setLong(1, held.sequence());
                update.setObject(2, now);
                update.setString(3, held.entity().type());
                update.setString(4, held.entity().id());
                update.setLong(5, held.sequence());
                update.addBatch();
            }
            return selected(known, update.executeBatch(), false);
        }
    }

    private void markLate(List<Accepted.Held> late) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("update event set late = true where no = ?")) {
            for (Accepted.Held held : late) {
                update.setLong(1, held.no());
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    private record Row(UUID id, String webhookId, @Nullable String laneKey, int run, int size) {}

    private void queue(List<Accepted.Held> released) throws SQLException {
        Map<Long, List<Row>> rows = deliveries(released);
        try (PreparedStatement update = connection.prepareStatement(
                "update delivery set state = 'queued', pos = ? where id = ? and state = 'held'")) {
            for (Accepted.Held held : released) {
                for (Row row : rows.getOrDefault(held.no(), List.of())) {
                    long pos = places.next();
                    update.setLong(1, pos);
                    update.setObject(2, row.id);
                    update.addBatch();
                    places.announced()
                            .add(new Queued(
                                    row.id, row.webhookId, held.no(), pos, row.laneKey, row.run, 0, null, row.size));
                }
            }
            update.executeBatch();
        }
    }

    private Map<Long, List<Row>> deliveries(List<Accepted.Held> released) throws SQLException {
        Map<Long, List<Row>> rows = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement("select event_no, id, webhook_id, lane_key, run,"
                + " size from delivery where event_no = any(?) and state = 'held' order by webhook_id")) {
            Object[] numbers = released.stream().map(Accepted.Held::no).toArray();
            select.setArray(1, connection.createArrayOf("bigint", numbers));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    rows.computeIfAbsent(row.getLong(1), no -> new ArrayList<>())
                            .add(new Row(
                                    row.getObject(2, UUID.class),
                                    row.getString(3),
                                    row.getString(4),
                                    row.getInt(5),
                                    row.getInt(6)));
                }
            }
        }
        return rows;
    }
}
