package io.posel.simulation;

import io.posel.delivery.Delivery;
import io.posel.delivery.Dispatcher;
import io.posel.delivery.Failure;
import io.posel.delivery.HandOver;
import io.posel.delivery.Limits;
import io.posel.delivery.Outcome;
import io.posel.delivery.Queued;
import io.posel.delivery.RecentEvents;
import io.posel.delivery.StartRecord;
import io.posel.delivery.StoredEvent;
import io.posel.event.EntityRef;
import io.posel.event.Event;
import io.posel.event.Resequencer;
import io.posel.json.Json;
import io.posel.simulation.ModelStore.ModelEvent;
import io.posel.simulation.ModelStore.Row;
import io.posel.store.GroupCommit;
import io.posel.store.InDoubtException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One running Posel: the real {@link Dispatcher}, {@link HandOver}, {@link GroupCommit} and {@link Resequencer}, around
 * them what stands for database, route and receivers. Its threads are lists of what they would do next.
 */
final class Node {
    static final Duration GAP_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration DELAY = Duration.ofSeconds(10);

    /** What the intake's writer does in one transaction. */
    sealed interface Work {
        record Accept(List<ModelEvent> events) implements Work {}

        record Release(ModelEvent event) implements Work {}
    }

    /** What the settlement's writer does. */
    sealed interface Change {
        record Result(Outcome outcome) implements Change {}

        record Replay(List<Row> rows) implements Change {}

        record Wish(Runnable change, Runnable committed) implements Change {}
    }

    /** A request that a receiver has not answered yet. */
    record Attempt(Delivery delivery) {}

    /** What a webhook was paused for, and what was started before that and is not sent yet. */
    static final class Pausing {
        /** Of the last pause that its receiver asked for. */
        long end;
        /** Requests that may still come: they had a permit before. */
        int onTheirWay;
        /** Sent since the last pause. */
        final Set<Queued.Run> sent = new HashSet<>();
        /** Answered since then, whenever it was sent. */
        int answers = 1_000;
    }

    /** A numbered event on its way through the step resequence; ends with whether it was released. */
    private record Going(ModelEvent event, CompletableFuture<Boolean> end) {
        Going(ModelEvent event) {
            this(event, new CompletableFuture<>());
        }
    }

    private static final int PORTION = 5;

    /** Its trace would cost more than the schedule around it. */
    private static final SQLException AWAY = new SQLException("away", null, 0) {
        private static final long serialVersionUID = 1L;

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    };

    private static final InDoubtException CUT = new InDoubtException(AWAY);

    private record Task(long due, long order, Runnable action) {}

    final Simulation world;
    final ModelStore store;
    final long epoch;
    final Dispatcher dispatcher;
    final GroupCommit<Work, Boolean> intake;
    final GroupCommit<Change, Integer> settlement;
    final Resequencer<String, Going> resequencer;
    final Set<Long> resequencing = new HashSet<>();
    final Deque<Runnable> pool = new ArrayDeque<>();
    final List<Attempt> attempts = new ArrayList<>();
    /** Ended in this process, whether or not that is on disk. */
    final Set<Queued.Run> ended = new HashSet<>();

    private final HandOver handOver;
    private final RecentEvents recent = new RecentEvents(5_000);
    private final PriorityQueue<Task> timers =
            new PriorityQueue<>(Comparator.comparingLong(Task::due).thenComparingLong(Task::order));
    private long order;
    boolean alive = true;
    /** Outcomes that are not on disk. */
    int unwritten;

    /** What it knows of pauses, by webhook. */
    final Map<String, Pausing> pauses = new HashMap<>();

    private final Deque<Going> ready = new ArrayDeque<>();
    private boolean releasing;
    boolean intakeRuns;
    boolean settlementRuns;
    boolean dispatcherRuns;

    Node(Simulation world, ModelStore store, Limits limits) throws SQLException {
        this.world = world;
        this.store = store;
        world.condemned(store.takeOver(world.now()));
        this.epoch = store.epoch;
        this.settlement = new GroupCommit<>("settle", true, new Settling());
        this.dispatcher = new Dispatcher(
                new ModelStore.View(store, this::reads),
                new Recording(),
                world::webhook,
                limits,
                world.pacing(),
                recent,
                pool::add,
                this::after,
                world::now,
                settlement::waiting,
                () -> alive && store.epoch == epoch);
        this.handOver = new HandOver(dispatcher::queued);
        this.intake = new GroupCommit<>("intake", false, new Accepting());
        this.resequencer = new Resequencer<>(GAP_TIMEOUT, entity -> {
            Long last = store.released.get(entity);
            return last == null ? OptionalLong.empty() : OptionalLong.of(last);
        });
        dispatcher.deliverWith(this::route);
        dispatcher.begin();
    }

