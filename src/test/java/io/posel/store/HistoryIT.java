package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.posel.delivery.HandOver;
import io.posel.delivery.Outcome;
import io.posel.delivery.Queued;
import io.posel.testing.MovableClock;
import io.posel.testing.OneKey;
import io.posel.testing.TestDatabase;
import io.posel.webhook.Definition;
import io.posel.webhook.Expiry;
import io.posel.webhook.Ordering;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What goes through the history: retention, replays; and how far a source was read. */
class HistoryIT {

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
        @DisplayName("E12: no outcome waits for what the retention deletes")
        void outcomesMeanwhile() throws Exception {
            events(1, 3, "delivered", Duration.ofDays(1));
            events(4, 4, "queued", Duration.ofMinutes(1));
            clock.move(RETENTION.plusDays(2));
            try (Connection other = database().dataSource().getConnection()) {
                other.setAutoCommit(false);
                other.createStatement().execute("set idle_in_transaction_session_timeout = 0");
                other.createStatement().execute("select 1 from delivery where event_no = 2 for update");
                CompletableFuture<Integer> purging = CompletableFuture.supplyAsync(retention::purge);
                await().until(() -> rows("select 1 from pg_stat_activity where wait_event_type = 'Lock'"
                                        + " and query like '%for update'")
                                .size()
                        == 1);

                settlement.settle(new Outcome.Delivered(
                        new Queued(new UUID(0, 4), "w0", 4, 4, null, 1, 0, null, 10), 1, 1, clock.instant(), 200, 5));
                await().until(() ->
                        rows("select state from delivery where event_no = 4").equals(List.of("delivered")));
                assertThat(purging).isNotDone();
                other.rollback();
                assertThat(purging.join()).isEqualTo(3);
            }
        }

