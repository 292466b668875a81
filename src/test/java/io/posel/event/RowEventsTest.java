package io.posel.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.posel.json.Json;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowEventsTest {
    private final RowEvents rows = new RowEvents("crm", ZoneId.of("Europe/Prague"));

    @Test
    @DisplayName("C4: a row of a table becomes an event, its key the event's id")
    void aRow() {
        Map<String, @Nullable Object> row = valid();
        row.put("sequence", 17);
        row.put("occurred_at", Timestamp.valueOf("2026-11-22 10:00:00"));
        row.put("data", "{\"account\":{\"eshopId\":\"7\"}}");

        assertThat(rows.of(row))
                .isEqualTo(new Event(
                        "crm",
                        "crm:1",
                        "customer.credit.changed",
                        new EntityRef("customer", "42"),
                        17L,
                        "2026-11-22T10:00:00+01:00",
                        new Json.Obj(Map.of("account", new Json.Obj(Map.of("eshopId", new Json.Str("7")))))));
    }

    @Test
    void columnsAreNamedInAnyCaseOfLetters() {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        valid().forEach((label, value) -> row.put(label.toUpperCase(Locale.ROOT), value));
        row.put("DATA", "{}");

        assertThat(rows.of(row).entity()).isEqualTo(new EntityRef("customer", "42"));
        assertThat(rows.of(row).data()).isEqualTo(Json.EMPTY);
    }

    @Test
    void typesOfPoselsOwnAreNotTaken() {
        Map<String, @Nullable Object> row = valid();
        row.put("type", "posel.webhook.expired");
        row.put("data", "{}");

        assertThat(catchThrowableOfType(ProblemException.class, () -> rows.of(row))
                        .errors())
                .extracting(FieldError::pointer, FieldError::code)
                .containsExactly(tuple("/type", "reserved-type"));
    }

    @Test
    @DisplayName("S6: columns named like variables become the data that templates look them up in")
    void dottedColumns() {
        Map<String, @Nullable Object> row = valid();
        row.put("customer.id", 42);
        row.put("customer.credit", new BigDecimal("12.50"));
        row.put("customer.group.name", "VIP");
        row.put("creditChange.value", null);

        assertThat(rows.of(row).data())
                .hasToString("{\"customer\":{\"id\":42,\"credit\":12.50,\"group\":{\"name\":\"VIP\"}},"
                        + "\"creditChange\":{\"value\":null}}");
    }

    @Test
    void otherColumnsJoinTheDataColumnAndRuleOverIt() {
        Map<String, @Nullable Object> row = valid();
        row.put("customer.credit", 2);
        row.put("tags.vip", true);
        row.put("note", "n");
        row.put("data", "{\"customer\":{\"id\":\"42\",\"credit\":1},\"tags\":null}");

        assertThat(rows.of(row).data())
                .hasToString("{\"customer\":{\"id\":\"42\",\"credit\":2},\"tags\":{\"vip\":true},\"note\":\"n\"}");
    }

    static Stream<Arguments> values() {
        return Stream.of(
                Arguments.of(new BigDecimal("12.50"), "12.50"),
                Arguments.of(new BigDecimal("1E+3"), "1000"),
                Arguments.of(new BigDecimal("1E-10"), "0.0000000001"),
                Arguments.of(new BigDecimal("1E+999999999"), "1E+999999999"),
                Arguments.of(new BigInteger("123456789012345678901234567890"), "123456789012345678901234567890"),
                Arguments.of(Long.MAX_VALUE, "9223372036854775807"),
                Arguments.of((short) 7, "7"),
                Arguments.of(0.1d, "0.1"),
                Arguments.of(Double.NaN, "\"NaN\""),
                Arguments.of(true, "true"),
                Arguments.of("a\u0000\ud800b", "\"a\\u0000\\ud800b\""),
                Arguments.of(new byte[] {1, 2, 3}, "\"AQID\""),
                Arguments.of(Timestamp.valueOf("2026-07-01 10:00:00.5"), "\"2026-07-01T10:00:00.5+02:00\""),
                Arguments.of(LocalDateTime.of(2026, 11, 22, 10, 0), "\"2026-11-22T10:00:00+01:00\""),
                Arguments.of(OffsetDateTime.parse("2026-11-22T10:00-05:00"), "\"2026-11-22T10:00:00-05:00\""),
                Arguments.of(Instant.parse("2026-11-22T09:00:00Z"), "\"2026-11-22T10:00:00+01:00\""),
                Arguments.of(Date.valueOf("2026-11-22"), "\"2026-11-22\""),
                Arguments.of(LocalDate.of(2026, 11, 22), "\"2026-11-22\""),
                Arguments.of(Time.valueOf("10:00:00"), "\"10:00:00\""),
                Arguments.of(new Object[] {1, "a", null}, "[1,\"a\",null]"),
                Arguments.of(
                        UUID.fromString("0190b7a0-0000-7000-8000-000000000001"),
                        "\"0190b7a0-0000-7000-8000-000000000001\""));
    }

    @ParameterizedTest
    @MethodSource("values")
    void everyValueOfADriverHasItsJson(Object value, String json) {
        Map<String, @Nullable Object> row = valid();
        row.put("v", value);

        assertThat(rows.of(row).data()).hasToString("{\"v\":" + json + "}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2026-11-22T10:00:00Z          | 2026-11-22T10:00:00Z
            2026-11-22 10:00:00           | 2026-11-22T10:00:00+01:00
            2026-07-01T10:00:00.123       | 2026-07-01T10:00:00.123+02:00
            2026-11-22 10:00:00.5 -03:30  | 2026-11-22T10:00:00.5-03:30
            2026-11-22 10:00:00+02        | 2026-11-22T10:00:00+02:00
            1751371200                    | 2025-07-01T12:00:00Z
            1751371200000                 | 2025-07-01T12:00:00Z
            2026-07-01                    | 2026-07-01T00:00:00+02:00
            1800-01-01 00:00:00           | 1799-12-31T23:02:16Z
            """)
    void aTimeAsTextIsReadAsDatabasesWriteIt(String text, String expected) {
        Map<String, @Nullable Object> row = valid();
        row.put("occurred_at", text);
        row.put("data", "{}");

        assertThat(rows.of(row).occurredAt()).isEqualTo(expected);
    }

    static Stream<Object> times() {
        return Stream.of(
                LocalDateTime.of(2026, 11, 22, 0, 0),
                LocalDate.of(2026, 11, 22),
                Date.valueOf("2026-11-22"),
                OffsetDateTime.parse("2026-11-22T00:00+01:00"),
                new java.util.Date(Instant.parse("2026-11-21T23:00:00Z").toEpochMilli()));
    }

    @ParameterizedTest
    @MethodSource("times")
    void aTimeWithoutOffsetIsReadInTheZone(Object value) {
        Map<String, @Nullable Object> row = valid();
        row.put("occurred_at", value);
        row.put("data", "{}");

        assertThat(rows.of(row).occurredAt()).isEqualTo("2026-11-22T00:00:00+01:00");
    }

    @Test
    @DisplayName("G11: a number is counted from 1970, as JDBC writes times into SQLite")
    void aTimeAsANumber() {
        Map<String, @Nullable Object> row = valid();
        row.put("occurred_at", 1_751_371_200_000L);
        row.put("data", "{}");

        assertThat(rows.of(row).occurredAt()).isEqualTo("2025-07-01T12:00:00Z");
    }

    static Stream<Object> documents() {
        Object driverObject = new Object() {
            @Override
            public String toString() {
                return "{\"a\":1.50}";
            }
        };
        return Stream.of(
                "{\"a\":1.50}", "\uFEFF{\"a\":1.50}", "{\"a\":1.50}".getBytes(StandardCharsets.UTF_8), driverObject);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void theDataMayBeTextBytesOrADriversObject(Object document) {
        Map<String, @Nullable Object> row = valid();
        row.put("data", document);

        assertThat(rows.of(row).data()).hasToString("{\"a\":1.50}");
    }

    static Stream<Arguments> broken() {
        Object unreadable = new BigInteger("9".repeat(1_001));
        return Stream.of(
                Arguments.of("id", null, "/id", "required"),
                Arguments.of("id", "", "/id", "empty"),
                Arguments.of("id", "x".repeat(125), "/id", "too-long"),
                Arguments.of("id", "a\u0000", "/id", "invalid-character"),
                Arguments.of("type", null, "/type", "required"),
                Arguments.of("entity_id", null, "/entity_id", "required"),
                Arguments.of("entity_id", true, "/entity_id", "type-mismatch"),
                Arguments.of("sequence", new BigDecimal("1.5"), "/sequence", "not-whole"),
                Arguments.of("sequence", -1, "/sequence", "not-whole"),
                Arguments.of("sequence", "x", "/sequence", "not-whole"),
                Arguments.of("occurred_at", "soon", "/occurred_at", "invalid-time"),
                Arguments.of("occurred_at", 7, "/occurred_at", "type-mismatch"),
                Arguments.of("data", "{", "/data", "malformed-json"),
                Arguments.of("data", "[]", "/data", "type-mismatch"),
                Arguments.of("data", null, "/data", "required"),
                Arguments.of("customer.credit", unreadable, "/customer.credit", "unreadable"),
                Arguments.of("a/b", unreadable, "/a~1b", "unreadable"),
                Arguments.of("plain.x", 1, "/plain.x", "conflict"),
                Arguments.of("nested", 1, "/nested", "conflict"),
                Arguments.of("a.b.c.d.e.f.g.h.i.j.k", 1, "/a.b.c.d.e.f.g.h.i.j.k", "conflict"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void whatIsWrongNamesItsColumn(String column, @Nullable Object value, String pointer, String code) {
        Map<String, @Nullable Object> row = valid();
        row.put("data", "{\"plain\":1,\"nested\":{}}");
        row.put(column, value);

        ProblemException refusal = catchThrowableOfType(ProblemException.class, () -> rows.of(row));
        assertThat(refusal.status()).isEqualTo(400);
        assertThat(refusal.errors())
                .extracting(FieldError::pointer, FieldError::code)
                .containsExactly(tuple(pointer, code));
    }

    @Test
    void numbersAsKeysAreTakenByTheirText() {
        Map<String, @Nullable Object> row = valid();
        row.put("id", new BigDecimal("1"));
        row.put("entity_id", 42L);
        row.put("sequence", new BigDecimal("17"));
        row.put("data", "{}");

        Event event = rows.of(row);

        assertThat(event.id()).isEqualTo("crm:1");
        assertThat(event.entity().id()).isEqualTo("42");
        assertThat(event.sequence()).isEqualTo(17);
    }

    @Test
    @DisplayName("G6: what a driver cannot hand over is an error of that row, with the column's name")
    void anUnreadableHandle() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:")) {
            var clob = connection.createClob();
            clob.free();
            Map<String, @Nullable Object> row = valid();
            row.put("data", clob);

            ProblemException refusal = catchThrowableOfType(ProblemException.class, () -> rows.of(row));

            assertThat(refusal.errors())
                    .extracting(FieldError::pointer, FieldError::code)
                    .containsExactly(tuple("/data", "unreadable"));
        }
    }

    @Test
    @DisplayName("C4: the rows of a real database become events, large objects and JSON columns too")
    void rowsOfADatabase() throws SQLException {
        String query = """
                select 1 as id, 'customer.credit.changed' as type, 'customer' as entity_type, 42 as entity_id,
                  cast(17 as numeric(20, 0)) as sequence,
                  timestamp with time zone '2026-11-22 10:00:00+00:00' as occurred_at,
                  cast('{"a":1.50}' as clob) as data,
                  cast(12.50 as numeric(10, 2)) as "customer.credit",
                  '{"b":1}' format json as "j", array[1, 2] as "list", cast('AQ' as binary(2)) as "bytes"
                """;
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            ResultSetMetaData columns = result.getMetaData();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                row.put(columns.getColumnLabel(i), result.getObject(i));
            }

            Event event = rows.of(row);

            assertThat(event.id()).isEqualTo("crm:1");
            assertThat(event.entity()).isEqualTo(new EntityRef("customer", "42"));
            assertThat(event.sequence()).isEqualTo(17);
            assertThat(event.occurredAt()).isEqualTo("2026-11-22T10:00:00Z");
            assertThat(event.data().toString())
                    .startsWith("{\"a\":1.50,\"customer\":{\"credit\":12.50}")
                    .contains("\"list\":[1,2]", "\"bytes\":\"QVE=\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\u0000", "\ud800"})
    void theNameOfTheSourceIsStorable(String name) {
        assertThatThrownBy(() -> new RowEvents(name, ZoneId.of("UTC")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name of a source");
    }

    private static Map<String, @Nullable Object> valid() {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("id", 1);
        row.put("type", "customer.credit.changed");
        row.put("entity_type", "customer");
        row.put("entity_id", "42");
        return row;
    }
}
