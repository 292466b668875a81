package io.posel.store;

import io.posel.delivery.HandOver;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/** Begins the transactions of Posel's writers. */
public final class Transactions {
    private final DataSource dataSource;
    private final Fence fence;
    private final HandOver handOver;
    /** Sessions that no connection leads to any more. */
    private final Set<Integer> orphans = ConcurrentHashMap.newKeySet();

    public Transactions(DataSource dataSource, Fence fence, HandOver handOver) {
        this.dataSource = dataSource;
        this.fence = fence;
        this.handOver = handOver;
    }

    /** @throws NotOwnerException if another process owns the database */
    Transaction begin() throws SQLException {
        Connection connection = dataSource.getConnection();
        try {
            endOrphans(connection);
            return new Transaction(connection, fence, handOver, orphans::add);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** Deletes what is left of a transaction that used {@link PlacesAhead} and did not end well. */
    void discardAhead() throws SQLException {
        try (Transaction transaction = begin()) {
            fence.dialect().discardAhead(transaction.connection());
            transaction.commit();
        }
    }

    /** As a takeover does; the server itself would need until it misses their clients. */
    private void endOrphans(Connection connection) throws SQLException {
        if (orphans.isEmpty()) {
            return;
        }
        List<Integer> gone = List.copyOf(orphans);
        fence.endWriters(connection, gone);
        gone.forEach(orphans::remove);
    }

    /**
     * Returns when the database has decided about every transaction that was in doubt, since whoever has the lock of the
     * places comes after them.
     */
    void clarify() throws SQLException {
        try (Transaction transaction = begin()) {
            transaction.places();
        }
    }
}
