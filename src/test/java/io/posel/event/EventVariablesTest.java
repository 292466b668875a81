package io.posel.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import io.posel.template.BodyTemplate;
import io.posel.template.HeaderTemplate;
import io.posel.template.UrlTemplate;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class EventVariablesTest {
    private static final String WHOLE = """
            {"source":"shop","id":"ord-1","type":"order.paid","entity":{"type":"order","id":"7"},"sequence":3,\
            "occurredAt":"2026-11-22T10:00:00Z","data":{"items":[{"sku":"A1","price":12.50}]}}""";

    private final Event event = event(WHOLE);

    private static Event event(String json) {
        return new EventReader(() -> "generated").of(json).get(0);
    }

    @Test
    @DisplayName("K39: #data# and #event# in the place of a value give the whole object, number by number")
    void wholeObjects() throws Exception {
        assertThat(body("{\"raw\":#data#}", event)).isEqualTo("""
                {"raw":{"items":[{"sku":"A1","price":12.50}]}}""");
        assertThat(body("#event#", event)).isEqualTo(WHOLE);
    }

    @Test
    @DisplayName("K39: of what the producer did not give, #event# has no member")
    void withoutOptionalParts() throws Exception {
        Event least = event("{\"id\":\"1\",\"type\":\"t\",\"entity\":{\"type\":\"e\",\"id\":\"1\"},\"data\":{}}");

        assertThat(body("#event#", least)).isEqualTo("""
                {"id":"1","type":"t","entity":{"type":"e","id":"1"},"data":{}}""");
        assertThat(body("[#event.source#,#event.sequence#,#event.occurredAt#,#data#]", least))
                .isEqualTo("[\"\",\"\",\"\",{}]");
    }

    @Test
    @DisplayName("K39: elsewhere they are their JSON text, as other objects are")
    void asText() throws Exception {
        assertThat(body("\"#data#\"", event)).isEqualTo("""
                "{\\"items\\":[{\\"sku\\":\\"A1\\",\\"price\\":12.50}]}\"""");
        assertThat(HeaderTemplate.compile("X-Data", "#data#").render(event.variables()))
                .isEqualTo("{\"items\":[{\"sku\":\"A1\",\"price\":12.50}]}");
        assertThat(UrlTemplate.compile("http://h/?d=#entity#").render(event.variables()))
                .isEqualTo("http://h/?d=%7B%22type%22%3A%22order%22%2C%22id%22%3A%227%22%7D");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "items.0.sku            | \"A1\"",
                "data.items.0.price     | 12.50",
                "event.data.items.0.sku | \"A1\"",
                "event.sequence         | 3",
                "event.source           | \"shop\"",
                "event.entity.id        | \"7\"",
                "entity                 | {\"type\":\"order\",\"id\":\"7\"}",
                "event.id               | \"ord-1\"",
                "event.type             | \"order.paid\"",
                "event.occurredAt       | \"2026-11-22T10:00:00Z\"",
                "entity.type            | \"order\"",
                "entity.id              | \"7\""
            })
    @DisplayName("K19, K39: elements of arrays, and the parts of the event, have names")
    void parts(String name, String value) {
        assertThat(event.variables().at(name)).hasToString(value);
    }

    @ParameterizedTest
    @FieldSource("io.posel.event.Event#ATTRIBUTES")
    @DisplayName("K39: what is always there is there in an event that has all parts")
    void attributes(String name) {
        assertThat(event.variables().at(name)).isNotNull();
    }

    @Test
    @DisplayName("K39: data wins where both exist, also with null")
    void dataWins() throws Exception {
        Event own = new Event("", "1", "t", new EntityRef("e", "1"), null, null, data("""
                {"data":{"x":1},"event":{"id":"mine"},"entity":null}"""));

        assertThat(body("[#data#,#data.x#,#event#,#event.id#,#event.type#,#entity#,#entity.id#]", own))
                .isEqualTo("[{\"x\":1},1,{\"id\":\"mine\"},\"mine\",\"t\",\"\",\"1\"]");
    }

    private static Json.Obj data(String json) throws JsonSyntaxException {
        return (Json.Obj) Json.parse(json);
    }

    private static String body(String template, Event event) throws Exception {
        return new String(BodyTemplate.compile(template).render(event.variables()), StandardCharsets.UTF_8);
    }
}