    static StoredEvent stored(ModelEvent event) {
        if (event.told == null) {
            EntityRef entity = new EntityRef("e", event.entity);
            event.told = new Event("", event.id, "t", entity, event.sequence, null, Json.EMPTY);
        }
        return new StoredEvent(event.told, event.late, event.size);
    }

    private void reads() throws SQLException {
        world.reads();
        requireDatabase();
    }

    private void requireDatabase() throws SQLException {
        if (!alive || store.epoch != epoch || world.databaseIsAway()) {
            throw AWAY;
        }
    }

    // --- time

    private void after(Duration wait, Runnable action) {
        world.waits(wait);
        timers.add(new Task(world.millis() + wait.toMillis(), ++order, action));
    }

    /** @return when the next timer is due, or -1 */
    long nextTimer() {
        Task next = timers.peek();
        return next == null ? -1 : next.due;
    }

    void runTimers() {
        while (!timers.isEmpty() && timers.peek().due <= world.millis()) {
            timers.remove().action.run();
        }
        resequencer.due(world.millis() * 1_000_000).forEach(ready::addAll);
        passPortion();
    }

    // --- threads

    boolean pump() {
        if (dispatcherRuns) {
            return false;
        }
        dispatcherRuns = true;
        try {
            dispatcher.pumpAll();
        } finally {
            dispatcherRuns = false;
        }
        return true;
    }

    boolean writeIntake() {
        if (intakeRuns || world.placesAreLocked()) {
            return false;
        }
        intakeRuns = true;
        try {
            intake.turn();
        } finally {
            intakeRuns = false;
        }
        return true;
    }

    boolean writeSettlement() {
        if (settlementRuns || world.placesAreLocked()) {
            return false;
        }
        settlementRuns = true;
        try {
            settlement.turn();
        } finally {
            settlementRuns = false;
        }
        return true;
    }

    // --- intake

    /** One request; answers when all of it is stored and released as far as it may go. */
    void accept(List<ModelEvent> events, Consumer<Boolean> answer) {
        intake.submit(new Work.Accept(events)).handle((stored, failure) -> {
            if (failure != null || !alive) {
                answer.accept(false);
                return false;
            }
            List<ModelEvent> numbered = new ArrayList<>();
            for (ModelEvent each : events) {
                ModelEvent known = store.keys.get(each.id);
                if (known != null && known.sequence != null && store.held.containsKey(known.no)) {
                    numbered.add(known);
                }
            }
            arrive(numbered, answer);
            return true;
        });
    }

    /** As the step resequence does it: what may go gathers while a portion is released. */
    private void arrive(List<ModelEvent> events, Consumer<Boolean> answer) {
        List<Going> mine = new ArrayList<>();
        for (ModelEvent event : events) {
            if (resequencing.add(event.no)) {
                mine.addAll(
                        resequencer.arrive(event.entity, event.sequence, new Going(event), world.millis() * 1_000_000));
            }
        }
        ready.addAll(mine);
        if (mine.isEmpty()) {
            answer.accept(true);
        } else {
            CompletableFuture.allOf(mine.stream().map(each -> each.end).toArray(CompletableFuture[]::new))
                    .thenRun(() -> answer.accept(mine.stream().allMatch(each -> each.end.join())));
        }
        passPortion();
    }

