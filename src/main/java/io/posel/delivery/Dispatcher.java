package io.posel.delivery;

import io.posel.webhook.Webhook;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * <p>There is one lock. What decides is used under it alone, and neither takes it nor knows of threads: {@link Scheduler}
 * with its {@link Worklist}, {@link Budget}, {@link Caution} and {@link Quarantine}, and each {@link WebhookQueue} with its
 * {@link Lanes}, {@link Trust}, {@link Pause} and {@link TokenBucket}. What asks the database runs on the dispatcher's thread without the
 * lock, and takes it only to ask what to do and to bring what it has: {@link BacklogReader} and {@link CrashWatch}. So
 * whoever commits or ends a delivery never waits for the database here.
 */
public final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration UNSETTLED_RETRY = Duration.ofSeconds(10);
    private static final int STARTS_AT_ONCE = 64;

    private final Backlog backlog;
    private final Function<String, Optional<Webhook>> webhooks;
    private final RecentEvents events;
    private final Executor pool;
    private final Timer timer;
    private final InstantSource clock;

    private final Object lock = new Object();
    private final Scheduler scheduler;
    private final Worklist worklist;
    private final BacklogReader reader;
    private final CrashWatch crashWatch;

    /** Null: nothing is started. */
    private @Nullable Consumer<Delivery> route;

    private @Nullable Thread thread;
    private boolean stopping;

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
            Pacing pacing,
            RecentEvents events,
            Executor pool,
            Timer timer,
            InstantSource clock,
            IntSupplier unsettled,
            BooleanSupplier owner) {
        this.backlog = backlog;
        this.webhooks = webhooks;
        this.events = events;
        this.pool = pool;
        this.timer = timer;
        this.clock = clock;
        BooleanSupplier startsAllowed =
                () -> route != null && !stopping && unsettled.getAsInt() <= limits.unsettled() && owner.getAsBoolean();
        this.scheduler = new Scheduler(limits, pacing, clock, this::later, startsAllowed, this::carryOut);
        this.worklist = scheduler.worklist;
        this.reader = new BacklogReader(backlog, events, lock, scheduler, this::readAllAnew);
        this.crashWatch = new CrashWatch(record, lock, this::later, scheduler);
    }

    /** Names what carries a delivery out; null: nothing is started until there is something again. */
    public void deliverWith(@Nullable Consumer<Delivery> consumer) {
        synchronized (lock) {
            route = consumer;
            scheduler.lookAtAll();
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
        List<String> webhookIds = backlog.webhooks();
        crashWatch.begin();
        wake(webhookIds);
    }

    /** There may be more in the queues of these webhooks. */
    public void wake(Collection<String> webhookIds) {
        synchronized (lock) {
            webhookIds.forEach(scheduler::wake);
            lock.notifyAll();
        }
    }

    /**
     * What a transaction queued, by webhook and in the order of places; an empty list says that there may be more on
     * disk. Must be called in the order of the places, as {@link HandOver} does.
     */
    public void queued(Map<String, List<Queued>> deliveries) {
        synchronized (lock) {
            deliveries.forEach(scheduler::queued);
            lock.notifyAll();
        }
    }

    /** A webhook was switched on or off, removed, restored or replayed: its queue is read anew. */
    public void changed(String webhookId) {
        synchronized (lock) {
            scheduler.restart(webhookId);
            lock.notifyAll();
        }
    }

    /** Reads all queues from the beginning. */
    public void readAllAnew() {
        events.clear();
        synchronized (lock) {
            scheduler.restartAll();
            lock.notifyAll();
        }
    }

    /** The outcomes of these deliveries are on disk. */
    public void settled(Collection<Queued> deliveries) {
        synchronized (lock) {
            scheduler.settled(deliveries);
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
            if (!stopping) {
                scheduler.await(new Turn(delivery, attempt));
                lock.notifyAll();
                return;
            }
            delivery.postpone();
        }
        pool.execute(attempt);
    }

    /**
     * The attempt is over and failed, which may pause its webhook (F8).
     *
     * @return whether the receiver asked for a pause, for the end of which the delivery is to wait with {@link #awaitTurn}
     */
    public boolean attemptFailed(Delivery delivery, Failure failure) {
        Scheduler.Paused paused;
        synchronized (lock) {
            paused = scheduler.attemptFailed(delivery, failure);
            wakeUp();
        }
        if (paused.tell()) {
            LOG.info(
                    "Webhook {} is paused for {} ms: its receiver {}; pauses in the next minute are not logged",
                    delivery.queued().webhookId(),
                    paused.time().toMillis(),
                    failure.asksForPause() ? "asks for it" : "is busy or cannot be reached, " + failure.reason());
        }
        return failure.asksForPause() && !paused.time().isZero();
    }

    /**
     * The request could not even be begun, for want of something in Posel: that is no attempt, and nothing of it is counted.
     * The delivery goes on as the next of its lane, a little later each time.
     */
    public void notBegun(Delivery delivery, Failure failure) {
        Scheduler.Paused wait;
        synchronized (lock) {
            wait = scheduler.notBegun(delivery);
        }
        delivery.postponeUntil(clock.instant().plus(wait.time()));
        if (wait.tell()) {
            LOG.warn(
                    "Delivery {} to webhook {} could not be begun: {}. It keeps its attempts and goes on in {} s; more of"
                            + " this webhook in the next minute is not logged",
                    delivery.queued().id(),
                    delivery.queued().webhookId(),
                    failure.reason(),
                    wait.time().toSeconds());
        }
    }

    /** When the pause of a webhook ends, for people; empty if it is not paused. */
    public Optional<Instant> pausedUntil(String webhookId) {
        synchronized (lock) {
            return Optional.ofNullable(scheduler.pausedUntil(webhookId)).map(end -> end.truncatedTo(ChronoUnit.MILLIS));
        }
    }

    /**
     * Asks for room to wait for a redelivery with the rendered request in memory.
     *
     * @return false if too much waits already, so that the delivery must be postponed and rendered again
     */
    public boolean mayWait(Delivery delivery) {
        synchronized (lock) {
            return scheduler.budget.takeWait(delivery);
        }
    }

    /** The exchange is over. Without an outcome the delivery stays the next of its lane, and is tried again later. */
    public void finished(Delivery delivery) {
        Turn next;
        synchronized (lock) {
            next = scheduler.finished(delivery, events);
            wakeUp();
        }
        if (next != null) {
            pool.execute(next.goOn());
        }
        if (delivery.outcome() != null) {
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
                    delivery.queued().id());
        }
        timer.after(delivery.isPostponed() ? RETRY : UNSETTLED_RETRY, () -> back(delivery));
    }

    private void back(Delivery delivery) {
        synchronized (lock) {
            scheduler.back(delivery);
            lock.notifyAll();
        }
    }

    public boolean isStopping() {
        synchronized (lock) {
            return stopping;
        }
    }

    /** Whether deliveries are started, or will be. */
    public boolean isAlive() {
        synchronized (lock) {
            return thread == null || thread.isAlive() || stopping;
        }
    }

    /** Requests in flight. */
    public int inFlight() {
        synchronized (lock) {
            return scheduler.budget.inFlight();
        }
    }

    /** Deliveries that are held to be started. */
    public int held() {
        synchronized (lock) {
            return scheduler.budget.held();
        }
    }

    /** What deliveries on their way take, in bytes. */
    public long bytes() {
        synchronized (lock) {
            return scheduler.budget.bytes();
        }
    }

    /** Only if somebody waits for this, since each delivery comes by here. */
    private void wakeUp() {
        if (!worklist.isEmpty() || stopping) {
            lock.notifyAll();
        }
    }

    /** Runs it under the lock, and wakes the thread. */
    private void later(Duration wait, Runnable action) {
        timer.after(wait, () -> {
            synchronized (lock) {
                action.run();
                lock.notifyAll();
            }
        });
    }

    private void run() {
        while (true) {
            synchronized (lock) {
                while (worklist.isEmpty() && !crashWatch.isCalm() && !stopping) {
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
        for (Optional<String> next = nextWebhook(); next.isPresent(); next = nextWebhook()) {
            String webhookId = next.get();
            try {
                if (pump(webhookId, starts)) {
                    reader.answers();
                }
            } catch (SQLException | RuntimeException e) {
                reader.failed("The queue of webhook " + webhookId + " cannot be read", e, e instanceof SQLException);
                later(RETRY, () -> worklist.add(webhookId));
            }
            if (starts.size() >= STARTS_AT_ONCE) {
                execute(starts);
            }
        }
        execute(starts);
        crashWatch.forgetCrashes();
    }

    private Optional<String> nextWebhook() {
        synchronized (lock) {
            return stopping ? Optional.empty() : worklist.poll();
        }
    }

    /** @return whether the database was asked, and answered */
    private boolean pump(String webhookId, List<Turn> starts) throws SQLException {
        Optional<Webhook> webhook = webhooks.apply(webhookId);
        boolean read = false;
        while (true) {
            WebhookQueue queue;
            Scheduler.Wanted wanted;
            synchronized (lock) {
                queue = scheduler.queue(webhookId);
                wanted = scheduler.lookAt(queue, webhook, starts);
            }
            if (wanted == Scheduler.Wanted.NOTHING) {
                return read;
            }
            execute(starts);
            reader.read(queue, wanted);
            read = true;
        }
    }

    /** Starts what has permits, once it is written down if it must be, and its events are read. */
    private void execute(List<Turn> starts) {
        try {
            crashWatch.writeDown(starts);
        } catch (SQLException | RuntimeException e) {
            reader.failed("What is to be sent cannot be written down", e, true);
            putBack(
                    starts.stream()
                            .filter(start -> !start.delivery().isPostponed())
                            .toList(),
                    starts);
        }
        putBack(reader.readEvents(starts), starts);
        starts.forEach(start -> pool.execute(start.goOn()));
        starts.clear();
    }

    /** Not sent now: they go on a little later. */
    private void putBack(List<Turn> notSent, List<Turn> starts) {
        for (Turn start : notSent) {
            Delivery delivery = start.delivery();
            delivery.postpone();
            if (delivery.event().isEmpty()) { // else it is on its way through the route, which ends when it goes on
                starts.remove(start);
                synchronized (lock) {
                    scheduler.end(delivery);
                    wakeUp();
                }
                timer.after(RETRY, () -> back(delivery));
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

    /** Starts nothing more; waits for the requests in flight, and for nothing else. */
    public void stop(Duration patience) {
        Thread reads;
        List<Turn> waiting = new ArrayList<>();
        synchronized (lock) {
            stopping = true;
            scheduler.sendAllHome(waiting);
        }
        waiting.forEach(each -> pool.execute(each.goOn()));
        synchronized (lock) {
            lock.notifyAll();
            long end = System.nanoTime() + patience.toNanos();
            long left = patience.toMillis();
            while (scheduler.budget.inFlight() > 0 && left > 0) {
                try {
                    lock.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
                left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            }
            if (scheduler.budget.inFlight() > 0) {
                LOG.warn("{} requests did not end in time; their deliveries stay queued", scheduler.budget.inFlight());
            }
            reads = thread;
        }
        if (reads != null) {
            try {
                reads.join(patience.toMillis());
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
