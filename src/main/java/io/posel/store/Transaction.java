package io.posel.store;

import io.posel.delivery.HandOver;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** One transaction of a writer: closed without a commit it is rolled back. What it queues is handed over when it ends. */
final class Transaction implements AutoCloseable {
    private final Connection connection;
    private final Fence fence;
    private final Fence.Writer writer;
    private final HandOver handOver;
    private @Nullable Places places;
    private final IntConsumer lost;
    private final int backend;
    private boolean ended;

    /** @param lost is told the session when its connection is of no use any more: it may still hold its locks */
    Transaction(Connection connection, Fence fence, HandOver handOver, IntConsumer lost) throws SQLException {
        this.connection = connection;
        this.fence = fence;
        this.handOver = handOver;
        this.lost = lost;
        this.backend = fence.backend(connection);
        connection.setAutoCommit(false);
        try {
            this.writer = fence.enter(connection);
        } catch (SQLException | RuntimeException e) {
            rollback(e);
            throw e;
        }
    }

    Connection connection() {
        return connection;
    }

    /**
     * Gives places in the queue. The counter stays locked until the end of the transaction; so that no two wait for
     * each other in a circle, ask before anything else is locked.
     */
    Places places() throws SQLException {
        if (places == null) {
            places = Places.lock(connection, fence.dialect(), handOver);
        }
        return places;
    }

    /** Begins to use places ahead; before {@link #places}, which is to be asked shortly before the commit then. */
    PlacesAhead ahead() throws SQLException {
        return PlacesAhead.begin(connection, fence.dialect());
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
            writer.committed(places == null ? 0 : places.last());
            before.run();
            committed = true;
        } catch (SQLException e) {
            ended = SqlStates.faultOf(e) == SqlStates.Fault.OUTAGE;
            if (!ended) {
                throw e; // an answer: it is not committed, as with what is checked only then
            }
            lost.accept(backend);
            throw new InDoubtException(e);
        } finally {
            if (places != null && ended) {
                if (committed) {
                    places.announced().committed();
                } else {
                    places.announced().inDoubt();
                }
            }
        }
    }

    /** If that is not answered, the transaction ends when its session does. */
    private void rollback(@Nullable Exception cause) throws SQLException {
        try {
            connection.rollback();
        } catch (SQLException e) {
            lost.accept(backend);
            if (cause == null) {
                throw e;
            }
            cause.addSuppressed(e);
        }
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            if (!ended) {
                rollback(null);
            }
        } finally {
            writer.leave();
            if (places != null && !ended) {
                places.announced().rolledBack();
            }
        }
    }
}
