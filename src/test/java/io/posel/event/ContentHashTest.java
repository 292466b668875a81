package io.posel.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentHashTest {
    private static final EventReader READER = new EventReader(() -> "generated");

    private static Event event(String data) {
        return event("\"id\":\"1\",\"type\":\"a.b\",\"entity\":{\"type\":\"c\",\"id\":\"1\"}", data);
    }

    private static Event event(String members, String data) {
        return READER.of("{" + members + ",\"data\":" + data + "}").get(0);
    }

    @Test
    @DisplayName("D9: the order of members and white space are no other content, at any depth")
    void orderOfMembers() {
        assertThat(ContentHash.isSame(
                        event("{\"a\":1,\"b\":{\"c\":[{\"d\":null,\"e\":\"x\"}],\"f\":true}}"),
                        event(" { \"b\" : {\"f\":true, \"c\":[ {\"e\":\"\\u0078\",\"d\":null} ]},\n\"a\":1 } ")))
                .isTrue();
        assertThat(ContentHash.isSame(
                        event("\"id\":\"1\",\"type\":\"a.b\",\"entity\":{\"type\":\"c\",\"id\":\"1\"}", "{}"),
                        event("\"entity\":{\"id\":\"1\",\"type\":\"c\"},\"type\":\"a.b\",\"id\":\"2\"", "{}")))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "12.5, 12.50",
        "12.5, 1.25e1",
        "100, 1e2",
        "100, 100.0",
        "0, -0",
        "0, 0.00",
        "0, 0e9",
        "-7, -7.0",
        "1E+3, 1000",
        "123456789012345678901234567890, 1.2345678901234567890123456789e29",
    })
    @DisplayName("D9: another spelling of a number is no other content")
    void spellingOfNumbers(String one, String other) {
        assertThat(ContentHash.isSame(event("{\"n\":" + one + "}"), event("{\"n\":" + other + "}")))
                .isTrue();
    }

    @Test
    @DisplayName("D9: the offset and the fraction in which an instant is written are no other content")
    void spellingOfInstants() {
        String members = "\"id\":\"1\",\"type\":\"a.b\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},\"occurredAt\":";

        Event event = event(members + "\"2026-11-22T10:00:00Z\"", "{}");

        assertThat(ContentHash.isSame(event, event(members + "\"2026-11-22T11:00:00.000+01:00\"", "{}")))
                .isTrue();
        assertThat(ContentHash.isSame(event, event(members + "\"2026-11-22T10:00:00.001Z\"", "{}")))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"a\":2}",
                "{\"a\":\"1\"}",
                "{\"a\":1,\"b\":1}",
                "{\"b\":1}",
                "{\"a\":[1]}",
                "{\"a\":true}",
                "{\"a\":null}",
                "{\"a\":10}",
                "{\"a\":1e999999999999}",
                "{\"a\":{\"a\":1}}",
            })
    @DisplayName("D9: another value is other content")
    void otherValues(String data) {
        assertThat(ContentHash.isSame(event("{\"a\":1}"), event(data))).isFalse();
    }

    @Test
    @DisplayName("D9: lists keep their order, and their items their bounds")
    void lists() {
        assertThat(ContentHash.isSame(event("{\"a\":[1,2]}"), event("{\"a\":[2,1]}")))
                .isFalse();
        assertThat(ContentHash.isSame(event("{\"a\":[12]}"), event("{\"a\":[1,2]}")))
                .isFalse();
        assertThat(ContentHash.isSame(event("{\"a\":[[1],2]}"), event("{\"a\":[[1,2]]}")))
                .isFalse();
    }

    @Test
    @DisplayName("D9: type, entity and number of an event are part of its content, its key is not")
    void otherMembers() {
        Event event = new Event("s", "1", "t", new EntityRef("e", "1"), 1L, null, Json.EMPTY);

        List<Event> others = List.of(
                new Event("s", "1", "u", new EntityRef("e", "1"), 1L, null, Json.EMPTY),
                new Event("s", "1", "t", new EntityRef("f", "1"), 1L, null, Json.EMPTY),
                new Event("s", "1", "t", new EntityRef("e", "2"), 1L, null, Json.EMPTY),
                new Event("s", "1", "t", new EntityRef("e", "1"), 2L, null, Json.EMPTY),
                new Event("s", "1", "t", new EntityRef("e", "1"), null, null, Json.EMPTY),
                new Event("s", "1", "te", new EntityRef("", "1"), 1L, null, Json.EMPTY));

        assertThat(others).noneMatch(other -> ContentHash.isSame(event, other));
        assertThat(ContentHash.isSame(
                        event, new Event("z", "2", "t", new EntityRef("e", "1"), 1L, null, new Json.Obj(Map.of()))))
                .isTrue();
    }

    @Test
    @DisplayName("D9: numbers that no arithmetic can hold cost nothing")
    void hugeNumbers() {
        for (String number :
                List.of("1e2147483647", "10e2147483647", "1e-2147483647", "1e99999999999", "0e99999999999")) {
            assertThat(ContentHash.of(event("{\"n\":" + number + "}"))).hasSize(16);
        }
    }
}
