package io.posel.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One writer: what is submitted while a transaction runs shares the next one. A single caller never waits for others to
 * come. The thread is never interrupted, since H2 would close its database.
 *
 * <p>Writes only while this process owns the database: after that, what is submitted fails with {@link
 * NotOwnerException}.
 *
 * <p>An item whose data the database refuses fails alone: the batch is bisected until it is found.
 */
final class GroupCommit<T, R> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

    /** Writes a batch in a transaction that the caller commits. */
    interface Batch<T, R> {
        /** @return one result for each item, in their order */
        List<R> write(Connection connection, List<T> items) throws SQLException;

        /** How much of a batch an item fills. */
        default int weight(T item) {
            return 1;
        }

        /** Runs before the callers get their answers, in commit order, also when a commit's end is unclear. */
        default void afterCommit(List<T> items) {}
    }

    private record Waiting<T, R>(T item, CompletableFuture<R> answer) {}

    private static final int MAX_WEIGHT = 2_000;

    private final DataSource dataSource;
    private final Fence fence;
    private final Batch<T, R> batch;
    private final Duration retry;
    private final BlockingQueue<Waiting<T, R>> queue = new LinkedBlockingQueue<>();
    private final Waiting<T, R> end;
    private final Thread thread;
    private volatile boolean closed;

    /**
     * @param retry how long to wait before a batch is written again that a database did not take because it does not
     *     answer; zero: never, its callers are told
     */
    GroupCommit(String name, DataSource dataSource, Fence fence, Duration retry, Batch<T, R> batch) {
        this.retry = retry;
        this.dataSource = dataSource;
        this.fence = fence;
        this.batch = batch;
        @SuppressWarnings("NullAway") // the mark is never read
        T nothing = null;
        this.end = new Waiting<>(nothing, new CompletableFuture<>());
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** The answer fails with {@link StoreUnavailableException} when it is unclear what happened. */
    CompletableFuture<R> submit(T item) {
        Waiting<T, R> waiting = new Waiting<>(item, new CompletableFuture<>());
        if (closed) {
            waiting.answer.completeExceptionally(new StoreUnavailableException("Posel is stopping"));
        } else {
            queue.add(waiting);
        }
        return waiting.answer;
    }

    int waiting() {
        return queue.size();
    }

    private void run() {
        List<Waiting<T, R>> next = new ArrayList<>();
        boolean ended = false;
        while (!ended) {
            next.clear();
            try {
                int weight = 0;
                for (Waiting<T, R> item = queue.take(); item != null; item = queue.poll()) {
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
            } catch (InterruptedException e) {
                LOG.warn("An interrupt reached the writer; it goes on");
            }
            if (!next.isEmpty()) {
                writeOrTell(next);
            }
        }
    }

    /** Whatever goes wrong, the writer goes on: without it nothing would be taken or settled any more. */
    private void writeOrTell(List<Waiting<T, R>> waiting) {
        try {
            write(waiting);
        } catch (RuntimeException | Error e) {
            LOG.error("{} items failed unexpectedly", waiting.size(), e);
            var unclear = new StoreUnavailableException("it is unclear whether this was stored", e);
            waiting.forEach(each -> each.answer.completeExceptionally(unclear));
        }
    }

    private void write(List<Waiting<T, R>> waiting) {
        boolean again = tryToWrite(waiting);
        for (int times = 1; again; times++) {
            if (times == 1) {
                LOG.warn("The database does not answer; {} results wait until it does", waiting.size());
            }
            LockSupport.parkNanos(retry.toNanos());
            again = tryToWrite(waiting);
            if (!again) {
                LOG.info("The database answers again");
            }
        }
    }

    /** @return whether it must be tried again */
    private boolean tryToWrite(List<Waiting<T, R>> waiting) {
        List<T> items = waiting.stream().map(Waiting::item).toList();
        List<R> results;
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                fence.enter(connection);
                results = batch.write(connection, items);
            } catch (SQLException | RuntimeException e) {
                rollBack(connection, e);
                throw e;
            }
            fence.commit(connection);
        } catch (SQLException e) {
            if (SqlStates.isDataError(e)) {
                bisect(waiting, e);
            } else if (!retry.isZero() && !closed) {
                return true;
            } else {
                fail(waiting, items, e);
            }
            return false;
        } catch (NotOwnerException e) {
            waiting.forEach(each -> each.answer.completeExceptionally(e));
            return false;
        } catch (RuntimeException e) {
            bisect(waiting, e);
            return false;
        }
        batch.afterCommit(items);
        for (int i = 0; i < results.size(); i++) {
            waiting.get(i).answer.complete(results.get(i));
        }
        return false;
    }

    private void bisect(List<Waiting<T, R>> waiting, Exception cause) {
        if (waiting.size() == 1) {
            waiting.get(0).answer.completeExceptionally(cause);
            return;
        }
        int half = waiting.size() / 2;
        write(List.copyOf(waiting.subList(0, half)));
        write(List.copyOf(waiting.subList(half, waiting.size())));
    }

    private void fail(List<Waiting<T, R>> waiting, List<T> items, SQLException cause) {
        batch.afterCommit(items);
        var unavailable = new StoreUnavailableException("the database did not answer: " + cause.getMessage(), cause);
        waiting.forEach(each -> each.answer.completeExceptionally(unavailable));
    }

    private static void rollBack(Connection connection, Exception cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** Writes what has been submitted, then ends. */
    @Override
    public void close() {
        closed = true;
        queue.add(end);
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
