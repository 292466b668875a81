package io.posel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.MariaDb;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows that cannot be read, stored or marked, and times in every zone, in the whole of Posel. */
@Timeout(120)
class BadRowsIT {
    private static final String TYPE = "customer.credit.changed";

    private final TimeZone jvm = TimeZone.getDefault();

    @TempDir
    Path home;

    @BeforeEach
    void patience() {
        org.awaitility.Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    @AfterEach
    void zoneAsBefore() {
        TimeZone.setDefault(jvm);
    }

    private RunningPosel polling(TestDatabase database) {
        return RunningPosel.on(database, home)
                .with("POSEL_SOURCE_OUTBOX_ENABLED", "true")
                .with("POSEL_SOURCE_OUTBOX_INTERVAL", "PT0.1S")
                .with("POSEL_SOURCE_OUTBOX_MAX_DELAY", "PT0.5S")
                .with("POSEL_PURGE_CRON", "0 0 0 1 1 ? 2099");
    }

    private static Outbox outbox(RunningPosel posel) throws Exception {
        Outbox outbox = Outbox.create(posel.connect());
        posel.with("POSEL_SOURCE_OUTBOX_STATEMENTS", Outbox.statements(outbox.connection()));
        return outbox;
    }

    private static void statements(RunningPosel posel, String name, String select, String mark) throws Exception {
        Path folder = Files.createDirectories(posel.copyRoutes().resolve("sql").resolve(name));
        Files.writeString(folder.resolve("select.sql"), select);
        Files.writeString(folder.resolve("mark.sql"), mark);
        posel.with("POSEL_SOURCE_OUTBOX_STATEMENTS", name);
    }

    private static List<String> sent(RunningPosel posel) {
        return posel.rows("select id from event order by no");
    }

    @ParameterizedTest
    @CsvSource({"H2, UTC", "POSTGRESQL, UTC", "POSTGRESQL, Europe/Prague", "POSTGRESQL, America/New_York"})
    @DisplayName("K03 G11: what happened at 12:00Z is told as 12:00Z, whatever zone the JVM and the setting have")
    void instants(TestDatabase database, String jvmZone) throws Exception {
        TimeZone.setDefault(TimeZone.getTimeZone(jvmZone));
        try (RunningPosel posel = polling(database).with("POSEL_TIME_ZONE", "Europe/Prague");
                Receiver receiver = Receiver.start();
                Outbox outbox = outbox(posel)) {
            posel.start();
            posel.client()
                    .createWebhook("{\"name\":\"w\",\"events\":[\"o.x\"],\"url\":\"" + receiver.url("/")
                            + "\",\"body\":\"{\\\"at\\\":\\\"#event.occurredAt#\\\"}\"}");
            outbox.execute("insert into event_outbox (type, entity_type, entity_id, occurred_at)"
                    + " values ('o.x', 'o', '1', timestamp with time zone '2026-07-01 12:00:00+00')");

            await().until(() -> !receiver.requests().isEmpty());
            String body = receiver.requests().get(0).text();
            assertThat(OffsetDateTime.parse(body.substring(7, body.length() - 2))
                            .toInstant())
                    .isEqualTo("2026-07-01T12:00:00Z");
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("K09: a row that the driver cannot read is set aside by its key and marked; the others go")
    void unreadable(TestDatabase database) throws Exception {
        String name = MariaDb.create();
        try (RunningPosel posel = polling(database)
                        .with("POSEL_SOURCE_OUTBOX_DB_URL", MariaDb.Driver.MYSQL.url(name))
                        .with("POSEL_SOURCE_OUTBOX_DB_USER", "root");
                Connection connection = MariaDb.Driver.MYSQL.connect(name);
                Statement statement = connection.createStatement();
                Log log = Log.open()) {
            statement.execute("set sql_mode = ''");
            statement.execute("create table ord (id bigint primary key, sent int default 0, d datetime)");
            statement.execute("insert into ord (id, d) values (1, '0000-00-00 00:00:00'), (2, null), (3, null)");
            statements(
                    posel,
                    "ord",
                    "select *, 'ord' as type, 'order' as entity_type, id as entity_id from ord where sent = 0 order by id",
                    "update ord set sent = 1 where id = :#id");
            posel.start();

            await().until(() -> sent(posel).size() == 2);
            assertThat(sent(posel)).containsExactly("outbox:2", "outbox:3");
            await().until(() -> {
                try (var row = statement.executeQuery("select count(*) from ord where sent = 0")) {
                    return row.next() && row.getInt(1) == 0;
                }
            });
            assertThat(posel.rows("select item, reason from set_aside"))
                    .containsExactly("1 /d: The column cannot be read: Zero date value prohibited.");
            assertThat(log.warnings()).singleElement().asString().contains("item 1", "Zero date");
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("K31 K38: JSON columns and padded keys of any label become what templates expect")
    void typedColumns(TestDatabase database) throws Exception {
        try (RunningPosel posel = polling(database);
                Connection connection = posel.connect();
                Statement statement = connection.createStatement()) {
            String json = database == TestDatabase.H2 ? "json" : "jsonb";
            statement.execute("create table t (k char(10) primary key, j " + json + ", sent int default 0)");
            statement.execute("insert into t (k, j) values ('ab', "
                    + (database == TestDatabase.H2 ? "'{\"a\": 1.10}' format json" : "'{\"a\": 1.10}'") + ")");
            statements(
                    posel,
                    "t",
                    "select k as id, 't.x' as type, 't' as entity_type, k as entity_id, k as c, j from t where sent = 0",
                    "update t set sent = 1 where k = :#id");
            posel.start();

            await().until(() -> {
                try (var row = statement.executeQuery("select count(*) from t where sent = 1")) {
                    return row.next() && row.getInt(1) == 1;
                }
            });
            String text = database == TestDatabase.H2 ? "utf8tostring(data)" : "convert_from(data, 'UTF8')";
            assertThat(posel.rows("select id, entity_id, " + text + " from event"))
                    .containsExactly("outbox:ab ab {\"c\":\"ab\",\"j\":{\"a\":1.10}}");
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("G9: a row whose mark fails is named and read again; the others are marked, and new ones go")
    void markFails(TestDatabase database) throws Exception {
        try (RunningPosel posel = polling(database);
                Outbox outbox = outbox(posel);
                Log log = Log.open()) {
            outbox.execute("alter table event_outbox add constraint never_2 check (id <> 2 or sent_at is null)");
            for (int i = 1; i <= 3; i++) {
                outbox.insert(TYPE, "42", i);
            }
            posel.start();
            await().until(() -> outbox.unsent() == 1 && sent(posel).size() == 3);

            outbox.insert(TYPE, "42", 4);
            await().until(() -> outbox.unsent() == 1 && sent(posel).size() == 4);
            assertThat(log.warnings())
                    .filteredOn(line -> line.contains("row 2 stays unmarked") && line.contains("mark.sql fails:"))
                    .hasSize(1);

            outbox.execute("alter table event_outbox drop constraint never_2");
            await().until(() -> outbox.unsent() == 0);
            assertThat(sent(posel)).containsExactly("outbox:1", "outbox:2", "outbox:3", "outbox:4");
        }
    }

    @Test
    @DisplayName("G9: a row that mark.sql does not concern is named, and stops no others")
    void marksNothing() throws Exception {
        try (RunningPosel posel = polling(TestDatabase.H2);
                Outbox outbox = outbox(posel);
                Log log = Log.open()) {
            Files.writeString(
                    posel.copyRoutes().resolve("sql/outbox-h2/mark.sql"),
                    "update event_outbox set sent_at = current_timestamp where id = :#id and id <> 2");
            for (int i = 1; i <= 3; i++) {
                outbox.insert(TYPE, "42", i);
            }
            posel.start();
            await().until(() -> outbox.unsent() == 1);
            await().until(() -> log.warnings().toString().contains("row 2 stays unmarked"));

            outbox.insert(TYPE, "42", 4);
            await().until(() -> outbox.unsent() == 1 && sent(posel).size() == 4);
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("G9: an event that the store refuses is set aside alone, and a retry makes the event of its row")
    void storeRefuses(TestDatabase database) throws Exception {
        try (RunningPosel posel = polling(database);
                Outbox outbox = outbox(posel)) {
            posel.start();
            try (Connection connection = posel.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("alter table event add constraint no_bad check (entity_id <> 'bad')");
            }
            outbox.execute("insert into event_outbox (type, entity_type, entity_id)"
                    + " select 'customer.tier.changed', 'customer', x from (values ('a'), ('bad'), ('c')) v(x)");

            await().until(() -> outbox.unsent() == 0);
            assertThat(sent(posel)).containsExactly("outbox:1", "outbox:3");
            assertThat(posel.rows("select item from set_aside")).containsExactly("2");
            assertThat(posel.rows("select reason from set_aside").get(0)).contains("no_bad");

            try (Connection connection = posel.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("alter table event drop constraint no_bad");
            }
            String id = posel.rows("select no from set_aside").get(0);
            assertThat(posel.client()
                            .post("/api/set-aside/" + id + "/retry", "{}")
                            .status())
                    .isEqualTo(202);
            assertThat(sent(posel)).containsExactly("outbox:1", "outbox:3", "outbox:2");
            assertThat(posel.rows("select item from set_aside")).isEmpty();
        }
    }

    @Test
    @DisplayName("G9: events that wait for the number of their entity hold up none of another one, and are not lost")
    void gapIsFull() throws Exception {
        try (RunningPosel posel = polling(TestDatabase.H2).with("POSEL_SEQUENCE_TIMEOUT", "PT60S");
                Outbox outbox = outbox(posel)) {
            outbox.execute("insert into event_outbox (type, entity_type, entity_id, sequence)"
                    + " select 'customer.tier.changed', 'customer', 'gap', \"X\" + 1 from system_range(1, 1010)");
            outbox.insert(TYPE, "other", 1);
            posel.start();
            await().until(() ->
                    posel.rows("select id from event where entity_id = 'other'").size() == 1);
            assertThat(outbox.unsent()).isPositive();

            outbox.execute("insert into event_outbox (type, entity_type, entity_id, sequence)"
                    + " values ('customer.tier.changed', 'customer', 'gap', 1)");
            await().until(() -> outbox.unsent() == 0);
            assertThat(posel.rows("select count(*) from event")).containsExactly("1012");
            assertThat(posel.rows("select item from set_aside")).isEmpty();
        }
    }
}
