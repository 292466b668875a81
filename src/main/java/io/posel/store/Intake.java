package io.posel.store;

import com.fasterxml.uuid.NoArgGenerator;
import io.posel.delivery.RecentEvents;
import io.posel.delivery.StoredEvent;
import io.posel.event.EntityRef;
import io.posel.event.Event;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
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
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes events and their deliveries, one group of requests after the other, and lets numbered events into the queue.
 *
 * <p>Promises: an answer is given only when its event survives a power loss (G1); a request is stored whole or not at
 * all; a (source, id) seen before is a duplicate (G7); places in the queue are in commit order, and what was queued
 * is handed over before the caller is answered.
 */
public final class Intake implements AutoCloseable {
    /** Weighs the rows and kilobytes that it writes. */
    sealed interface Work {
        int weight();
    }

    record Accept(List<Acceptance> events, int weight) implements Work {
        static Accept of(List<Acceptance> events) {
            return new Accept(
                    List.copyOf(events),
                    events.stream().mapToInt(EventRows::weight).sum());
        }

        boolean isLarge() {
            return weight > GroupCommit.MAX_WEIGHT;
        }
    }

    private record Release(Accepted.Held held) implements Work {
        @Override
        public int weight() {
            return held.weight();
        }
    }

    private record Begin(SequenceStart start) implements Work {
        @Override
        public int weight() {
            return 2; // with the entry in the audit trail
        }
    }

    /** A large request whose rows are written. Alone in its group, since it has a transaction of its own. */
    record Finish(Accept accept, LargeRequests.Written written) implements Work {
        @Override
        public int weight() {
            return GroupCommit.MAX_WEIGHT;
        }
    }

    /** How long a caller should wait for an answer. */
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    private final DataSource dataSource;
    private final InstantSource clock;
    private final NoArgGenerator deliveryIds;
    private final Transactions transactions;
    private final RecentEvents recent;
    private final GroupCommit<Work, Answer> writer;
    private final LargeRequests large;
    private volatile int holdAtMost = Integer.MAX_VALUE;
    private volatile long jumpAtMost = Long.MAX_VALUE;

    /**
     * @param refusal why nothing was done
     * @param unfinished whether the same is to be handed in again, as a part of it was done
     */
    record Answer(List<Accepted> accepted, @Nullable RuntimeException refusal, boolean unfinished) {
        Answer(List<Accepted> accepted, @Nullable RuntimeException refusal) {
            this(accepted, refusal, false);
        }

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
        this.large = new LargeRequests(dataSource, transactions, clock, deliveryIds, writer::submit);
    }

    /** Whether what is handed in is written, or will be. */
    public boolean isAlive() {
        return writer.isAlive();
    }

    /** See {@link GroupCommit#standsStill}. */
    public Duration standsStill() {
        return writer.standsStill();
    }

    /**
     * One request; the results stand in its order. One that writes more than a group may is written beside the others,
     * which do not wait for it. Fails with {@link StoreUnavailableException}, or with {@link
     * GapFullException} if its numbered events would have to wait and there is no room for them.
     */
    public CompletableFuture<List<Accepted>> accept(List<Acceptance> events) {
        Accept accept = Accept.of(events);
        return (accept.isLarge() ? large.submit(accept) : writer.submit(accept)).thenApply(Answer::orRefusal);
    }

    /** How long a caller should wait for an answer to this request: longer than {@link #PATIENCE} if it is large. */
    public static Duration patience(List<Acceptance> events) {
        return Accept.of(events).isLarge() ? LargeRequests.PATIENCE : PATIENCE;
    }

    /**
     * Puts the deliveries of a held event behind what the queue holds now; does nothing if that was done before. What is
     * handed in before it is written stands before it.
     *
     * @return fails with {@link StoreUnavailableException} also if a lower number of its entity is still held
     */
    public CompletableFuture<Void> release(Accepted.Held held) {
        return writer.submit(new Release(held)).thenCompose(answer -> {
            answer.orRefusal();
            return answer.unfinished ? release(held) : CompletableFuture.completedFuture(null);
        });
    }

    /** How many events of all entities may wait for numbers before theirs; what waits already stays. */
    public void holdAtMost(int capacity) {
        holdAtMost = capacity;
    }

    /** How far above the highest number of its entity another one may be. */
    public void jumpAtMost(long most) {
        jumpAtMost = most;
    }

    long jumpAtMost() {
        return jumpAtMost;
    }

