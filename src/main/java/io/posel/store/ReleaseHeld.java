package io.posel.store;

import io.posel.delivery.Queued;
import io.posel.event.EntityRef;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Lets one held event into the queue, behind what is there. A number at or below the last one is marked late. */
final class ReleaseHeld {
    private final Connection connection;
    private final Places places;
    private final OffsetDateTime now;

    ReleaseHeld(Connection connection, Places places, OffsetDateTime now) {
        this.connection = connection;
        this.places = places;
        this.now = now;
    }

    void release(Accepted.Held held) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from held_event where event_no = ?")) {
            delete.setLong(1, held.no());
            if (delete.executeUpdate() == 0) {
                return;
            }
        }
        if (!raise(held.entity(), held.sequence())) {
            try (PreparedStatement update = connection.prepareStatement("update event set late = true where no = ?")) {
                update.setLong(1, held.no());
                update.executeUpdate();
            }
        }
        queue(held.no());
    }

    /** @return whether the number is above the last one released */
    private boolean raise(EntityRef entity, long sequence) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into entity_sequence"
                + " (entity_type, entity_id, released, updated_at) values (?, ?, ?, ?) on conflict do nothing")) {
            insert.setString(1, entity.type());
            insert.setString(2, entity.id());
            insert.setLong(3, sequence);
            insert.setObject(4, now);
            if (insert.executeUpdate() > 0) {
                return true;
            }
        }
        try (PreparedStatement update = connection.prepareStatement("update entity_sequence set released = ?,"
                + " updated_at = ? where entity_type = ? and entity_id = ? and released < ?")) {
            update.setLong(1, sequence);
            update.setObject(2, now);
            update.setString(3, entity.type());
            update.setString(4, entity.id());
            update.setLong(5, sequence);
            return update.executeUpdate() > 0;
        }
    }

    private void queue(long eventNo) throws SQLException {
        record Row(UUID id, String webhookId, @Nullable String laneKey, int run, int size) {}
        List<Row> rows = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select id, webhook_id, lane_key, run, size from delivery where event_no = ? and state = 'held' order by webhook_id")) {
            select.setLong(1, eventNo);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    rows.add(new Row(
                            row.getObject(1, UUID.class),
                            row.getString(2),
                            row.getString(3),
                            row.getInt(4),
                            row.getInt(5)));
                }
            }
        }
        try (PreparedStatement update = connection.prepareStatement(
                "update delivery set state = 'queued', pos = ? where id = ? and state = 'held'")) {
            for (Row row : rows) {
                long pos = places.next();
                update.setLong(1, pos);
                update.setObject(2, row.id);
                update.addBatch();
                places.announced()
                        .add(new Queued(row.id, row.webhookId, eventNo, pos, row.laneKey, row.run, 0, null, row.size));
            }
            update.executeBatch();
        }
    }
}
