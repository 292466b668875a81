package io.posel.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import org.postgresql.PGConnection;

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

        /** One transaction writes at a time ({@link OneWriter}), so each portion is one. */
        @Override
        void beginAhead(Connection connection, long first) throws SQLException {
            discardAhead(connection);
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into place (name, last) values ('ahead', ?)")) {
                insert.setLong(1, first);
                insert.executeUpdate();
            }
        }

        @Override
        void pauseAhead(Connection connection) throws SQLException {
            connection.commit();
        }

        @Override
        void endAhead(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("delete from place where name = 'ahead'");
            }
        }

        @Override
        void discardAhead(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                for (String rows : new String[] {"delivery where event_no", "event where no"}) {
                    String delete = "delete from " + rows + " >= " + AHEAD + " fetch first 5000 rows only";
                    while (statement.executeUpdate(delete) > 0) {
                        connection.commit();
                    }
                }
            }
            endAhead(connection);
            connection.commit();
        }

        @Override
        String inQueue() {
            return " and pos < coalesce(" + AHEAD + ", " + Long.MAX_VALUE + ")";
        }

        @Override
        int backend(Connection connection) {
            return 0;
        }

        @Override
        void endWriters(Connection connection, Collection<Integer> backends) {}
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

        @Override
        void beginAhead(Connection connection, long first) {}

        @Override
        void pauseAhead(Connection connection) {}

        @Override
        void endAhead(Connection connection) {}

        @Override
        void discardAhead(Connection connection) {}

        @Override
        String inQueue() {
            return "";
        }

        @Override
        int backend(Connection connection) throws SQLException {
            return connection.unwrap(PGConnection.class).getBackendPID();
        }

        @Override
        void endWriters(Connection connection, Collection<Integer> backends) throws SQLException {
            try (PreparedStatement end = connection.prepareStatement(OwnerLock.END_WRITERS)) {
                end.setArray(1, connection.createArrayOf("int4", backends.toArray()));
                end.execute();
            }
        }
    };

    private static final String AHEAD = "(select last from place where name = 'ahead')";

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

    /** A transaction begins to use {@link PlacesAhead} from this one on. */
    abstract void beginAhead(Connection connection, long first) throws SQLException;

    /** Lets others write; called now and then by a transaction that uses places ahead. */
    abstract void pauseAhead(Connection connection) throws SQLException;

    /** The transaction that uses places ahead moves the counter behind them, and commits next. */
    abstract void endAhead(Connection connection) throws SQLException;

    /** Deletes what is left of a transaction with places ahead that did not end so. */
    abstract void discardAhead(Connection connection) throws SQLException;

    /** The condition that a delivery with a place is in the queue, beginning with {@code and}; empty if each is. */
    abstract String inQueue();

    /** What names this session on the server; costs no round trip. */
    abstract int backend(Connection connection) throws SQLException;

    /** Ends those of these sessions that are in a writer's transaction: whoever began it is gone, and its locks are not. */
    abstract void endWriters(Connection connection, Collection<Integer> backends) throws SQLException;

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
