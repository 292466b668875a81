package io.posel.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.event.RowEvents;
import io.posel.event.UnreadableColumn;
import io.posel.testing.MariaDb;
import io.posel.testing.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TypedRowsIT {
    private static final ZoneId PRAGUE = ZoneId.of("Europe/Prague");
    private static final long LIMIT = 1 << 20;

    private final TimeZone jvm = TimeZone.getDefault();
    private final RowEvents events = new RowEvents("crm", PRAGUE);

    @TempDir
    Path folder;

    @AfterEach
    void zoneAsBefore() {
        TimeZone.setDefault(jvm);
    }

    private List<Map<String, @Nullable Object>> rows(Connection connection, String sql) throws SQLException {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        try (PreparedStatement select = typed(connection).prepareStatement(sql);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                Map<String, @Nullable Object> columns = new LinkedHashMap<>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    columns.put(row.getMetaData().getColumnLabel(i), row.getObject(i));
                }
                rows.add(columns);
            }
        }
        return rows;
    }

    private static Connection typed(Connection connection) throws SQLException {
        DataSource one = (DataSource) Proxy.newProxyInstance(
                TypedRowsIT.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, args) -> connection);
        return new TypedRows(PRAGUE, LIMIT).of(one).getConnection();
    }

    /** The JSON of the one row. */
    private String json(Connection connection, String sql) throws SQLException {
        return events.readable(rows(connection, sql).get(0)).toString();
    }

    private static void run(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private Connection postgres() throws SQLException {
        Map<String, String> access = TestDatabase.POSTGRESQL.create(folder);
        return DriverManager.getConnection(access.get("POSEL_DB_URL"), access.get("POSEL_DB_USER"), "");
    }

    private static Connection h2() throws SQLException {
        return DriverManager.getConnection("jdbc:h2:mem:");
    }

    @ParameterizedTest
    @CsvSource({"UTC, UTC", "Europe/Prague, America/St_Johns", "America/New_York, Asia/Tokyo"})
    @DisplayName("K03 G11: PostgreSQL's times with a zone are instants, whatever zone JVM and session have")
    void postgresql(String jvmZone, String session) throws Exception {
        TimeZone.setDefault(TimeZone.getTimeZone(jvmZone));
        String sql = """
                select timestamptz '2026-07-01 12:00:00.123456+00' as at, timestamptz '1850-01-01 12:00+00' as old,
                  timestamptz '2026-10-25 01:30+00' as twice,
                  array[array[timestamptz '2026-07-01 12:00+00']] as list, timetz '10:00:00.5-03:30' as zoned,
                  timestamp '2026-03-29 02:30' as gap, timestamp '2026-10-25 02:30' as overlap,
                  array[timestamp '2026-07-01 12:00:00.5', null] as locals,
                  date '2026-07-01' as day, date '1500-02-28' as julian, time '23:59:59.123456' as t,
                  time '24:00' as midnight, timestamptz 'infinity' as ever, timestamp '-infinity' as never,
                  array[date 'infinity'] as days, timestamp '10000-01-01 00:00' as far
                """;
        try (Connection connection = postgres()) {
            run(connection, "set time zone '" + session + "'");
            // from the fifth time on the driver reads its binary form
            for (int i = 0; i < 7; i++) {
                assertThat(json(connection, sql))
                        .isEqualTo("{\"at\":\"2026-07-01T14:00:00.123456+02:00\",\"old\":\"1850-01-01T12:00:00Z\","
                                + "\"twice\":\"2026-10-25T02:30:00+01:00\","
                                + "\"list\":[[\"2026-07-01T14:00:00+02:00\"]],\"zoned\":\"10:00:00.5-03:30\","
                                + "\"gap\":\"2026-03-29T03:30:00+02:00\",\"overlap\":\"2026-10-25T02:30:00+02:00\","
                                + "\"locals\":[\"2026-07-01T12:00:00.5+02:00\",null],"
                                + "\"day\":\"2026-07-01\",\"julian\":\"1500-02-28\",\"t\":\"23:59:59.123456\","
                                + "\"midnight\":\"24:00:00\",\"ever\":\"infinity\",\"never\":\"-infinity\","
                                + "\"days\":[\"infinity\"],\"far\":\"+10000-01-01T00:00:00+01:00\"}");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTC", "Europe/Prague", "America/New_York"})
    @DisplayName("K03 G11: H2's times with a zone keep their offset, those without are in the zone that is set")
    void h2Times(String jvmZone) throws Exception {
        TimeZone.setDefault(TimeZone.getTimeZone(jvmZone));
        try (Connection connection = h2()) {
            assertThat(json(connection, """
                    select timestamp with time zone '2026-07-01 12:00:00.123456789+00:00' as at,
                      array[timestamp with time zone '2026-07-01 12:00:00-05:00'] as list,
                      time with time zone '10:00:00+02:00' as zoned, timestamp '2026-07-01 12:00:00' as local,
                      timestamp '0044-03-15 12:00:00' as old, date '1500-02-28' as julian, time '23:59:59.5' as t
                    """))
                    .isEqualTo("{\"AT\":\"2026-07-01T12:00:00.123456789Z\",\"LIST\":[\"2026-07-01T12:00:00-05:00\"],"
                            + "\"ZONED\":\"10:00:00+02:00\",\"LOCAL\":\"2026-07-01T12:00:00+02:00\","
                            + "\"OLD\":\"0044-03-15T11:02:16Z\",\"JULIAN\":\"1500-02-28\",\"T\":\"23:59:59.5\"}");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "MARIADB, UTC, SYSTEM",
        "MYSQL, UTC, SYSTEM",
        "MYSQL, America/New_York, +00:00",
        "MARIADB, America/New_York, -03:30",
        "MYSQL, Europe/Prague, +09:00"
    })
    @DisplayName("K03 G11: a TIMESTAMP of MySQL or MariaDB is an instant, a DATETIME is not; nothing is shifted")
    void mysql(MariaDb.Driver driver, String jvmZone, String session) throws Exception {
        TimeZone.setDefault(TimeZone.getTimeZone(jvmZone));
        try (Connection connection = driver.connect(MariaDb.create())) {
            run(
                    connection,
                    "create table t (at timestamp(6) null, local datetime(3), day date, t time(2), y year)",
                    "set time_zone = '+00:00'",
                    "insert into t values ('2026-07-01 12:00:00.123456', '2026-07-01 12:00:00.5', '2026-07-01',"
                            + " '-38:10:00.5', 2026)",
                    "set time_zone = '" + session + "'");
            assertThat(json(connection, "select * from t"))
                    .isEqualTo("{\"at\":\"2026-07-01T14:00:00.123456+02:00\",\"local\":\"2026-07-01T12:00:00.5+02:00\","
                            + "\"day\":\"2026-07-01\",\"t\":\"-38:10:00.50\",\"y\":2026}");
            // and back, as a parameter of mark.sql
            Object at = rows(connection, "select at from t").get(0).get("at");
            try (PreparedStatement mark = typed(connection).prepareStatement("delete from t where at = ?")) {
                mark.setObject(1, at);
                assertThat(mark.executeUpdate()).isOne();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("K09: a date that there is not is unreadable, and no other day; the rows around it are read")
    void zeroDates(MariaDb.Driver driver) throws Exception {
        try (Connection connection = driver.connect(MariaDb.create())) {
            run(
                    connection,
                    "set sql_mode = ''",
                    "create table t (id bigint primary key, d date, dt datetime)",
                    "insert into t values (1, '2026-01-01', null), (2, '2026-00-00', null), (3, '2026-01-03', null)");
            List<Map<String, @Nullable Object>> rows = rows(connection, "select * from t order by id");

            assertThat(rows).hasSize(3);
            assertThat(rows.get(1).get("d")).isInstanceOf(UnreadableColumn.class);
            assertThat(events.key(rows.get(1))).isEqualTo("2");
            assertThat(events.readable(rows.get(2))).hasToString("{\"id\":3,\"d\":\"2026-01-03\",\"dt\":null}");
        }
    }

    @Test
    @DisplayName("K31: json, jsonb and arrays are JSON whatever their label; other types of PostgreSQL stay text")
    void jsonOfPostgresql() throws Exception {
        try (Connection connection = postgres()) {
            assertThat(json(connection, """
                    select '{"a": 1.10, "b":{"c":[1e2]}}'::jsonb as j, '[{"x": 1.10}]'::json as k, 'null'::jsonb as n,
                      array['{"a":1.10}'::jsonb, null] as list, '{}'::int[] as none, array[array[1,2],array[3,null]] as two,
                      null::int[] as nothing, row(1,'a') as composite, int4range(1,3) as range, '{}'::text as t
                    """))
                    .isEqualTo("{\"j\":{\"a\":1.10,\"b\":{\"c\":[100]}},\"k\":[{\"x\":1.10}],\"n\":null,"
                            + "\"list\":[{\"a\":1.10},null],\"none\":[],\"two\":[[1,2],[3,null]],"
                            + "\"nothing\":null,\"composite\":\"(1,a)\",\"range\":\"[1,3)\",\"t\":\"{}\"}");
        }
    }

    @Test
    @DisplayName("K31: so are H2's, and those of MariaDB as far as its driver knows of them")
    void jsonOfOthers() throws Exception {
        try (Connection connection = h2()) {
            assertThat(json(connection, "select '{\"a\":1.10}' format json as j, array['[1.0]' format json] as k"))
                    .isEqualTo("{\"J\":{\"a\":1.10},\"K\":[[1.0]]}");
        }
        String database = MariaDb.create();
        try (Connection connection = MariaDb.Driver.MARIADB.connect(database)) {
            run(connection, "create table t (j json, k longtext)", "insert into t values ('{\"a\":1.10}', '{}')");
            assertThat(json(connection, "select * from t")).isEqualTo("{\"j\":{\"a\":1.10},\"k\":\"{}\"}");
        }
        try (Connection connection = MariaDb.Driver.MYSQL.connect(database)) {
            assertThat(json(connection, "select j from t")).isEqualTo("{\"j\":\"{\\\"a\\\":1.10}\"}");
        }
    }

    @Test
    @DisplayName("SQLite: what a value is counts, not what its column was declared to be")
    void sqlite() throws Exception {
        TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"));
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("s"))) {
            run(
                    connection,
                    "create table t (at timestamp, local datetime, day date, c char(5), t text, j json)",
                    "insert into t values ('2026-07-01 12:00:00+00:00', '2026-07-01 12:00:00', 1782900000000, 'a ',"
                            + " cast(x'ff41' as text), '{\"a\":1.10}')");
            assertThat(json(connection, "select * from t"))
                    .isEqualTo("{\"at\":\"2026-07-01 12:00:00+00:00\",\"local\":\"2026-07-01 12:00:00\","
                            + "\"day\":1782900000000,\"c\":\"a \",\"t\":\"\ufffdA\",\"j\":{\"a\":1.10}}");
        }
    }

    @Test
    @DisplayName("K38: char(n) is read without the blanks that fill it up, and still finds its row as a parameter")
    void padded() throws Exception {
        for (Connection each : List.of(postgres(), h2(), MariaDb.Driver.MYSQL.connect(MariaDb.create()))) {
            try (Connection connection = each) {
                run(
                        connection,
                        "create table t (k char(10) primary key, v varchar(10))",
                        "insert into t values ('ab', 'v '), (' c', 'u')");
                List<Map<String, @Nullable Object>> rows = rows(connection, "select k as id, v from t order by v desc");
                assertThat(events.readable(rows.get(0)).toString().toLowerCase())
                        .isEqualTo("{\"id\":\"ab\",\"v\":\"v \"}");
                assertThat(events.key(rows.get(1))).isEqualTo(" c");
                try (PreparedStatement mark = typed(connection).prepareStatement("delete from t where k = ?")) {
                    mark.setObject(1, events.key(rows.get(0)));
                    assertThat(mark.executeUpdate()).isOne();
                }
            }
        }
        try (Connection connection = postgres()) {
            assertThat(json(connection, "select array['ab'::char(5)] as a")).isEqualTo("{\"a\":[\"ab\"]}");
        }
    }

    @Test
    @DisplayName("G9: a row that the database cannot compute comes with its id, and all others come")
    void notComputable() throws Exception {
        String select = "select id, 10 / n as share from t where id > 0 order by id limit 500";
        try (Connection connection = postgres()) {
            run(
                    connection,
                    "create table t (id bigint primary key, n int)",
                    "insert into t select i, case when i in (1, 30) then 0 else 5 end from generate_series(1, 40) i");

            List<Map<String, @Nullable Object>> rows = rows(connection, select);

            assertThat(rows).hasSize(40);
            assertThat(rows)
                    .filteredOn(row -> row.get("share") instanceof UnreadableColumn)
                    .extracting(events::key)
                    .containsExactly("1", "30");
            assertThat(rows.get(29).get("share")).isEqualTo(new UnreadableColumn("ERROR: division by zero"));
            assertThat(connection.getAutoCommit()).isTrue();
        }
    }

    @Test
    @DisplayName("G9: a query that is wrong for every row fails as it is")
    void wrongQuery() throws Exception {
        try (Connection connection = postgres()) {
            run(connection, "create table t (id bigint)", "insert into t values (1), (2)");

            assertThatThrownBy(() -> rows(connection, "select id, 1 / 0 as x from t where id > 0"))
                    .hasMessageContaining("division by zero");
            assertThatThrownBy(() -> rows(connection, "select nothing from t")).hasMessageContaining("\"nothing\"");
            assertThat(connection.getAutoCommit()).isTrue();
        }
    }

    @Test
    @DisplayName("G9: bytes that are no UTF-8 are one column's trouble")
    void notUtf8() throws Exception {
        Map<String, String> access = TestDatabase.POSTGRESQL.create(folder);
        String name = "ascii_" + System.nanoTime();
        try (Connection connection = postgres()) {
            run(
                    connection,
                    "create database " + name + " encoding 'SQL_ASCII' template template0 lc_collate 'C' lc_ctype 'C'");
        }
        String url = access.get("POSEL_DB_URL").replaceFirst("/posel_[0-9a-f]+", "/" + name);
        try (Connection connection = DriverManager.getConnection(url, access.get("POSEL_DB_USER"), "")) {
            run(
                    connection,
                    "create table t (id int, c text)",
                    "insert into t values (1, 'a'), (2, E'\\xff'), (3, 'c')");
            List<Map<String, @Nullable Object>> rows = rows(connection, "select * from t order by id");

            assertThat(rows).hasSize(3);
            assertThat(rows.get(1).get("c")).isInstanceOf(UnreadableColumn.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "G5: rows come until they are too many bytes, the others with the next poll; a row too large is unreadable")
    void largeRows(MariaDb.Driver driver) throws Exception {
        List<Connection> connections = List.of(
                postgres(),
                h2(),
                driver.connect(MariaDb.create()),
                DriverManager.getConnection("jdbc:sqlite::memory:"));
        for (Connection each : connections) {
            try (Connection connection = each) {
                boolean postgres =
                        connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
                run(connection, "create table t (id int, big " + (postgres ? "text" : "longtext") + ")");
                try (PreparedStatement insert = connection.prepareStatement("insert into t values (?, ?)")) {
                    for (int i = 1; i <= 8; i++) {
                        insert.setInt(1, i);
                        insert.setString(2, "x".repeat(i == 3 ? (int) LIMIT + 1 : 300_000));
                        insert.executeUpdate();
                    }
                }
                List<Map<String, @Nullable Object>> rows = rows(connection, "select id, big from t order by id");

                assertThat(rows).extracting(events::key).containsExactly("1", "2", "3", "4", "5");
                assertThat(events.readable(rows.get(2)).members()).hasSize(1);
                // it is free for the next one
                assertThat(rows(connection, "select id from t where id = 8")).hasSize(1);
            }
        }
    }

    @Test
    @DisplayName("A database that goes away while a row is read is no fault of that row")
    void outage() throws Exception {
        try (Connection connection = h2()) {
            SQLException gone = new SQLException("gone", "08006");
            Connection dying = dying(connection, gone);

            assertThatThrownBy(() -> rows(dying, "select 1 as id, 2 as v")).isSameAs(gone);
        }
    }

    /** One that is lost when the value of a column is asked for. */
    private static Connection dying(Connection connection, SQLException gone) {
        return proxy(
                Connection.class,
                connection,
                "prepareStatement",
                statement -> proxy(
                        PreparedStatement.class,
                        (PreparedStatement) statement,
                        "executeQuery",
                        rows -> proxy(ResultSet.class, (ResultSet) rows, "getObject", value -> {
                            throw gone;
                        })));
    }

    private interface Change {
        Object of(Object result) throws SQLException;
    }

    private static <T> T proxy(Class<T> type, T target, String name, Change change) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            try {
                Object result = method.invoke(target, args);
                return method.getName().equals(name) ? change.of(result) : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }
}
