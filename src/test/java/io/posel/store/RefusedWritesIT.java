package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.uuid.Generators;
import io.posel.delivery.HandOver;
import io.posel.delivery.Outcome;
import io.posel.delivery.Queued;
import io.posel.delivery.RecentEvents;
import io.posel.event.EntityRef;
import io.posel.event.Event;
import io.posel.json.Json;
import io.posel.testing.TestDatabase;
import io.posel.webhook.Expiry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One wish, one outcome or one event that the database refuses, whatever for. */
class RefusedWritesIT {
    /** Time-out, lock, right, disk, inside, feature, conflict, connection, server stops, trigger, data, key; H2 is closed. */
    private static final List<String> STATES = List.of(
            "57014", "55P03", "42501", "53100", "XX000", "0A000", "40001", "08006", "57P01", "P0001", "22000", "23505",
            "25006", "90098");

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

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
        @DisplayName("E3: what is refused only at the commit is refused alone too, and once")
        void refusedAtCommit() throws Exception {
            execute("create table checked (a integer unique deferrable initially deferred)");
            execute("insert into checked values (1)");
            Queued good = queued("w", "lane");
            try (Settlement settlement = settlement()) {
                settlement.settle(delivered(good));
                CompletableFuture<Integer> bad = settlement.wish(transaction -> {
                    try (var insert = transaction.connection().createStatement()) {
                        return insert.executeUpdate("insert into checked values (1)");
                    }
                });

                assertThat(failure(bad))
                        .isInstanceOfSatisfying(StoreUnavailableException.class, e -> assertThat(e.isRefusal())
                                .isTrue());
                awaitSettled(good);
                assertThat(settlement.wish(transaction -> 7).get(20, TimeUnit.SECONDS))
                        .isEqualTo(7);
            }
        }

