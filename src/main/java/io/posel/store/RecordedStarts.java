package io.posel.store;

import io.posel.delivery.Queued;
import io.posel.delivery.StartRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;

/** The table {@code started}. {@link CrashCount} counts when the next process takes over. For one thread. */
public final class RecordedStarts implements StartRecord {
    private final DataSource dataSource;
    private final Transactions transactions;
    /** What was queued up to this place may have been on its way when the process died, and nothing was written down. */
    private long presumedUpTo;

    public RecordedStarts(DataSource dataSource, Transactions transactions) {
        this.dataSource = dataSource;
        this.transactions = transactions;
    }

    @Override
    public Suspicion read() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            boolean crashed;
            try (ResultSet row = statement.executeQuery("select died_at_place from owner where partition_no = 0")) {
                row.next();
                presumedUpTo = row.getLong(1);
                crashed = !row.wasNull();
            }
            Map<Queued.Run, Integer> crashes = new HashMap<>();
            try (ResultSet row = statement.executeQuery("select delivery_id, run, crashes from started")) {
                while (row.next()) {
                    crashes.put(new Queued.Run(row.getObject(1, UUID.class), row.getInt(2)), row.getInt(3));
                }
            }
            return new Suspicion(crashed, crashes);
        }
    }

    /** @throws NotOwnerException if another process owns the database */
    @Override
    public void starting(List<Queued> deliveries, boolean alone) throws SQLException {
        try (Transaction transaction = transactions.begin()) {
            Connection connection = transaction.connection();
            try (Statement before = connection.createStatement();
                    PreparedStatement insert = connection.prepareStatement("insert into started"
                            + " (delivery_id, run, attempts, crashes, in_flight, alone)"
                            + " values (?, ?, ?, ?, false, false) on conflict do nothing");
                    PreparedStatement update = connection.prepareStatement(
                            "update started set crashes ="
                                    + " case when run = ? and attempts = ? then crashes else 0 end,"
                                    + " run = ?, attempts = ?, in_flight = true, alone = ? where delivery_id = ? and run <= ?")) {
                before.executeUpdate("update started set in_flight = false, alone = false where alone");
                for (Queued each : deliveries) {
                    insert.setObject(1, each.id());
                    insert.setInt(2, each.run());
                    insert.setInt(3, each.attempts());
                    insert.setInt(4, each.pos() <= presumedUpTo ? 1 : 0);
                    insert.addBatch();
                    update.setInt(1, each.run());
                    update.setInt(2, each.attempts());
                    update.setInt(3, each.run());
                    update.setInt(4, each.attempts());
                    update.setBoolean(5, alone);
                    update.setObject(6, each.id());
                    update.setInt(7, each.run()); // one of an older run may be on its way still
                    update.addBatch();
                }
                insert.executeBatch();
                update.executeBatch();
            }
            transaction.commit();
        }
    }

    /** @throws NotOwnerException if another process owns the database */
    @Override
    public void calm() throws SQLException {
        presumedUpTo = 0;
        try (Transaction transaction = transactions.begin()) {
            try (Statement statement = transaction.connection().createStatement()) {
                statement.executeUpdate(CrashCount.FORGET_ENDED);
                statement.executeUpdate("update owner set died_at_place = null where partition_no = 0");
            }
            transaction.commit();
        }
    }
}
