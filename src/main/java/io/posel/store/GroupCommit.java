package io.posel.store;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One writer: what is submitted while a transaction runs shares the next one. A single caller never waits for others to
 * come, unless its item is {@link Batch#patience patient} and another write has just ended. The thread is never interrupted, since H2 would close its database.
 *
 * <p>Writes only while this process owns the database: after that, what is submitted fails with {@link
 * NotOwnerException}.
 *
 * <p>An item whose data the database refuses fails alone: the batch is bisected until it is found.
 */
public final class GroupCommit<T, R> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

    /** Writes batches. */
    public interface Batch<T, R> {
        /**
         * Writes a batch in one transaction, and has passed on what follows from it when it returns; its callers get
         * their answers after that.
         *
         * @return one result for each item, in their order
         */
        List<R> write(List<T> items) throws SQLException;

        /** How much of a batch an item fills. */
        default int weight(T item) {
            return 1;
        }

        /** How long after the write before an item may wait for others, to share the next one with them. */
        default Duration patience(T item) {
            return Duration.ZERO;
        }

        /** After a commit with an unclear end: returns when the database has decided about it. */
        default void clarify() throws SQLException {}
    }

    private record Waiting<T, R>(T item, CompletableFuture<R> answer) {}

    private static final int MAX_WEIGHT = 2_000;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Batch<T, R> batch;
    private final boolean persistent;
    private final BlockingQueue<Waiting<T, R>> queue = new LinkedBlockingQueue<>();
    private final Deque<List<Waiting<T, R>>> todo = new ArrayDeque<>();
    private final Waiting<T, R> end;
    private final Thread thread;
    private long lastWrite = System.nanoTime() - Duration.ofDays(1).toNanos();
    private boolean inDoubt;
    private boolean retrying;
    private boolean ended;
    private volatile boolean waitsForOthers;
    private volatile boolean closed;

    /**
     * @param persistent whether a batch is written again and again while the database does not answer; if not, its
     *     callers are told
     */
    public GroupCommit(String name, boolean persistent, Batch<T, R> batch) {
        this.persistent = persistent;
        this.batch = batch;
        @SuppressWarnings("NullAway") // the mark is never read
        T nothing = null;
        this.end = new Waiting<>(nothing, new CompletableFuture<>());
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** Starts the writer's thread; without it {@link #turn} does its work. */
    public GroupCommit<T, R> start() {
        thread.start();
        return this;
    }

    /** The answer fails with {@link StoreUnavailableException} when it is unclear what happened. */
    public CompletableFuture<R> submit(T item) {
        Waiting<T, R> waiting = new Waiting<>(item, new CompletableFuture<>());
        if (closed) {
            waiting.answer.completeExceptionally(new StoreUnavailableException("Posel is stopping"));
        } else {
            queue.add(waiting);
            if (waitsForOthers && batch.patience(item).isZero()) {
                LockSupport.unpark(thread);
            }
        }
        return waiting.answer;
    }

    /** Whether it writes what is submitted, now or once it is started. */
    public boolean isAlive() {
        return thread.getState() != Thread.State.TERMINATED;
    }

    public int waiting() {
        return queue.size();
    }

    private void run() {
        while (!ended || !todo.isEmpty()) {
            if (todo.isEmpty()) {
                await();
            }
            turn();
            lastWrite = System.nanoTime();
            if (retrying) {
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    private void await() {
        try {
            Waiting<T, R> first = inDoubt ? queue.poll(PAUSE.toSeconds(), TimeUnit.SECONDS) : queue.take();
            if (first != null) {
                waitForOthers(first);
                todo.add(group(first));
            }
        } catch (InterruptedException e) {
            LOG.warn("An interrupt reached the writer; it goes on");
        }
    }

    /** Cut short by an item that is in a hurry. */
    private void waitForOthers(Waiting<T, R> first) {
        if (first == end) {
            return;
        }
        waitsForOthers = true; // before the look at the queue: who comes after that wakes this thread
        long until = lastWrite + batch.patience(first.item).toNanos();
        for (long left = until - System.nanoTime(); left > 0 && !closed; left = until - System.nanoTime()) {
            if (queue.stream()
                    .anyMatch(each -> each == end || batch.patience(each.item).isZero())) {
                break;
            }
            LockSupport.parkNanos(left);
        }
        waitsForOthers = false;
    }

    private List<Waiting<T, R>> group(Waiting<T, R> first) {
        List<Waiting<T, R>> next = new ArrayList<>();
        int weight = 0;
        for (Waiting<T, R> item = first; item != null; item = queue.poll()) {
            if (item == end) {
                ended = true;
                break;
            }
            next.add(item);
            weight += batch.weight(item.item);
            if (weight >= MAX_WEIGHT) {
                break;
            }
        }
        return next;
    }

    /** Writes one batch of what waits, if something does. Whatever goes wrong, the writer goes on. */
    public void turn() {
        if (todo.isEmpty() && !queue.isEmpty()) {
            todo.add(group(queue.remove()));
        }
        List<Waiting<T, R>> next = todo.poll();
        if (inDoubt) {
            clarify();
        }
        if (next == null || next.isEmpty()) {
            return;
        }
        try {
            write(next);
        } catch (RuntimeException | Error e) {
            LOG.error("{} items failed unexpectedly", next.size(), e);
            var unclear = new StoreUnavailableException("it is unclear whether this was stored", e);
            next.forEach(each -> each.answer.completeExceptionally(unclear));
        }
    }

    private void clarify() {
        try {
            batch.clarify();
            inDoubt = false;
        } catch (SQLException | NotOwnerException e) {
            LOG.debug("It is still unclear whether the last commit took place", e);
        }
    }

    private void write(List<Waiting<T, R>> waiting) {
        List<R> results;
        try {
            results = batch.write(waiting.stream().map(Waiting::item).toList());
        } catch (SQLException e) {
            if (e instanceof InDoubtException) {
                inDoubt = true;
            } else if (SqlStates.isDataError(e)) {
                bisect(waiting, e);
                return;
            }
            if (persistent && !closed) {
                writeAgain(waiting);
            } else {
                fail(waiting, e);
            }
            return;
        } catch (NotOwnerException e) {
            waiting.forEach(each -> each.answer.completeExceptionally(e));
            return;
        } catch (RuntimeException e) {
            bisect(waiting, e);
            return;
        }
        if (retrying) {
            retrying = false;
            LOG.info("The database answers again");
        }
        for (int i = 0; i < results.size(); i++) {
            waiting.get(i).answer.complete(results.get(i));
        }
    }

    private void writeAgain(List<Waiting<T, R>> waiting) {
        if (!retrying) {
            retrying = true;
            LOG.warn("The database does not answer; {} results wait until it does", waiting.size());
        }
        todo.addFirst(waiting);
    }

    private void bisect(List<Waiting<T, R>> waiting, Exception cause) {
        if (waiting.size() == 1) {
            waiting.get(0).answer.completeExceptionally(cause);
            return;
        }
        int half = waiting.size() / 2;
        todo.addFirst(List.copyOf(waiting.subList(half, waiting.size())));
        todo.addFirst(List.copyOf(waiting.subList(0, half)));
    }

    private void fail(List<Waiting<T, R>> waiting, SQLException cause) {
        var unavailable = new StoreUnavailableException("the database did not answer: " + cause.getMessage(), cause);
        waiting.forEach(each -> each.answer.completeExceptionally(unavailable));
    }

    /** Writes what has been submitted, then ends. */
    @Override
    public void close() {
        closed = true;
        queue.add(end);
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
