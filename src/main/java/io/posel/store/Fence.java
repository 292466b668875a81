package io.posel.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a transaction write only while this process owns the database: the epoch on disk is its own, and stays so until
 * the transaction ends. A takeover waits for the transactions that were let in, so its owner reads all they wrote.
 *
 * <p>It also ends the process if the database lacks a transaction that this process has seen committed ({@link Watermark}).
 * After a fail-over to a replica that had not received everything, or in a restored backup, numbers are given again, and
 * memory and database disagree.
 */
public final class Fence {
    /** As many as may write at the same time: those with a connection of the pool, and who has one of its own. */
    static final int WRITERS = Database.CONNECTIONS + 2;

    private static final Logger LOG = LoggerFactory.getLogger(Fence.class);

    private final Dialect dialect;
    private final Runnable lost;
    private final AtomicBoolean told = new AtomicBoolean();
    private final UUID process = UUID.randomUUID();
    private final Queue<Writer> writers = new ConcurrentLinkedQueue<>();
    /** What this process has seen committed; an epoch of 0: it has not owned the database yet. */
    private final AtomicReference<Watermark> seen = new AtomicReference<>(Watermark.NONE);

    /** @param lost is called once, when what is in memory is worth nothing any more: the process is to end */
    public Fence(Dialect dialect, Runnable lost) {
        this.dialect = dialect;
        this.lost = lost;
        IntStream.range(0, WRITERS).mapToObj(Writer::new).forEach(writers::add);
    }

    /**
     * Transactions one after the other. Those that write at the same time may be committed in another order than they
     * began, so each counts for itself.
     */
    final class Writer {
        private final int number;
        /** Of the transaction that was begun last; of one whose end is unclear it may be on disk. */
        private long count;

        private Writer(int number) {
            this.number = number;
        }

        /** @param lastPlace that the transaction has given, 0 if none */
        void committed(long lastPlace) {
            seen.updateAndGet(before -> before.committed(number, count, lastPlace));
        }

        /** The transaction has ended. */
        void leave() {
            writers.add(this);
        }
    }

    /**
     * Must be the first statement of a transaction that writes.
     *
     * @return to be told how it ends
     * @throws NotOwnerException and nothing may be written
     */
    Writer enter(Connection connection) throws SQLException {
        Watermark before = seen.get();
        if (before.epoch() == 0) {
            throw new NotOwnerException("this Posel does not own the database yet");
        }
        Writer writer = writers.poll();
        if (writer == null) {
            throw new IllegalStateException("more than " + WRITERS + " transactions write at the same time");
        }
        boolean entered = false;
        try {
            long committed = before.commits().isEmpty() ? 0 : before.commits().get(writer.number);
            writer.count = Math.max(writer.count, committed) + 1;
            verify(before, dialect.enter(connection, writer.number, committed, writer.count));
            entered = true;
            return writer;
        } finally {
            if (!entered) {
                writer.leave();
            }
        }
    }

    /**
     * Asks the database whether it is still this process's and has all that this process has seen committed; before the
     * first takeover nothing.
     *
     * @throws NotOwnerException if not
     */
    void verify(Connection connection) throws SQLException {
        Watermark before = seen.get();
        if (before.epoch() != 0) {
            verify(before, dialect.watermark(connection));
        }
    }

    private void verify(Watermark before, Watermark found) {
        boolean own = process.equals(found.holder());
        if (own && !found.lacks(before)) {
            seen.accumulateAndGet(found, Watermark::or);
            return;
        }
        if (!own && found.epoch() > before.epoch()) {
            end("Another Posel has taken over the database: its epoch is " + found.epoch() + " and no longer "
                    + before.epoch() + ". This one sends and writes nothing more");
            throw new NotOwnerException("another Posel owns the database");
        }
        end("The database has lost transactions that were committed: it is at " + found + " and was at " + before
                + ". Was it replaced by a replica that had not received everything, or restored from a backup? Events"
                + " accepted and edits made in between are missing in it. Posel ends with code 1; start it again, and it"
                + " continues with what the database has");
        throw new NotOwnerException("the database has lost transactions that were committed");
    }

    /** What is in memory is worth nothing any more. Only the first reason is told. */
    void end(String reason) {
        if (told.compareAndSet(false, true)) {
            LOG.error(reason);
            lost.run();
        }
    }

    int backend(Connection connection) throws SQLException {
        return dialect.backend(connection);
    }

    void endWriters(Connection connection, Collection<Integer> backends) throws SQLException {
        dialect.endWriters(connection, backends);
    }

    void commit(Connection connection) throws SQLException {
        dialect.commit(connection);
    }

    /** Makes this process the owner: whoever was it before writes nothing from now on. */
    public void takeOver(Connection connection, String name) throws SQLException {
        connection.setAutoCommit(false);
        dialect.lockOutWriters(connection);
        dialect.discardAhead(connection);
        if (!isOwner()) { // else it is this process that tries once more
            CrashCount.takeOver(connection, hasName(connection));
        }
        try (PreparedStatement update = connection.prepareStatement("update owner set epoch = epoch + 1, name = ?,"
                + " holder = ?, since = current_timestamp where partition_no = 0")) {
            update.setString(1, name);
            update.setObject(2, process);
            update.executeUpdate();
        }
        dialect.countCommits(connection, WRITERS);
        Watermark raised = dialect.watermark(connection);
        dialect.commit(connection);
        connection.setAutoCommit(true);
        seen.set(raised);
    }

    /**
     * Goes on as the owner on another connection. The epoch is raised, so that whoever began to take over meanwhile learns
     * that he did not.
     *
     * @throws NotOwnerException if the database is another's now, or lacks something
     */
    void goOn(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        verify(connection);
        try (PreparedStatement update = connection.prepareStatement(
                "update owner set epoch = epoch + 1 where partition_no = 0 and holder = ?")) {
            update.setObject(1, process);
            update.executeUpdate();
        }
        Watermark raised = dialect.watermark(connection);
        dialect.commit(connection);
        connection.setAutoCommit(true);
        seen.accumulateAndGet(raised, Watermark::or);
    }

    private static boolean hasName(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                        "select name from owner where partition_no = 0 and name is not null");
                ResultSet row = select.executeQuery()) {
            return row.next();
        }
    }

    /** The process ends in order: nothing is sent or written any more. */
    static void release(Connection connection) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("update owner set name = null where partition_no = 0")) {
            update.executeUpdate();
        }
    }

    Dialect dialect() {
        return dialect;
    }

    long epoch() {
        return seen.get().epoch();
    }

    boolean isOwner() {
        return epoch() != 0;
    }
}
