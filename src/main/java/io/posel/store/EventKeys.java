package io.posel.store;

import io.posel.event.Event;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The idempotency keys of one transaction of the intake: which of them are new, and what is known of the content of the
 * others.
 */
final class EventKeys {
    record Key(String source, String id) {
        static Key of(Event event) {
            return new Key(event.source(), event.id());
        }
    }

    private final Connection connection;
    /** New in this transaction and given to no event yet, with the hash that they were inserted with. */
    private final Map<Key, byte[]> unused = new HashMap<>();

    /** Of the others, as far as there is one. */
    private final Map<Key, byte[]> taken = new HashMap<>();

    private EventKeys(Connection connection) {
        this.connection = connection;
    }

    /** Inserts the keys, sorted so that no two writers wait for each other in a circle. */
    static EventKeys insert(Connection connection, List<Acceptance> events, OffsetDateTime now) throws SQLException {
        EventKeys keys = new EventKeys(connection);
        Map<Key, byte[]> sorted =
                new TreeMap<>(Comparator.comparing(Key::source).thenComparing(Key::id));
        events.forEach(each -> sorted.putIfAbsent(Key.of(each.event()), each.contentHash()));
        if (sorted.isEmpty()) {
            return keys;
        }
        List<Key> present = new ArrayList<>();
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into event_key (source, id, accepted_at, hash) values (?, ?, ?, ?) on conflict do nothing")) {
            for (Map.Entry<Key, byte[]> each : sorted.entrySet()) {
                insert.setString(1, each.getKey().source());
                insert.setString(2, each.getKey().id());
                insert.setObject(3, now);
                insert.setBytes(4, each.getValue());
                insert.addBatch();
            }
            int[] counts = insert.executeBatch();
            int i = 0;
            for (Map.Entry<Key, byte[]> each : sorted.entrySet()) {
                if (counts[i++] > 0) {
                    keys.unused.put(each.getKey(), each.getValue());
                } else {
                    present.add(each.getKey());
                }
            }
        }
        keys.readHashes(present);
        return keys;
    }

    /** All in one statement: who repeats a request repeats the whole of it. */
    private void readHashes(List<Key> keys) throws SQLException {
        if (keys.isEmpty()) {
            return;
        }
        try (PreparedStatement select = connection.prepareStatement("select k.source, k.id, k.hash"
                + " from unnest(cast(? as varchar array), cast(? as varchar array)) as asked (source, id)"
                + " join event_key k on k.source = asked.source and k.id = asked.id where k.hash is not null")) {
            select.setArray(
                    1,
                    connection.createArrayOf(
                            "varchar", keys.stream().map(Key::source).toArray()));
            select.setArray(
                    2,
                    connection.createArrayOf(
                            "varchar", keys.stream().map(Key::id).toArray()));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    taken.put(new Key(row.getString(1), row.getString(2)), row.getBytes(3));
                }
            }
        }
    }

    /** Whether no event has the key of this one. */
    boolean isNew(Event event) {
        return unused.containsKey(Key.of(event));
    }

    /** Gives the event its key, if no other one has it. What has no hash is taken for the same. */
    Accepted.Status take(Acceptance acceptance) throws SQLException {
        Key key = Key.of(acceptance.event());
        byte[] hash = acceptance.contentHash();
        byte[] inserted = unused.remove(key);
        if (inserted != null) {
            if (!Arrays.equals(inserted, hash)) { // that of a request which was refused
                changeHash(key, hash);
            }
            taken.put(key, hash);
            return Accepted.Status.ACCEPTED;
        }
        byte @Nullable [] before = taken.get(key);
        return before == null || Arrays.equals(before, hash) ? Accepted.Status.DUPLICATE : Accepted.Status.CONFLICT;
    }

    private void changeHash(Key key, byte[] hash) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("update event_key set hash = ? where source = ? and id = ?")) {
            update.setBytes(1, hash);
            update.setString(2, key.source());
            update.setString(3, key.id());
            update.executeUpdate();
        }
    }

    /** Takes away the keys of requests that were refused. */
    void deleteUnused() throws SQLException {
        if (unused.isEmpty()) {
            return;
        }
        try (PreparedStatement delete =
                connection.prepareStatement("delete from event_key where source = ? and id = ?")) {
            for (Key key : unused.keySet()) {
                delete.setString(1, key.source());
                delete.setString(2, key.id());
                delete.addBatch();
            }
            delete.executeBatch();
        }
    }
}
