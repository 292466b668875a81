package io.posel.store;

import static io.posel.webhook.Ordering.ENTITY;
import static org.assertj.core.api.Assertions.assertThat;

import io.posel.delivery.Failure;
import io.posel.delivery.HandOver;
import io.posel.delivery.Outcome;
import io.posel.delivery.Queued;
import io.posel.delivery.Resent;
import io.posel.testing.OneKey;
import io.posel.testing.TestDatabase;
import io.posel.webhook.Definition;
import io.posel.webhook.Expiry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** How deliveries end, on real databases, without routes. */
class SettlementIT {

    @Nested
    class OnH2 extends Cases {
        OnH2() {
            super(TestDatabase.H2);
        }
    }

    @Nested
    class OnPostgresql extends Cases {
        OnPostgresql() {
            super(TestDatabase.POSTGRESQL);
        }

        @Test
        @DisplayName(
                "G4, G5: many outcomes at once are not compared with all that is queued, whatever was queued before")
        void planOfManyOutcomes() throws SQLException {
            execute(DELIVERIES.formatted("null", "delivered", 1, 100_000));
            execute("analyze delivery");
            execute(DELIVERIES.formatted("n", "queued", 100_001, 110_000));

            assertThat(planOf(2_000)).noneMatch(line -> line.contains("Join Filter"));
        }

