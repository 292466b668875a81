package io.posel.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
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
        Watermark enter(Connection connection, int writer, long committed, long count) throws SQLException {
            return watermark(connection);
        }

        @Override
        void lockOutWriters(Connection connection) {}

        /** Nothing takes the place of a file that is open. */
        @Override
        void countCommits(Connection connection, int writers) {}

        @Override
        Watermark watermark(Connection connection) throws SQLException {
            try (PreparedStatement select = connection.prepareStatement("select epoch, holder,"
                            + " (select last from place where name = 'queue') from owner where partition_no = 0");
                    ResultSet row = select.executeQuery()) {
                row.next();
                return new Watermark(row.getLong(1), row.getObject(2, UUID.class), row.getLong(3), List.of());
            }
        }

        @Override
        long lockPlaces(Connection connection) throws SQLException {
            try (PreparedStatement select =
                            connection.prepareStatement("select last from place where name = 'queue' for update");
                    ResultSet row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }

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

        /**
         * An advisory lock, since a shared lock of the row would be written to the disk by each of its holders. All in one
         * round trip; each statement sees what was committed before it.
         */
        @Override
        Watermark enter(Connection connection, int writer, long committed, long count) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(OwnerLock.LET_IN + "; " + WATERMARK + "; update commit_count set last = " + count
                        + " where writer = " + writer + " and last >= " + committed);
                statement.getMoreResults();
                try (ResultSet row = statement.getResultSet()) {
                    return watermark(row);
                }
            }
        }

        @Override
        Watermark watermark(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(WATERMARK)) {
                return watermark(row);
            }
        }

        private Watermark watermark(ResultSet row) throws SQLException {
            row.next();
            Long[] commits = (Long[]) row.getArray(4).getArray();
            return new Watermark(row.getLong(1), row.getObject(2, UUID.class), row.getLong(3), List.of(commits));
        }

        @Override
        void countCommits(Connection connection, int writers) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute("delete from commit_count; insert into commit_count (writer, last) select n, 0 from"
                        + " generate_series(0, " + (writers - 1) + ") n");
            }
        }

        /** An advisory lock leaves no version of a row behind for an old snapshot. */
        @Override
        long lockPlaces(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(OwnerLock.LOCK_PLACES + "; " + LAST_PLACE);
                statement.getMoreResults();
                try (ResultSet row = statement.getResultSet()) {
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

    /**
     * The last place. Not prepared, nor is what raises it: a plan from when the table was small would go on to read all of
     * it when it has grown under an old snapshot.
     */
    private static final String LAST_PLACE = "select last from place where name = 'queue' order by last desc limit 1";

    static final String WATERMARK = "select epoch, holder, (" + LAST_PLACE + "), array(select coalesce("
            + "(select max(c.last) from commit_count c where c.writer = w), -1) from generate_series(0, "
            + (Fence.WRITERS - 1) + ") w order by w) from owner where partition_no = 0";

    /**
     * How far the database is; nobody raises the epoch before this transaction has ended, which is a writer's.
     *
     * @param committed how many this writer has committed, as far as is known
     * @param count how many they are with this one
     */
    abstract Watermark enter(Connection connection, int writer, long committed, long count) throws SQLException;

    /** How far the database is. */
    abstract Watermark watermark(Connection connection) throws SQLException;

    /** Begins to count the commits of so many writers. */
    abstract void countCommits(Connection connection, int writers) throws SQLException;

    /** Waits for, or ends, the transactions that {@link #enter} let in, and lets in no other until this one ends. */
    abstract void lockOutWriters(Connection connection) throws SQLException;

    /** The last place that was given; nobody else gives one before this transaction has ended. */
    abstract long lockPlaces(Connection connection) throws SQLException;

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
