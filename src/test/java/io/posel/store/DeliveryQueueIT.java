package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.delivery.Queued;
import io.posel.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A long queue of many lanes on real databases. */
class DeliveryQueueIT {
    private static final int LENGTH = 20_000;
    private static final int LANES = 1_000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("G5: queue and parked lanes are read by an index, however many others and settled ones there are")
    void byIndex(TestDatabase kind) throws SQLException {
        try (Database database = fill(kind)) {
            DeliveryQueue queue = new DeliveryQueue(database.dataSource());

            List<Queued> page = queue.lanePage("w", "lane 7", LENGTH / 2, 5);

            assertThat(page).extracting(Queued::pos).containsExactly(10_007L, 11_007L, 12_007L, 13_007L, 14_007L);
            assertThat(plan(database, DeliveryQueue.LANE_PAGE + " order by pos fetch first 5 rows only", "lane 7"))
                    .contains("delivery_lane");
            assertThat(plan(database, DeliveryQueue.PAGE + " order by pos fetch first 5 rows only", null))
                    .contains("delivery_queue");
        }
    }

    /** Half of it is settled. */
    private Database fill(TestDatabase kind) throws SQLException {
        Map<String, String> environment = kind.create(folder);
        Database database = new Database(
                environment.containsKey("POSEL_DB_URL")
                        ? new Database.Access(environment.get("POSEL_DB_URL"), "postgres", "")
                        : Database.Access.embedded(folder));
        database.migrate();
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement insert = connection.prepareStatement("insert into delivery (id, event_no, webhook_id,"
                        + " lane_key, pos, state, run, attempts) values (cast('00000000-0000-7000-8000-' || ? as uuid),"
                        + " ?, 'w', ?, ?, ?, 1, 0)")) {
            connection.setAutoCommit(false);
            for (int i = 1; i <= 2 * LENGTH; i++) {
                boolean settled = i > LENGTH;
                insert.setString(1, String.format("%012d", i));
                insert.setLong(2, i);
                insert.setString(3, "lane " + i % LANES);
                insert.setObject(4, settled ? null : Long.valueOf(i), Types.BIGINT);
                insert.setString(5, settled ? "delivered" : "queued");
                insert.addBatch();
            }
            insert.executeBatch();
            connection.createStatement().execute("analyze");
            connection.commit();
        }
        return database;
    }

    private static String plan(Database database, String sql, String lane) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement explain = connection.prepareStatement("explain " + sql)) {
            explain.setString(1, "w");
            explain.setLong(2, LENGTH / 2);
            if (lane != null) {
                explain.setString(3, lane);
            }
            StringBuilder plan = new StringBuilder();
            try (ResultSet row = explain.executeQuery()) {
                while (row.next()) {
                    plan.append(row.getString(1).toLowerCase(Locale.ROOT)).append('\n');
                }
            }
            return plan.toString();
        }
    }
}
