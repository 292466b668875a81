package io.posel.store;

import com.fasterxml.uuid.NoArgGenerator;
import io.posel.delivery.Queued;
import io.posel.delivery.RecentEvents;
import io.posel.delivery.StoredEvent;
import io.posel.event.EntityRef;
import io.posel.event.Event;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes events and their deliveries, one group of requests after the other, and lets numbered events into the queue.
 *
 * <p>Promises: an answer is given only when its event survives a power loss (G1); a request is stored whole or not at
 * all; a (source, id) seen before is a duplicate, or a conflict if it came with other content (G7); places in the queue are in commit order, and what was queued
 * is handed over before the caller is answered.
 */
public final class Intake implements AutoCloseable {
    private sealed interface Work {}

    private record Accept(List<Acceptance> events) implements Work {}

    private record Release(Accepted.Held held) implements Work {}

    private final DataSource dataSource;
    private final InstantSource clock;
    private final NoArgGenerator deliveryIds;
    private final Transactions transactions;
    private final RecentEvents recent;
    private final GroupCommit<Work, Answer> writer;
    private volatile int holdAtMost = Integer.MAX_VALUE;

    /** @param refusal why nothing was done */
    private record Answer(List<Accepted> accepted, @Nullable RuntimeException refusal) {
        List<Accepted> orRefusal() {
            if (refusal != null) {
                throw refusal;
            }
            return accepted;
        }
    }

    /** @param deliveryIds time-ordered UUIDs (RFC 9562, version 7) */
    public Intake(
            DataSource dataSource,
            Transactions transactions,
            RecentEvents recent,
            InstantSource clock,
            NoArgGenerator deliveryIds) {
        this.dataSource = dataSource;
        this.transactions = transactions;
        this.recent = recent;
        this.clock = clock;
        this.deliveryIds = deliveryIds;
        this.writer = new GroupCommit<>("posel-intake", false, new Group()).start();
    }

    /** Whether what is handed in is written, or will be. */
    public boolean isAlive() {
        return writer.isAlive();
    }

    /**
     * One request; the results stand in its order. Fails with {@link StoreUnavailableException}, or with {@link
     * GapFullException} if its numbered events would have to wait and there is no room for them.
     */
    public CompletableFuture<List<Accepted>> accept(List<Acceptance> events) {
        return writer.submit(new Accept(List.copyOf(events))).thenApply(Answer::orRefusal);
    }

    /**
     * Puts the deliveries of a held event behind what the queue holds now; does nothing if that was done before. What is
     * handed in before it is written stands before it.
     *
     * @return fails with {@link StoreUnavailableException} also if a lower number of its entity is still held
     */
    public CompletableFuture<Void> release(Accepted.Held held) {
        return writer.submit(new Release(held)).thenAccept(Answer::orRefusal);
    }

    /** How many events of all entities may wait for numbers before theirs; what waits already stays. */
    public void holdAtMost(int capacity) {
        holdAtMost = capacity;
    }

