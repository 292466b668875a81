package io.posel.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a transaction write only while this process owns the database: the epoch on disk is its own, and stays so until
 * the transaction ends. A takeover waits for the transactions that were let in, so its owner reads all they wrote.
 */
public final class Fence {
    private static final Logger LOG = LoggerFactory.getLogger(Fence.class);

    private final Dialect dialect;
    private final Runnable lost;
    private final AtomicBoolean told = new AtomicBoolean();
    /** 0: this process has not owned the database yet. */
    private volatile long epoch;

    /** @param lost is called once, when somebody else has become the owner; what is in memory is worth nothing then */
    public Fence(Dialect dialect, Runnable lost) {
        this.dialect = dialect;
        this.lost = lost;
    }

    /**
     * Must be the first statement of a transaction that writes.
     *
     * @throws NotOwnerException and nothing may be written
     */
    void enter(Connection connection) throws SQLException {
        long own = epoch;
        if (own == 0) {
            throw new NotOwnerException("this Posel does not own the database yet");
        }
        verify(own, dialect.lockEpoch(connection));
    }

    /** @throws NotOwnerException if that on disk is not the own one */
    void verify(long onDisk) {
        verify(epoch, onDisk);
    }

    private void verify(long own, long onDisk) {
        if (onDisk == own) {
            return;
        }
        if (told.compareAndSet(false, true)) {
            LOG.error(
                    "Another Posel has taken over the database: its epoch is {} and no longer {}. This one sends and"
                            + " writes nothing more",
                    onDisk,
                    own);
            lost.run();
        }
        throw new NotOwnerException("another Posel owns the database");
    }

    void commit(Connection connection) throws SQLException {
        dialect.commit(connection);
    }

    /** Makes this process the owner: whoever was it before writes nothing from now on. */
    public void takeOver(Connection connection, String name) throws SQLException {
        connection.setAutoCommit(false);
        dialect.lockOutWriters(connection);
        if (epoch == 0) { // else it is this process that tries once more
            CrashCount.takeOver(connection, hasName(connection));
        }
        try (PreparedStatement update = connection.prepareStatement("update owner set epoch = epoch + 1, name = ?,"
                + " since = current_timestamp where partition_no = 0")) {
            update.setString(1, name);
            update.executeUpdate();
        }
        long raised = Dialect.epoch(connection);
        dialect.commit(connection);
        connection.setAutoCommit(true);
        epoch = raised;
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

    long epoch() {
        return epoch;
    }

    boolean isOwner() {
        return epoch != 0;
    }
}
