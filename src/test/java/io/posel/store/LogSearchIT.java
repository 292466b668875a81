package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Searches in a long history on real databases. */
class LogSearchIT {
    private static final int EVENTS = 20_000;
    /** What reads a whole table, in the words of the two databases. */
    private static final List<String> WHOLE = List.of("seq scan on event", "seq scan on delivery", "tablescan");

    private static final OffsetDateTime OLDEST = OffsetDateTime.parse("2026-11-01T00:00:00Z");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("D1: what is not there is found out by an index, however long the history is")
    void byIndex(TestDatabase kind) throws SQLException {
        try (Database database = fill(kind)) {
            assertThat(plan(database, DeliveryLog.NUMBERS, new Conditions().andAll("", "nope", "nope", OLDEST)))
                    .doesNotContain(WHOLE);
            for (LogFilter filter : List.of(
                    filter(null, "nope", Set.of()),
                    filter(null, null, Set.of("dead")),
                    filter(null, null, Set.of("skipped")),
                    filter(null, null, Set.of("queued")),
                    filter(null, null, Set.of("held")),
                    filter(null, "nope", Set.of("dead")),
                    filter("w1", null, Set.of("dead")))) {
                Conditions deliveries = filter.onDeliveries();
                assertThat(plan(
                                database,
                                DeliveryLog.DELIVERIES + deliveries.where()
                                        + " order by d.event_no desc, d.id desc limit 51",
                                deliveries))
                        .as("deliveries, %s", filter)
                        .doesNotContain(WHOLE);
                Conditions events = filter.onEventsWithDeliveries();
                assertThat(plan(database, DeliveryLog.EVENTS + events.where() + " order by e.no desc limit 51", events))
                        .as("events, %s", filter)
                        .doesNotContain(WHOLE);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("D1: searches find what they found by reading all of it")
    void sameAnswers(TestDatabase kind) throws SQLException {
        try (Database database = fill(kind)) {
            DeliveryLog log = new DeliveryLog(database.dataSource(), new Searches(database.searches()));
            execute(
                    database,
                    "delete from event_key where id = 'e5'", // kept for less long than what still waits
                    "update event set accepted_at = accepted_at - interval '1' day where id = 'e5'",
                    "update delivery set state = 'dead' where event_no in (7, 8)",
                    "update delivery set state = 'queued', pos = 9 where event_no = 9",
                    "update delivery set state = 'held' where event_no = 10",
                    "insert into held_event (event_no, entity_type, entity_id, sequence) values (10, 'c', '10', 2)");

            assertThat(events(log, "e7", null, Set.of())).containsExactly("e7");
            assertThat(events(log, "e5", null, Set.of())).containsExactly("e5");
            assertThat(events(log, "nope", null, Set.of())).isEmpty();
            assertThat(events(log, null, "t2", Set.of())).hasSize(200).startsWith("e20000", "e19998");
            assertThat(events(log, null, null, Set.of("dead"))).containsExactly("e8", "e7");
            assertThat(events(log, null, null, Set.of("dead", "queued", "held")))
                    .containsExactly("e10", "e9", "e8", "e7");
            assertThat(events(log, "e8", "t2", Set.of("dead"))).containsExactly("e8");
            assertThat(events(log, "e8", "t1", Set.of("dead"))).isEmpty();
            assertThat(deliveries(log, "e7", Set.of())).containsExactly("e7");
            assertThat(deliveries(log, "nope", Set.of())).isEmpty();
            assertThat(deliveries(log, null, Set.of("dead"))).containsExactly("e8", "e7");
            assertThat(deliveries(log, null, Set.of("held", "queued"))).containsExactly("e10", "e9");
            assertThat(deliveries(log, "e9", Set.of("delivered"))).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("D1: what the database stops since it takes too long is known as that")
    void stopped(TestDatabase kind) throws SQLException {
        try (Database database = open(kind);
                Connection connection = database.searches().getConnection();
                Statement statement = connection.createStatement()) {
            String series = kind == TestDatabase.H2 ? "system_range(1, 100000)" : "generate_series(1, 100000)";
            statement.setQueryTimeout(1);

            assertThatThrownBy(() -> statement.executeQuery(
                            "select count(*) from " + series + " a(i), " + series + " b(i) where a.i + b.i = 7"))
                    .isInstanceOfSatisfying(SQLException.class, e -> assertThat(SqlStates.isCancelled(e))
                            .isTrue());
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    @DisplayName("D1: whether the database answers is asked on connections that nobody else uses")
    void healthApart(TestDatabase kind) throws SQLException {
        try (Database database = open(kind)) {
            Connection[] all = new Connection[10];
            for (int i = 0; i < all.length; i++) {
                all[i] = database.dataSource().getConnection();
            }

            assertThat(database.isReachable()).isTrue();
            for (Connection each : all) {
                each.close();
            }
        }
    }

    private static LogFilter filter(String webhook, String type, Set<String> states) {
        return new LogFilter(webhook, null, type, null, states, null, null);
    }

    private static List<String> events(DeliveryLog log, String event, String type, Set<String> states) {
        return log.events(new LogFilter(null, event, type, null, states, null, null), null, 200).items().stream()
                .map(LoggedEvent::id)
                .toList();
    }

    private static List<String> deliveries(DeliveryLog log, String event, Set<String> states) {
        return log.deliveries(new LogFilter(null, event, null, null, states, null, null), null, 200).items().stream()
                .map(LoggedDelivery::eventId)
                .toList();
    }

    private Database open(TestDatabase kind) throws SQLException {
        Map<String, String> environment = kind.create(folder);
        Database database = new Database(
                environment.containsKey("POSEL_DB_URL")
                        ? new Database.Access(environment.get("POSEL_DB_URL"), "postgres", "")
                        : Database.Access.embedded(folder));
        database.migrate();
        return database;
    }

    /** All of it is delivered, to one of two webhooks. */
    private Database fill(TestDatabase kind) throws SQLException {
        Database database = open(kind);
        String numbers = kind == TestDatabase.H2
                ? " from system_range(1, " + EVENTS + ") n(i)"
                : " from generate_series(1, " + EVENTS + ") n(i)";
        String at = ", timestamp with time zone '2026-11-01 00:00:00+00:00' + (i / 10) * interval '1' second";
        execute(
                database,
                "insert into event (no, source, id, type, entity_type, entity_id, accepted_at, data)"
                        + " select i, 's', 'e' || i, 't' || (1 + mod(i + 1, 2)), 'c', '' || i" + at
                        + ", cast('{}' as bytea)" + numbers,
                "insert into event_key (source, id, accepted_at) select 's', 'e' || i" + at + numbers,
                "insert into delivery (id, event_no, webhook_id, lane_key, state, run, attempts, settled_at, status)"
                        + " select cast('00000000-0000-7000-8000-' || lpad('' || i, 12, '0') as uuid), i,"
                        + " 'w' || mod(i, 2), 'c:' || i, 'delivered', 1, 1" + at + ", 200" + numbers,
                "analyze");
        return database;
    }

    private static void execute(Database database, String... statements) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    private static String plan(Database database, String sql, Conditions values) throws SQLException {
        try (Connection connection = database.searches().getConnection();
                PreparedStatement explain = connection.prepareStatement("explain " + sql)) {
            values.bind(explain);
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
