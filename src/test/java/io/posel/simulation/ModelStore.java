package io.posel.simulation;

import io.posel.delivery.Backlog;
import io.posel.delivery.Outcome;
import io.posel.delivery.Queued;
import io.posel.delivery.StartRecord;
import io.posel.delivery.StoredEvent;
import io.posel.event.Event;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** What is on disk: the tables that the engine reads and writes, as maps. Survives every crash. */
final class ModelStore {

    /** A row of {@code delivery}. */
    static final class Row {
        final UUID id;
        final String webhook;
        final ModelEvent event;
        final String lane;
        String state;
        String reason;
        long pos;
        int run = 1;
        int attempts;
        Instant nextAt;

        Row(UUID id, String webhook, ModelEvent event, String lane, String state) {
            this.id = id;
            this.webhook = webhook;
            this.event = event;
            this.lane = lane;
            this.state = state;
        }

        /** What a replay queues again. */
        boolean isOver() {
            return state.equals("delivered") || state.equals("dead") || state.equals("skipped");
        }

        Queued queued() {
            return new Queued(id, webhook, event.no, pos, lane, run, attempts, nextAt, event.size);
        }
    }

    /** A row of {@code started}. */
    static final class Started {
        int run;
        int attempts;
        int crashes;
        boolean inFlight;
        boolean alone;
    }

    /** An event as its producer sends it; {@code no} when it is stored. */
    static final class ModelEvent {
        final String id;
        final String entity;
        final Long sequence;
        final int size;
        /** The process dies when the first webhook is told of it. */
        boolean poison;

        long no;
        long storedAt;
        boolean late;
        /** What is sent of it, once it was asked for. */
        Event told;
        /** What webhooks get of it, when it is stored. */
        List<Row> deliveries = List.of();

        ModelEvent(String id, String entity, Long sequence, int size) {
            this.id = id;
            this.entity = entity;
            this.sequence = sequence;
            this.size = size;
        }

        @Override
        public String toString() {
            return id;
        }
    }

    long place;
    private long ids;
    final Map<Long, ModelEvent> events = new HashMap<>();
    final Map<String, ModelEvent> keys = new HashMap<>();
    final List<Row> rows = new ArrayList<>();
    /** Ids are counted. */
    private final List<Row> byId = new ArrayList<>();

    final Map<String, TreeMap<Long, Row>> queues = new HashMap<>();
    final TreeMap<Long, ModelEvent> held = new TreeMap<>();
    final Map<String, Long> released = new HashMap<>();
    /** The newest place of a lane whose delivery is settled. */
    final Map<String, Long> settledUpTo = new HashMap<>();

    final Map<UUID, Started> started = new HashMap<>();
    int calms;
    /** Null: the process has not died. */
    private Long diedAtPlace;

    long epoch;
    /** A commit that the database was asked for and will carry out before anybody else gets the lock of the places. */
    private Runnable lateCommit;

    /** @return null if there is none */
    Row row(UUID id) {
        long index = id.getLeastSignificantBits();
        return index < byId.size() ? byId.get((int) index) : null;
    }

    private void add(Row row) {
        long index = row.id.getLeastSignificantBits();
        while (byId.size() <= index) {
            byId.add(null); // maybe given to a transaction that was rolled back
        }
        byId.set((int) index, row);
        rows.add(row);
    }

    UUID nextId() {
        return new UUID(0, ++ids);
    }

    /** Waits for whoever has the lock of the places. */
    void lockPlaces() {
        Runnable late = lateCommit;
        lateCommit = null;
        if (late != null) {
            late.run();
        }
    }

    void commitLater(Runnable commit) {
        lateCommit = commit;
    }

    void insert(ModelEvent event, long no, List<Row> deliveries) {
        event.no = no;
        events.put(no, event);
        keys.put(event.id, event);
        event.deliveries = deliveries;
        for (Row row : deliveries) {
            add(row);
            if (row.state.equals("queued")) {
                enqueue(row, row.pos);
            }
        }
        if (event.sequence != null) {
            held.put(no, event);
        }
    }

    void enqueue(Row row, long pos) {
        row.state = "queued";
        row.pos = pos;
        queue(row.webhook).put(pos, row);
    }

    private TreeMap<Long, Row> queue(String webhook) {
        return queues.computeIfAbsent(webhook, id -> new TreeMap<>());
    }

    void skip(Row row, String reason) {
        queue(row.webhook).remove(row.pos);
        row.state = "skipped";
        row.reason = reason;
        row.pos = 0;
        row.nextAt = null;
    }

