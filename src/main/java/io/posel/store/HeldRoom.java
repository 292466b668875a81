package io.posel.store;

import io.posel.event.EntityRef;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many events are held, of each entity and in all, and whether there is room for more (G5).
 *
 * <p>Promises: whatever is held, a number that goes at once with those before it is admitted, so that a gap can always be
 * closed; and where nothing waits, one request is, whatever its size, so that none is refused for ever. So the bounds may
 * be exceeded by one request.
 *
 * <p>Belongs to the intake's writer: what it counts is true if every transaction that it was told of was committed.
 */
final class HeldRoom {
    /** As many as one request may bring. */
    static final int PER_ENTITY = 1_000;

    /** @param index of the event in its request */
    record Numbered(int index, EntityRef entity, long sequence) {}

    private final Map<EntityRef, Integer> counts = new HashMap<>();
    private int total;

    private HeldRoom() {}

    static HeldRoom read(Connection connection) throws SQLException {
        HeldRoom room = new HeldRoom();
        try (PreparedStatement select = connection.prepareStatement(
                        "select entity_type, entity_id, count(*) from held_event group by entity_type, entity_id");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                room.counts.put(new EntityRef(row.getString(1), row.getString(2)), row.getInt(3));
                room.total += row.getInt(3);
            }
        }
        return room;
    }

    void came(EntityRef entity) {
        counts.merge(entity, 1, Integer::sum);
        total++;
    }

    void left(EntityRef entity) {
        counts.computeIfPresent(entity, (any, count) -> count > 1 ? count - 1 : null);
        total--;
    }

    /** Whether there is room even if none of them may go at once. If not, {@link #look}. */
    boolean hasRoom(List<Numbered> events, int capacity) {
        if (total > 0 && total + events.size() > capacity) {
            return false;
        }
        Map<EntityRef, Integer> more = new HashMap<>();
        for (Numbered each : events) {
            Integer there = counts.get(each.entity);
            if (there != null && there + more.merge(each.entity, 1, Integer::sum) > PER_ENTITY) {
                return false;
            }
        }
        return true;
    }

    /**
     * Looks at the numbers themselves.
     *
     * @return why there is no room, null if there is
     */
    @Nullable
    GapFullException look(Connection connection, List<Numbered> events, int capacity) throws SQLException {
        Map<EntityRef, List<Numbered>> entities = new LinkedHashMap<>();
        events.forEach(each ->
                entities.computeIfAbsent(each.entity, any -> new ArrayList<>()).add(each));
        int waiting = 0;
        for (Map.Entry<EntityRef, List<Numbered>> each : entities.entrySet()) {
            List<Long> rows = held(connection, each.getKey());
            Set<Long> held = new HashSet<>(rows);
            long missing = firstMissing(held, lastReleased(connection, each.getKey()) + 1);
            List<Numbered> mustWait = new ArrayList<>();
            each.getValue().sort(Comparator.comparingLong(Numbered::sequence));
            for (Numbered event : each.getValue()) {
                if (event.sequence == missing) {
                    missing = firstMissing(held, missing + 1);
                } else if (event.sequence > missing) {
                    mustWait.add(event);
                }
            }
            waiting += mustWait.size();
            if (mustWait.isEmpty()) {
                continue;
            }
            int first = mustWait.stream().mapToInt(Numbered::index).min().orElseThrow();
            long closed = missing;
            long before = rows.stream().filter(number -> number > closed).count();
            if (before > 0 && before + mustWait.size() > PER_ENTITY) {
                return new GapFullException(first, each.getKey(), missing, PER_ENTITY, true);
            } else if (total > 0 && total + waiting > capacity) {
                return new GapFullException(first, each.getKey(), missing, capacity, false);
            }
        }
        return null;
    }

    private static long firstMissing(Set<Long> held, long from) {
        long missing = from;
        while (held.contains(missing)) {
            missing++;
        }
        return missing;
    }

    private static long lastReleased(Connection connection, EntityRef entity) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select released from entity_sequence where entity_type = ? and entity_id = ?")) {
            select.setString(1, entity.type());
            select.setString(2, entity.id());
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }

    private static List<Long> held(Connection connection, EntityRef entity) throws SQLException {
        List<Long> held = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select sequence from held_event where entity_type = ? and entity_id = ?")) {
            select.setString(1, entity.type());
            select.setString(2, entity.id());
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    held.add(row.getLong(1));
                }
            }
        }
        return held;
    }
}
