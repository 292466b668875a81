package io.posel.store;

import io.posel.event.EntityRef;
import io.posel.event.Event;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds numbers that are too far above the highest one of their entity. For one transaction. */
final class SequenceJumps {
    /** The database is asked only about entities that have a number above the limit: no other can be a jump. */
    private static final String HIGHEST = "select entity_type, entity_id, max(number) from"
            + " (select entity_type, entity_id, released as number from entity_sequence where entity_id = any(?)"
            + " union all select entity_type, entity_id, sequence from held_event where entity_id = any(?)) numbers"
            + " group by entity_type, entity_id";

    private final long most;
    private final Map<EntityRef, Long> highest = new HashMap<>();

    private SequenceJumps(long most) {
        this.most = most;
    }

    /** @param events those that will be asked about */
    static SequenceJumps read(Connection connection, List<Acceptance> events, long most) throws SQLException {
        SequenceJumps jumps = new SequenceJumps(most);
        for (Acceptance each : events) {
            Event event = each.event();
            if (event.sequence() != null && event.sequence() > most) {
                jumps.highest.put(event.entity(), 0L);
            }
        }
        if (!jumps.highest.isEmpty()) {
            jumps.readHighest(connection);
        }
        return jumps;
    }

    private void readHighest(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(HIGHEST)) {
            Object[] ids =
                    highest.keySet().stream().map(EntityRef::id).distinct().toArray();
            select.setArray(1, connection.createArrayOf("varchar", ids));
            select.setArray(2, connection.createArrayOf("varchar", ids));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    long number = row.getLong(3);
                    highest.computeIfPresent(
                            new EntityRef(row.getString(1), row.getString(2)), (entity, none) -> number);
                }
            }
        }
    }

    /** @return the refusal of the first jump among these, the lower numbers of an entity before the higher ones */
    @Nullable
    SequenceJumpException find(List<HeldRoom.Numbered> events) {
        if (highest.isEmpty()) {
            return null;
        }
        Map<EntityRef, Long> last = new HashMap<>(highest);
        List<HeldRoom.Numbered> byNumber = events.stream()
                .sorted(Comparator.comparingLong(HeldRoom.Numbered::sequence))
                .toList();
        for (HeldRoom.Numbered each : byNumber) {
            Long before = last.get(each.entity());
            if (before != null && each.sequence() - before > most) {
                return new SequenceJumpException(each.index(), each.entity(), each.sequence(), before, most);
            }
            came(last, each);
        }
        return null;
    }

    /** These are accepted. */
    void came(List<HeldRoom.Numbered> events) {
        events.forEach(each -> came(highest, each));
    }

    private static void came(Map<EntityRef, Long> numbers, HeldRoom.Numbered event) {
        numbers.computeIfPresent(event.entity(), (entity, number) -> Math.max(number, event.sequence()));
    }

    void begin(SequenceStart start) {
        highest.computeIfPresent(start.entity(), (entity, number) -> start.last());
    }
}
