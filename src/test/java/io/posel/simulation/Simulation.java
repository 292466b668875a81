package io.posel.simulation;

import io.posel.delivery.Delivery;
import io.posel.delivery.Limits;
import io.posel.delivery.Pacing;
import io.posel.delivery.Queued;
import io.posel.simulation.ModelStore.ModelEvent;
import io.posel.simulation.ModelStore.Row;
import io.posel.simulation.Node.Answer;
import io.posel.simulation.Node.Attempt;
import io.posel.simulation.Node.Change;
import io.posel.simulation.Node.Fault;
import io.posel.webhook.Definition;
import io.posel.webhook.Health;
import io.posel.webhook.Ordering;
import io.posel.webhook.Webhook;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * One random schedule: producers, edits, replays, faults, crashes and time against the real engine, in one thread and
 * from one seed. Whatever could happen at the same time in reality happens in any order here, also between any two
 * accesses to the database. {@link #run} throws an AssertionError that says what was promised and not kept.
 */
final class Simulation {
    /** As Caution has it: so many crashes with a delivery on its way, whether of it or not. */
    private static final int ALONE_AFTER = 3;

    /** What a webhook gets of an event. */
    record Match(String webhook, String lane, String state) {}

    private static final int MAX_DEPTH = 3;
    private static final int MOST_MEANWHILE = 20;
    private static final int WEIGHT = 4_096 + 2_000;

    private final SplittableRandom random;
    private final ModelStore store = new ModelStore();
    private final Limits limits;
    private final Map<String, Webhook> webhooks = new LinkedHashMap<>();
    private final List<Producer> producers = new ArrayList<>();
    private final List<Node> zombies = new ArrayList<>();
    private final Map<Queued.Run, Integer> requests = new HashMap<>();
    /** What was answered that the receiver is gone. */
    private final Set<Queued.Run> gone = new HashSet<>();

    private final Map<Queued.Run, Integer> interrupted = new HashMap<>();
    private final Set<UUID> taken = new HashSet<>();
    private final int faults;
    private final boolean hangs;
    private final boolean fails;
    private final boolean throttles;
    private final int poison;
    /** What was in flight when the process before ended. */
    private Set<Queued.Run> interruptedWith = Set.of();

    private final Map<Queued.Run, Integer> kills = new HashMap<>();
    private int disasters;

    private Node node;
    private long millis = 1_000_000;
    private long skew;
    private int depth;
    private int meanwhileLeft;
    private int reads;
    private boolean placesLocked;
    private boolean away;
    private boolean calm;
    private boolean purged;
    private AssertionError violation;

    Simulation(long seed) {
        random = new SplittableRandom(seed);
        int lanePlaces = 1 + random.nextInt(3);
        int window = 3 + random.nextInt(12);
        limits = new Limits(
                1 + random.nextInt(4),
                3 + random.nextInt(8),
                window,
                lanePlaces,
                lanePlaces + random.nextInt(20),
                1 + random.nextInt(6),
                WEIGHT * (1L + random.nextInt(8)),
                1 + random.nextInt(20),
                Duration.ofMinutes(5));
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            put("w" + i, true, Ordering.values()[random.nextInt(3)]);
        }
        int entities = 1 + random.nextInt(4);
        for (int i = 0; i < entities; i++) {
            producers.add(new Producer("e" + i, random.nextInt(3) == 0));
        }
        faults = random.nextInt(3) == 0 ? 0 : random.nextInt(25);
        hangs = random.nextInt(4) == 0;
        fails = random.nextInt(4) == 0;
        throttles = random.nextInt(4) == 0;
        poison = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0;
    }

    void run() throws SQLException {
        start();
        int steps = 60 + random.nextInt(200);
        for (int i = 0; i < steps; i++) {
            meanwhileLeft = MOST_MEANWHILE;
            step();
            revive();
            check();
        }
        drain();
        require(true, "");
    }

    private void start() throws SQLException {
        store.lockPlaces(); // raising the epoch waits for transactions of the one before
        node = new Node(this, store, limits);
        node.findHeld();
    }

    /** Another process, when the one before has died of what it sent. */
    private void revive() throws SQLException {
        if (!node.alive) {
            interrupt();
            producers.forEach(Producer::forget);
            start();
        }
    }

    // --- what may happen

    private void step() throws SQLException {
        switch (random.nextInt(28)) {
            case 0, 1, 2, 3, 4 -> pick(producers).ifPresent(Producer::send);
            case 5, 6, 7 -> node.writeIntake();
            case 8, 9, 10 -> node.writeSettlement();
            case 11, 12, 13 -> node.pump();
            case 14, 15, 16 -> runPool();
            case 17, 18, 19 -> pick(node.attempts).ifPresent(each -> node.answer(each, anyAnswer(each)));
            case 20 -> pass(random.nextInt(4) == 0 ? 60_000 : random.nextInt(3_000));
            case 21 -> replay();
            case 22 -> edit();
            case 23 -> node.findHeld();
            case 24 -> store.lockPlaces();
            case 25 -> zombie();
            case 26 -> away = faults > 0 && random.nextInt(6) == 0;
            default -> disaster();
        }
    }

    /** Somebody reads; who turns in a circle is noticed. */
    void reads() {
        reads++;
        if (isBroken(reads < 20_000 + 500 * store.rows.size())) {
            throw broken("G5: it reads on and on");
        }
        meanwhile();
    }

    /** What happens while somebody else is in the middle of something. */
    void meanwhile() {
        if (depth >= MAX_DEPTH || meanwhileLeft <= 0 || calm) {
            return;
        }
        meanwhileLeft--;
        depth++;
        try {
            for (int i = random.nextInt(4) - 1; i > 0; i--) {
                step();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } finally {
            depth--;
        }
    }

    /** Between somebody's commit and hand-over the other writer commits, and what it hands over may go at once. */
    void overtaken() {
        if (calm || random.nextInt(3) > 0) {
            meanwhile();
            return;
        }
        if (random.nextBoolean()) {
            replay();
        } else {
            pick(producers).ifPresent(Producer::send);
        }
        node.writeSettlement();
        node.writeIntake();
        node.pump();
        runPool();
    }

    private void runPool() {
        Runnable next = node.pool.poll();
        if (next != null) {
            next.run();
        }
    }

    private Answer anyAnswer(Attempt attempt) {
        if (throttles && random.nextInt(isFirst(attempt) ? 2 : 4) == 0) {
            return random.nextInt(3) == 0 ? Answer.PAUSE : Answer.BUSY;
        }
        int any = random.nextInt(10);
        Answer answer =
                any < 6 ? Answer.OK : any < 9 ? Answer.ERROR : random.nextInt(4) > 0 ? Answer.TIMEOUT : Answer.GONE;
        if (answer == Answer.OK) {
            took(attempt);
        }
        return answer;
    }

    private static boolean isFirst(Attempt attempt) {
        return attempt.delivery().queued().webhookId().equals("w0");
    }

    private void took(Attempt attempt) {
        taken.add(attempt.delivery().queued().id());
    }

    private void pass(long time) {
        millis += time;
        node.runTimers();
    }

    private void replay() {
        if (store.rows.isEmpty()) {
            return;
        }
        List<Row> rows = new ArrayList<>();
        for (Row row : store.rows) {
            if (row.isOver() && random.nextInt(3) == 0) {
                rows.add(row);
            }
        }
        rows.sort((a, b) -> Long.compare(a.event.no, b.event.no));
        if (!rows.isEmpty()) {
            node.change(new Change.Replay(rows));
        }
    }

    private void edit() {
        String id = "w" + random.nextInt(webhooks.size());
        Webhook before = webhooks.get(id);
        Node writer = node;
        Runnable told = () -> writer.dispatcher.changed(id);
        switch (random.nextInt(4)) {
            case 0 ->
                node.change(new Change.Wish(
                        () -> put(
                                id,
                                !before.definition().enabled(),
                                before.definition().ordering()),
                        told));
            case 1 ->
                node.change(new Change.Wish(
                        () -> put(id, before.definition().enabled(), Ordering.values()[random.nextInt(3)]), told));
            case 2 -> node.change(new Change.Wish(() -> skipAll(id), told));
            default -> node.dispatcher.changed(id);
        }
    }

    /** The receiver wants nothing more. */
    void gone(Queued.Run run) {
        gone.add(run);
    }

    /** As Settlement does when a receiver is gone (F9). In the end somebody switches all of them on. */
    void switchOff(String webhook) {
        put(webhook, false, webhooks.get(webhook).definition().ordering());
    }

    /** As when a webhook has expired and is purged. */
    private void skipAll(String webhook) {
        purged = true;
        for (Row row : store.rows) {
            if (row.webhook.equals(webhook) && !row.isOver()) {
                store.skip(row, "expired");
            }
        }
    }

    private void disaster() throws SQLException {
        if (faults == 0 || random.nextInt(4) > 0) {
            return;
        }
        if (random.nextInt(3) == 0) {
            skew += Duration.ofDays(3).toMillis() * (random.nextBoolean() ? 1 : -1);
        } else if (depth == 0) {
            boolean lives = node.alive && random.nextInt(3) == 0;
            disasters++;
            interrupt();
            if (lives) {
                zombies.add(node);
            } else {
                node.alive = false;
            }
            producers.forEach(Producer::forget);
            away = false;
            if (random.nextInt(3) == 0) {
                millis += Duration.ofHours(random.nextInt(50)).toMillis();
            }
            start();
        }
    }

    /** What was in flight, or ended and is not on disk, may be sent once more. */
    private void interrupt() {
        interruptedWith = new HashSet<>();
        for (Attempt attempt : node.attempts) {
            Queued.Run run = attempt.delivery().queued().identity();
            interruptedWith.add(run);
            interrupted.merge(run, 1, Integer::sum);
        }
        requests.forEach((run, requested) -> {
            Row row = store.row(run.id());
            if (row.run == run.number() && row.state.equals("queued")) {
                int known = row.attempts;
                int sent = requested - interrupted.getOrDefault(run, 0);
                if (sent > known) {
                    interrupted.merge(run, sent - known, Integer::sum);
                }
            }
        });
    }

    /** One that was stopped for a while and does not know yet that another one has taken over. */
    private void zombie() {
        pick(zombies).ifPresent(each -> {
            int inFlight = each.dispatcher.inFlight();
            switch (random.nextInt(4)) {
                case 0 -> each.writeSettlement();
                case 1 -> each.writeIntake();
                case 2 -> each.pump();
                default ->
                    pick(each.attempts).ifPresent(attempt -> {
                        took(attempt);
                        each.answer(attempt, Answer.OK);
                    });
            }
            require(each.dispatcher.inFlight() <= inFlight, "G3: one that was replaced starts requests");
        });
    }

    private <T> Optional<T> pick(List<T> from) {
        return from.isEmpty() ? Optional.empty() : Optional.of(from.get(random.nextInt(from.size())));
    }

    // --- what nodes ask

    Instant now() {
        return Instant.ofEpochMilli(millis + skew);
    }

    Pacing pacing() {
        return new Pacing(Duration.ofMinutes(1), Duration.ofSeconds(10), random::nextDouble);
    }

    Duration retryAfter() {
        return Duration.ofMillis(random.nextInt(4) == 0 ? 0 : random.nextInt(70_000));
    }

    /** An attempt failed, and its webhook may be paused now. */
    void refused(Node sender, Delivery delivery, Duration asked) {
        String webhook = delivery.queued().webhookId();
        if (sender.dispatcher.pausedUntil(webhook).isEmpty()) {
            return;
        }
        Node.Pausing pausing = sender.pauses.computeIfAbsent(webhook, id -> new Node.Pausing());
        if (asked != null) {
            pausing.end = Math.max(pausing.end, millis + Math.min(asked.toMillis(), 60_000));
        }
        pausing.onTheirWay = sender.dispatcher.inFlight() - sender.attempts.size();
        pausing.sent.clear();
        pausing.answers = 0;
    }

    long millis() {
        return millis;
    }

    Optional<Webhook> webhook(String id) {
        return Optional.ofNullable(webhooks.get(id));
    }

    /** Whether sending it ends the process. */
    boolean kills(Delivery delivery) {
        Queued queued = delivery.queued();
        boolean fatal = isPoison(store.row(queued.id()));
        if (fatal) {
            int times = kills.merge(queued.identity(), 1, Integer::sum);
            require(
                    times <= 4 + disasters + store.calms,
                    "G6: the process died %d times of %s, with %d other crashes",
                    times,
                    queued,
                    disasters);
        }
        return fatal;
    }

    private static boolean isPoison(Row row) {
        return row.event.poison && row.webhook.equals("w0");
    }

    /** A takeover settled these as what the process before died of. */
    void condemned(List<Queued> deliveries) {
        for (Queued each : deliveries) {
            require(
                    Set.of(each.identity()).containsAll(interruptedWith),
                    "G6: %s is taken for poison, and %s was in flight",
                    each,
                    interruptedWith);
        }
    }

    private boolean isAlone(Delivery delivery) {
        ModelStore.Started start = store.started.get(delivery.queued().id());
        return start != null
                && start.run == delivery.queued().run()
                && start.attempts == delivery.attempt() - 1
                && start.crashes >= ALONE_AFTER;
    }

    boolean databaseIsAway() {
        return away;
    }

    boolean placesAreLocked() {
        return placesLocked;
    }

    void lockPlaces(boolean locked) {
        placesLocked = locked;
    }

    Fault fault() {
        return !calm && random.nextInt(100) < faults
                ? Fault.values()[1 + random.nextInt(Fault.values().length - 1)]
                : Fault.NONE;
    }

    List<Match> match(ModelEvent event) {
        List<Match> matches = new ArrayList<>();
        for (Webhook webhook : webhooks.values()) {
            String lane =
                    switch (webhook.definition().ordering()) {
                        case ENTITY -> event.entity;
                        case ENTITY_TYPE -> "all";
                        case NONE -> null;
                    };
            String state = !webhook.sends() ? "skipped" : event.sequence != null ? "held" : "queued";
            matches.add(new Match(webhook.id(), lane, state));
        }
        return matches;
    }

    private void put(String id, boolean enabled, Ordering ordering) {
        Definition definition = new Definition(
                id, enabled || calm, List.of("t"), Map.of(), "http://a/", null, Map.of(), ordering, null, null);
        webhooks.put(id, new Webhook(id, 1, definition, Health.UNKNOWN, null, null, Instant.EPOCH, Instant.EPOCH));
    }

    // --- what is promised

    /** A request goes out. */
    void receives(Node sender, Delivery delivery) {
        Queued queued = delivery.queued();
        int sent = requests.merge(queued.identity(), 1, Integer::sum);
        if (isBroken(sent <= 3 || sent <= 3 + interrupted.getOrDefault(queued.identity(), 0))) {
            throw broken("F2: at most three requests of one run, %s has %d", queued, sent);
        }
        pauses(sender, queued);
        boolean alone = !sender.attempts.isEmpty() && isAlone(delivery);
        for (Attempt attempt : sender.attempts) {
            Queued other = attempt.delivery().queued();
            if (isBroken(!alone && !isAlone(attempt.delivery()))) {
                throw broken("G6: what the process may die of is sent alone, not %s and %s", queued, other);
            }
            boolean sameLane = queued.laneKey() != null
                    && queued.laneKey().equals(other.laneKey())
                    && queued.webhookId().equals(other.webhookId());
            if (isBroken(!sameLane)) {
                throw broken("F6: one request of a lane in flight, not %s and %s", queued, other);
            }
        }
        String lane = ModelStore.laneOf(queued.webhookId(), queued.laneKey());
        if (lane == null) {
            return;
        }
        long settled = store.settledUpTo.getOrDefault(lane, 0L);
        if (isBroken(settled < queued.pos())) {
            throw broken("G3: what is sent last is never older than what is settled: %s after %s", queued, settled);
        }
        for (Row row :
                store.queues.get(queued.webhookId()).headMap(queued.pos()).values()) {
            if (queued.laneKey().equals(row.lane) && isBroken(sender.ended.contains(new Queued.Run(row.id, row.run)))) {
                throw broken("G3: %s is sent while %s waits in the same lane", queued, row.queued());
            }
        }
    }

    /** After a pause one goes alone, and then more with each answer. */
    private void pauses(Node sender, Queued queued) {
        Node.Pausing pausing = sender.pauses.get(queued.webhookId());
        if (pausing == null) {
            return;
        }
        boolean paused = millis < pausing.end
                || sender.dispatcher.pausedUntil(queued.webhookId()).isPresent();
        if (paused) {
            pausing.onTheirWay--;
        } else {
            pausing.sent.add(queued.identity());
        }
        if (isBroken(pausing.onTheirWay >= 0)) {
            throw broken("F8: %s is sent, and its webhook is paused", queued);
        }
        int inFlight = 1;
        for (Attempt attempt : sender.attempts) {
            if (pausing.sent.contains(attempt.delivery().queued().identity())) {
                inFlight++;
            }
        }
        if (isBroken(paused || inFlight <= 1 + pausing.onTheirWay + pausing.answers)) {
            throw broken("F8: %d are sent at once, %d were answered since the pause", inFlight, pausing.answers);
        }
    }

    /** A numbered event goes into the queues, and is still among what is held. */
    void releases(ModelEvent event) {
        long last = store.released.getOrDefault(event.entity, 0L);
        boolean mayGo = event.sequence <= last + 1;
        for (ModelEvent other : store.held.values()) {
            if (other.entity.equals(event.entity)) {
                mayGo |= other.sequence >= event.sequence && millis - other.storedAt >= Node.GAP_TIMEOUT.toMillis();
            }
        }
        if (isBroken(mayGo)) {
            throw broken("F6: %s does not wait for what is missing behind number %d", event, last);
        }
    }

    /** Somebody waits. */
    void waits(Duration time) {
        if (isBroken(time.compareTo(limits.longestWait()) <= 0)) {
            throw broken("G6: whatever the clock says, nothing waits for %s", time);
        }
    }

    private void check() {
        // a window, what of another one came back, and what was handed over while a page was read
        int most = 2 * limits.window() + limits.page() + 8 * limits.lanePlaces();
        int held = limits.held() + webhooks.size() * most;
        if (isBroken(node.dispatcher.held() <= held)) {
            throw broken("G5: %d deliveries are held", node.dispatcher.held());
        }
        if (isBroken(node.dispatcher.bytes() <= limits.bytes() + WEIGHT)) {
            throw broken("G5: %d bytes are on their way", node.dispatcher.bytes());
        }
        // those that are being written, and as many behind them
        if (isBroken(node.unwritten <= 2 * (limits.unsettled() + limits.threads() + 1))) {
            throw broken("G5: %d outcomes are not on disk", node.unwritten);
        }
        if (isBroken(node.dispatcher.inFlight() <= limits.threads())) {
            throw broken("G4: %d requests are in flight", node.dispatcher.inFlight());
        }
    }

    @Override
    public String toString() {
        return "limits %s, held %d, bytes %d, in flight %d, attempts %d, pool %d, next timer %d, unsettled %d, faults %d"
                .formatted(
                        limits,
                        node.dispatcher.held(),
                        node.dispatcher.bytes(),
                        node.dispatcher.inFlight(),
                        node.attempts.size(),
                        node.pool.size(),
                        node.nextTimer() - millis,
                        node.settlement.waiting(),
                        faults);
    }

    private void require(boolean kept, String promise, Object... values) {
        if (isBroken(kept)) {
            throw broken(promise, values);
        }
    }

    /** For what is asked so often that gathering what to say about it would take longer than the question. */
    private boolean isBroken(boolean kept) {
        if (violation != null) {
            throw violation; // whoever was in between has swallowed it
        }
        return !kept;
    }

    private AssertionError broken(String promise, Object... values) {
        violation = new AssertionError(promise.formatted(values) + "; " + this);
        return violation;
    }

    // --- the end: faults stop

    private void drain() throws SQLException {
        calm = true;
        away = false;
        store.lockPlaces();
        webhooks.keySet().forEach(id -> {
            put(id, true, webhooks.get(id).definition().ordering());
            node.dispatcher.changed(id);
        });
        quiet(false);
        if (hangs || fails || throttles) {
            // what waits for a database that was away needs time, and a redelivery more of it
            for (int i = 0; i < (hangs ? 40 : 2); i++) {
                pass(hangs ? 10_000 : 1_000);
                quiet(false);
            }
            Set<String> waiting = store.queued().stream()
                    .filter(row -> row.nextAt != null)
                    .map(row -> row.webhook + row.lane)
                    .collect(Collectors.toSet());
            List<Queued> rest = store.queued().stream()
                    .filter(row -> !isDisturbed(row) && (hangs || !waiting.contains(row.webhook + row.lane)))
                    .map(Row::queued)
                    .toList();
            // one that goes alone waits for requests that end in reality
            boolean alone = store.started.values().stream().anyMatch(each -> each.crashes >= ALONE_AFTER);
            require(
                    rest.isEmpty() || isCrowded() || purged || alone || !kills.isEmpty(),
                    "G4: another lane holds up %s",
                    rest);
        }
        for (int i = 0; !isDone() && i < 30 + 4 * store.rows.size(); i++) {
            quiet(true);
            pass(Math.max(1_000, node.nextTimer() - millis));
            node.findHeld();
        }
        if (isBroken(isDone())) {
            throw broken(
                    "G6: after the faults everything is settled, not %s",
                    store.queued().stream().map(Row::queued).toList());
        }
        require(store.held.isEmpty(), "G6: no event waits for a number for ever: %s", store.held.values());
        require(node.dispatcher.held() == 0, "G5: %d are still held", node.dispatcher.held());
        require(node.dispatcher.bytes() == 0, "G5: %d bytes are still on their way", node.dispatcher.bytes());
        require(node.dispatcher.inFlight() == 0, "G4: %d are still in flight", node.dispatcher.inFlight());
        for (Row row : store.rows) {
            if (isBroken(row.isOver())) {
                throw broken("G6: %s of %s is %s", row.id, row.event, row.state);
            }
            if (isBroken(!"deleted".equals(row.reason))) {
                throw broken("G2: %s of %s was skipped, and its event is there", row.id, row.event);
            }
            boolean delivered = row.state.equals("delivered");
            int sent = requests.getOrDefault(new Queued.Run(row.id, row.run), 0);
            boolean mayBeDead =
                    "poison".equals(row.reason) || sent >= 3 || gone.contains(new Queued.Run(row.id, row.run));
            if (isBroken(!row.state.equals("dead") || mayBeDead)) {
                throw broken("F2: %s is dead after %d requests", row.id, sent);
            }
            if (isBroken(!delivered || taken.contains(row.id))) {
                throw broken("G2: %s counts as delivered and was not received", row.id);
            }
            if (isBroken(!delivered || !isPoison(row))) {
                throw broken("G6: %s cannot have been delivered, the process dies of it", row.id);
            }
        }
        for (Producer producer : producers) {
            producer.check();
        }
    }

    private boolean isDone() {
        return store.isQueueEmpty()
                && store.held.isEmpty()
                && node.dispatcher.bytes() == 0
                && node.dispatcher.held() == 0
                && node.dispatcher.inFlight() == 0;
    }

    /** So many lanes fail that they fill a window, or what all webhooks share. */
    private boolean isCrowded() {
        long failing = store.queued().stream()
                .filter(this::isDisturbed)
                .map(row -> row.lane == null ? row.id : row.lane)
                .distinct()
                .count();
        return failing >= limits.window()
                || limits.window() < 8
                || limits.held() < webhooks.size() * limits.window()
                || limits.threads() <= webhooks.size() * 2
                || limits.bytes() < 8L * WEIGHT;
    }

    private boolean isDisturbed(Row row) {
        boolean paused = node.dispatcher.pausedUntil(row.webhook).isPresent();
        return paused
                || row.webhook.equals("w0")
                        && (hangs || throttles || fails && (row.lane == null || !row.lane.equals("e1")));
    }

    /** Does everything that can be done without time passing. */
    private void quiet(boolean all) throws SQLException {
        boolean busy = true;
        for (int i = 0; busy; i++) {
            if (isBroken(i < 2_000 + 50 * store.rows.size())) {
                throw broken("it goes on and on");
            }
            busy = node.intake.waiting() > 0 || node.settlement.waiting() > 0 || !node.pool.isEmpty();
            node.writeIntake();
            node.writeSettlement();
            node.pump();
            while (!node.pool.isEmpty()) {
                runPool();
            }
            if (!node.alive) {
                revive();
                busy = true;
                continue;
            }
            for (Attempt attempt : List.copyOf(node.attempts)) {
                boolean disturbed = !all
                        && isDisturbed(store.row(attempt.delivery().queued().id()));
                if (disturbed && hangs) {
                    continue;
                }
                if (!disturbed) {
                    took(attempt);
                }
                node.answer(attempt, !disturbed ? Answer.OK : throttles ? Answer.PAUSE : Answer.ERROR);
                busy = true;
            }
        }
    }

    /** Sends the events of one entity, each again with the same id until it is answered. */
    private final class Producer {
        private final String entity;
        private final boolean numbered;
        private final List<ModelEvent> acknowledged = new ArrayList<>();
        private final List<ModelEvent> pending = new ArrayList<>();
        private final Set<ModelEvent> underWay = new HashSet<>();
        private int count;
        private int generation;

        Producer(String entity, boolean numbered) {
            this.entity = entity;
            this.numbered = numbered;
        }

        void send() {
            if (pending.isEmpty() || numbered && pending.size() < 3) {
                count += numbered && random.nextInt(12) == 0 ? 2 : 1;
                Long sequence = numbered ? (long) count : null;
                ModelEvent event = new ModelEvent(entity + "-" + count, entity, sequence, random.nextInt(2_000));
                event.poison = poison > 0 && random.nextInt(20) < poison;
                pending.add(event);
                if (numbered && random.nextInt(15) == 0) {
                    pending.add(new ModelEvent(entity + "-again-" + count, entity, sequence, 10));
                }
            }
            ModelEvent event = pending.get(random.nextInt(pending.size()));
            if (!numbered && !underWay.add(event)) {
                return;
            }
            int then = generation;
            List<ModelEvent> request = new ArrayList<>(List.of(event));
            if (random.nextInt(5) == 0) {
                request.add(event);
            }
            node.accept(request, accepted -> {
                if (then != generation) {
                    return;
                }
                underWay.remove(event);
                if (accepted) {
                    require(store.keys.containsKey(event.id), "G1: %s was answered and is not on disk", event);
                    pending.remove(event);
                    if (!acknowledged.contains(event)) {
                        acknowledged.add(event);
                    }
                }
            });
        }

        /** The connection is gone, and with it all answers. */
        void forget() {
            generation++;
            underWay.clear();
        }

        void check() {
            long last = 0;
            for (ModelEvent event : acknowledged) {
                ModelEvent stored = store.keys.get(event.id);
                require(stored != null, "G1: %s is lost", event);
                require(stored.deliveries.size() == webhooks.size(), "G2: %s did not go to all webhooks", event);
                if (!numbered) {
                    require(stored.no > last, "G3: %s stands before one that was acknowledged before it", event);
                    last = stored.no;
                }
            }
        }
    }
}
