package io.posel.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.posel.json.Json;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventTypesTest {
    private static final EventTypes SHIPPED = EventTypeFiles.load(Path.of("config", "event-types"));

    private static final String VALID = """
            {"type":"order.paid","title":{"cs":"Zaplacená objednávka","en":"Order paid"},"entityType":"order",\
            "variables":[{"name":"order.id","title":{"cs":"Číslo objednávky","en":"Order number"},"example":"1"}],\
            "sample":{"order":{"id":"1"}}}""";

    @Test
    @DisplayName("S2: the shipped catalogue has the eight events of the products it comes from")
    void shippedTypes() {
        assertThat(SHIPPED.all())
                .extracting(EventType::type)
                .filteredOn(type -> !Event.isOwn(type))
                .containsExactlyInAnyOrder(
                        "customer.credit.changed",
                        "customer.tier.changed",
                        "session.started",
                        "session.ended",
                        "email.received",
                        "email.sent",
                        "user.created",
                        "user.changed");
    }

    @Test
    @DisplayName("F1: the shipped catalogue has what Posel tells of webhooks")
    void shippedOwnTypes() {
        assertThat(SHIPPED.all())
                .filteredOn(type -> Event.isOwn(type.type()))
                .allMatch(type -> type.entityType().equals("webhook"))
                .extracting(EventType::type)
                .containsExactlyInAnyOrder(
                        "posel.webhook.failing",
                        "posel.webhook.expiring",
                        "posel.webhook.expired",
                        "posel.webhook.disabled",
                        "posel.webhook.recovered");
    }

    @ParameterizedTest
    @ValueSource(strings = {"customer.credit.changed", "customer.tier.changed"})
    @DisplayName("S6: every shipped event of a customer offers at least the variables promised")
    void shippedVariables(String type) {
        assertThat(SHIPPED.find(type).orElseThrow().variables())
                .extracting(EventType.Variable::name)
                .contains(
                        "customer.id",
                        "customer.email",
                        "customer.credit",
                        "customer.group.id",
                        "customer.group.name",
                        "customer.tier.id",
                        "customer.tier.name",
                        "creditChange.value",
                        "account.eshopId");
    }

    @Test
    @DisplayName("S10: every shipped variable has both titles and the example that its event's sample shows")
    void shippedExamples() {
        for (EventType type : SHIPPED.all()) {
            assertThat(type.title()).containsOnlyKeys("cs", "en").doesNotContainValue("");
            assertThat(type.title().get("cs")).isNotEqualTo(type.title().get("en"));
            for (EventType.Variable variable : type.variables()) {
                assertThat(variable.title()).containsOnlyKeys("cs", "en").doesNotContainValue("");
                Json value = type.sampleEvent().variables().at(variable.name());
                String shown = value instanceof Json.Str text ? text.value() : String.valueOf(value);
                assertThat(shown).as(type.type() + " " + variable.name()).isEqualTo(variable.example());
            }
        }
    }

    @Test
    void theShippedSamplesAreEventsThatTheIntakeTakes() {
        EventReader reader = new EventReader(() -> "generated");
        EventReader examples = EventReader.ofExamples(() -> "generated");
        for (EventType type : SHIPPED.all()) {
            assertThat((Event.isOwn(type.type()) ? examples : reader).of(type.sampleEvent()))
                    .containsExactly(type.sampleEvent());
        }
    }

    @Test
    @DisplayName("S2: operators add types of their own and take them away again")
    void ownTypes() throws Exception {
        EventType own = EventType.fromJson(Json.parse(VALID));

        EventTypes more = SHIPPED.with(own);

        assertThat(more.find("order.paid")).contains(own);
        assertThat(SHIPPED.find("order.paid")).isEmpty();
        assertThat(more.all()).hasSize(14).endsWith(own);
        assertThat(more.with(own).all()).hasSize(14);
        assertThat(more.without("order.paid").all()).isEqualTo(SHIPPED.all());
    }

    @Test
    void anEntryIsReadAsItWasWritten() throws Exception {
        assertThat(EventType.fromJson(Json.parse(VALID)).toJson()).hasToString(VALID);
        for (EventType type : SHIPPED.all()) {
            assertThat(EventType.fromJson(Json.parse(type.toJson().toString()))).isEqualTo(type);
        }
    }

    @Test
    void aTitleInOneLanguageServesForBoth() throws Exception {
        EventType type = EventType.fromJson(Json.parse(VALID.replace("\"cs\":\"Zaplacená objednávka\",", "")));

        assertThat(type.title()).containsEntry("cs", "Order paid").containsEntry("en", "Order paid");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "type":"order.paid",              | ``                      | /type               | required
            "type":"order.paid"               | "type":""               | /type               | empty
            "type":"order.paid"               | "type":"a\\u0000b"      | /type               | invalid-character
            "entityType":"order"              | "entityType":7          | /entityType         | type-mismatch
            "cs":"Zaplacená objednávka"       | "cs":7                  | /title/cs           | type-mismatch
            "cs":"Zaplacená objednávka"       | "de":"Bezahlt"          | /title/de           | unknown-member
            "sample":{"order":{"id":"1"}}     | "sample":{}             | /sample             | missing-variable
            "sample":{"order":{"id":"1"}}     | "sample":[]             | /sample             | type-mismatch
            "name":"order.id"                 | "name":"order..id"      | /variables/0/name   | invalid-name
            "name":"order.id"                 | "name":"1order"         | /variables/0/name   | invalid-name
            ,"example":"1"                    | ``                      | /variables/0/example| required
            "example":"1"                     | "example":"1","x":1     | /variables/0/x      | unknown-member
            """)
    void whatIsWrongIsSaidWithItsPlace(String from, String to, String pointer, String code) throws Exception {
        assertThat(VALID).contains(from);
        Json json = Json.parse(VALID.replace(from, to));

        ProblemException refusal = catchThrowableOfType(ProblemException.class, () -> EventType.fromJson(json));

        assertThat(refusal.status()).isEqualTo(422);
        assertThat(refusal.errors())
                .extracting(FieldError::pointer, FieldError::code)
                .containsExactly(tuple(pointer, code));
    }

    @ParameterizedTest
    @ValueSource(strings = {"_links.self", "items.0.sku", "items.2nd", "ग्राहक"})
    @DisplayName("K19: a variable in the catalogue has any name that a template can have")
    void names(String name) throws Exception {
        String sample = "{'_links':{'self':'/x'},'items':[{'sku':'A1'}],'ग्राहक':1}";
        Json type = Json.parse(VALID.replace("\"name\":\"order.id\"", "\"name\":\"" + name + "\"")
                .replace(
                        "{\"order\":{\"id\":\"1\"}}",
                        (name.equals("items.2nd") ? "{'items':{'2nd':1}}" : sample).replace('\'', '"')));

        assertThat(EventType.fromJson(type).variables())
                .extracting(EventType.Variable::name)
                .containsExactly(name);
    }

    @Test
    void aVariableStandsInTheListOnce() throws Exception {
        assertThat(refusalOfVariables(2).errors())
                .extracting(FieldError::pointer)
                .containsExactly("/variables/1/name");
    }

    @Test
    void variablesAreAtMostFiveHundred() throws Exception {
        assertThat(refusalOfVariables(501).errors())
                .extracting(FieldError::pointer, FieldError::code)
                .containsExactly(tuple("/variables", "too-many"));
    }

    /** The same one so many times. */
    private static ProblemException refusalOfVariables(int count) throws Exception {
        Json.Obj valid = (Json.Obj) Json.parse(VALID);
        Json variable = ((Json.Arr) Objects.requireNonNull(valid.get("variables")))
                .items()
                .get(0);
        var members = new LinkedHashMap<>(valid.members());
        members.put("variables", new Json.Arr(Collections.nCopies(count, variable)));
        return catchThrowableOfType(ProblemException.class, () -> EventType.fromJson(new Json.Obj(members)));
    }
}
