package io.posel.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ItemEventsTest {
    private static final Map<String, String> MAPPING = Map.of(
            "id", "/uuid",
            "type", "=customer.credit.changed",
            "entityType", "=customer",
            "entityId", "/customer/number",
            "sequence", "/version",
            "occurredAt", "/changed",
            "data", "");

    private static final String ITEM =
            "{\"uuid\":\"u-1\",\"customer\":{\"number\":42},\"version\":\"017\",\"changed\":\"2026-11-22T10:00:00Z\","
                    + "\"credit\":12.50}";

    @Test
    @DisplayName("C4: an item of a polled list becomes an event by JSON pointers")
    void anItem() throws Exception {
        assertThat(new ItemEvents("erp", MAPPING, null).of(Json.parse(ITEM)))
                .isEqualTo(new Event(
                        "erp",
                        "u-1",
                        "customer.credit.changed",
                        new EntityRef("customer", "42"),
                        17L,
                        "2026-11-22T10:00:00Z",
                        (Json.Obj) Json.parse(ITEM)));
    }

    @ParameterizedTest
    @CsvSource({"/a~1b,1", "/m~0n,2", "/list/0,3", "/list/1/x,4", "/,5", "/~01,6"})
    void pointersAreThoseOfRfc6901(String pointer, String id) throws Exception {
        Json item = Json.parse("{\"a/b\":\"1\",\"m~n\":\"2\",\"list\":[\"3\",{\"x\":\"4\"}],\"\":\"5\",\"~1\":\"6\"}");

        assertThat(new ItemEvents("erp", minimal("id", pointer), null).of(item).id())
                .isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/list/2", "/list/00", "/list/-", "/list/x", "/list/99999999999", "/none/x", "/list/0/x"})
    void whatIsNotThereIsAnErrorWithThePointer(String pointer) throws Exception {
        Json item = Json.parse("{\"list\":[\"3\",\"4\"]}");

        assertThat(errors(minimal("id", pointer), item)).containsExactly(tuple(pointer, "required"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "u-1"                  | ""         | /uuid            | empty
            "u-1"                  | true       | /uuid            | type-mismatch
            "u-1"                  | "\\u0000"  | /uuid            | invalid-character
            "017"                  | 1.5        | /version         | not-whole
            "017"                  | "x"        | /version         | not-whole
            "2026-11-22T10:00:00Z" | "today"    | /changed         | invalid-time
            {"number":42}          | 42         | /customer/number | required
            """)
    void whatIsWrongIsSaidWithItsPlaceInTheItem(String from, String to, String pointer, String code) throws Exception {
        assertThat(ITEM).contains(from);

        assertThat(errors(MAPPING, Json.parse(ITEM.replace(from, to)))).containsExactly(tuple(pointer, code));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "2026-11-22T11:00:00.5+01:00"       | 2026-11-22T11:00:00.5+01:00
            "2026-11-22T10:00:00.000+0100"      | 2026-11-22T10:00:00+01:00
            "2026-11-22T10:00:00+01"            | 2026-11-22T10:00:00+01
            "2026-11-22 10:00:00 +01"           | 2026-11-22T10:00:00+01:00
            "2026-11-22 10:00:00+01:00"         | 2026-11-22T10:00:00+01:00
            "2026-11-22 10:00:00 +0100"         | 2026-11-22T10:00:00+01:00
            "2026-11-22 10:00:00 UTC"           | 2026-11-22T10:00:00Z
            "2026-11-22T10:00Z"                 | 2026-11-22T10:00Z
            "2026-11-22T10:00:00+01:00[Europe/Prague]" | 2026-11-22T10:00:00+01:00
            "Sun, 22 Nov 2026 10:00:00 GMT"     | 2026-11-22T10:00:00Z
            "Sun, 22 Nov 2026 10:00:00 +0100"   | 2026-11-22T10:00:00+01:00
            1795341600                          | 2026-11-22T10:00:00Z
            1795341600.5                        | 2026-11-22T10:00:00.5Z
            1795341600123                       | 2026-11-22T10:00:00.123Z
            1795341600123456                    | 2026-11-22T10:00:00.123456Z
            1795341600123456789                 | 2026-11-22T10:00:00.123456789Z
            "1795341600"                        | 2026-11-22T10:00:00Z
            """)
    @DisplayName("G11: a time leaves as the same instant, however it is written")
    void times(String written, String time) throws Exception {
        assertThat(occurredAt(written, null)).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"2026-11-22T10:00:00\"",
                "\"2026-11-22 10:00:00\"",
                "\"2026-11-22\"",
                "\"22.11.2026 10:00\"",
                "\"0000-00-00 00:00:00\"",
                "20261122",
                "20261122100000",
                "-1795341600",
                "1.8e9",
                "true"
            })
    @DisplayName("G11: a time that does not say which instant it is makes no event, rather than a wrong one")
    void noTime(String written) {
        assertThatThrownBy(() -> occurredAt(written, null)).isInstanceOf(ProblemException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "2026-11-22T10:00:00"  | 2026-11-22T10:00:00+01:00
            "2026-07-22 10:00:00"  | 2026-07-22T10:00:00+02:00
            "2026-07-22"           | 2026-07-22T00:00:00+02:00
            "2026-07-22T10:00:00Z" | 2026-07-22T10:00:00Z
            """)
    @DisplayName("G11: a time without an offset is read in the time zone of the route file")
    void timesInAZone(String written, String time) throws Exception {
        assertThat(occurredAt(written, ZoneId.of("Europe/Prague"))).isEqualTo(time);
    }

    private static @Nullable String occurredAt(String written, @Nullable ZoneId zone) throws JsonSyntaxException {
        Json item = Json.parse(ITEM.replace("\"2026-11-22T10:00:00Z\"", written));
        return new ItemEvents("erp", MAPPING, zone).of(item).occurredAt();
    }

    @Test
    void typesOfPoselsOwnAreNotTaken() throws JsonSyntaxException {
        assertThat(errors(minimal("type", "/t"), Json.parse("{\"i\":\"1\",\"t\":\"posel.webhook.expired\"}")))
                .containsExactly(tuple("/t", "reserved-type"));
    }

    @Test
    void theDataMustBeAnObject() throws JsonSyntaxException {
        assertThat(errors(minimal("data", "/x"), Json.parse("{\"x\":7,\"i\":\"1\"}")))
                .containsExactly(tuple("/x", "type-mismatch"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            id         | uuid      | 'uuid' is not a JSON pointer
            id         | /a~2b     | '/a~2b' is not a JSON pointer
            id         | /a~       | '/a~' is not a JSON pointer
            id         | =1        | cannot be the same for every item
            data       | ={}       | cannot be the same for every item
            sequence   | =1        | cannot be the same for every item
            type       | =         | must not be an empty string
            type       | =posel.x  | begin with posel.
            entityId   | =a\u0000b | Control characters
            entity     | /x        | 'entity', which no event has
            """)
    void aMappingThatCannotWorkIsRefusedAtOnce(String part, String text, String says) {
        assertThatThrownBy(() -> new ItemEvents("erp", minimal(part, text), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(part)
                .hasMessageContaining(says);
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "type", "entityType", "entityId", "data"})
    void aMappingNamesEverythingThatIsRequired(String part) {
        Map<String, String> mapping = new HashMap<>(MAPPING);
        mapping.remove(part);

        assertThatThrownBy(() -> new ItemEvents("erp", mapping, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("says nothing of '" + part + "'");
    }

    private static List<Tuple> errors(Map<String, String> mapping, Json item) {
        ItemEvents items = new ItemEvents("erp", mapping, null);
        ProblemException refusal = catchThrowableOfType(ProblemException.class, () -> items.of(item));
        assertThat(refusal.status()).isEqualTo(400);
        return refusal.errors().stream()
                .map((FieldError error) -> tuple(error.pointer(), error.code()))
                .toList();
    }

    private static Map<String, String> minimal(String part, String text) {
        Map<String, String> mapping = new HashMap<>(
                Map.of("id", "/i", "type", "=t", "entityType", "=customer", "entityId", "=1", "data", ""));
        mapping.put(part, text);
        return mapping;
    }
}