    /** The last number of this entity that was let through, empty if there was none. */
    public OptionalLong lastReleased(EntityRef entity) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement(
                        "select released from entity_sequence where entity_type = ? and entity_id = ?")) {
            select.setString(1, entity.type());
            select.setString(2, entity.id());
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
            }
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
    }

    /**
     * A page of the events that wait for their turn, in the order of acceptance.
     *
     * @param after the number of the last event of the page before, 0 for the first page
     */
    public List<Accepted.Held> held(long after, int limit) throws SQLException {
        List<Accepted.Held> held = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("select event_no, entity_type, entity_id,"
                        + " sequence from held_event where event_no > ? order by event_no limit ?")) {
            select.setLong(1, after);
            select.setInt(2, limit);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    held.add(new Accepted.Held(
                            row.getLong(1), new EntityRef(row.getString(2), row.getString(3)), row.getLong(4)));
                }
            }
        }
        return held;
    }

    /** Writes what has been handed in, then ends. */
    @Override
    public void close() {
        writer.close();
    }

    private final class Group implements GroupCommit.Batch<Work, Answer> {
        /** What is sent at once; kept from being read again when it is committed, since a place may be given twice. */
        private final Map<Long, StoredEvent> toSend = new HashMap<>();

        /** Null while it is not known what is on disk. */
        private @Nullable HeldRoom room;

        @Override
        public int weight(Work work) {
            return work instanceof Accept accept ? accept.events.size() : 1;
        }

        @Override
        public List<Answer> write(List<Work> batch) throws SQLException {
            toSend.clear();
            long asOf = recent.erasures();
            HeldRoom before = room;
            room = null;
            try (Transaction transaction = transactions.begin()) {
                Connection connection = transaction.connection();
                Places places = transaction.places();
                HeldRoom now = before == null ? HeldRoom.read(connection) : before;
                List<Answer> answers = write(connection, places, now, batch);
                transaction.commit(() -> toSend.forEach((no, event) -> recent.put(no, event, asOf)));
                room = now;
                return answers;
            }
        }

        @Override
        public void clarify() throws SQLException {
            transactions.clarify();
        }

        private List<Answer> write(Connection connection, Places places, HeldRoom room, List<Work> batch)
                throws SQLException {
            OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
            EventKeys keys = EventKeys.insert(connection, events(batch), now);
            List<Answer> answers = new ArrayList<>();
            List<Accepted.Held> releases = new ArrayList<>();
            try (Inserts inserts = new Inserts(connection, now)) {
                for (Work work : batch) {
                    if (work instanceof Accept accept) {
                        release(releases, new ReleaseHeld(connection, places, now), room, inserts, answers);
                        answers.add(accept(connection, accept.events, keys, places, room, inserts));
                    } else if (work instanceof Release release) {
                        releases.add(release.held);
                    }
                }
                release(releases, new ReleaseHeld(connection, places, now), room, inserts, answers);
                inserts.flush();
            }
            keys.deleteUnused();
            return answers;
        }

        private void release(
                List<Accepted.Held> releases,
                ReleaseHeld releaseHeld,
                HeldRoom room,
                Inserts inserts,
                List<Answer> answers)
                throws SQLException {
            if (releases.isEmpty()) {
                return;
            }
            inserts.flush();
            ReleaseHeld.Result result = releaseHeld.release(releases);
            result.released().forEach(held -> room.left(held.entity()));
            for (Accepted.Held held : releases) {
                answers.add(new Answer(
                        List.of(),
                        result.mustWait().contains(held)
                                ? new StoreUnavailableException("a lower number of its entity is not released yet")
                                : null));
            }
            releases.clear();
        }

        private Answer accept(
                Connection connection,
                List<Acceptance> events,
                EventKeys keys,
                Places places,
                HeldRoom room,
                Inserts inserts)
                throws SQLException {
            List<HeldRoom.Numbered> numbered = numbered(events, keys);
            if (!room.hasRoom(numbered, holdAtMost)) {
                inserts.flush();
                GapFullException full = room.look(connection, numbered, holdAtMost);
                if (full != null) {
                    return new Answer(List.of(), full);
                }
            }
            numbered.forEach(each -> room.came(each.entity()));
            return new Answer(insert(events, keys, places, inserts), null);
        }

        private static List<HeldRoom.Numbered> numbered(List<Acceptance> events, EventKeys keys) {
            List<HeldRoom.Numbered> numbered = new ArrayList<>();
            Set<EventKeys.Key> seen = new HashSet<>();
            for (int i = 0; i < events.size(); i++) {
                Event event = events.get(i).event();
                if (event.sequence() != null && keys.isNew(event) && seen.add(EventKeys.Key.of(event))) {
                    numbered.add(new HeldRoom.Numbered(i, event.entity(), event.sequence()));
                }
            }
            return numbered;
        }

        private static List<Acceptance> events(List<Work> batch) {
            List<Acceptance> events = new ArrayList<>();
            for (Work work : batch) {
                if (work instanceof Accept accept) {
                    events.addAll(accept.events);
                }
            }
            return events;
        }

        private List<Accepted> insert(List<Acceptance> events, EventKeys keys, Places places, Inserts inserts)
                throws SQLException {
            List<Accepted> results = new ArrayList<>(events.size());
            for (Acceptance acceptance : events) {
                Event event = acceptance.event();
                Accepted.Status status = keys.take(acceptance);
                if (status == Accepted.Status.ACCEPTED) {
                    long no = places.next();
                    int size = inserts.event(no, event);
                    if (event.sequence() == null
                            && acceptance.matches().stream().anyMatch(each -> each.skipReason() == null)) {
                        toSend.put(no, new StoredEvent(event, false, size));
                    }
                    for (Acceptance.Match match : acceptance.matches()) {
                        inserts.delivery(no, event, size, match, places);
                    }
                    results.add(new Accepted(event, status, no));
                } else {
                    results.add(new Accepted(event, status, 0));
                }
            }
            return results;
        }
    }

    /** The batched inserts of one transaction. */
    private final class Inserts implements AutoCloseable {
        private final OffsetDateTime now;
        private final PreparedStatement event;
        private final PreparedStatement held;
        private final PreparedStatement delivery;

        Inserts(Connection connection, OffsetDateTime now) throws SQLException {
            this.now = now;
            this.event = connection.prepareStatement("insert into event (no, source, id, type, entity_type, entity_id,"
                    + " sequence, occurred_at, accepted_at, data) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
            this.held = connection.prepareStatement(
                    "insert into held_event (event_no, entity_type, entity_id, sequence) values (?, ?, ?, ?)");
            this.delivery = connection.prepareStatement("insert into delivery (id, event_no, webhook_id, lane_key, pos,"
                    + " state, reason, run, attempts, settled_at, size) values (?, ?, ?, ?, ?, ?, ?, 1, 0, ?, ?)");
        }

        /** @return the size of its data */
        int event(long no, Event each) throws SQLException {
            byte[] data = each.data().toBytes();
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
            Long sequence = each.sequence();
            if (sequence != null) {
                held.setLong(1, no);
                held.setString(2, each.entity().type());
                held.setString(3, each.entity().id());
                held.setLong(4, sequence);
                held.addBatch();
            }
            return data.length;
        }

        void delivery(long no, Event each, int size, Acceptance.Match match, Places places) throws SQLException {
            boolean skipped = match.skipReason() != null;
            boolean waits = each.sequence() != null;
            UUID id = deliveryIds.generate();
            delivery.setObject(1, id);
            delivery.setLong(2, no);
            delivery.setString(3, match.webhookId());
            delivery.setString(4, match.laneKey());
            if (skipped || waits) {
                delivery.setNull(5, Types.BIGINT);
            } else {
                long pos = places.next();
                delivery.setLong(5, pos);
                places.announced().add(new Queued(id, match.webhookId(), no, pos, match.laneKey(), 1, 0, null, size));
            }
            delivery.setString(6, skipped ? "skipped" : waits ? "held" : "queued");
            delivery.setString(7, match.skipReason());
            delivery.setObject(8, skipped ? now : null, Types.TIMESTAMP_WITH_TIMEZONE);
            delivery.setInt(9, size);
            delivery.addBatch();
        }

        void flush() throws SQLException {
            event.executeBatch();
            held.executeBatch();
            delivery.executeBatch();
        }

        @Override
        public void close() throws SQLException {
            event.close();
            held.close();
            delivery.close();
        }
    }
}
