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

    private interface Rows {
        /** @return the last place taken */
        long insert(Statement statement, long last) throws SQLException;
    }

    /**
     * One delivery for each event, the entities in turn.
     *
     * @param webhookIds which get so many each
     */
    void fill(List<String> webhookIds, int each, int entities) throws SQLException {
        write((statement, last) -> {
            long place = last;
            for (String webhookId : webhookIds) {
                events(statement, place, each, entities);
                deliveries(statement, place, place + each, "'" + webhookId + "'", each, entities);
                place += 2L * each;
            }
            return place;
        });
    }

    /** Each event goes to all of these webhooks. */
    void fanOut(List<String> webhookIds, int events, int entities) throws SQLException {
        write((statement, last) -> {
            events(statement, last, events, entities);
            long place = last + events;
            for (String webhookId : webhookIds) {
                deliveries(statement, last, place, "'" + webhookId + "'", events, entities);
                place += events;
            }
            return place;
        });
    }

    /** Each event goes to one of these webhooks, in turn; they are numbered from 1. */
    void spread(List<String> webhookIds, int events, int entities) throws SQLException {
        String prefix = webhookIds.get(0).substring(0, webhookIds.get(0).length() - 1);
        write((statement, last) -> {
            events(statement, last, events, entities);
            String webhookId = "'" + prefix + "' || (1 + mod(n, " + webhookIds.size() + "))";
            deliveries(statement, last, last + events, webhookId, events, entities);
            return last + 2L * events;
        });
    }

    private void write(Rows rows) throws SQLException {
        try (Connection connection = store.connect()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                long last = rows.insert(statement, store.number("select last from place where name = 'queue'"));
                statement.execute("update place set last = " + last + " where name = 'queue'");
                connection.commit();
                // as the database would have done by itself by now
                statement.execute("analyze");
                connection.commit();
                if (!store.isServer()) {
                    statement.execute("shutdown");
                }
            }
        }
    }

    private void events(Statement statement, long last, int count, int entities) throws SQLException {
        String customer = "mod(n, " + entities + ")";
        String data = "'" + Sample.data("' || " + customer + " || '") + "'";
        statement.execute("insert into event (no, source, id, type, entity_type, entity_id, accepted_at, data) select "
                + last + " + n, '', 'bench' || (" + last + " + n), '" + Sample.TYPE + "', 'customer', cast(" + customer
                + " as varchar(20)), current_timestamp, " + store.bytes(data) + " from " + store.series(count));
    }

    private void deliveries(Statement statement, long lastEvent, long last, String webhookId, int count, int entities)
            throws SQLException {
        String number = "(" + last + " + n)";
        // ids in the order of time, as Posel gives them
        statement.execute("insert into delivery (id, event_no, webhook_id, lane_key, pos, state, run, attempts) select"
                + " cast('00000000-0000-7000-8000-' || lpad(cast(" + number + " as varchar(20)), 12, '0') as uuid), "
                + lastEvent + " + n, " + webhookId + ", 'customer:' || mod(n, " + entities + "), " + number
                + ", 'queued', 1, 0 from " + store.series(count));
    }
}
