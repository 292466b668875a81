package io.posel.store;

import io.posel.delivery.HandOver;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Hands out places in the queue. The counter's row stays locked until the commit, so places are gapless and in commit
 * order, whatever the number of writers.
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
    static Places lock(Connection connection, HandOver handOver) throws SQLException {
        try (PreparedStatement select =
                        connection.prepareStatement("select last from place where name = 'queue' for update");
                ResultSet row = select.executeQuery()) {
            row.next();
            long last = row.getLong(1);
            return new Places(connection, handOver.announce(), last);
        }
    }

    long next() {
        return ++last;
    }

    /** What the transaction puts into the queue, to be handed over when it is committed. */
    HandOver.Announced announced() {
        return announced;
    }

    void save() throws SQLException {
        if (last == first) {
            return;
        }
        try (PreparedStatement update = connection.prepareStatement("update place set last = ? where name = 'queue'")) {
            update.setLong(1, last);
            update.executeUpdate();
        }
    }
}
