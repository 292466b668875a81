package io.posel.store;

import com.fasterxml.uuid.NoArgGenerator;
import io.posel.delivery.Queued;
import io.posel.event.Event;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Inserts events, their deliveries, and what waits for its number. Sent in portions, so that few rows are in memory (G5). */
final class EventRows implements AutoCloseable {
    /** Rows, or kilobytes of data, that are in memory at most, but for those of one event. */
    private static final int PORTION = 1_000;

    private static final int KILOBYTE = 1_024;

    /** A portion in one statement: for PostgreSQL that is two thirds of the work of one for each. */
    private static final String DELIVERIES = """
            insert into delivery
              (id, event_no, webhook_id, lane_key, pos, state, reason, run, attempts, settled_at, size)
            select d.id, d.event_no, d.webhook_id, d.lane_key, d.pos, d.state, d.reason, 1, 0, d.settled_at, d.size
            from unnest(cast(? as uuid array), cast(? as bigint array), cast(? as varchar array),
              cast(? as varchar array), cast(? as bigint array), cast(? as varchar array), cast(? as varchar array),
              cast(? as timestamp with time zone array), cast(? as integer array))
              as d (id, event_no, webhook_id, lane_key, pos, state, reason, settled_at, size)""";

    private static final List<String> DELIVERY_TYPES =
            List.of("uuid", "int8", "varchar", "varchar", "int8", "varchar", "varchar", "timestamptz", "int4");

    /** What follows a portion that was sent. */
    interface Sent {
        void portion() throws SQLException;
    }

    private final Connection connection;
    private final OffsetDateTime now;
    private final NoArgGenerator deliveryIds;
    private final Sent sent;
    private final PreparedStatement event;
    private final PreparedStatement held;
    private final PreparedStatement delivery;
    private final List<@Nullable Object[]> deliveries = new ArrayList<>();
    private int pending;

    EventRows(Connection connection, OffsetDateTime now, NoArgGenerator deliveryIds, Sent sent) throws SQLException {
        this.connection = connection;
        this.now = now;
        this.deliveryIds = deliveryIds;
        this.sent = sent;
        this.event = connection.prepareStatement("insert into event (no, source, id, type, entity_type, entity_id,"
                + " sequence, occurred_at, accepted_at, data) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        this.held = connection.prepareStatement("insert into held_event (event_no, entity_type, entity_id, sequence,"
                + " deliveries) values (?, ?, ?, ?, ?)");
        this.delivery = connection.prepareStatement(DELIVERIES);
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
        int size = acceptance.size();
        for (Acceptance.Match match : acceptance.matches()) {
            boolean skipped = match.skipReason() != null;
            UUID id = deliveryIds.generate();
            Long pos = null;
            if (!skipped && !waits) {
                pos = places.getAsLong();
                queued.accept(new Queued(id, match.webhookId(), no, pos, match.laneKey(), 1, 0, null, size));
            }
            deliveries.add(new @Nullable Object[] {
                id,
                no,
                match.webhookId(),
                match.laneKey(),
                pos,
                skipped ? "skipped" : waits ? "held" : "queued",
                match.skipReason(),
                skipped ? now : null,
                size
            });
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
            flushDeliveries();
            sent.portion();
        }
    }

    private void flushDeliveries() throws SQLException {
        if (deliveries.isEmpty()) {
            return;
        }
        for (int column = 0; column < DELIVERY_TYPES.size(); column++) {
            @Nullable Object[] values = new @Nullable Object[deliveries.size()];
            for (int row = 0; row < values.length; row++) {
                values[row] = deliveries.get(row)[column];
            }
            delivery.setArray(column + 1, connection.createArrayOf(DELIVERY_TYPES.get(column), values));
        }
        delivery.executeUpdate();
        deliveries.clear();
    }

    @Override
    public void close() throws SQLException {
        event.close();
        held.close();
        delivery.close();
    }
}