    /**
     * Begins the numbering of an entity anew. What is held of it is to be released before.
     *
     * @return fails with {@link StoreUnavailableException}
     */
    public CompletableFuture<Void> begin(SequenceStart start) {
        return writer.submit(new Begin(start)).thenAccept(Answer::orRefusal);
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
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("select event_no, entity_type, entity_id,"
                        + " sequence, deliveries from held_event where event_no > ? order by event_no limit ?")) {
            select.setLong(1, after);
            select.setInt(2, limit);
            return held(select);
        }
    }

    /** All events of an entity that wait for their turn, lowest number first. */
    public List<Accepted.Held> held(EntityRef entity) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("select event_no, entity_type, entity_id,"
                        + " sequence, deliveries from held_event where entity_id = ? and entity_type = ?"
                        + " order by sequence, event_no")) {
            select.setString(1, entity.id());
            select.setString(2, entity.type());
            return held(select);
        }
    }

    private static List<Accepted.Held> held(PreparedStatement select) throws SQLException {
        List<Accepted.Held> held = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                held.add(new Accepted.Held(
                        row.getLong(1),
                        new EntityRef(row.getString(2), row.getString(3)),
                        row.getLong(4),
                        row.getInt(5)));
            }
        }
        return held;
    }

    /** Writes what has been handed in, then ends. */
    @Override
    public void close() {
        large.close();
        writer.close();
    }

    private final class Group implements GroupCommit.Batch<Work, Answer> {
        /** What is sent at once; kept from being read again when it is committed, since a place may be given twice. */
        private final Map<Long, StoredEvent> toSend = new HashMap<>();

        private long asOf;

        /** Null while it is not known what is on disk. */
        private @Nullable HeldRoom room;

        @Override
        public int weight(Work work) {
            return work.weight();
        }

        @Override
        public List<Answer> write(List<Work> batch) throws SQLException {
            if (batch.get(0) instanceof Finish finish) {
                return List.of(finish(finish)); // whoever began its transaction closes it
            }
            try (Transaction transaction = transactions.begin()) {
                Places places = transaction.places();
                HeldRoom now = room(transaction.connection());
                List<Answer> answers = write(transaction, places, now, batch);
                commit(transaction, now);
                return answers;
            }
        }

        /** Not known any more until it is committed. */
        private HeldRoom room(Connection connection) throws SQLException {
            toSend.clear();
            asOf = recent.erasures();
            HeldRoom before = room;
            room = null;
            return before == null ? HeldRoom.read(connection) : before;
        }

        private void commit(Transaction transaction, HeldRoom now) throws SQLException {
            transaction.commit(() -> toSend.forEach((no, event) -> recent.put(no, event, asOf)));
            room = now;
        }

        @Override
        public void clarify() throws SQLException {
            transactions.clarify();
        }

        private List<Answer> write(Transaction transaction, Places places, HeldRoom room, List<Work> batch)
                throws SQLException {
            Connection connection = transaction.connection();
            OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
            List<Acceptance> events = new ArrayList<>();
            for (Work work : batch) {
                if (work instanceof Accept accept) {
                    events.addAll(accept.events);
                }
            }
            EventKeys keys = EventKeys.insert(connection, events, now);
            SequenceJumps jumps = SequenceJumps.read(connection, events, jumpAtMost);
            List<Answer> answers = new ArrayList<>();
            List<Accepted.Held> releases = new ArrayList<>();
            try (EventRows rows = new EventRows(connection, now, deliveryIds, () -> {})) {
                for (Work work : batch) {
                    if (work instanceof Accept accept) {
                        release(releases, new ReleaseHeld(connection, places, now), room, rows, answers);
                        answers.add(accept(connection, accept.events, keys, places, room, jumps, rows));
                    } else if (work instanceof Release release) {
                        releases.add(release.held);
                    } else if (work instanceof Begin begin) {
                        release(releases, new ReleaseHeld(connection, places, now), room, rows, answers);
                        begin(transaction, begin.start, now);
                        jumps.begin(begin.start);
                        answers.add(new Answer(List.of(), null));
                    }
                }
                release(releases, new ReleaseHeld(connection, places, now), room, rows, answers);
                rows.flush();
            }
            keys.deleteUnused();
            return answers;
        }

        private void release(
                List<Accepted.Held> releases,
                ReleaseHeld releaseHeld,
                HeldRoom room,
                EventRows rows,
                List<Answer> answers)
                throws SQLException {
            if (releases.isEmpty()) {
                return;
            }
            rows.flush();
            ReleaseHeld.Result result = releaseHeld.release(releases);
            result.released().forEach(held -> room.left(held.entity()));
            for (Accepted.Held held : releases) {
                answers.add(new Answer(
                        List.of(),
                        result.mustWait().contains(held)
                                ? new StoreUnavailableException("a lower number of its entity is not released yet")
                                : null,
                        result.unfinished().contains(held)));
            }
            releases.clear();
        }

        private Answer accept(
                Connection connection,
                List<Acceptance> events,
                EventKeys keys,
                Places places,
                HeldRoom room,
                SequenceJumps jumps,
                EventRows rows)
                throws SQLException {
            List<HeldRoom.Numbered> numbered = numbered(events, keys);
            SequenceJumpException jump = jumps.find(numbered);
            if (jump != null) {
                return new Answer(List.of(), jump);
            }
            if (!room.hasRoom(numbered, holdAtMost)) {
                rows.flush();
                GapFullException full = room.look(connection, numbered, holdAtMost);
                if (full != null) {
                    return new Answer(List.of(), full);
                }
            }
            numbered.forEach(each -> room.came(each.entity()));
            jumps.came(numbered);
            return new Answer(insert(events, keys, places, rows), null);
        }

        private void begin(Transaction transaction, SequenceStart start, OffsetDateTime now) throws SQLException {
            for (String sql : new String[] {
                "insert into entity_sequence (released, updated_at, entity_type, entity_id) values (?, ?, ?, ?)"
                        + " on conflict do nothing",
                "update entity_sequence set released = ?, updated_at = ? where entity_type = ? and entity_id = ?"
            }) {
                try (PreparedStatement write = transaction.connection().prepareStatement(sql)) {
                    write.setLong(1, start.last());
                    write.setObject(2, now);
                    write.setString(3, start.entity().type());
                    write.setString(4, start.entity().id());
                    write.executeUpdate();
                }
            }
            Audit.write(transaction, start.entry().about(start.entity().toString()));
        }

        /** The rest of a large request: its keys, what waits for numbers, and its places. */
        private Answer finish(Finish finish) throws SQLException {
            List<Acceptance> events = finish.accept.events;
            LargeRequests.Written written = finish.written;
            Connection connection = written.transaction().connection();
            Places places = written.transaction().places();
            places.skip(written.ahead());
            HeldRoom room = room(connection);
            OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
            EventKeys keys = EventKeys.insert(connection, events, now);
            List<HeldRoom.Numbered> numbered = numbered(events, keys);
            SequenceJumpException jump =
                    SequenceJumps.read(connection, events, jumpAtMost).find(numbered);
            if (jump != null) {
                throw jump; // nothing is committed
            }
            if (!room.hasRoom(numbered, holdAtMost)) {
                GapFullException full = room.look(connection, numbered, holdAtMost);
                if (full != null) {
                    throw full;
                }
            }
            numbered.forEach(each -> room.came(each.entity()));
            drop(connection, written.numbers(), keys);
            List<Accepted> results = new ArrayList<>(events.size());
            try (EventRows rows = new EventRows(connection, now, deliveryIds, () -> {})) {
                for (Acceptance each : events) {
                    Long no = written.numbers().get(EventKeys.Key.of(each.event()));
                    if (no == null && keys.isNew(each.event())) {
                        throw new StoreUnavailableException("an event that was known has just been forgotten");
                    }
                    Accepted accepted = accepted(keys.take(each), no == null ? 0 : no, each);
                    if (accepted.held().isPresent()) {
                        rows.held(accepted.held().orElseThrow());
                    }
                    results.add(accepted);
                }
                rows.flush();
            }
            written.webhooks().forEach(places.announced()::addUnread);
            commit(written.transaction(), room);
            return new Answer(results, null);
        }

        /** Deletes what others have stored meanwhile. */
        private static void drop(Connection connection, Map<EventKeys.Key, Long> written, EventKeys keys)
                throws SQLException {
            Object[] numbers = written.entrySet().stream()
                    .filter(each -> !keys.isNew(each.getKey()))
                    .map(Map.Entry::getValue)
                    .toArray();
            if (numbers.length == 0) {
                return;
            }
            for (String rows : new String[] {"delivery where event_no", "event where no"}) {
                try (PreparedStatement delete = connection.prepareStatement("delete from " + rows + " = any(?)")) {
                    delete.setArray(1, connection.createArrayOf("bigint", numbers));
                    delete.executeUpdate();
                }
            }
        }

        private Accepted accepted(Accepted.Status status, long no, Acceptance acceptance) {
            Event event = acceptance.event();
            if (status != Accepted.Status.ACCEPTED) {
                return new Accepted(event, status, 0, 0);
            }
            if (event.sequence() == null && acceptance.sends()) {
                toSend.put(no, new StoredEvent(event, false, acceptance.size()));
            }
            return new Accepted(event, status, no, acceptance.matches().size());
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

        private List<Accepted> insert(List<Acceptance> events, EventKeys keys, Places places, EventRows rows)
                throws SQLException {
            List<Accepted> results = new ArrayList<>(events.size());
            for (Acceptance each : events) {
                Accepted.Status status = keys.take(each);
                Accepted accepted = accepted(status, status == Accepted.Status.ACCEPTED ? places.next() : 0, each);
                if (status == Accepted.Status.ACCEPTED) {
                    rows.event(accepted.no(), each);
                    rows.deliveries(accepted.no(), each, places::next, places.announced()::add);
                }
                if (accepted.held().isPresent()) {
                    rows.held(accepted.held().orElseThrow());
                }
                results.add(accepted);
            }
            return results;
        }
    }
}