    private void passPortion() {
        if (releasing || ready.isEmpty()) {
            return;
        }
        releasing = true;
        List<Going> portion = new ArrayList<>();
        while (!ready.isEmpty() && portion.size() < PORTION) {
            portion.add(ready.remove());
        }
        List<CompletableFuture<Boolean>> answers = new ArrayList<>(portion.size());
        for (Going each : portion) {
            answers.add(intake.submit(new Work.Release(each.event)).exceptionally(failure -> false));
        }
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).thenRun(() -> {
            long due = world.millis() * 1_000_000 + Duration.ofSeconds(1).toNanos();
            for (int i = portion.size() - 1; i >= 0; i--) {
                ModelEvent event = portion.get(i).event;
                if (answers.get(i).join()) {
                    resequencing.remove(event.no);
                    resequencer.passed(event.entity);
                } else {
                    resequencer.back(event.entity, event.sequence, new Going(event), due);
                }
            }
            releasing = false;
            for (int i = 0; i < portion.size(); i++) {
                portion.get(i).end.complete(answers.get(i).join());
            }
            passPortion();
        });
    }

    /** What waits on disk and not here, as after a start. */
    void findHeld() {
        arrive(List.copyOf(store.held.values()), all -> {});
    }

    /** @param plan says what will be queued, and returns what the commit does */
    private void transaction(boolean places, Function<HandOver.Announced, Runnable> plan) throws SQLException {
        requireDatabase();
        Fault fault = world.fault();
        if (fault == Fault.BEFORE) {
            throw AWAY;
        }
        store.lockPlaces();
        if (!places) {
            world.meanwhile(); // what ends while this is written waits behind it
            if (!alive || store.epoch != epoch) {
                throw AWAY;
            }
            if (fault == Fault.ROLLED_BACK) {
                throw AWAY;
            }
            if (fault == Fault.DOUBT_AND_NOT_DONE) {
                throw CUT;
            }
            plan.apply(null).run();
            if (fault == Fault.DOUBT || fault == Fault.DOUBT_AND_LATER) {
                throw CUT;
            }
            return;
        }
        HandOver.Announced announced = handOver.announce();
        world.lockPlaces(true);
        try {
            world.meanwhile();
            if (!alive || store.epoch != epoch) {
                announced.rolledBack();
                throw AWAY;
            }
            switch (fault) {
                case ROLLED_BACK -> {
                    plan.apply(announced);
                    announced.rolledBack();
                    throw AWAY;
                }
                case DOUBT, DOUBT_AND_NOT_DONE, DOUBT_AND_LATER -> {
                    Runnable commit = plan.apply(announced);
                    if (fault == Fault.DOUBT) {
                        commit.run();
                    } else if (fault == Fault.DOUBT_AND_LATER) {
                        store.commitLater(commit);
                    }
                    announced.inDoubt();
                    throw CUT;
                }
                default -> plan.apply(announced).run();
            }
        } finally {
            world.lockPlaces(false);
        }
        world.overtaken();
        announced.committed();
        world.meanwhile();
    }

    /** The intake's transaction, as Intake writes it. */
    private final class Accepting implements GroupCommit.Batch<Work, Boolean> {
        private long place;

        @Override
        public List<Boolean> write(List<Work> items) throws SQLException {
            List<Boolean> results = new ArrayList<>();
            Map<Long, StoredEvent> toSend = new LinkedHashMap<>();
            transaction(true, announced -> {
                place = store.place;
                Set<String> fresh = new HashSet<>();
                results.clear();
                Map<Long, ModelEvent> held = new LinkedHashMap<>(store.held);
                List<Runnable> changes = new ArrayList<>();
                for (int i = 0; i < items.size(); i++) {
                    if (items.get(i) instanceof Work.Accept accept) {
                        for (ModelEvent each : accept.events) {
                            if (!store.keys.containsKey(each.id) && fresh.add(each.id)) {
                                if (each.sequence != null) {
                                    held.put(place + 1, each);
                                }
                                changes.add(insert(each, announced, toSend));
                            }
                        }
                        results.add(true);
                    } else {
                        int from = i;
                        while (i + 1 < items.size() && items.get(i + 1) instanceof Work.Release) {
                            i++;
                        }
                        release(items.subList(from, i + 1), held, announced, changes, results);
                    }
                }
                long last = place;
                return () -> {
                    store.place = last;
                    changes.forEach(Runnable::run);
                };
            });
            toSend.forEach((no, event) -> recent.put(no, event, recent.erasures()));
            return results;
        }

        @Override
        public void clarify() throws SQLException {
            requireDatabase();
            store.lockPlaces();
            handOver.announce().rolledBack();
        }

        /** As ReleaseHeld: by number, and none overtakes a lower one that is still held. */
        private void release(
                List<Work> run,
                Map<Long, ModelEvent> held,
                HandOver.Announced announced,
                List<Runnable> changes,
                List<Boolean> results) {
            List<ModelEvent> found = new ArrayList<>();
            for (Work each : run) {
                ModelEvent event = ((Work.Release) each).event;
                if (held.remove(event.no) != null) {
                    found.add(event);
                }
            }
            found.sort(Comparator.comparing((ModelEvent each) -> each.entity).thenComparing(each -> each.sequence));
            List<ModelEvent> mustWait = new ArrayList<>();
            for (ModelEvent each : found) {
                if (isHeldBack(each, held.values())) {
                    mustWait.add(each);
                }
            }
            mustWait.forEach(each -> held.put(each.no, each));
            for (ModelEvent each : found) {
                if (!mustWait.contains(each)) {
                    changes.add(release(each, announced));
                }
            }
            for (Work each : run) {
                results.add(!mustWait.contains(((Work.Release) each).event));
            }
        }

        private boolean isHeldBack(ModelEvent event, Collection<ModelEvent> held) {
            for (ModelEvent other : held) {
                if (other.entity.equals(event.entity) && other.sequence < event.sequence) {
                    return true;
                }
            }
            return false;
        }

        private Runnable insert(ModelEvent event, HandOver.Announced announced, Map<Long, StoredEvent> toSend) {
            long no = ++place;
            List<Row> deliveries = new ArrayList<>();
            for (Simulation.Match match : world.match(event)) {
                Row row = new Row(store.nextId(), match.webhook(), event, match.lane(), match.state());
                if (row.state.equals("queued")) {
                    row.pos = ++place;
                    announced.add(new Queued(row.id, row.webhook, no, row.pos, row.lane, 1, 0, null, event.size));
                }
                deliveries.add(row);
            }
            if (event.sequence == null) {
                toSend.put(no, stored(event));
            }
            return () -> {
                event.storedAt = world.millis();
                store.insert(event, no, deliveries);
            };
        }

        private Runnable release(ModelEvent event, HandOver.Announced announced) {
            Map<Row, Long> places = new LinkedHashMap<>();
            for (Row row : store.events.get(event.no).deliveries) {
                if (row.state.equals("held")) {
                    places.put(row, ++place);
                    announced.add(
                            new Queued(row.id, row.webhook, event.no, place, row.lane, row.run, 0, null, event.size));
                }
            }
            return () -> {
                world.releases(event);
                store.held.remove(event.no);
                Long last = store.released.get(event.entity);
                if (last == null || last < event.sequence) {
                    store.released.put(event.entity, event.sequence);
                } else {
                    event.late = true;
                }
                places.forEach(store::enqueue);
            };
        }
    }

    /** The settlement's transaction, as Settlement writes it. */
    private final class Settling implements GroupCommit.Batch<Change, Integer> {
        @Override
        public List<Integer> write(List<Change> items) throws SQLException {
            List<Queued> done = new ArrayList<>();
            boolean replays = false;
            for (Change change : items) {
                replays |= change instanceof Change.Replay;
            }
            transaction(replays, announced -> {
                for (Change change : items) {
                    if (change instanceof Change.Replay replay && announced != null) {
                        replay.rows.forEach(row -> announced.addUnread(row.webhook));
                    }
                }
                return () -> {
                    done.clear();
                    for (Change change : items) {
                        if (change instanceof Change.Result result) {
                            store.apply(result.outcome);
                            if (result.outcome instanceof Outcome.Dead dead && dead.saysGone()) {
                                world.switchOff(dead.delivery().webhookId());
                            }
                            if (!(result.outcome instanceof Outcome.AttemptFailed)) {
                                done.add(result.outcome.delivery());
                            }
                        } else if (change instanceof Change.Replay replay) {
                            replay.rows.forEach(this::again);
                        } else if (change instanceof Change.Wish wish) {
                            wish.change.run();
                        }
                    }
                };
            });
            for (Change change : items) {
                if (change instanceof Change.Wish wish) {
                    wish.committed.run();
                } else if (change instanceof Change.Result result
                        && result.outcome instanceof Outcome.Dead dead
                        && dead.saysGone()) {
                    dispatcher.changed(dead.delivery().webhookId());
                }
            }
            dispatcher.settled(done);
            return Collections.nCopies(items.size(), 1);
        }

        private void again(Row row) {
            if (row.isOver()) {
                row.run++;
                row.attempts = 0;
                row.nextAt = null;
                store.enqueue(row, ++store.place);
            }
        }
    }

    /** As RecordedStarts writes it. */
    private final class Recording implements StartRecord {
        @Override
        public Suspicion read() {
            return store.suspicion();
        }

        @Override
        public void starting(List<Queued> deliveries, boolean alone) throws SQLException {
            write(() -> store.starting(deliveries, alone));
        }

        @Override
        public void calm() throws SQLException {
            write(store::calm);
        }

        private void write(Runnable change) throws SQLException {
            reads();
            Fault fault = world.fault();
            if (fault == Fault.NONE || fault == Fault.DOUBT) {
                change.run();
            }
            if (fault != Fault.NONE) {
                throw AWAY;
            }
            world.meanwhile();
        }
    }

    CompletableFuture<Integer> change(Change change) {
        return settlement.submit(change);
    }

    // --- the route deliver-webhook

    private void route(Delivery delivery) {
        if (delivery.event().isEmpty()) {
            end(delivery, new Outcome.Skipped(delivery.queued(), world.now(), "deleted"));
            return;
        }
        attempt(delivery);
    }

    private void attempt(Delivery delivery) {
        if (!dispatcher.hasTurn(delivery)) {
            dispatcher.awaitTurn(delivery, () -> attempt(delivery));
            return;
        }
        if (delivery.isPostponed()) {
            dispatcher.finished(delivery);
            return;
        }
        delivery.attemptStarts(world.now());
        if (!alive) {
            return;
        }
        if (store.epoch == epoch) {
            world.receives(this, delivery);
            alive = !world.kills(delivery);
        }
        attempts.add(new Attempt(delivery));
    }

    /** The receiver answers. */
    void answer(Attempt attempt, Answer answer) {
        attempts.remove(attempt);
        Delivery delivery = attempt.delivery;
        Pausing pausing = pauses.get(delivery.queued().webhookId());
        if (pausing != null) {
            pausing.answers++;
        }
        if (answer == Answer.OK) {
            end(delivery, new Outcome.Delivered(delivery.queued(), 1, delivery.attempt(), world.now(), 200, 1));
            return;
        }
        int number = delivery.attempt();
        boolean gone = answer == Answer.GONE;
        boolean last = gone || number > 2;
        if (gone) {
            world.gone(delivery.queued().identity());
        }
        Duration asked = answer == Answer.PAUSE ? world.retryAfter() : null;
        Failure failure = new Failure(
                answer == Answer.TIMEOUT ? Failure.Kind.TIMEOUT : Failure.Kind.STATUS,
                null,
                gone ? 410 : answer == Answer.ERROR ? 500 : 503,
                "no",
                new byte[0],
                asked,
                true,
                !gone);
        Duration delay = asked == null ? DELAY : asked;
        Instant next = world.now().plus(delay);
        Outcome.AttemptFailed failed =
                new Outcome.AttemptFailed(delivery.queued(), 1, number, world.now(), 1, failure, last ? null : next);
        delivery.failed(failure);
        boolean waitsForPause = dispatcher.attemptFailed(delivery, failure);
        world.refused(this, delivery, asked);
        if (last) {
            end(delivery, new Outcome.Dead(delivery.queued(), 1, number, world.now(), "status", true, failed));
            return;
        }
        settle(failed);
        if (!dispatcher.mayWait(delivery)) {
            delivery.postponeUntil(next);
            dispatcher.finished(delivery);
        } else if (waitsForPause) {
            attempt(delivery);
        } else {
            after(delay, () -> attempt(delivery));
        }
    }

    private void end(Delivery delivery, Outcome outcome) {
        delivery.end(outcome);
        ended.add(delivery.queued().identity());
        settle(outcome);
        dispatcher.finished(delivery);
    }

    private void settle(Outcome outcome) {
        unwritten++;
        settlement.submit(new Change.Result(outcome)).whenComplete((written, failure) -> unwritten--);
    }

    enum Answer {
        OK,
        ERROR,
        TIMEOUT,
        /** Busy, without a word when it takes more. */
        BUSY,
        /** Busy, and asks for a pause. */
        PAUSE,
        /** It wants nothing more. */
        GONE
    }

    /** What goes wrong with a transaction. */
    enum Fault {
        NONE,
        BEFORE,
        ROLLED_BACK,
        DOUBT,
        DOUBT_AND_NOT_DONE,
        DOUBT_AND_LATER
    }
}