        @Test
        @DisplayName("E13: a replay has no transaction open while its portions are written")
        void replayHoldsNothing() throws Exception {
            events(1, 3_000, "dead", Duration.ofDays(1));
            try (Connection other = database().dataSource().getConnection()) {
                other.setAutoCommit(false);
                other.createStatement().execute("set idle_in_transaction_session_timeout = 0");
                other.createStatement().execute("select 1 from place for update");
                CompletableFuture<Integer> replaying = CompletableFuture.supplyAsync(() -> replay(false));
                await().until(() -> rows("select 1 from pg_stat_activity where wait_event_type = 'Lock'"
                                        + " and query like '%from place%'")
                                .size()
                        == 1);

                assertThat(rows("select query from pg_stat_activity where datname = current_database()"
                                + " and state like 'idle in transaction%' and query not like '%from place%'"))
                        .isEmpty();
                other.rollback();
                assertThat(replaying.join()).isEqualTo(3_000);
            }
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class Cases {
        static final Duration RETENTION = Duration.ofDays(30);

        private final TestDatabase kind;
        private final OneKey key = new OneKey();
        private Database database;
        private Transactions transactions;
        private Webhooks webhooks;
        private Audit audit;
        Settlement settlement;
        MovableClock clock;
        Retention retention;

        Cases(TestDatabase kind) {
            this.kind = kind;
        }

        @BeforeAll
        void open(@TempDir Path folder) throws SQLException {
            database = OpenDatabase.migrated(kind, folder);
        }

        @BeforeEach
        void begin() throws SQLException {
            for (String table : List.of("delivery", "attempt", "event", "event_key", "webhook", "audit")) {
                execute("delete from " + table);
            }
            transactions = new Transactions(
                    database.dataSource(), OpenDatabase.takeOver(database), new HandOver(queued -> {}));
            if (settlement != null) {
                settlement.close();
            }
            clock = new MovableClock();
            settlement = new Settlement(
                    transactions, new Expiry(Duration.ofDays(3)), (id, state) -> {}, ended -> {}, outcome -> {});
            Vault vault = new Vault(key, new SecureRandom());
            vault.unlock(transactions);
            webhooks = new Webhooks(
                    database.dataSource(),
                    vault,
                    clock,
                    () -> "w0",
                    new Expiry(Duration.ofDays(3)),
                    () -> settlement,
                    id -> {});
            webhooks.load();
            audit = new Audit(database.dataSource(), settlement, clock, UUID::randomUUID);
            webhooks.create(
                    new Definition(
                            "w", true, List.of("t"), Map.of(), "http://a/", null, Map.of(), Ordering.NONE, null, null),
                    entry());
            retention = new Retention(database.dataSource(), transactions, webhooks, clock, RETENTION);
        }

        final Database database() {
            return database;
        }

        @AfterAll
        void close() {
            settlement.close();
            database.close();
        }

        private AuditEntry entry() {
            return audit.entry("somebody", AuditEntry.Action.WEBHOOK_CREATED);
        }

        final int replay(boolean onlyCount) {
            Replay replay = new Replay(database.dataSource(), webhooks, settlement);
            ReplayRequest request = new ReplayRequest("w0", Set.of("dead"), null, null, false);
            return onlyCount ? replay.count(request) : replay.replay(request, this::entry);
        }

        /** Accepted that long before the clock's time, and settled then. */
        final void events(int first, int last, String state, Duration age) throws SQLException {
            OffsetDateTime then = clock.instant().minus(age).atOffset(ZoneOffset.UTC);
            boolean open = state.equals("queued");
            try (Connection connection = database.dataSource().getConnection();
                    PreparedStatement event = connection.prepareStatement("insert into event (no, source, id, type,"
                            + " entity_type, entity_id, accepted_at, data) values (?, 's', ?, 't', 'e', '1', ?, ?)");
                    PreparedStatement delivery = connection.prepareStatement("insert into delivery (id, event_no,"
                            + " webhook_id, pos, state, run, attempts, settled_at)"
                            + " values (?, ?, 'w0', ?, ?, 1, 0, ?)")) {
                connection.setAutoCommit(false);
                for (long no = first; no <= last; no++) {
                    event.setLong(1, no);
                    event.setString(2, String.valueOf(no));
                    event.setObject(3, then);
                    event.setBytes(4, new byte[] {'{', '}'});
                    event.addBatch();
                    delivery.setObject(1, new UUID(0, no));
                    delivery.setLong(2, no);
                    delivery.setObject(3, open ? no : null, Types.BIGINT);
                    delivery.setString(4, state);
                    delivery.setObject(5, open ? null : then, Types.TIMESTAMP_WITH_TIMEZONE);
                    delivery.addBatch();
                }
                event.executeBatch();
                delivery.executeBatch();
                connection.commit();
            }
            execute("update place set last = 1000000");
        }

        @Test
        @DisplayName("E12: what is settled goes after the retention, in portions, and what is queued stays")
        void portions() throws SQLException {
            events(1, 2_500, "queued", Duration.ofDays(1));
            events(2_501, 5_000, "dead", Duration.ofDays(1));
            events(5_001, 5_010, "dead", Duration.ofMinutes(1));
            clock.move(RETENTION.minusHours(1));

            assertThat(retention.purge()).isEqualTo(2_500);
            assertThat(rows("select state || ' ' || count(*) from delivery group by state order by state"))
                    .containsExactly("dead 10", "queued 2500");
            assertThat(rows("select count(*) from event")).containsExactly("2510");
        }

        @Test
        @DisplayName(
                "E12: what is old and queued is not looked at each minute; settled late, it goes with the next sweep")
        void settledLate() throws SQLException {
            events(1, 5, "queued", Duration.ofDays(3));
            clock.move(RETENTION);
            assertThat(retention.purge()).isZero();
            execute("update delivery set state = 'dead', pos = null, settled_at = timestamp with time zone"
                    + " '2020-01-01 00:00:00+00'");
            events(6, 7, "dead", Duration.ofMinutes(1));
            clock.move(Duration.ofMinutes(1));

            assertThat(retention.purge()).as("not looked at").isZero();
            clock.move(Duration.ofHours(1));
            assertThat(retention.purge()).as("looked at once an hour").isEqualTo(5);
        }

        @Test
        @DisplayName("E13: a replay goes through the history in portions, and leaves nothing out")
        void replayInPortions() throws SQLException {
            events(1, 2 * Replay.LOOK + 10, "delivered", Duration.ofDays(1));
            execute("update delivery set state = 'dead' where event_no in (1, " + Replay.LOOK + ", " + (Replay.LOOK + 1)
                    + ", " + 2 * Replay.LOOK + ", " + (2 * Replay.LOOK + 10) + ")");
            execute("update delivery set webhook_id = 'other' where event_no = " + 2 * Replay.LOOK);

            assertThat(replay(true)).isEqualTo(4);
            assertThat(replay(false)).isEqualTo(4);
            assertThat(rows("select event_no from delivery where state = 'queued' order by pos"))
                    .containsExactly("1", "" + Replay.LOOK, "" + (Replay.LOOK + 1), "" + (2 * Replay.LOOK + 10));
            assertThat(replay(false)).isZero();
        }

        @Test
        @DisplayName("E14: who was replaced does not move the position of a source")
        void positionOfAnother() throws SQLException {
            SourcePositions before = new SourcePositions(database.dataSource(), transactions, clock);
            before.save("crm", "1");
            Transactions newer = new Transactions(
                    database.dataSource(), OpenDatabase.takeOver(database), new HandOver(queued -> {}));
            new SourcePositions(database.dataSource(), newer, clock).save("crm", "2");

            assertThatThrownBy(() -> before.save("crm", "1")).isInstanceOf(NotOwnerException.class);
            assertThat(before.find("crm")).contains("2");
        }

        final void execute(String sql) throws SQLException {
            try (Connection connection = database.dataSource().getConnection();
                    var statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        final List<String> rows(String sql) throws SQLException {
            List<String> rows = new ArrayList<>();
            try (Connection connection = database.dataSource().getConnection();
                    var statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                while (row.next()) {
                    rows.add(row.getString(1));
                }
            }
            return rows;
        }
    }
}
