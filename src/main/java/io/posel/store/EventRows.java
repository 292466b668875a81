package io.posel.store;

import com.fasterxml.uuid.NoArgGenerator;
import io.posel.delivery.Queued;
import io.posel.event.Event;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Inserts events, their deliveries, and what waits for its number. Sent in portions, so that few rows are in memory (G5). */
final class EventRows implements AutoCloseable {
    /** Rows, or kilobytes of data, that are in memory at most, but for those of one event. */
    private static final int PORTION = 1_000;

    private static final int KILOBYTE = 1_024;

    /** What follows a portion that was sent. */
    interface Sent {
        void portion() throws SQLException;
    }

    private final OffsetDateTime now;
    private final NoArgGenerator deliveryIds;
    private final Sent sent;
    private final PreparedStatement event;
    private final PreparedStatement held;
    private final PreparedStatement delivery;
    private int pending;

    EventRows(Connection connection, OffsetDateTime now, NoArgGenerator deliveryIds, Sent sent) throws SQLException {
        this.now = now;
        this.deliveryIds = deliveryIds;
        this.sent = sent;
        this.event = connection.prepareStatement("insert into event (no, source, id, type, entity_type, entity_id,"
                + " sequence, occurred_at, accepted_at, data) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        this.held = connection.prepareStatement("insert into held_event (event_no, entity_type, entity_id, sequence,"
                + " deliveries) values (?, ?, ?, ?, ?)");
        this.delivery = connection.prepareStatement("insert into delivery (id, event_no, webhook_id, lane_key, pos,"
                + " state, reason, run, attempts, settled_at, size) values (?, ?, ?, ?, ?, ?, ?, 1, 0, ?, ?)");
    }

    /** Rows and kilobytes that an event takes with its deliveries. */
    static int weight(Acceptance acceptance) {
        return 1 + acceptance.matches().size() + acceptance.data().length / KILOBYTE;
    }

    void event(long no, Acceptance acceptance) throws SQLException {
        Event each = acceptance.event();
        byte[] data = acceptance.data();
        event.setLong(1, no);
        event.setString(2, each.source());
        event.setString(3, each.id());
        event.setString(4, each.type());
        event.setString(5, each.entity().type());
        event.setString(6, each.entity().id());
        event.setObject(7, each.sequence(), Types.BIGINT);
        event.setString(8, each.occurredAt());
        event.setObject(9, now);
        event.setBytes(10, data);
        event.addBatch();
        added(1 + data.length / KILOBYTE);
    }

    /** That a numbered event waits for its turn. */
    void held(Accepted.Held each) throws SQLException {
        bind(held, each);
        held.addBatch();
        added(1);
    }

    static void bind(PreparedStatement insert, Accepted.Held each) throws SQLException {
        insert.setLong(1, each.no());
        insert.setString(2, each.entity().type());
        insert.setString(3, each.entity().id());
        insert.setLong(4, each.sequence());
        insert.setInt(5, each.deliveries());
    }

    /**
     * The deliveries of an event.
     *
     * @param places gives each that may go its place
     * @param queued is told those
     */
    void deliveries(long no, Acceptance acceptance, LongSupplier places, Consumer<Queued> queued) throws SQLException {
        boolean waits = acceptance.event().sequence() != null;
        int size = acceptance.data().length;
        for (Acceptance.Match match : acceptance.matches()) {
            boolean skipped = match.skipReason() != null;
            UUID id = deliveryIds.generate();
            delivery.setObject(1, id);
            delivery.setLong(2, no);
            delivery.setString(3, match.webhookId());
            delivery.setString(4, match.laneKey());
            if (skipped || waits) {
                delivery.setNull(5, Types.BIGINT);
            } else {
                long pos = places.getAsLong();
                delivery.setLong(5, pos);
                queued.accept(new Queued(id, match.webhookId(), no, pos, match.laneKey(), 1, 0, null, size));
            }
            delivery.setString(6, skipped ? "skipped" : waits ? "held" : "queued");
            delivery.setString(7, match.skipReason());
            delivery.setObject(8, skipped ? now : null, Types.TIMESTAMP_WITH_TIMEZONE);
            delivery.setInt(9, size);
            delivery.addBatch();
            added(1);
        }
    }

    private void added(int weight) throws SQLException {
        pending += weight;
        if (pending >= PORTION) {
            flush();
        }
    }

    void flush() throws SQLException {
        if (pending > 0) {
            pending = 0;
            event.executeBatch();
            held.executeBatch();
            delivery.executeBatch();
            sent.portion();
        }
    }

    @Override
    public void close() throws SQLException {
        event.close();
        held.close();
        delivery.close();
    }
}
