package io.posel.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts a crash, in the transaction of the takeover that follows it, with each delivery that was on its way. One that was
 * on its way alone, after {@code Caution.ALONE_AFTER} crashes, is dead with the reason {@code poison}; since nobody knows
 * whether it was sent, that does not count against its webhook (F1).
 */
final class CrashCount {
    /** Of deliveries that were settled, or whose attempt is over. */
    static final String FORGET_ENDED = "delete from started where not exists (select 1 from delivery d"
            + " where d.id = started.delivery_id and d.run = started.run and d.attempts <= started.attempts and d.pos > 0)";

    private static final Logger LOG = LoggerFactory.getLogger(CrashCount.class);

    private CrashCount() {}

    /** @param died whether the owner before did not end in order */
    static void takeOver(Connection connection, boolean died) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(FORGET_ENDED);
            if (died) {
                condemn(statement);
                statement.executeUpdate("update started set crashes = crashes + 1 where in_flight");
            }
            statement.executeUpdate("update started set in_flight = false, alone = false");
            statement.executeUpdate("delete from started where crashes = 0");
            statement.executeUpdate("update owner set died_at_place = "
                    + (died ? "coalesce(died_at_place, (select last from place where name = 'queue'))" : "null")
                    + " where partition_no = 0");
        }
    }

    private static void condemn(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("select delivery_id from started where alone")) {
            while (row.next()) {
                LOG.error(
                        "dead letter, delivery {}: Posel died when nothing else was on its way, and at three starts before."
                                + " It is sent again only if it is replayed",
                        row.getString(1));
            }
        }
        statement.executeUpdate("insert into attempt (delivery_id, run, number, at, error, detail, duration_ms)"
                + " select d.id, d.run, d.attempts + 1, current_timestamp, 'poison',"
                + " 'Posel died while this was the only delivery on its way, after it had died three times with it', 0"
                + " from started s join delivery d on d.id = s.delivery_id where s.alone");
        statement.executeUpdate("update delivery set state = 'dead', reason = 'poison', attempts = attempts + 1,"
                + " settled_at = current_timestamp, status = null, duration_ms = null, pos = null, next_at = null"
                + " where id in (select delivery_id from started where alone)");
        statement.executeUpdate("delete from started where alone");
    }
}
