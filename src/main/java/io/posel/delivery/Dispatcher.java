package io.posel.delivery;

import io.posel.webhook.Webhook;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts deliveries: in order per lane, lanes and webhooks in parallel, as far as permits go. One thread reads and
 * starts; everything else only tells it that something changed.
 *
 * <p>Promises: at most one delivery of a lane is on its way (F6, G3); a delivery whose outcome is not on disk yet is not
 * started again; a waiting redelivery holds its lane but no permit and no thread (G4); a receiver that hangs is trusted
 * with few requests at once, and no webhook takes more threads than it leaves for the others (G4).
 *
 * <p>Bounds (G5): {@link Limits}. So of one webhook as many deliveries as the window are on their way, waiting redeliveries
 * among them; more entities than that whose redeliveries wait hold up the others of their webhook, but never another
 * webhook. While all webhooks together hold as many as they may, each has a few places, which one of its lanes may fill.
 */
public final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration UNSETTLED_RETRY = Duration.ofSeconds(10);
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);
    private static final int STARTS_AT_ONCE = 64;
    private static final int FIRST_TRUST = 4;

    /** A delivery that waits for a permit, and how it goes on. */
    private record Turn(Delivery delivery, Runnable goOn) {}

    private static final class Line {
        private final String webhookId;
        private final Lanes lanes;
        private final Deque<Turn> turns = new ArrayDeque<>();
        /** Out, or its outcome is not known to be on disk: disk may still show it as queued. */
        private final Set<Queued.Run> unsettled = new HashSet<>();

        private final List<Queued.Run> settled = new ArrayList<>();
        private int inFlight;
        private int permits = Integer.MAX_VALUE;
        /**
         * Requests in flight that the receiver is trusted with: few to begin with, one more for each answer while so many
         * are needed, half after each timeout and when it pauses. So receivers that hang do not take the threads of all,
         * whether they hang from the beginning or all at once (G4).
         */
        private int trusted = FIRST_TRUST;

        private @Nullable TokenBucket rate;
        private boolean waitsForRate;
        private boolean restart;
        private boolean sends = true;
        /** Of what all hold. */
        private int counted;

        private Line(String webhookId, Limits limits) {
            this.webhookId = webhookId;
            this.lanes = new Lanes(limits.window(), limits.lanePlaces());
        }

        private boolean hasSomethingToStart() {
            return !turns.isEmpty() || sends && lanes.hasNext();
        }
    }

    private final Backlog backlog;
    private final StartRecord record;
    private final Function<String, Optional<Webhook>> webhooks;
    private final Limits limits;
    private final RecentEvents events;
    private final Executor pool;
    private final Timer timer;
    private final InstantSource clock;
    private final IntSupplier unsettled;
    private final BooleanSupplier owner;

    private final Object lock = new Object();
    private final Map<String, Line> lines = new HashMap<>();
    private final LinkedHashSet<String> dirty = new LinkedHashSet<>();
    /** Could start something but for what all webhooks share; in the order in which it is their turn. */
    private final LinkedHashSet<String> hungry = new LinkedHashSet<>();
    /** Could read more but for what all webhooks hold together. */
    private final Set<String> crowdedOut = new LinkedHashSet<>();

    private final Caution caution = new Caution();
    /** Wait until nothing else is on its way. */
    private final Deque<Turn> loners = new ArrayDeque<>();

    private @Nullable Delivery alone;
    /** The others go on for as long as they were held up. */
    private boolean resting;

    private long heldUpSince;
    private boolean calm;

    private @Nullable Consumer<Delivery> route;
    private @Nullable Thread thread;
    private int inFlight;
    private int held;
    private long bytes;
    private long bytesWaiting;
    private boolean stopping;
    private boolean reachable = true;

    /**
     * @param record read when this begins
     * @param events shared with the intake
     * @param pool where attempts run; its threads are never interrupted
     * @param unsettled how many outcomes are not on disk yet
     * @param owner whether requests may be started at all; {@link #readAllAnew} is called when they may again
     */
    public Dispatcher(
            Backlog backlog,
            StartRecord record,
            Function<String, Optional<Webhook>> webhooks,
            Limits limits,
            RecentEvents events,
            Executor pool,
            Timer timer,
            InstantSource clock,
            IntSupplier unsettled,
            BooleanSupplier owner) {
        this.backlog = backlog;
        this.record = record;
        this.webhooks = webhooks;
        this.limits = limits;
        this.events = events;
        this.pool = pool;
        this.timer = timer;
        this.clock = clock;
        this.unsettled = unsettled;
        this.owner = owner;
    }

    /** Names what carries a delivery out; null: nothing is started until there is something again. */
    public void deliverWith(@Nullable Consumer<Delivery> consumer) {
        synchronized (lock) {
            route = consumer;
            dirty.addAll(lines.keySet());
            lock.notifyAll();
        }
    }

    /** Begins with what the queue on disk holds, and starts the thread. The store must be ready. */
    public void start() throws SQLException {
        begin();
        synchronized (lock) {
            thread = new Thread(this::run, "posel-dispatch");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Begins with what the queue on disk holds; {@link #pumpAll} does the rest. */
    public void begin() throws SQLException {
        StartRecord.Suspicion suspicion = record.read();
        List<String> webhookIds = backlog.webhooks();
        synchronized (lock) {
            caution.begin(suspicion);
        }
        if (suspicion.crashed()) {
            LOG.warn(
                    "Posel did not end in order. For {} s each start is written down, so that a delivery that Posel dies"
                            + " of is found",
                    Caution.WATCH.toSeconds());
            timer.after(Caution.WATCH, this::becomeCalm);
        }
        wake(webhookIds);
    }

    private void becomeCalm() {
        synchronized (lock) {
            calm = true;
            lock.notifyAll();
        }
    }

    /** There may be more in the queues of these webhooks. */
    public void wake(Collection<String> webhookIds) {
        synchronized (lock) {
            for (String id : webhookIds) {
                line(id).lanes.wake();
                dirty.add(id);
            }
            lock.notifyAll();
        }
    }

    /**
     * What a transaction queued, by webhook and in the order of places; an empty list says that there may be more on
     * disk. Must be called in the order of the places, as {@link HandOver} does.
     */
    public void queued(Map<String, List<Queued>> deliveries) {
        synchronized (lock) {
            deliveries.forEach((id, each) -> {
                Line line = line(id);
                if (each.isEmpty() || each.size() > room(line)) {
                    line.lanes.wake();
                } else {
                    line.lanes.handOver(each);
                }
                count(line);
                dirty.add(id);
            });
            lock.notifyAll();
        }
    }

    /** A webhook was switched on or off, removed, restored or replayed: its queue is read anew. */
    public void changed(String webhookId) {
        synchronized (lock) {
            line(webhookId).restart = true;
            dirty.add(webhookId);
            lock.notifyAll();
        }
    }

    /** The outcomes of these deliveries are on disk. */
    public void settled(Collection<Queued> deliveries) {
        synchronized (lock) {
            for (Queued delivery : deliveries) {
                line(delivery.webhookId()).settled.add(delivery.identity());
                dirty.add(delivery.webhookId());
            }
            feed();
            lock.notifyAll();
        }
    }

    /** Whether the delivery has a permit already, so that its attempt may go on at once. */
    public boolean hasTurn(Delivery delivery) {
        return delivery.hasPermit();
    }

    /** Goes on with an attempt on the pool, when there is a permit for it. */
    public void awaitTurn(Delivery delivery, Runnable attempt) {
        synchronized (lock) {
            line(delivery.queued().webhookId()).turns.add(new Turn(delivery, attempt));
            dirty.add(delivery.queued().webhookId());
            lock.notifyAll();
        }
    }

    /** The attempt is over and failed, though the receiver did not let it wait. */
    public void attemptEnded(Delivery delivery) {
        synchronized (lock) {
            answered(line(delivery.queued().webhookId()), delivery);
            caution.survived(delivery.queued());
            release(delivery);
        }
    }

    private static void answered(Line line, Delivery delivery) {
        if (delivery.hasPermit() && line.trusted <= line.inFlight) {
            line.trusted++;
        }
        if (line.inFlight <= 1) {
            line.trusted = Math.max(Math.min(line.trusted, FIRST_TRUST), line.trusted / 2);
        }
    }

    /** The attempt is over, since the receiver let it wait too long. */
    public void attemptTimedOut(Delivery delivery) {
        synchronized (lock) {
            Line line = line(delivery.queued().webhookId());
            line.trusted = Math.max(1, Math.min(line.trusted, line.permits) / 2);
            caution.survived(delivery.queued());
            release(delivery);
        }
    }

    /**
     * Asks for room to wait for a redelivery with the rendered request in memory.
     *
     * @return false if too much waits already, so that the delivery must be postponed and rendered again
     */
    public boolean mayWait(Delivery delivery) {
        synchronized (lock) {
            if (bytesWaiting + delivery.weight() > limits.bytes() / 2) {
                return false;
            }
            if (!delivery.isWaiting()) {
                delivery.setWaiting(true);
                bytesWaiting += delivery.weight();
            }
            return true;
        }
    }

    private void release(Delivery delivery) {
        if (delivery.hasPermit()) {
            delivery.setPermit(false);
            line(delivery.queued().webhookId()).inFlight--;
            inFlight--;
            if (delivery == alone) {
                alone = null;
                rest();
            }
            if (inFlight == 0 && !loners.isEmpty()) {
                dirty.add(loners.element().delivery.queued().webhookId());
                lock.notifyAll();
            }
            if (delivery.outcome() == null) {
                feed();
                dirty.add(delivery.queued().webhookId());
                lock.notifyAll();
            }
        }
    }

    /** Looks after the webhook whose turn it is; {@link #pump} does the same for the one behind it, if it leaves some. */
    private void feed() {
        if (!hungry.isEmpty()) {
            dirty.add(hungry.iterator().next());
        }
    }

    /** The exchange is over. Without an outcome the delivery stays the next of its lane, and is tried again later. */
    public void finished(Delivery delivery) {
        Queued queued = delivery.queued();
        List<Turn> starts = new ArrayList<>();
        synchronized (lock) {
            Line line = line(queued.webhookId());
            if (delivery.outcome() instanceof Outcome.Delivered) {
                answered(line, delivery);
            }
            if (delivery.outcome() != null) {
                caution.survived(queued);
            }
            release(delivery);
            discharge(delivery);
            if (delivery.outcome() != null) {
                line.lanes.done(queued.identity());
                goOn(line, starts);
            }
        }
        if (delivery.outcome() != null) {
            starts.forEach(start -> pool.execute(start.goOn));
            return;
        }
        if (delivery.due() != null) {
            back(delivery);
            return;
        }
        if (!isStopping() && !delivery.isPostponed()) {
            LOG.error(
                    "Delivery {} left the route without an outcome: it stays queued and is tried again in 10 s. Does"
                            + " deliver-webhook still end in settle-delivery?",
                    queued.id());
        }
        timer.after(delivery.isPostponed() ? RETRY : UNSETTLED_RETRY, () -> back(delivery));
    }

    /** Starts what needs nothing but a permit here and now; everything else is for the dispatcher's thread. */
    private void goOn(Line line, List<Turn> starts) {
        Queued next = line.lanes.peek();
        boolean simple = line.turns.isEmpty()
                && hungry.isEmpty()
                && !line.restart
                && next != null
                && next.notBefore() == null
                && caution.mayGoUnwritten(next)
                && line.sends
                && hasPermit(line)
                && mayStart(line);
        StoredEvent event = simple && next != null ? events.get(next.eventNo()) : null;
        if (event != null) {
            Turn turn = first(line);
            if (turn != null) {
                turn.delivery.about(event);
                take(line, turn.delivery);
                starts.add(turn);
            }
            count(line);
        }
        boolean left = event == null && (next != null || !line.turns.isEmpty() || line.restart);
        if (left || line.lanes.isLow()) {
            dirty.add(line.webhookId);
        }
        feed();
        if (!dirty.isEmpty()) {
            lock.notifyAll();
        }
    }

    private void back(Delivery delivery) {
        synchronized (lock) {
            String webhookId = delivery.queued().webhookId();
            Line line = line(webhookId);
            release(delivery);
            discharge(delivery);
            line.unsettled.remove(delivery.queued().identity());
            line.lanes.back(delivery.again());
            count(line);
            feed();
            dirty.add(webhookId);
            lock.notifyAll();
        }
    }

    public boolean isStopping() {
        synchronized (lock) {
            return stopping;
        }
    }

    /** Requests in flight. */
    public int inFlight() {
        synchronized (lock) {
            return inFlight;
        }
    }

    /** Deliveries that are held to be started. */
    public int held() {
        synchronized (lock) {
            return held;
        }
    }

    /** What deliveries on their way take, in bytes. */
    public long bytes() {
        synchronized (lock) {
            return bytes;
        }
    }

    private Line line(String webhookId) {
        return lines.computeIfAbsent(webhookId, id -> new Line(id, limits));
    }

    private void run() {
        while (true) {
            synchronized (lock) {
                while (dirty.isEmpty() && !calm && !stopping) {
                    try {
                        lock.wait();
                    } catch (InterruptedException e) {
                        LOG.warn("An interrupt reached the dispatcher; it goes on");
                    }
                }
                if (stopping) {
                    return;
                }
            }
            pumpAll();
        }
    }

    /** Reads and starts whatever can be read and started now. */
    public void pumpAll() {
        List<Turn> starts = new ArrayList<>();
        for (Optional<String> next = nextDirty(); next.isPresent(); next = nextDirty()) {
            String webhookId = next.get();
            try {
                if (pump(webhookId, starts)) {
                    answers();
                }
            } catch (SQLException | RuntimeException e) {
                if (reachable || !(e instanceof SQLException)) {
                    LOG.warn("The queue of webhook {} cannot be read, trying again: {}", webhookId, e.toString());
                }
                reachable = !(e instanceof SQLException);
                markLater(webhookId, RETRY);
            }
            if (starts.size() >= STARTS_AT_ONCE) {
                execute(starts);
            }
        }
        execute(starts);
        forgetCrashes();
    }

    /** What answers after a while may be a replica that had not all of it, so that places are given again. */
    private void answers() {
        if (!reachable) {
            reachable = true;
            LOG.info("The database answers again; deliveries go on");
            readAllAnew();
        }
    }

    /** Reads all queues from the beginning. */
    public void readAllAnew() {
        events.clear();
        synchronized (lock) {
            lines.values().forEach(line -> line.restart = true);
            dirty.addAll(lines.keySet());
            lock.notifyAll();
        }
    }

    private Optional<String> nextDirty() {
        synchronized (lock) {
            if (dirty.isEmpty() || stopping) {
                return Optional.empty();
            }
            var first = dirty.iterator();
            String webhookId = first.next();
            first.remove();
            return Optional.of(webhookId);
        }
    }

    /** @return whether the database was asked, and answered */
    private boolean pump(String webhookId, List<Turn> starts) throws SQLException {
        Optional<Webhook> webhook = webhooks.apply(webhookId);
        boolean sends = webhook.isPresent() && webhook.get().sends();
        boolean read = false;
        while (true) {
            OptionalLong page = OptionalLong.empty();
            int limit = 0;
            List<Lanes.Refill> refills = List.of();
            synchronized (lock) {
                Line line = line(webhookId);
                define(line, webhook);
                line.settled.forEach(line.unsettled::remove);
                line.settled.clear();
                if (line.restart || line.sends != sends) {
                    line.lanes.restart();
                    line.restart = false;
                    line.sends = sends;
                }
                if (!sends) {
                    sendHome(line, starts);
                }
                collectStarts(webhookId, line, starts);
                startLoner(starts);
                count(line);
                if (sends) {
                    limit = Math.min(limits.page(), room(line));
                    page = line.lanes.wantsPage();
                    if (page.isPresent() && limit == 0) {
                        crowdedOut.add(webhookId);
                        page = OptionalLong.empty();
                    }
                    refills = line.lanes.wantsRefill();
                }
                if (page.isPresent()) {
                    line.lanes.reading();
                }
                if (webhook.isEmpty() && line.unsettled.isEmpty() && line.lanes.out() == 0) {
                    line.lanes.restart();
                    count(line);
                    lines.remove(webhookId);
                }
            }
            if (page.isEmpty() && refills.isEmpty()) {
                return read;
            }
            execute(starts);
            read(webhookId, page, limit, refills);
            read = true;
        }
    }

    private void define(Line line, Optional<Webhook> webhook) {
        line.permits = webhook.map(each -> each.definition().concurrency()).orElse(limits.concurrency());
        Double perSecond = webhook.map(each -> each.definition().rateLimit()).orElse(null);
        if (perSecond == null) {
            line.rate = null;
        } else if (line.rate == null || line.rate.perSecond() != perSecond) {
            line.rate = new TokenBucket(perSecond, clock.millis());
        }
    }

    private void count(Line line) {
        int more = line.lanes.waiting() - line.counted;
        held += more;
        line.counted += more;
        if (more < 0 && !crowdedOut.isEmpty()) {
            dirty.addAll(crowdedOut);
            crowdedOut.clear();
        }
    }

    /** How many more a webhook may hold: its window, and its share of what all may hold together. */
    private int room(Line line) {
        int left = Math.max(limits.held() - held, limits.lanePlaces() - line.lanes.waiting());
        return Math.max(0, Math.min(line.lanes.room(), left));
    }

    /** Redeliveries that came due while the webhook does not send: they go on as the first of their lanes (S1). */
    private void sendHome(Line line, List<Turn> starts) {
        for (Turn turn = line.turns.poll(); turn != null; turn = line.turns.poll()) {
            turn.delivery.postpone();
            starts.add(turn);
        }
        for (Turn turn : List.copyOf(loners)) {
            if (turn.delivery.queued().webhookId().equals(line.webhookId)) {
                loners.remove(turn);
                turn.delivery.postpone();
                starts.add(turn);
                dirty.addAll(lines.keySet());
            }
        }
    }

    private void collectStarts(String webhookId, Line line, List<Turn> starts) {
        boolean started = false;
        while (hasPermit(line) && line.hasSomethingToStart() && mayStart(line)) {
            Turn turn = line.turns.poll();
            if (turn == null) {
                turn = first(line);
            }
            if (turn != null && caution.goesAlone(turn.delivery.queued())) {
                turn.delivery.setPermit(false);
                if (loners.isEmpty() && !resting) {
                    heldUpSince = clock.millis();
                }
                loners.add(turn);
            } else if (turn != null) {
                take(line, turn.delivery);
                starts.add(turn);
            }
            started = true;
        }
        boolean isHungry = hasPermit(line) && line.hasSomethingToStart();
        if (started || !isHungry) {
            hungry.remove(webhookId);
        }
        if (isHungry) {
            hungry.add(webhookId);
        } else {
            feed();
        }
    }

    /** One that may be what the process dies of: it goes when nothing else is on its way. */
    private void startLoner(List<Turn> starts) {
        if (!loners.isEmpty() && alone == null && !resting && inFlight == 0 && areStartsAllowed()) {
            Turn turn = loners.remove();
            alone = turn.delivery;
            take(line(alone.queued().webhookId()), alone);
            starts.add(turn);
        }
    }

    /** So that many of them, at receivers that hang, take no more than half of the time (G4). */
    private void rest() {
        dirty.addAll(lines.keySet());
        resting = true;
        Duration heldUp = Duration.ofMillis(clock.millis() - heldUpSince);
        Duration rest = heldUp.isNegative() ? Duration.ZERO : heldUp;
        timer.after(rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest, () -> {
            synchronized (lock) {
                resting = false;
                heldUpSince = clock.millis();
                loners.forEach(each -> dirty.add(each.delivery.queued().webhookId()));
                lock.notifyAll();
            }
        });
        lock.notifyAll();
    }

    /** None has more threads than it leaves for the others, but the first is never refused for that. */
    private boolean hasPermit(Line line) {
        return line.inFlight < Math.min(line.permits, line.trusted)
                && (line.inFlight == 0 || line.inFlight < limits.threads() - inFlight)
                && hasRate(line);
    }

    private boolean hasRate(Line line) {
        if (line.rate == null || !line.hasSomethingToStart()) {
            return true;
        }
        long wait = line.rate.waitMillis(clock.millis());
        if (wait > 0 && !line.waitsForRate) {
            line.waitsForRate = true;
            timer.after(Duration.ofMillis(wait), () -> {
                synchronized (lock) {
                    line.waitsForRate = false;
                    dirty.add(line.webhookId);
                    lock.notifyAll();
                }
            });
        }
        return wait == 0;
    }

    /** What all webhooks share. */
    private boolean mayStart(Line line) {
        return areStartsAllowed()
                && alone == null
                && (loners.isEmpty() || resting)
                && inFlight < limits.threads()
                && (bytes < limits.bytes() || inFlight == 0)
                && (!line.turns.isEmpty() || line.lanes.out() < limits.window());
    }

    private boolean areStartsAllowed() {
        return route != null && !stopping && unsettled.getAsInt() <= limits.unsettled() && owner.getAsBoolean();
    }

    /** @return null if its next attempt is not due yet */
    private @Nullable Turn first(Line line) {
        Queued next = line.lanes.next();
        if (next == null) {
            throw new IllegalStateException("nothing to start");
        }
        line.unsettled.add(next.identity());
        Delivery delivery = new Delivery(next);
        Duration wait = next.waitAt(clock.instant());
        if (wait.compareTo(limits.longestWait()) > 0) {
            wait = limits.longestWait();
        }
        if (wait.isNegative() || wait.isZero()) {
            return new Turn(delivery, () -> carryOut(delivery));
        }
        delivery.setPermit(false);
        timer.after(wait, () -> awaitTurn(delivery, () -> carryOut(delivery)));
        return null;
    }

    private void take(Line line, Delivery delivery) {
        delivery.setPermit(true);
        line.inFlight++;
        inFlight++;
        if (line.rate != null) {
            line.rate.take();
        }
        if (delivery.isWaiting()) {
            delivery.setWaiting(false);
            bytesWaiting -= delivery.weight();
        }
        if (!delivery.isCharged()) {
            delivery.setCharged(true);
            bytes += delivery.weight();
        }
    }

    private void discharge(Delivery delivery) {
        if (delivery.isWaiting()) {
            delivery.setWaiting(false);
            bytesWaiting -= delivery.weight();
        }
        if (delivery.isCharged()) {
            delivery.setCharged(false);
            bytes -= delivery.weight();
        }
    }

    /** Reads the events of what is to be started, together, and starts it. */
    private void execute(List<Turn> starts) {
        writeDown(starts);
        Map<Long, Delivery> missing = new LinkedHashMap<>();
        for (Turn start : starts) {
            Delivery delivery = start.delivery;
            if (delivery.event().isEmpty() && !delivery.isPostponed()) {
                StoredEvent recent = events.get(delivery.queued().eventNo());
                if (recent != null) {
                    delivery.about(recent);
                } else {
                    missing.put(delivery.queued().eventNo(), delivery);
                }
            }
        }
        if (!missing.isEmpty()) {
            readEvents(missing.keySet(), starts);
        }
        starts.forEach(start -> pool.execute(start.goOn));
        starts.clear();
    }

    /** Before anything is sent of which the process may die. */
    private void writeDown(List<Turn> starts) {
        synchronized (lock) {
            if (caution.isIdle()) {
                return;
            }
        }
        List<Turn> goes =
                starts.stream().filter(start -> !start.delivery.isPostponed()).toList();
        List<Queued> written;
        boolean isAlone;
        synchronized (lock) {
            if (goes.stream().allMatch(start -> caution.mayGoUnwritten(start.delivery.queued()))) {
                return;
            }
            written = goes.stream()
                    .filter(start -> caution.concerns(start.delivery.queued()))
                    .map(start -> start.delivery.again())
                    .toList();
            isAlone = goes.size() == 1 && goes.get(0).delivery == alone;
            caution.written(true); // until it is known to be not
        }
        try {
            record.starting(written, isAlone);
            synchronized (lock) {
                caution.written(isAlone);
            }
        } catch (SQLException | RuntimeException e) {
            if (reachable) {
                LOG.warn("What is to be sent cannot be written down, trying again: {}", e.toString());
            }
            reachable = false;
            goes.forEach(start -> putBack(start, starts));
        }
    }

    /** Not sent now: it goes on a little later. */
    private void putBack(Turn start, List<Turn> starts) {
        start.delivery.postpone();
        if (start.delivery.event().isPresent()) {
            return; // it is on its way through the route, which ends when it goes on
        }
        starts.remove(start);
        synchronized (lock) {
            release(start.delivery);
            discharge(start.delivery);
        }
        timer.after(RETRY, () -> back(start.delivery));
    }

    /** The process has not died for a while. */
    private void forgetCrashes() {
        synchronized (lock) {
            if (!calm) {
                return;
            }
            calm = false;
        }
        try {
            record.calm();
            synchronized (lock) {
                caution.calm();
            }
        } catch (SQLException | RuntimeException e) {
            LOG.debug("The starts that were written down cannot be removed yet", e);
            timer.after(RETRY, this::becomeCalm);
        }
    }

    private void readEvents(Set<Long> numbers, List<Turn> starts) {
        try {
            Map<Long, StoredEvent> read = backlog.events(numbers);
            answers();
            read.forEach(events::put);
            for (Turn start : starts) {
                StoredEvent event = read.get(start.delivery.queued().eventNo());
                if (event != null && start.delivery.event().isEmpty()) {
                    start.delivery.about(event);
                }
            }
        } catch (SQLException | RuntimeException e) {
            if (reachable) {
                LOG.warn("Events to be delivered cannot be read, trying again: {}", e.toString());
            }
            reachable = false;
            for (Turn start : List.copyOf(starts)) {
                if (numbers.contains(start.delivery.queued().eventNo())
                        && start.delivery.event().isEmpty()) {
                    putBack(start, starts);
                }
            }
        }
    }

    private void carryOut(Delivery delivery) {
        Consumer<Delivery> consumer;
        synchronized (lock) {
            consumer = stopping || delivery.isPostponed() ? null : route;
            if (consumer == null) {
                back(delivery);
            }
        }
        if (consumer != null) {
            consumer.accept(delivery);
        }
    }

    private void read(String webhookId, OptionalLong page, int limit, List<Lanes.Refill> refills) throws SQLException {
        boolean done = false;
        try {
            List<Queued> refilled = new ArrayList<>();
            for (Lanes.Refill refill : refills) {
                List<Queued> rows = backlog.lanePage(webhookId, refill.laneKey(), refill.after(), refill.limit());
                synchronized (lock) {
                    Line line = line(webhookId);
                    line.lanes.takeRefill(refill, rows, line.unsettled);
                    count(line);
                }
                refilled.addAll(rows);
            }
            readAhead(refilled);
            if (page.isPresent()) {
                List<Queued> rows = backlog.page(webhookId, page.getAsLong(), limit);
                synchronized (lock) {
                    Line line = line(webhookId);
                    line.lanes.takePage(rows, rows.size() == limit, line.unsettled);
                    count(line);
                }
                readAhead(rows);
            }
            done = true;
        } finally {
            if (!done && page.isPresent()) {
                synchronized (lock) {
                    line(webhookId).lanes.notRead();
                }
            }
        }
    }

    /** Together, so that those which go soon are not read one by one. */
    private void readAhead(List<Queued> rows) throws SQLException {
        Set<Long> numbers = new LinkedHashSet<>();
        long size = 0;
        for (Queued row : rows) {
            size += row.weight();
            if (size > events.most() / 2) {
                break;
            }
            if (events.get(row.eventNo()) == null) {
                numbers.add(row.eventNo());
            }
        }
        if (!numbers.isEmpty()) {
            backlog.events(numbers).forEach(events::put);
        }
    }

    private void markLater(String webhookId, Duration delay) {
        timer.after(delay, () -> {
            synchronized (lock) {
                dirty.add(webhookId);
                lock.notifyAll();
            }
        });
    }

    /** Starts nothing more; waits for the requests in flight, and for nothing else. */
    public void stop(Duration patience) {
        Thread reader;
        synchronized (lock) {
            stopping = true;
            lock.notifyAll();
            long end = System.nanoTime() + patience.toNanos();
            long left = patience.toMillis();
            while (inFlight > 0 && left > 0) {
                try {
                    lock.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
                left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            }
            if (inFlight > 0) {
                LOG.warn("{} requests did not end in time; their deliveries stay queued", inFlight);
            }
            reader = thread;
        }
        if (reader != null) {
            try {
                reader.join(patience.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        stop(Duration.ZERO);
    }
}
