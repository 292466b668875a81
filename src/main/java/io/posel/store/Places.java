package io.posel.store;

import io.posel.delivery.HandOver;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.sql.Statement;

/**
 * Hands out places in the queue. The counter stays locked until the commit, so places are in commit order, whatever the
 * number of writers, and gapless but for {@link PlacesAhead}.
 */
final class Places {
    private final Connection connection;
    private final HandOver.Announced announced;
    private final long first;
    private long last;

    private Places(Connection connection, HandOver.Announced announced, long last) {
        this.connection = connection;
        this.announced = announced;
        this.first = last;
        this.last = last;
    }

    /** Must be the first statement of its transaction that locks anything. */
    static Places lock(Connection connection, Dialect dialect, HandOver handOver) throws SQLException {
        long last = dialect.lockPlaces(connection);
        return new Places(connection, handOver.announce(), last);
    }

    /** The last place that was given, as far as it is committed. */
    static long last(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select last from place where name = 'queue'");
                ResultSet row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    long next() {
        return ++last;
    }

    /** Goes on behind places that this transaction has used ahead. */
    void skip(PlacesAhead ahead) throws SQLException {
        if (last >= ahead.first()) {
            throw new SQLTransientException("other transactions have used up the places before place " + ahead.first());
        }
        ahead.end();
        last = ahead.last();
    }

    /** What the transaction puts into the queue, to be handed over when it is committed. */
    HandOver.Announced announced() {
        return announced;
    }

    void save() throws SQLException {
        if (last == first) {
            return;
        }
        try (Statement update = connection.createStatement()) {
            update.executeUpdate("update place set last = " + last + " where name = 'queue' and last = " + first);
        }
    }

    /** Given last, by this transaction or before. */
    long last() {
        return last;
    }
}
