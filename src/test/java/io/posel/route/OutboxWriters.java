package io.posel.route;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An application that writes to the outbox from many threads, in transactions that overlap, differ in length and are
 * rolled back now and then. Whoever writes of an entity holds its lock until the end of the transaction, so the order
 * of commits per entity is known: the rows of each are numbered 1, 2, 3 … in it.
 */
final class OutboxWriters implements AutoCloseable {
    private static final int ENTITIES = 60;
    private static final int MOST_ROWS = 40;

    private final Map<String, String> access;
    private final int total;
    private final ReentrantLock[] locks = new ReentrantLock[ENTITIES];
    private final int[] committed = new int[ENTITIES];
    private final AtomicInteger rows = new AtomicInteger();
    private final Semaphore ahead;
    private final ExecutorService threads;
    private final List<Future<Void>> running = new ArrayList<>();

    /** @param ahead how many rows may be written before {@link #allow} lets more */
    OutboxWriters(Map<String, String> access, int total, int ahead, int threads) {
        this.access = access;
        this.total = total;
        this.ahead = new Semaphore(ahead);
        this.threads = Executors.newFixedThreadPool(threads);
        for (int i = 0; i < ENTITIES; i++) {
            locks[i] = new ReentrantLock();
        }
        for (int i = 0; i < threads; i++) {
            Random random = new Random(i);
            Callable<Void> writer = () -> write(random);
            running.add(this.threads.submit(writer));
        }
    }

    void allow(int more) {
        ahead.release(more);
    }

    /** @return whether all rows are committed */
    boolean done() throws Exception {
        for (Future<Void> each : running) {
            if (!each.isDone()) {
                return false;
            }
            each.get();
        }
        return true;
    }

    int rows() {
        return rows.get();
    }

    /** How many rows of each entity are committed. */
    int[] committed() {
        return committed.clone();
    }

    private Void write(Random random) throws Exception {
        try (Connection connection = Outbox.connect(access)) {
            connection.setAutoCommit(false);
            while (rows.get() < total) {
                int size = random.nextInt(4) == 0 ? 1 + random.nextInt(MOST_ROWS) : 1;
                if (ahead.tryAcquire(size, 100, TimeUnit.MILLISECONDS)) {
                    boolean kept = transaction(connection, random, size);
                    if (!kept) {
                        ahead.release(size);
                    }
                }
            }
        }
        return null;
    }

    private boolean transaction(Connection connection, Random random, int size) throws SQLException {
        TreeSet<Integer> entities = new TreeSet<>();
        for (int i = 0; i < 1 + size / 8; i++) {
            entities.add(random.nextInt(ENTITIES));
        }
        int[] written = new int[ENTITIES];
        boolean kept = random.nextInt(10) > 0;
        List<Integer> locked = new ArrayList<>();
        try {
            int left = size;
            for (int entity : entities) {
                // one after the other while the transaction runs: its number may be older than the other's commit
                locks[entity].lock();
                locked.add(entity);
                int share = entity == entities.last() ? left : Math.min(left, size / entities.size());
                for (int i = 0; i < share; i++) {
                    written[entity]++;
                    Outbox.insert(
                            connection,
                            "customer.credit.changed",
                            "e" + entity,
                            "{\"n\":" + (committed[entity] + written[entity]) + "}");
                }
                left -= share;
            }
            if (!kept) {
                connection.rollback();
                return false;
            }
            connection.commit();
            entities.forEach(entity -> committed[entity] += written[entity]);
            rows.addAndGet(size);
            return true;
        } finally {
            locked.forEach(entity -> locks[entity].unlock());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
