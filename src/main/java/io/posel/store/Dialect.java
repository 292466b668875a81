package io.posel.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The few things that H2 and PostgreSQL do differently. */
public enum Dialect {
    H2 {
        /** H2 answers a commit before the disk has it; only this waits for it. */
        @Override
        void commit(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute("commit"); // as a statement it keeps the turn to write
                statement.execute("checkpoint sync");
            }
            connection.commit();
        }

        /** The file is open in one process only. */
        @Override
        long lockEpoch(Connection connection) throws SQLException {
            return epoch(connection);
        }

        @Override
        void lockOutWriters(Connection connection) {}
    },
    POSTGRESQL {
        @Override
        void commit(Connection connection) throws SQLException {
            connection.commit();
        }

        /** An advisory lock, since a shared lock of the row would be written to the disk by each of its holders. */
        @Override
        long lockEpoch(Connection connection) throws SQLException {
            try (PreparedStatement select = connection.prepareStatement(OwnerLock.ENTER)) {
                select.execute();
                select.getMoreResults();
                try (ResultSet row = select.getResultSet()) {
                    row.next();
                    return row.getLong(1);
                }
            }
        }

        @Override
        void lockOutWriters(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(OwnerLock.LOCK_OUT_WRITERS);
            }
        }
    };

    /**
     * Commits and returns when the transaction survives a power loss (G1).
     *
     * @throws SQLException when it is unclear whether it is committed
     */
    abstract void commit(Connection connection) throws SQLException;

    /** The epoch on disk, which nobody raises before this transaction has ended. */
    abstract long lockEpoch(Connection connection) throws SQLException;

    /** Waits for, or ends, the transactions that {@link #lockEpoch} let in, and lets in no other until this one ends. */
    abstract void lockOutWriters(Connection connection) throws SQLException;

    static long epoch(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select epoch from owner where partition_no = 0");
                ResultSet row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    static Dialect of(String jdbcUrl) {
        if (jdbcUrl.startsWith("jdbc:postgresql:")) {
            return POSTGRESQL;
        } else if (jdbcUrl.startsWith("jdbc:h2:")) {
            return H2;
        }
        throw new IllegalArgumentException("the database must be PostgreSQL (jdbc:postgresql:…) or H2 (jdbc:h2:…), not "
                + jdbcUrl.split("[?;/]")[0]);
    }
}
