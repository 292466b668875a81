package io.posel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The shipped SQL source in the whole of Posel. */
@Timeout(120)
class PollEventsSqlIT {
    private static final String TYPE = "customer.credit.changed";
    private static final String SENT = "select source, id, entity_id from event order by no";

    @TempDir
    Path home;

    @BeforeEach
    void patience() {
        org.awaitility.Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    private RunningPosel polling(TestDatabase database) {
        return RunningPosel.on(database, home)
                .with("POSEL_SOURCE_OUTBOX_ENABLED", "true")
                .with("POSEL_SOURCE_OUTBOX_INTERVAL", "PT0.1S")
                .with("POSEL_SOURCE_OUTBOX_MAX_DELAY", "PT0.5S")
                // what else misses a table that a test takes away
                .with("POSEL_PURGE_CRON", "0 0 0 1 1 ? 2099");
    }

    /** Posel's own database has the outbox; it is there before Posel looks. */
    private Outbox own(RunningPosel posel) throws Exception {
        return Outbox.create(posel.connect());
    }

    private static RunningPosel reading(RunningPosel posel, Map<String, String> access, String statements) {
        return posel.with("POSEL_SOURCE_OUTBOX_DB_URL", access.get("POSEL_DB_URL"))
                .with("POSEL_SOURCE_OUTBOX_DB_USER", access.get("POSEL_DB_USER"))
                .with("POSEL_SOURCE_OUTBOX_STATEMENTS", statements);
    }

    private static List<String> ids(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(i -> "outbox outbox:" + i + " 42")
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("C4: rows of Posel's own database become events in the order of the query, and are marked")
    void ownDatabase(TestDatabase database) throws Exception {
        try (RunningPosel posel = polling(database);
                Outbox outbox = own(posel)) {
            posel.with("POSEL_SOURCE_OUTBOX_STATEMENTS", Outbox.statements(outbox.connection()));
            for (int i = 1; i <= 3; i++) {
                outbox.insert(TYPE, "42", i);
            }
            posel.start();

            await().until(() -> outbox.unsent() == 0);
            assertThat(posel.rows(SENT)).isEqualTo(ids(1, 3));

            outbox.insert(TYPE, "42", 4);
            await().until(() -> outbox.unsent() == 0);
            assertThat(posel.rows(SENT)).isEqualTo(ids(1, 4));
        }
    }

    @Test
    @DisplayName("C4: the table may be in another database than Posel's own")
    void anotherDatabase() throws Exception {
        Map<String, String> other = TestDatabase.POSTGRESQL.create(home);
        try (Outbox outbox = Outbox.create(Outbox.connect(other));
                RunningPosel posel = reading(polling(TestDatabase.H2), other, "outbox-postgresql")) {
            outbox.insert(TYPE, "42", 1);
            posel.start();

            await().until(() -> outbox.unsent() == 0);
            assertThat(posel.rows("select source, id, type, entity_type, entity_id from event"))
                    .containsExactly("outbox outbox:1 customer.credit.changed customer 42");
            assertThat(posel.rows("select data from event")).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("C4: a row that makes no valid event is set aside with its reason and blocks nothing")
    void badRows(TestDatabase database) throws Exception {
        try (RunningPosel posel = polling(database);
                Outbox outbox = own(posel);
                Log log = Log.open()) {
            posel.with("POSEL_SOURCE_OUTBOX_STATEMENTS", Outbox.statements(outbox.connection()));
            outbox.insert(TYPE, "42", 1);
            outbox.insert("", "42", 2);
            Outbox.insert(outbox.connection(), TYPE, "42", "[3]");
            outbox.insert(TYPE, "42", 4);
            posel.start();

            await().until(() -> outbox.unsent() == 0);
            assertThat(posel.rows(SENT)).containsExactly("outbox outbox:1 42", "outbox outbox:4 42");
            assertThat(posel.rows("select source, item, reason from set_aside order by item"))
                    .containsExactly(
                            "outbox 2 /type: This must not be an empty string.",
                            "outbox 3 /data: A JSON object is needed here, not an array.");
            assertThat(log.warnings()).hasSize(2).first().asString().contains("Source outbox: item 2");

            // only bad ones
            outbox.insert("", "42", 5);
            await().until(() -> outbox.unsent() == 0);
            assertThat(posel.rows("select item from set_aside")).hasSize(3);
        }
    }

    @Test
    @DisplayName("C4: a row that commits late is not skipped")
    void lateCommit() throws Exception {
        try (RunningPosel posel = polling(TestDatabase.H2);
                Outbox outbox = own(posel);
                Connection late = posel.connect()) {
            late.setAutoCommit(false);
            posel.start();
            Outbox.insert(late, TYPE, "late", "{}");
            outbox.insert(TYPE, "early", 2);
            await().until(() -> outbox.unsent() == 0);

            late.commit();
            await().until(() -> posel.rows(SENT).size() == 2);

            assertThat(posel.rows(SENT)).containsExactly("outbox outbox:2 early", "outbox outbox:1 late");
        }
    }

    @Test
    @DisplayName("F6: on PostgreSQL nothing is read that an open transaction could still commit in front of")
    void commitSafeOrder() throws Exception {
        try (RunningPosel posel = polling(TestDatabase.POSTGRESQL);
                Outbox outbox = own(posel);
                Connection late = posel.connect()) {
            posel.with("POSEL_SOURCE_OUTBOX_STATEMENTS", "outbox-postgresql");
            late.setAutoCommit(false);
            outbox.insert(TYPE, "before", 1);
            Outbox.insert(late, TYPE, "late", "{}");
            outbox.insert(TYPE, "early", 3);
            posel.start();
            await().until(() -> posel.rows(SENT).size() == 1);

            late.commit();
            await().until(() -> outbox.unsent() == 0);

            assertThat(posel.rows(SENT))
                    .containsExactly("outbox outbox:1 before", "outbox outbox:2 late", "outbox outbox:3 early");
        }
    }

    @Test
    @DisplayName("C4: more rows than one poll takes are read on without waiting")
    void manyRows() throws Exception {
        try (RunningPosel posel = polling(TestDatabase.H2).with("POSEL_SOURCE_OUTBOX_INTERVAL", "PT1H");
                Outbox outbox = own(posel)) {
            outbox.execute("insert into event_outbox (type, entity_type, entity_id)"
                    + " select 'customer.tier.changed', 'customer', \"X\" from system_range(1, 1234)");
            posel.start();

            await().until(() -> outbox.unsent() == 0);
            assertThat(posel.rows("select id from event order by no"))
                    .isEqualTo(IntStream.rangeClosed(1, 1234)
                            .mapToObj(i -> "outbox:" + i)
                            .toList());
        }
    }

    @Test
    @DisplayName("G7: rows that were stored but not marked before a crash end as duplicates and are marked then")
    void notMarked() throws Exception {
        try (RunningPosel posel = polling(TestDatabase.H2);
                Outbox outbox = own(posel)) {
            outbox.insert(TYPE, "42", 1);
            posel.start();
            await().until(() -> outbox.unsent() == 0);
            outbox.execute("update event_outbox set sent_at = null");
            outbox.insert(TYPE, "42", 2);

            await().until(() -> outbox.unsent() == 0);
            assertThat(posel.rows(SENT)).isEqualTo(ids(1, 2));
        }
    }

    @Test
    @DisplayName("C4: a database that goes away is told of in one line, and read again when it is back")
    void outage() throws Exception {
        Map<String, String> other = TestDatabase.POSTGRESQL.create(home);
        try (Outbox outbox = Outbox.create(Outbox.connect(other));
                RunningPosel posel = reading(polling(TestDatabase.H2), other, "outbox-postgresql");
                Log log = Log.open()) {
            outbox.insert(TYPE, "42", 1);
            posel.start();
            await().until(() -> outbox.unsent() == 0);

            // as good as gone: nothing of it answers as it should
            outbox.execute("alter table event_outbox rename to gone");
            await().until(() -> !log.warnings().isEmpty());
            assertThat(posel.rows(SENT)).hasSize(1);
            outbox.execute("alter table gone rename to event_outbox");
            outbox.insert(TYPE, "42", 2);

            await().until(() -> posel.rows(SENT).size() == 2);
            assertThat(log.warnings())
                    .containsExactly("PollBackoff: Source outbox stands still, Posel keeps trying: ERROR: relation"
                            + " \"event_outbox\" does not exist Position: 75");
        }
    }

    @Test
    @DisplayName("G1: while Posel's own store takes nothing, no row is marked, and all go on by themselves after it")
    void storeAway() throws Exception {
        Map<String, String> other = TestDatabase.POSTGRESQL.create(home);
        try (Outbox outbox = Outbox.create(Outbox.connect(other));
                RunningPosel posel = reading(polling(TestDatabase.H2), other, "outbox-postgresql");
                Log log = Log.open()) {
            posel.start();
            try (Connection store = posel.connect();
                    var statement = store.createStatement()) {
                statement.execute("alter table event rename to gone");
                outbox.insert(TYPE, "42", 1);
                await().until(() -> !log.warnings().isEmpty());
                assertThat(outbox.unsent()).isEqualTo(1);
                statement.execute("alter table gone rename to event");
            }

            await().until(() -> outbox.unsent() == 0);
            assertThat(posel.rows(SENT)).isEqualTo(ids(1, 1));
            assertThat(log.warnings()).hasSize(1).first().asString().contains("Source outbox stands still");
        }
    }

    @Test
    @DisplayName("C4: statements that mark nothing are found out instead of being run without a pause")
    void marksNothing() throws Exception {
        try (RunningPosel posel = polling(TestDatabase.H2);
                Outbox outbox = own(posel);
                Log log = Log.open()) {
            Path mark = posel.copyRoutes().resolve("sql/outbox-h2/mark.sql");
            Files.writeString(mark, "update event_outbox set sent_at = current_timestamp where id = -:#id");
            outbox.insert(TYPE, "42", 1);
            posel.start();

            await().until(() -> log.warnings().size() == 2);
            assertThat(log.warnings().get(0)).contains("row 1 stays unmarked");
            assertThat(log.warnings().get(1)).contains("mark.sql concerned none of the 1 rows");
        }
    }

    @Test
    @DisplayName("C4: a second source is a copy of the file with another name")
    void copiedFile() throws Exception {
        Map<String, String> other = TestDatabase.POSTGRESQL.create(home);
        try (Outbox outbox = Outbox.create(Outbox.connect(other));
                RunningPosel posel = RunningPosel.on(TestDatabase.H2, home)) {
            Path routes = posel.copyRoutes();
            Files.writeString(
                    routes.resolve("poll-orders.camel.yaml"),
                    Files.readString(routes.resolve("poll-events-sql.camel.yaml"))
                            .replace("outbox", "orders")
                            .replace("id: poll-events-sql", "id: poll-orders"));
            Files.createDirectories(home.resolve("config"));
            Files.writeString(home.resolve("config/application.properties"), """
                    posel.source.orders.enabled=true
                    posel.source.orders.db.url=%s
                    posel.source.orders.db.user=postgres
                    posel.source.orders.statements=outbox-postgresql
                    posel.source.orders.interval=PT0.1S
                    """.formatted(other.get("POSEL_DB_URL")));
            outbox.insert(TYPE, "42", 1);
            posel.start();

            await().until(() -> outbox.unsent() == 0);
            assertThat(posel.rows(SENT)).containsExactly("orders orders:1 42");
        }
    }
}
