package io.posel.delivery;

import io.posel.webhook.Webhook;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
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
 *
 * <p>There is one lock. What decides is used under it alone, and neither takes it nor knows of threads: {@link Worklist},
 * {@link Budget}, {@link Caution} and {@link Quarantine}, and each {@link WebhookQueue} with its {@link Lanes},
 * {@link Trust} and {@link TokenBucket}.
 */
public final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration UNSETTLED_RETRY = Duration.ofSeconds(10);
    private static final int STARTS_AT_ONCE = 64;

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
    private final Map<String, WebhookQueue> queues = new HashMap<>();
    private final Worklist worklist = new Worklist();
    private final Budget budget;
    private final Caution caution = new Caution();
    private final Quarantine quarantine = new Quarantine();
    private boolean calm;

    private @Nullable Consumer<Delivery> route;
    private @Nullable Thread thread;
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
        this.budget = new Budget(limits);
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
            worklist.addAll(queues.keySet());
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
                queue(id).lanes.wake();
                worklist.add(id);
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
                WebhookQueue queue = queue(id);
                if (each.isEmpty() || each.size() > budget.room(queue.lanes)) {
                    queue.lanes.wake();
                } else {
                    queue.lanes.handOver(each);
                }
                count(queue);
                worklist.add(id);
            });
            lock.notifyAll();
        }
    }

    /** A webhook was switched on or off, removed, restored or replayed: its queue is read anew. */
    public void changed(String webhookId) {
        synchronized (lock) {
            queue(webhookId).restart = true;
            worklist.add(webhookId);
            lock.notifyAll();
        }
    }

    /** The outcomes of these deliveries are on disk. */
    public void settled(Collection<Queued> deliveries) {
        synchronized (lock) {
            for (Queued delivery : deliveries) {
                queue(delivery.webhookId()).settled.add(delivery.identity());
                worklist.add(delivery.webhookId());
            }
            worklist.feed();
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
            queue(delivery.queued().webhookId()).turns.add(new Turn(delivery, attempt));
            worklist.add(delivery.queued().webhookId());
            lock.notifyAll();
        }
    }

    /** The attempt is over and failed, though the receiver did not let it wait. */
    public void attemptEnded(Delivery delivery) {
        synchronized (lock) {
            queue(delivery.queued().webhookId()).answered(delivery);
            caution.survived(delivery.queued());
            release(delivery);
        }
    }

    /** The attempt is over, since the receiver let it wait too long. */
    public void attemptTimedOut(Delivery delivery) {
        synchronized (lock) {
            queue(delivery.queued().webhookId()).timedOut();
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
            return budget.takeWait(delivery);
        }
    }

    private void release(Delivery delivery) {
        if (delivery.hasPermit()) {
            queue(delivery.queued().webhookId()).release();
            budget.release(delivery);
            if (quarantine.isAlone(delivery)) {
                rest();
            }
            if (budget.inFlight() == 0 && quarantine.nextWebhook().isPresent()) {
                worklist.add(quarantine.nextWebhook().get());
                lock.notifyAll();
            }
            if (delivery.outcome() == null) {
                worklist.feed();
                worklist.add(delivery.queued().webhookId());
                lock.notifyAll();
            }
        }
    }

    /** The exchange is over. Without an outcome the delivery stays the next of its lane, and is tried again later. */
    public void finished(Delivery delivery) {
        Queued queued = delivery.queued();
        List<Turn> starts = new ArrayList<>();
        synchronized (lock) {
            WebhookQueue queue = queue(queued.webhookId());
            if (delivery.outcome() instanceof Outcome.Delivered) {
                queue.answered(delivery);
            }
            if (delivery.outcome() != null) {
                caution.survived(queued);
            }
            release(delivery);
            budget.discharge(delivery);
            if (delivery.outcome() != null) {
                queue.lanes.done(queued.identity());
                goOn(queue, starts);
            }
        }
        if (delivery.outcome() != null) {
            starts.forEach(start -> pool.execute(start.goOn()));
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
    private void goOn(WebhookQueue queue, List<Turn> starts) {
        Queued next = queue.lanes.peek();
        boolean simple = queue.turns.isEmpty()
                && !worklist.isAnyHungry()
                && !queue.restart
                && next != null
                && next.notBefore() == null
                && caution.mayGoUnwritten(next)
                && queue.sends()
                && hasPermit(queue)
                && mayStart(queue);
        StoredEvent event = simple && next != null ? events.get(next.eventNo()) : null;
        if (event != null) {
            Turn turn = first(queue);
            if (turn != null) {
                turn.delivery().about(event);
                take(queue, turn.delivery());
                starts.add(turn);
            }
            count(queue);
        }
        boolean left = event == null && (next != null || !queue.turns.isEmpty() || queue.restart);
        if (left || queue.lanes.isLow()) {
            worklist.add(queue.webhookId);
        }
        worklist.feed();
        if (!worklist.isEmpty()) {
            lock.notifyAll();
        }
    }

    private void back(Delivery delivery) {
        synchronized (lock) {
            String webhookId = delivery.queued().webhookId();
            WebhookQueue queue = queue(webhookId);
            release(delivery);
            budget.discharge(delivery);
            queue.back(delivery);
            count(queue);
            worklist.feed();
            worklist.add(webhookId);
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
            return budget.inFlight();
        }
    }

    /** Deliveries that are held to be started. */
    public int held() {
        synchronized (lock) {
            return budget.held();
        }
    }

    /** What deliveries on their way take, in bytes. */
    public long bytes() {
        synchronized (lock) {
            return budget.bytes();
        }
    }

    private WebhookQueue queue(String webhookId) {
        return queues.computeIfAbsent(webhookId, id -> new WebhookQueue(id, limits));
    }

    private void run() {
        while (true) {
            synchronized (lock) {
                while (worklist.isEmpty() && !calm && !stopping) {
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
            queues.values().forEach(queue -> queue.restart = true);
            worklist.addAll(queues.keySet());
            lock.notifyAll();
        }
    }

    private Optional<String> nextDirty() {
        synchronized (lock) {
            return stopping ? Optional.empty() : worklist.poll();
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
                WebhookQueue queue = queue(webhookId);
                queue.refresh(webhook, limits, clock);
                if (!sends) {
                    sendHome(queue, starts);
                }
                collectStarts(webhookId, queue, starts);
                startLoner(starts);
                count(queue);
                if (sends) {
                    limit = Math.min(limits.page(), budget.room(queue.lanes));
                    page = queue.lanes.wantsPage();
                    if (page.isPresent() && limit == 0) {
                        worklist.crowdedOut(webhookId);
                        page = OptionalLong.empty();
                    }
                    refills = queue.lanes.wantsRefill();
                }
                if (page.isPresent()) {
                    queue.lanes.reading();
                }
                if (webhook.isEmpty() && queue.isIdle()) {
                    queue.lanes.restart();
                    count(queue);
                    queues.remove(webhookId);
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

    private void count(WebhookQueue queue) {
        int more = queue.heldMore();
        budget.hold(more);
        if (more < 0) {
            worklist.roomAgain();
        }
    }

    /** Redeliveries that came due while the webhook does not send: they go on as the first of their lanes (S1). */
    private void sendHome(WebhookQueue queue, List<Turn> starts) {
        for (Turn turn = queue.turns.poll(); turn != null; turn = queue.turns.poll()) {
            turn.delivery().postpone();
            starts.add(turn);
        }
        for (Turn turn : quarantine.remove(queue.webhookId)) {
            turn.delivery().postpone();
            starts.add(turn);
            worklist.addAll(queues.keySet());
        }
    }

    private void collectStarts(String webhookId, WebhookQueue queue, List<Turn> starts) {
        boolean started = false;
        while (hasPermit(queue) && queue.hasNext() && mayStart(queue)) {
            Turn turn = queue.turns.poll();
            if (turn == null) {
                turn = first(queue);
            }
            if (turn != null && caution.goesAlone(turn.delivery().queued())) {
                turn.delivery().setPermit(false);
                quarantine.add(turn, clock.millis());
            } else if (turn != null) {
                take(queue, turn.delivery());
                starts.add(turn);
            }
            started = true;
        }
        worklist.fed(webhookId, started, hasPermit(queue) && queue.hasNext());
    }

    /** One that may be what the process dies of: it goes when nothing else is on its way. */
    private void startLoner(List<Turn> starts) {
        if (quarantine.hasNext() && budget.inFlight() == 0 && areStartsAllowed()) {
            Turn turn = quarantine.next();
            take(queue(turn.webhookId()), turn.delivery());
            starts.add(turn);
        }
    }

    private void rest() {
        worklist.addAll(queues.keySet());
        timer.after(quarantine.rest(clock.millis()), () -> {
            synchronized (lock) {
                worklist.addAll(quarantine.rested(clock.millis()));
                lock.notifyAll();
            }
        });
        lock.notifyAll();
    }

    private boolean hasPermit(WebhookQueue queue) {
        return queue.hasPermit() && budget.leavesThreads(queue.inFlight()) && hasRate(queue);
    }

    private boolean hasRate(WebhookQueue queue) {
        long wait = queue.rateWait(clock);
        if (wait > 0 && !queue.waitsForRate) {
            queue.waitsForRate = true;
            timer.after(Duration.ofMillis(wait), () -> {
                synchronized (lock) {
                    queue.waitsForRate = false;
                    worklist.add(queue.webhookId);
                    lock.notifyAll();
                }
            });
        }
        return wait == 0;
    }

    /** What all webhooks share. */
    private boolean mayStart(WebhookQueue queue) {
        return areStartsAllowed()
                && !quarantine.holdsUpOthers()
                && budget.allowsOneMore()
                && (!queue.turns.isEmpty() || queue.lanes.out() < limits.window());
    }

    private boolean areStartsAllowed() {
        return route != null && !stopping && unsettled.getAsInt() <= limits.unsettled() && owner.getAsBoolean();
    }

    /** @return null if its next attempt is not due yet */
    private @Nullable Turn first(WebhookQueue queue) {
        Queued next = queue.next();
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

    private void take(WebhookQueue queue, Delivery delivery) {
        queue.take();
        budget.take(delivery);
    }

    /** Reads the events of what is to be started, together, and starts it. */
    private void execute(List<Turn> starts) {
        writeDown(starts);
        Map<Long, Delivery> missing = new LinkedHashMap<>();
        for (Turn start : starts) {
            Delivery delivery = start.delivery();
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
        starts.forEach(start -> pool.execute(start.goOn()));
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
                starts.stream().filter(start -> !start.delivery().isPostponed()).toList();
        List<Queued> written;
        boolean isAlone;
        synchronized (lock) {
            if (goes.stream()
                    .allMatch(start -> caution.mayGoUnwritten(start.delivery().queued()))) {
                return;
            }
            written = goes.stream()
                    .filter(start -> caution.concerns(start.delivery().queued()))
                    .map(start -> start.delivery().again())
                    .toList();
            isAlone = goes.size() == 1 && quarantine.isAlone(goes.get(0).delivery());
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
        start.delivery().postpone();
        if (start.delivery().event().isPresent()) {
            return; // it is on its way through the route, which ends when it goes on
        }
        starts.remove(start);
        synchronized (lock) {
            release(start.delivery());
            budget.discharge(start.delivery());
        }
        timer.after(RETRY, () -> back(start.delivery()));
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
                StoredEvent event = read.get(start.delivery().queued().eventNo());
                if (event != null && start.delivery().event().isEmpty()) {
                    start.delivery().about(event);
                }
            }
        } catch (SQLException | RuntimeException e) {
            if (reachable) {
                LOG.warn("Events to be delivered cannot be read, trying again: {}", e.toString());
            }
            reachable = false;
            for (Turn start : List.copyOf(starts)) {
                if (numbers.contains(start.delivery().queued().eventNo())
                        && start.delivery().event().isEmpty()) {
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
                    WebhookQueue queue = queue(webhookId);
                    queue.lanes.takeRefill(refill, rows, queue.unsettled);
                    count(queue);
                }
                refilled.addAll(rows);
            }
            readAhead(refilled);
            if (page.isPresent()) {
                List<Queued> rows = backlog.page(webhookId, page.getAsLong(), limit);
                synchronized (lock) {
                    WebhookQueue queue = queue(webhookId);
                    queue.lanes.takePage(rows, rows.size() == limit, queue.unsettled);
                    count(queue);
                }
                readAhead(rows);
            }
            done = true;
        } finally {
            if (!done && page.isPresent()) {
                synchronized (lock) {
                    queue(webhookId).lanes.notRead();
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
                worklist.add(webhookId);
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
            while (budget.inFlight() > 0 && left > 0) {
                try {
                    lock.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
                left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            }
            if (budget.inFlight() > 0) {
                LOG.warn("{} requests did not end in time; their deliveries stay queued", budget.inFlight());
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
