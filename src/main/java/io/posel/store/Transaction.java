package io.posel.store;

import io.posel.delivery.HandOver;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** One transaction of a writer: closed without a commit it is rolled back. What it queues is handed over when it ends. */
final class Transaction implements AutoCloseable {
    private final Connection connection;
    private final Fence fence;
    private final HandOver handOver;
    private @Nullable Places places;
    private boolean ended;

    Transaction(Connection connection, Fence fence, HandOver handOver) throws SQLException {
        this.connection = connection;
        this.fence = fence;
        this.handOver = handOver;
        connection.setAutoCommit(false);
        try {
            fence.enter(connection);
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        }
    }

    Connection connection() {
        return connection;
    }

    /**
     * Gives places in the queue. The counter's row stays locked until the end of the transaction; so that no two wait for
     * each other in a circle, ask before anything else is locked.
     */
    Places places() throws SQLException {
        if (places == null) {
            places = Places.lock(connection, handOver);
        }
        return places;
    }

    /**
     * Returns when the transaction survives a power loss (G1) and what it queued is handed over.
     *
     * @throws InDoubtException if it is unclear whether it is committed
     */
    void commit() throws SQLException {
        commit(() -> {});
    }

    /** @param before runs when it is committed, before it is handed over */
    void commit(Runnable before) throws SQLException {
        if (places != null) {
            places.save();
        }
        ended = true;
        boolean committed = false;
        try {
            fence.commit(connection);
            before.run();
            committed = true;
        } catch (SQLException e) {
            throw new InDoubtException(e);
        } finally {
            if (places != null) {
                if (committed) {
                    places.announced().committed();
                } else {
                    places.announced().inDoubt();
                }
            }
        }
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            if (!ended) {
                connection.rollback();
            }
        } finally {
            if (places != null && !ended) {
                places.announced().rolledBack();
            }
        }
    }
}
