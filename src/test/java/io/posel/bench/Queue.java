package io.posel.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Writes queued deliveries straight into the tables, as the intake would have. */
final class Queue {
    private final Store store;

    Queue(Store store) {
        this.store = store;
    }

    /**
     * One delivery for each event, the entities in turn.
     *
     * @param webhookIds which get so many each
     */
    void fill(List<String> webhookIds, int each, int entities) throws SQLException {
        try (Connection connection = store.connect()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                long last = store.number("select last from place where name = 'queue'");
                for (String webhookId : webhookIds) {
                    insert(statement, webhookId, last, each, entities);
                    last += 2L * each;
                    statement.execute("update place set last = " + last + " where name = 'queue'");
                    connection.commit();
                }
                // as the database would have done by itself by now
                statement.execute("analyze");
                connection.commit();
            }
        }
    }

    private void insert(Statement statement, String webhookId, long last, int count, int entities) throws SQLException {
        String customer = "mod(n, " + entities + ")";
        String number = "(" + last + " + 2 * n)";
        String data = "'" + Sample.data("' || " + customer + " || '") + "'";
        statement.execute("insert into event (no, source, id, type, entity_type, entity_id, accepted_at, data) select "
                + number + " - 1, '', 'bench' || " + number + ", '" + Sample.TYPE + "', 'customer', cast(" + customer
                + " as varchar(20)), current_timestamp, " + store.bytes(data) + " from " + store.series(count));
        // ids in the order of time, as Posel gives them
        statement.execute("insert into delivery (id, event_no, webhook_id, lane_key, pos, state, run, attempts) select"
                + " cast('00000000-0000-7000-8000-' || lpad(cast(" + number + " as varchar(20)), 12, '0') as uuid), "
                + number + " - 1, '" + webhookId + "', 'customer:' || " + customer + ", " + number
                + ", 'queued', 1, 0 from " + store.series(count));
    }
}