        @Test
        @DisplayName(
                "E3: outcomes of a webhook whose row somebody locks stop no other webhook's, and are written later")
        void lockedRow() throws Exception {
            execute("insert into webhook (id, version, definition, created_at, updated_at)"
                    + " values ('locked', 1, '', now(), now())");
            List<Queued> locked = new ArrayList<>();
            List<Queued> free = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                locked.add(queued("locked", "lane" + i));
                free.add(queued("free" + i % 3, "lane" + i));
            }
            try (Settlement settlement = settlement();
                    Connection other = database().dataSource().getConnection()) {
                other.setAutoCommit(false);
                other.createStatement().execute("set idle_in_transaction_session_timeout = 0");
                other.createStatement().execute("select 1 from webhook where id = 'locked' for update");
                for (int i = 0; i < 20; i++) {
                    settlement.settle(delivered(locked.get(i)));
                    settlement.settle(delivered(free.get(i)));
                }

                awaitSettled(free.toArray(Queued[]::new));
                assertThat(rows("select count(*) from delivery where webhook_id = 'locked' and state = 'queued'"))
                        .containsExactly("20");
                other.rollback();
                awaitSettled(locked.toArray(Queued[]::new));
            }
        }

        @Test
        @DisplayName("E3: time-outs of the role and its database do not concern Posel's own sessions")
        void ownLimits() throws Exception {
            execute("alter role postgres set statement_timeout = 1");
            execute("alter role postgres set lock_timeout = 1");
            Database own = new Database(access());
            try (Connection connection = own.dataSource().getConnection()) {
                assertThat(setting(connection, "statement_timeout")).isEqualTo("20s");
                assertThat(setting(connection, "lock_timeout")).isEqualTo("5s");
                assertThat(setting(connection, "idle_in_transaction_session_timeout"))
                        .isEqualTo("5s");
            } finally {
                execute("alter role postgres reset statement_timeout");
                execute("alter role postgres reset lock_timeout");
                own.close();
            }
        }

        private String setting(Connection connection, String name) throws SQLException {
            try (ResultSet row = connection.createStatement().executeQuery("show " + name)) {
                row.next();
                return row.getString(1);
            }
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class Cases {
        private static final SessionLimits SHORT = new SessionLimits(
                Duration.ofSeconds(20), Duration.ofMillis(700), Duration.ofSeconds(5), Duration.ofSeconds(30));

        private final TestDatabase kind;
        private final ConcurrentLinkedQueue<UUID> released = new ConcurrentLinkedQueue<>();
        private Database database;
        private Transactions transactions;

        Cases(TestDatabase kind) {
            this.kind = kind;
        }

        @BeforeAll
        void open(@TempDir Path folder) throws SQLException {
            database = OpenDatabase.migrated(kind, folder, SHORT);
            for (String table : List.of("delivery", "event")) {
                String column = table.equals("delivery") ? "lane_key" : "type";
                for (String sql :
                        RefusingTrigger.on(database, table, column, table.equals("delivery") ? "update" : "insert")) {
                    execute(sql);
                }
            }
            transactions = new Transactions(
                    database.dataSource(), OpenDatabase.takeOver(database), new HandOver(queued -> {}));
        }

        final Database database() {
            return database;
        }

        final Database.Access access() {
            return database.access();
        }

        @AfterAll
        void close() {
            database.close();
        }

        @BeforeEach
        void empty() throws SQLException {
            for (String table : List.of("delivery", "event", "event_key", "webhook")) {
                execute("delete from " + table);
            }
            released.clear();
        }

        @AfterEach
        void isOpen() throws SQLException {
            assertThat(rows("select last from place")).hasSize(1);
        }

        final Settlement settlement() {
            return new Settlement(
                    transactions,
                    new Expiry(Duration.ofDays(3)),
                    (webhook, state) -> {},
                    deliveries -> deliveries.forEach(each -> released.add(each.id())),
                    outcome -> {});
        }

        @Test
        @DisplayName(
                "E3: a wish that is refused fails to its caller, whatever for; outcomes and other wishes are written")
        void wish() throws Exception {
            for (String state : STATES) {
                wishThatThrows(new SQLException("refused", state));
            }
        }

        @Test
        @DisplayName("E3: a wish that fails inside of Posel stops nobody")
        void wishThatIsWrong() throws Exception {
            wishThatThrows(new IllegalStateException("wrong"));
            wishThatThrows(new StackOverflowError());
        }

        private void wishThatThrows(Throwable cause) throws Exception {
            CountDownLatch handedIn = new CountDownLatch(1);
            List<Queued> good = List.of(queued("w", "a" + UUID.randomUUID()), queued("v", "b" + UUID.randomUUID()));
            try (Settlement settlement = settlement()) {
                CompletableFuture<Integer> first = settlement.wish(transaction -> wait(handedIn));
                settlement.settle(delivered(good.get(0)));
                CompletableFuture<Integer> bad = settlement.wish(transaction -> raise(cause));
                CompletableFuture<Integer> other = settlement.wish(transaction -> 5);
                settlement.settle(delivered(good.get(1)));
                handedIn.countDown();

                assertThat(failure(bad)).as("%s", cause).isNotNull();
                assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(1);
                assertThat(other.get(20, TimeUnit.SECONDS)).isEqualTo(5);
                awaitSettled(good.toArray(Queued[]::new));
            }
        }

        private static int wait(CountDownLatch latch) {
            try {
                return latch.await(20, TimeUnit.SECONDS) ? 1 : 0;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private static int raise(Throwable cause) throws SQLException {
            if (cause instanceof SQLException e) {
                throw e;
            } else if (cause instanceof RuntimeException e) {
                throw e;
            }
            throw (Error) cause;
        }

        @Test
        @DisplayName("E3: outcomes that are refused, whatever for, stop no others, and are written once they can be")
        void outcomes() throws Exception {
            List<Queued> bad = new ArrayList<>();
            List<Queued> good = new ArrayList<>();
            for (String state : STATES) {
                bad.add(queued("w", "refuse:" + state));
                good.add(queued("w", "fine:" + state));
            }
            try (Settlement settlement = settlement()) {
                CountDownLatch handedIn = new CountDownLatch(1);
                settlement.wish(transaction -> wait(handedIn));
                for (int i = 0; i < good.size(); i++) {
                    settlement.settle(delivered(bad.get(i)));
                    settlement.settle(delivered(good.get(i)));
                }
                CompletableFuture<Integer> wish = settlement.wish(transaction -> 5);
                handedIn.countDown();

                assertThat(wish.get(20, TimeUnit.SECONDS)).isEqualTo(5);
                awaitSettled(good.toArray(Queued[]::new));
                assertThat(rows("select state from delivery where lane_key like 'refuse:%'"))
                        .containsOnly("queued");

                RefusingTrigger.stop(database, "delivery");
                awaitSettled(
                        bad.stream().filter(each -> !isOfData(each.laneKey())).toArray(Queued[]::new));
                // the same again would have been refused for ever, so they count as ended
                await().until(() ->
                        released.containsAll(bad.stream().map(Queued::id).toList()));
            } finally {
                for (String sql : RefusingTrigger.on(database, "delivery", "lane_key", "update")) {
                    if (!sql.contains("function refuse_delivery() returns")) {
                        execute(sql);
                    }
                }
            }
        }

        private static boolean isOfData(String lane) {
            return List.of("P0001", "22000", "23505").contains(lane.substring(7));
        }

        @Test
        @DisplayName("E3: an event that is refused, whatever for, refuses no other that came with it")
        void events() throws Exception {
            List<CompletableFuture<List<Accepted>>> good = new ArrayList<>();
            List<CompletableFuture<List<Accepted>>> bad = new ArrayList<>();
            try (Intake intake = new Intake(
                    database.dataSource(),
                    transactions,
                    new RecentEvents(0),
                    InstantSource.system(),
                    Generators.timeBasedEpochGenerator())) {
                try (Transaction before = transactions.begin()) {
                    before.places(); // so that all of them share the next transaction
                    good.add(intake.accept(List.of(event("first", "t"))));
                    for (String state : STATES) {
                        bad.add(intake.accept(List.of(event("bad" + state, "refuse:" + state))));
                        good.add(intake.accept(List.of(event("good" + state, "t"))));
                    }
                }

                for (CompletableFuture<List<Accepted>> each : good) {
                    assertThat(each.get(20, TimeUnit.SECONDS)).hasSize(1);
                }
                for (CompletableFuture<List<Accepted>> each : bad) {
                    assertThat(failure(each)).isInstanceOf(StoreUnavailableException.class);
                }
            }
            assertThat(rows("select id from event where type <> 't'")).isEmpty();
            assertThat(rows("select id from event_key where id like 'bad%'")).isEmpty();
        }

        private static Acceptance event(String id, String type) {
            return new Acceptance(
                    new Event("s", id, type, new EntityRef("customer", id), null, null, Json.EMPTY), List.of());
        }

        static Throwable failure(CompletableFuture<?> answer) throws Exception {
            try {
                Object result = answer.get(20, TimeUnit.SECONDS);
                throw new AssertionError("not refused: " + result);
            } catch (ExecutionException e) {
                return e.getCause();
            }
        }

        static Outcome delivered(Queued delivery) {
            return new Outcome.Delivered(delivery, 1, 1, NOW, 200, 5);
        }

        final void awaitSettled(Queued... deliveries) {
            List<String> ids = new ArrayList<>();
            for (Queued each : deliveries) {
                ids.add(each.id().toString());
            }
            await().atMost(Duration.ofSeconds(40))
                    .untilAsserted(() -> assertThat(rows("select id from delivery where state = 'delivered'"))
                            .containsAll(ids));
        }

        private long places = 1_000;

        final Queued queued(String webhook, String lane) throws SQLException {
            long pos = ++places;
            Queued row = new Queued(UUID.randomUUID(), webhook, pos, pos, lane, 1, 0, null, 10);
            try (Connection connection = database.dataSource().getConnection();
                    PreparedStatement insert = connection.prepareStatement("insert into delivery"
                            + " (id, event_no, webhook_id, lane_key, pos, state, run, attempts)"
                            + " values (?, ?, ?, ?, ?, 'queued', 1, 0)")) {
                insert.setObject(1, row.id());
                insert.setLong(2, pos);
                insert.setString(3, webhook);
                insert.setString(4, lane);
                insert.setLong(5, pos);
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
