package io.posel.store;

import io.posel.delivery.HandOver;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Begins the transactions of Posel's writers. */
public final class Transactions {
    private final DataSource dataSource;
    private final Fence fence;
    private final HandOver handOver;

    public Transactions(DataSource dataSource, Fence fence, HandOver handOver) {
        this.dataSource = dataSource;
        this.fence = fence;
        this.handOver = handOver;
    }

    /** @throws NotOwnerException if another process owns the database */
    Transaction begin() throws SQLException {
        Connection connection = dataSource.getConnection();
        try {
            return new Transaction(connection, fence, handOver);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
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