    /** As Settlement does: an outcome of an older run changes nothing. */
    void apply(Outcome outcome) {
        Row row = row(outcome.delivery().id());
        if (row == null
                || row.run != outcome.delivery().run()
                || !row.state.equals("queued") && !row.state.equals("skipped")) {
            return;
        }
        if (outcome instanceof Outcome.AttemptFailed failed) {
            row.attempts = failed.number();
            row.nextAt = failed.nextAt();
            return;
        }
        String lane = laneOf(row.webhook, row.lane);
        if (row.pos > 0 && lane != null && !(outcome instanceof Outcome.Skipped)) {
            for (Row before : queue(row.webhook).headMap(row.pos).values()) {
                if (row.lane.equals(before.lane)) {
                    throw new AssertionError("what is settled of " + lane + " is no prefix: " + before.pos
                            + " waits while " + row.pos + " is settled");
                }
            }
            settledUpTo.merge(lane, row.pos, Math::max);
        }
        queue(row.webhook).remove(row.pos);
        row.pos = 0;
        row.nextAt = null;
        if (outcome instanceof Outcome.Delivered delivered) {
            row.state = "delivered";
            row.attempts = delivered.attempts();
        } else if (outcome instanceof Outcome.Dead dead) {
            row.state = "dead";
            row.reason = dead.reason();
            row.attempts = dead.attempts();
        } else if (outcome instanceof Outcome.Skipped skipped) {
            row.state = "skipped";
            row.reason = skipped.reason();
        }
    }

    private boolean isOver(UUID id, Started start) {
        Row row = row(id);
        return row.pos == 0 || row.run != start.run || row.attempts > start.attempts;
    }

    /** As CrashCount and Fence do. @return what is dead now */
    List<Queued> takeOver(Instant now) {
        boolean died = epoch++ > 0;
        started.entrySet().removeIf(each -> isOver(each.getKey(), each.getValue()));
        List<Queued> condemned = new ArrayList<>();
        started.forEach((id, each) -> {
            if (each.alone) {
                condemned.add(row(id).queued());
            }
        });
        for (Queued each : condemned) {
            apply(new Outcome.Dead(each, 1, each.attempts() + 1, now, "poison", false, null));
            started.remove(each.id());
        }
        for (Started each : started.values()) {
            each.crashes += each.inFlight ? 1 : 0;
            each.inFlight = false;
        }
        started.values().removeIf(each -> each.crashes == 0);
        diedAtPlace = died && diedAtPlace == null ? Long.valueOf(place) : diedAtPlace;
        return condemned;
    }

    StartRecord.Suspicion suspicion() {
        Map<Queued.Run, Integer> counts = new HashMap<>();
        started.forEach((id, each) -> counts.put(new Queued.Run(id, each.run), each.crashes));
        return new StartRecord.Suspicion(diedAtPlace != null, counts);
    }

    void starting(List<Queued> deliveries, boolean alone) {
        for (Started each : started.values()) {
            each.inFlight &= !each.alone;
            each.alone = false;
        }
        for (Queued each : deliveries) {
            if (started.containsKey(each.id()) && started.get(each.id()).run > each.run()) {
                continue;
            }
            Started start = started.computeIfAbsent(each.id(), id -> {
                Started first = new Started();
                first.run = each.run();
                first.attempts = each.attempts();
                first.crashes = diedAtPlace != null && each.pos() <= diedAtPlace ? 1 : 0;
                return first;
            });
            if (start.run != each.run() || start.attempts != each.attempts()) {
                start.crashes = 0;
            }
            start.run = each.run();
            start.attempts = each.attempts();
            start.inFlight = true;
            start.alone = alone;
        }
    }

    void calm() {
        calms++;
        diedAtPlace = null;
        started.entrySet().removeIf(each -> isOver(each.getKey(), each.getValue()));
    }

    static String laneOf(String webhook, String lane) {
        return lane == null ? null : webhook + "/" + lane;
    }

    boolean isQueueEmpty() {
        for (TreeMap<Long, Row> queue : queues.values()) {
            if (!queue.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    List<Row> queued() {
        List<Row> all = new ArrayList<>();
        queues.values().forEach(queue -> all.addAll(queue.values()));
        return all;
    }

    /** What one process sees of it. */
    static final class View implements Backlog {
        private final ModelStore store;
        private final Reads reads;

        /** What else happens while something is read, and whether the database answers. */
        interface Reads {
            void around() throws SQLException;
        }

        View(ModelStore store, Reads reads) {
            this.store = store;
            this.reads = reads;
        }

        @Override
        public List<Queued> page(String webhookId, long after, int limit) throws SQLException {
            return read(webhookId, null, after, limit);
        }

        @Override
        public List<Queued> lanePage(String webhookId, String laneKey, long after, int limit) throws SQLException {
            return read(webhookId, laneKey, after, limit);
        }

        private List<Queued> read(String webhookId, String lane, long after, int limit) throws SQLException {
            reads.around();
            List<Queued> page = new ArrayList<>();
            for (Row row : store.queue(webhookId).tailMap(after, false).values()) {
                if (page.size() == limit) {
                    break;
                }
                if (lane == null || lane.equals(row.lane)) {
                    page.add(row.queued());
                }
            }
            reads.around();
            return page;
        }

        @Override
        public Map<Long, StoredEvent> events(Collection<Long> numbers) throws SQLException {
            reads.around();
            Map<Long, StoredEvent> found = new HashMap<>();
            for (long no : numbers) {
                ModelEvent event = store.events.get(no);
                if (event != null) {
                    found.put(no, Node.stored(event));
                }
            }
            return found;
        }

        @Override
        public List<String> webhooks() {
            List<String> webhooks = new ArrayList<>();
            store.queues.forEach((id, queue) -> {
                if (!queue.isEmpty()) {
                    webhooks.add(id);
                }
            });
            return webhooks;
        }
    }
}
