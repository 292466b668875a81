package io.posel.store;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Places that a transaction uses before it has the lock of the places: so far behind the last one that all others which
 * are committed before it stay below them. It {@linkplain Places#skip moves} the counter behind them under the lock. So
 * places are in the order of commits, and the lock is held for a moment only, however many rows are written.
 *
 * <p>One transaction may have some at a time. On H2 its rows are committed portion by portion, but in nobody's queue
 * until the counter is behind them, and deleted if that does not happen.
 */
final class PlacesAhead {
    /** More than all others give while it runs; so few that 2^63 places last for 10^11 of them. */
    private static final long DISTANCE = 100_000_000;

    private final Connection connection;
    private final Dialect dialect;
    private final long first;
    private long last;

    private PlacesAhead(Connection connection, Dialect dialect, long first) {
        this.connection = connection;
        this.dialect = dialect;
        this.first = first;
        this.last = first - 1;
    }

    static PlacesAhead begin(Connection connection, Dialect dialect) throws SQLException {
        PlacesAhead ahead = new PlacesAhead(connection, dialect, Places.last(connection) + DISTANCE);
        dialect.beginAhead(connection, ahead.first);
        return ahead;
    }

    long next() {
        return ++last;
    }

    /** A portion of the rows is written: others may write. */
    void pause() throws SQLException {
        dialect.pauseAhead(connection);
    }

    void end() throws SQLException {
        dialect.endAhead(connection);
    }

    long first() {
        return first;
    }

    long last() {
        return last;
    }
}
