package io.posel.delivery;

import io.posel.webhook.Webhook;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
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
 * started again; a waiting redelivery holds its lane but no permit and no thread (G4).
 *
 * <p>Bounds (G5): of one webhook at most {@link Lanes#WINDOW} deliveries are on their way, waiting redeliveries among
 * them; above {@link #MANY_OUT} in all, each webhook has only as many as it has permits. So more entities than that whose
 * redeliveries wait do hold up the others of their webhook, but never another webhook.
 */
public final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final int PAGE = 500;
    private static final int UNSETTLED_LIMIT = 10_000;
    private static final int MANY_OUT = 10_000;
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration UNSETTLED_RETRY = Duration.ofSeconds(10);

    private static final class Line {
        private final Lanes lanes = new Lanes();
        private final Deque<Delivery> turns = new ArrayDeque<>();
        private final Map<Delivery, Runnable> goOn = new HashMap<>();
        /** Out, or its outcome is not known to be on disk: disk may still show it as queued. */
        private final Set<Queued.Run> unsettled = new HashSet<>();

        private final List<Queued.Run> settled = new ArrayList<>();
        private int inFlight;
        private int permits = Integer.MAX_VALUE;
        /** Halved by each timeout, so that a receiver that hangs does not take the threads of all (G4). */
        private int trusted = Integer.MAX_VALUE;

        private boolean restart;
        private boolean sends = true;

        private boolean hasPermit() {
            return inFlight < Math.min(permits, trusted);
        }
    }

    private final Backlog backlog;
    private final Function<String, Optional<Webhook>> webhooks;
    private final int concurrency;
    private final int threads;
    private final Executor pool;
    private final ScheduledExecutorService timer;
    private final InstantSource clock;
    private final IntSupplier unsettled;
    private final BooleanSupplier owner;

    private final Object lock = new Object();
    private final Map<String, Line> lines = new HashMap<>();
    private final LinkedHashSet<String> dirty = new LinkedHashSet<>();
    /** Could start something but for what all webhooks share; in the order in which it is their turn. */
    private final LinkedHashSet<String> hungry = new LinkedHashSet<>();

    private @Nullable Consumer<Delivery> route;
    private @Nullable Thread thread;
    private int inFlight;
    private int out;
    private boolean stopping;
    private boolean reachable = true;

    /**
     * @param concurrency requests in flight of a webhook that does not say
     * @param threads requests in flight in all
     * @param pool where attempts run; its threads are never interrupted
     * @param timer only wakes
     * @param unsettled how many outcomes are not on disk yet
     * @param owner whether requests may be started at all; {@link #readAllAnew} is called when they may again
     */
    public Dispatcher(
            Backlog backlog,
            Function<String, Optional<Webhook>> webhooks,
            int concurrency,
            int threads,
            Executor pool,
            ScheduledExecutorService timer,
            InstantSource clock,
            IntSupplier unsettled,
            BooleanSupplier owner) {
        this.backlog = backlog;
        this.webhooks = webhooks;
        this.concurrency = concurrency;
        this.threads = threads;
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

    /** Begins with what the queue on disk holds. The store must be ready. */
    public void start() throws SQLException {
        wake(backlog.webhooks());
        synchronized (lock) {
            thread = new Thread(this::run, "posel-dispatch");
            thread.setDaemon(true);
            thread.start();
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
            Line line = line(delivery.queued().webhookId());
            line.turns.add(delivery);
            line.goOn.put(delivery, attempt);
            dirty.add(delivery.queued().webhookId());
            lock.notifyAll();
        }
    }

    /** The attempt is over, whatever comes next. */
    public void attemptEnded(Delivery delivery) {
        synchronized (lock) {
            Line line = line(delivery.queued().webhookId());
            if (line.trusted < line.permits) {
                line.trusted++;
            }
            release(delivery);
        }
    }

    /** The attempt is over, since the receiver let it wait too long. */
    public void attemptTimedOut(Delivery delivery) {
        synchronized (lock) {
            Line line = line(delivery.queued().webhookId());
            line.trusted = Math.max(1, Math.min(line.trusted, line.permits) / 2);
            release(delivery);
        }
    }

    private void release(Delivery delivery) {
        if (delivery.hasPermit()) {
            delivery.setPermit(false);
            line(delivery.queued().webhookId()).inFlight--;
            inFlight--;
            feed();
            dirty.add(delivery.queued().webhookId());
            lock.notifyAll();
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
        synchronized (lock) {
            release(delivery);
            if (delivery.outcome() != null) {
                if (line(queued.webhookId()).lanes.done(queued.identity())) {
                    out--;
                }
                feed();
                dirty.add(queued.webhookId());
                lock.notifyAll();
                return;
            }
        }
        if (!isStopping() && !delivery.isPostponed()) {
            LOG.error(
                    "Delivery {} left the route without an outcome: it stays queued and is tried again in 10 s. Does"
                            + " deliver-webhook still end in settle-delivery?",
                    queued.id());
        }
        later(delivery.isPostponed() ? RETRY : UNSETTLED_RETRY, () -> back(delivery));
    }

    private void back(Delivery delivery) {
        synchronized (lock) {
            String webhookId = delivery.queued().webhookId();
            Line line = line(webhookId);
            line.unsettled.remove(delivery.queued().identity());
            if (line.lanes.back(delivery.again())) {
                out--;
            }
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

    private Line line(String webhookId) {
        return lines.computeIfAbsent(webhookId, id -> new Line());
    }

    private void run() {
        while (true) {
            synchronized (lock) {
                while (dirty.isEmpty() && !stopping) {
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
    void pumpAll() {
        for (Optional<String> next = nextDirty(); next.isPresent(); next = nextDirty()) {
            String webhookId = next.get();
            try {
                pump(webhookId);
                if (!reachable) {
                    LOG.info("The database answers again; deliveries go on");
                    readAllAnew();
                }
                reachable = true;
            } catch (SQLException | RuntimeException e) {
                if (reachable || !(e instanceof SQLException)) {
                    LOG.warn("The queue of webhook {} cannot be read, trying again: {}", webhookId, e.toString());
                }
                reachable = !(e instanceof SQLException);
                markLater(webhookId, RETRY);
            }
        }
    }

    /** What answers now may be a replica that had not all of it, so that places are given again. */
    public void readAllAnew() {
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

    private void pump(String webhookId) throws SQLException {
        Optional<Webhook> webhook = webhooks.apply(webhookId);
        boolean sends = webhook.isPresent() && webhook.get().sends();
        while (true) {
            List<Runnable> starts = new ArrayList<>();
            Optional<Long> page;
            List<Lanes.Refill> refills;
            Set<Queued.Run> skip = Set.of();
            synchronized (lock) {
                Line line = line(webhookId);
                line.permits =
                        webhook.map(each -> each.definition().concurrency()).orElse(concurrency);
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
                page = sends ? line.lanes.wantsPage() : Optional.empty();
                refills = sends ? line.lanes.wantsRefill() : List.of();
                if (page.isPresent()) {
                    line.lanes.reading();
                }
                if (page.isPresent() || !refills.isEmpty()) {
                    skip = Set.copyOf(line.unsettled);
                }
                if (webhook.isEmpty() && line.unsettled.isEmpty() && line.lanes.out() == 0) {
                    lines.remove(webhookId);
                }
            }
            starts.forEach(pool::execute);
            if (page.isEmpty() && refills.isEmpty()) {
                return;
            }
            read(webhookId, page, refills, skip);
        }
    }

    /** Redeliveries that came due while the webhook does not send: they go on as the first of their lanes (S1). */
    private void sendHome(Line line, List<Runnable> starts) {
        for (Delivery delivery = line.turns.poll(); delivery != null; delivery = line.turns.poll()) {
            delivery.postpone();
            starts.add(line.goOn.remove(delivery));
        }
    }

    private void collectStarts(String webhookId, Line line, List<Runnable> starts) {
        boolean started = false;
        while (line.hasPermit() && hasSomethingToStart(line) && mayStart()) {
            if (line.turns.isEmpty()) {
                start(line, line.lanes.next().orElseThrow(), starts);
            } else {
                Delivery delivery = line.turns.remove();
                take(line, delivery);
                starts.add(line.goOn.remove(delivery));
            }
            started = true;
        }
        boolean isHungry = line.hasPermit() && hasSomethingToStart(line);
        if (started || !isHungry) {
            hungry.remove(webhookId);
        }
        if (isHungry) {
            hungry.add(webhookId);
        } else {
            feed();
        }
    }

    private boolean hasSomethingToStart(Line line) {
        int mayBeOut = out < MANY_OUT ? Lanes.WINDOW : Math.min(line.permits, Lanes.WINDOW);
        return !line.turns.isEmpty() || line.sends && line.lanes.hasNext() && line.lanes.out() < mayBeOut;
    }

    /** What all webhooks share. */
    private boolean mayStart() {
        return route != null
                && !stopping
                && inFlight < threads
                && unsettled.getAsInt() <= UNSETTLED_LIMIT
                && owner.getAsBoolean();
    }

    private void start(Line line, Queued next, List<Runnable> starts) {
        line.unsettled.add(next.identity());
        out++;
        Instant notBefore = next.notBefore();
        Duration wait = notBefore == null ? Duration.ZERO : Duration.between(clock.instant(), notBefore);
        Delivery delivery = new Delivery(next);
        if (wait.isNegative() || wait.isZero()) {
            take(line, delivery);
            starts.add(() -> carryOut(delivery));
        } else {
            delivery.setPermit(false);
            later(wait, () -> awaitTurn(delivery, () -> carryOut(delivery)));
        }
    }

    private void take(Line line, Delivery delivery) {
        delivery.setPermit(true);
        line.inFlight++;
        inFlight++;
    }

    private void carryOut(Delivery delivery) {
        Consumer<Delivery> consumer;
        synchronized (lock) {
            consumer = stopping || delivery.isPostponed() ? null : route;
            if (consumer == null) {
                release(delivery);
                back(delivery);
            }
        }
        if (consumer != null) {
            consumer.accept(delivery);
        }
    }

    private void read(String webhookId, Optional<Long> page, List<Lanes.Refill> refills, Set<Queued.Run> skip)
            throws SQLException {
        boolean done = false;
        try {
            for (Lanes.Refill refill : refills) {
                List<Queued> rows = backlog.lanePage(webhookId, refill.laneKey(), refill.after(), Lanes.LANE_PLACES);
                synchronized (lock) {
                    line(webhookId).lanes.takeRefill(refill, rows, rows.size() == Lanes.LANE_PLACES, skip);
                }
            }
            if (page.isPresent()) {
                List<Queued> rows = backlog.page(webhookId, page.get(), PAGE);
                synchronized (lock) {
                    line(webhookId).lanes.takePage(rows, rows.size() == PAGE, skip);
                }
            }
            done = true;
        } finally {
            if (!done) {
                synchronized (lock) {
                    line(webhookId).lanes.wake();
                }
            }
        }
    }

    private void markLater(String webhookId, Duration delay) {
        later(delay, () -> {
            synchronized (lock) {
                dirty.add(webhookId);
                lock.notifyAll();
            }
        });
    }

    private void later(Duration delay, Runnable action) {
        if (!timer.isShutdown()) {
            timer.schedule(action, delay.toMillis(), TimeUnit.MILLISECONDS);
        }
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