        private List<String> planOf(int outcomes) throws SQLException {
            List<String> plan = new ArrayList<>();
            try (Connection connection = database().dataSource().getConnection();
                    PreparedStatement explain = connection.prepareStatement("explain " + Settlement.SETTLE)) {
                for (int column = 0; column < Settlement.SETTLE_TYPES.size(); column++) {
                    Object[] values = new Object[outcomes];
                    if (column == 0) {
                        Arrays.setAll(values, i -> new UUID(0, 100_001L + i));
                    }
                    explain.setArray(column + 1, connection.createArrayOf(Settlement.SETTLE_TYPES.get(column), values));
                }
                try (ResultSet row = explain.executeQuery()) {
                    while (row.next()) {
                        plan.add(row.getString(1));
                    }
                }
            }
            return plan;
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class Cases {
        /** Place, state, first and last number. */
        static final String DELIVERIES = "insert into delivery (id, event_no, webhook_id, lane_key, pos, state, run,"
                + " attempts) select cast(lpad(to_hex(n), 32, '0') as uuid), n, 'w', 'customer:' || n, %s, '%s', 1, 0"
                + " from generate_series(%d, %d) n";

        private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

        private final TestDatabase kind;
        private final ConcurrentLinkedQueue<UUID> released = new ConcurrentLinkedQueue<>();
        private Database database;
        private Transactions transactions;

        Cases(TestDatabase kind) {
            this.kind = kind;
        }

        @BeforeAll
        void open(@TempDir Path folder) throws SQLException {
            database = OpenDatabase.migrated(kind, folder);
            execute("alter table attempt add constraint no_bad_detail check (detail <> 'bad')");
            execute("alter table delivery add constraint no_bad_reason check (reason <> 'bad')");
        }

        final Database database() {
            return database;
        }

        @AfterAll
        void close() {
            database.close();
        }

        @BeforeEach
        void empty() throws SQLException {
            for (String table : List.of("delivery", "attempt", "started", "webhook")) {
                execute("delete from " + table);
            }
            execute("update owner set name = null, died_at_place = null");
            execute("update place set last = 100");
            transactions = takeOver();
            released.clear();
        }

        /** Another process, after the one before ended in order, or died. */
        private Transactions takeOver() throws SQLException {
            Fence fence = OpenDatabase.takeOver(database);
            return new Transactions(database.dataSource(), fence, new HandOver(queued -> {}));
        }

        private RecordedStarts crash() throws SQLException {
            transactions = takeOver();
            return new RecordedStarts(database.dataSource(), transactions);
        }

        private void settle(Outcome... outcomes) {
            try (Settlement settlement = new Settlement(
                    transactions,
                    new Expiry(Duration.ofDays(3)),
                    (webhook, state) -> {},
                    deliveries -> deliveries.forEach(each -> released.add(each.id())),
                    outcome -> {})) {
                List.of(outcomes).forEach(settlement::settle);
            }
        }

        @Test
        @DisplayName("G6: an outcome that the database refuses is kept without its texts, and the others whole")
        void refused() throws SQLException {
            Queued good = queued(1, 0);
            Queued bad = queued(2, 2);

            settle(
                    new Outcome.Delivered(good, 1, 1, NOW, 200, 5),
                    new Outcome.Dead(bad, 1, 3, NOW, "status", true, failed(bad, 3, "bad")),
                    failed(queued(3, 0), 1, "fine"));

            assertThat(rows("select state, attempts, reason from delivery order by pos, event_no"))
                    .containsExactlyInAnyOrder("delivered 1 null", "dead 3 status", "queued 1 null");
            assertThat(rows("select number, status, detail from attempt order by number"))
                    .containsExactly("1 500 fine", "3 500 ");
            assertThat(released).containsExactlyInAnyOrder(good.id(), bad.id());
        }

        @Test
        @DisplayName(
                "F7: of two ends of one delivery the first counts, and what was skipped meanwhile was sent all the same")
        void endedTwice() throws SQLException {
            Queued sent = queued(1, 0);
            Queued skipped = queued(2, 0);
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 3; i < 50; i++) {
                outcomes.add(failed(queued(i, 0), 1, "fine")); // a batch of their own, so that those behind share one
            }
            outcomes.add(new Outcome.Delivered(sent, 1, 1, NOW, 200, 5));
            outcomes.add(new Outcome.Dead(sent, 2, 2, NOW, "status", true, null));
            outcomes.add(new Outcome.Skipped(skipped, NOW, "off"));
            outcomes.add(new Outcome.Delivered(skipped, 3, 1, NOW, 204, 7));

            settle(outcomes.toArray(Outcome[]::new));

            assertThat(rows("select state, attempts, reason, status, duration_ms, webhook_version, pos from delivery"
                            + " where event_no < 3 order by event_no"))
                    .containsExactly("delivered 1 null 200 5 1 null", "delivered 1 null 204 7 3 null");
        }

        @Test
        @DisplayName("F2: that the request of an attempt was sent twice is kept, whatever became of it")
        void resent() throws SQLException {
            settle(
                    new Outcome.Delivered(queued(1, 0), 1, 1, NOW, 200, 5, true),
                    failed(queued(2, 0), 1, "answered 500; " + Resent.NOTE));

            assertThat(rows("select state, reason from delivery order by event_no"))
                    .containsExactly("delivered resent", "queued null");
            assertThat(rows("select detail from attempt")).containsExactly("answered 500; " + Resent.NOTE);
        }

        @Test
        @DisplayName("G6: a failed attempt that the database refuses counts all the same")
        void refusedAttempt() throws SQLException {
            settle(failed(queued(1, 0), 1, "bad"));

            assertThat(rows("select state, attempts from delivery")).containsExactly("queued 1");
        }

        @Test
        @DisplayName("G6: a delivery whose end is refused in any form is not held for ever")
        void refusedTwice() throws SQLException {
            Queued bad = queued(1, 0);

            settle(new Outcome.Dead(bad, 1, 1, NOW, "bad", true, null));

            assertThat(rows("select state from delivery")).containsExactly("queued");
            assertThat(released).containsExactly(bad.id());
        }

        @Test
        @DisplayName(
                "G6: a delivery that may have been in flight at a crash and was at two more goes alone, then is dead")
        void countsCrashes() throws SQLException {
            Queued poison = queued(100, 1);
            Queued later = queued(101, 0);

            RecordedStarts starts = crash();
            assertThat(starts.read().crashed()).isTrue();
            for (int crashes = 2; crashes <= 3; crashes++) {
                starts.starting(List.of(poison, later), false);
                starts = crash();
                assertThat(starts.read().crashes())
                        .isEqualTo(Map.of(poison.identity(), crashes, later.identity(), crashes - 1));
            }
            starts.starting(List.of(poison), true);
            starts = crash();

            assertThat(starts.read().crashes()).isEqualTo(Map.of(later.identity(), 2));
            assertThat(rows("select state, reason, attempts, pos from delivery where reason is not null"))
                    .containsExactly("dead poison 2 null");
            assertThat(rows("select number, error from attempt")).containsExactly("2 poison");
        }

        @Test
        @DisplayName("G6: a start of a run before a replay, on its way still, does not hide that of the replay")
        void olderRun() throws SQLException {
            Queued older = queued(1, 0);
            Queued newer = new Queued(older.id(), "w", older.eventNo(), older.pos(), older.laneKey(), 2, 0, null, 10);
            execute("update delivery set run = 2");
            RecordedStarts starts = crash();
            starts.starting(List.of(newer), false);
            starts.starting(List.of(older), false);

            assertThat(crash().read().crashes()).containsExactlyEntriesOf(Map.of(newer.identity(), 1));
        }

        @Test
        @DisplayName("G6: one that was alone and is no more is not taken for what the next crash came of")
        void aloneBefore() throws SQLException {
            Queued innocent = queued(1, 0);
            Queued other = queued(2, 0);
            RecordedStarts starts = crash();
            starts.starting(List.of(innocent), true);
            starts.starting(List.of(other), false);

            starts = crash();

            assertThat(rows("select state from delivery")).containsExactly("queued", "queued");
            assertThat(starts.read().crashes()).isEqualTo(Map.of(other.identity(), 1));
        }

        @Test
        @DisplayName("G6: what was settled, replayed, or tried to an end is no suspect")
        void ended() throws SQLException {
            List<Queued> all = List.of(queued(1, 0), queued(2, 0), queued(3, 0));
            RecordedStarts starts = crash();
            starts.starting(all, false);
            settle(new Outcome.Delivered(all.get(0), 1, 1, NOW, 200, 5), failed(all.get(1), 1, "fine"));
            execute("update delivery set run = 2 where pos = 3");

            assertThat(crash().read().crashes()).isEmpty();
        }

        @Test
        @DisplayName("G6: after a while without a crash nothing is suspected but what is on its way still")
        void calm() throws SQLException {
            List<Queued> both = List.of(queued(1, 0), queued(2, 0));
            RecordedStarts starts = crash();
            starts.starting(both, false);
            settle(new Outcome.Delivered(both.get(0), 1, 1, NOW, 200, 5));

            starts.calm();

            assertThat(starts.read().crashed()).isFalse();
            assertThat(rows("select count(*) from started")).containsExactly("1");
        }

        @Test
        @DisplayName("G6: an end in order is no crash, whatever was on its way")
        void endInOrder() throws SQLException {
            RecordedStarts starts = crash();
            starts.starting(List.of(queued(1, 0)), true);
            execute("update owner set name = null");

            starts = crash();

            assertThat(starts.read().crashed()).isFalse();
            assertThat(rows("select state from delivery")).containsExactly("queued");
        }

        @Test
        @DisplayName("F1: what came up after a restore stays queued, though the purge took the webhook for expired")
        void restoredMeanwhile() throws SQLException {
            queued(1, 0);
            try (Settlement settlement = new Settlement(
                    transactions, new Expiry(Duration.ofDays(3)), (id, state) -> {}, ended -> {}, outcome -> {})) {
                Vault vault = new Vault(new OneKey(), new SecureRandom());
                vault.unlock(transactions);
                Webhooks webhooks = new Webhooks(
                        database.dataSource(),
                        vault,
                        InstantSource.fixed(NOW),
                        () -> "w",
                        new Expiry(Duration.ofDays(3)),
                        () -> settlement,
                        id -> {});
                webhooks.load();
                Definition definition = new Definition(
                        "w", true, List.of("t"), Map.of(), "http://localhost/", null, Map.of(), ENTITY, null, null);
                webhooks.create(
                        definition,
                        new Audit(database.dataSource(), settlement, InstantSource.fixed(NOW), UUID::randomUUID)
                                .entry("somebody", AuditEntry.Action.WEBHOOK_CREATED));
                execute("update webhook set expired_at = current_timestamp");
                webhooks.load();
                Maintenance maintenance = new Maintenance(
                        webhooks, settlement, InstantSource.fixed(NOW), Duration.ofDays(30), skipped -> {});
                execute("update webhook set expired_at = null");

                assertThat(maintenance.purgeWebhooks()).isZero();
                assertThat(rows("select state from delivery")).containsExactly("queued");

                execute("update webhook set expired_at = current_timestamp");
                assertThat(maintenance.purgeWebhooks()).isEqualTo(1);
                assertThat(rows("select state, reason from delivery")).containsExactly("skipped expired");
            }
        }

        private Outcome.AttemptFailed failed(Queued delivery, int number, String detail) {
            byte[] answer = "no".getBytes(StandardCharsets.UTF_8);
            Failure failure = new Failure(Failure.Kind.STATUS, null, 500, detail, answer, null, true, true);
            return new Outcome.AttemptFailed(delivery, 1, number, NOW, 5, failure, NOW);
        }

        private Queued queued(long pos, int attempts) throws SQLException {
            Queued row = new Queued(UUID.randomUUID(), "w", pos, pos, "lane" + pos, 1, attempts, null, 10);
            try (Connection connection = database.dataSource().getConnection();
                    PreparedStatement insert = connection.prepareStatement("insert into delivery"
                            + " (id, event_no, webhook_id, lane_key, pos, state, run, attempts)"
                            + " values (?, ?, 'w', ?, ?, 'queued', 1, ?)")) {
                insert.setObject(1, row.id());
                insert.setLong(2, pos);
                insert.setString(3, row.laneKey());
                insert.setLong(4, pos);
                insert.setInt(5, attempts);
                insert.executeUpdate();
            }
            return row;
        }

        final void execute(String sql) throws SQLException {
            try (Connection connection = database.dataSource().getConnection();
                    var statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        private List<String> rows(String sql) throws SQLException {
            List<String> rows = new ArrayList<>();
            try (Connection connection = database.dataSource().getConnection();
                    var statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                while (row.next()) {
                    StringBuilder text = new StringBuilder();
                    for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                        text.append(i == 1 ? "" : " ").append(row.getString(i));
                    }
                    rows.add(text.toString());
                }
            }
            return rows;
        }
    }
}
