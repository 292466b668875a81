package io.posel.webhook;

import static io.posel.webhook.Example.definition;
import static io.posel.webhook.Example.errors;
import static io.posel.webhook.Example.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.tuple;

import io.posel.event.EventType;
import io.posel.event.EventTypes;
import io.posel.json.Json;
import io.posel.problem.FieldError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WarningsTest {
    private static final EventTypes CATALOGUE = new EventTypes(List.of(
            type("customer.credit.changed", "customer.id", "customer.group.name", "creditChange.value"),
            type("user.created", "customer.id", "user.login")));

    /** With a sample that holds more than the variables of the list. */
    private static EventType type(String name, String... variables) {
        return new EventType(
                name,
                Map.of(),
                "customer",
                Stream.of(variables)
                        .map(variable -> new EventType.Variable(variable, Map.of(), "1"))
                        .toList(),
                (Json.Obj) Example.json("{'items':[{'sku':'A1'},{'sku':'A2','gift':true}],'tags':[],"
                        + "'sizes':{'2nd':{'cm':3}},'_links':{'self':'/x'}}"));
    }

    private final Warnings warnings = new Warnings(
            CATALOGUE::find,
            (host, port) -> host.equals("10.0.0.1")
                    ? Optional.of(host + ":" + port + " is not public; POSEL_DELIVERY_ALLOW can allow it")
                    : Optional.empty(),
            false);

    @Test
    void a_sound_webhook_has_none() {
        assertThat(warnings.of(definition("{'url':'https://example.com/#customer.id#?e=#event.id#',"
                        + "'body':'[#customer.group#,#customer.group.name#]','filter':{'entity.id':['1']},"
                        + "'headers':{'X-At':'#event.occurredAt# #event.type# #entity.type#'}}")))
                .isEmpty();
    }

    @Test
    @DisplayName("F7: plain HTTP is warned of")
    void not_https() {
        assertThat(texts(definition("{'url':'http://example.com/'}"))).containsExactly("/url not-https");
    }

    @Test
    @DisplayName("K32: a host name with an underscore, as a container network has it")
    void hostWithAnUnderscore() {
        assertThat(texts(definition("{'url':'https://crm_api:8080/'}"))).containsExactly("/url host-underscore");
    }

    @Test
    @DisplayName("F7: where HTTPS is enforced, that nothing is sent is said besides")
    void https_required() {
        Warnings strict = new Warnings(type -> Optional.of(type(type)), (host, port) -> Optional.empty(), true);

        assertThat(strict.of(definition("{'url':'http://example.com/'}")))
                .extracting(FieldError::pointer, FieldError::code)
                .containsExactly(tuple("/url", "not-https"), tuple("/url", "https-required"));
        assertThat(strict.of(definition("{'url':'https://example.com/'}"))).isEmpty();
    }

    @Test
    @DisplayName("S2: a type that the catalogue does not know is warned of, and says nothing about variables")
    void unknown_event_type() {
        assertThat(texts(definition("{'events':['user.created','mine'],'body':'#user.login#'}")))
                .containsExactly("/events/1 unknown-event-type");
        assertThat(texts(definition("{'events':['mine'],'body':'#anything#'}")))
                .containsExactly("/events/0 unknown-event-type");
    }

    @Test
    @DisplayName("S5: a variable is warned of where one of the known types does not have it")
    void unknown_variable() {
        List<FieldError> found = warnings.of(definition("{'events':['customer.credit.changed','user.created'],"
                + "'url':'https://example.com/?a=#customer.id#&b=#customer.idd#','body':'#user.login#',"
                + "'headers':{'X-Foo':'#event.foo#'},'filter':{'customer':['1'],'shop/a':['7']}}"));

        assertThat(found).extracting(FieldError::code).containsOnly("unknown-variable");
        assertThat(found)
                .extracting(FieldError::pointer, error -> error.params().get("name"), error -> error.params()
                        .get("eventTypes"))
                .containsExactly(
                        tuple("/url", "customer.idd", List.of("customer.credit.changed", "user.created")),
                        tuple("/body", "user.login", List.of("customer.credit.changed")),
                        tuple("/headers/X-Foo", "event.foo", List.of("customer.credit.changed", "user.created")),
                        tuple("/filter/shop~1a", "shop/a", List.of("customer.credit.changed", "user.created")));
    }

    @Test
    @DisplayName("K19, K39: what the sample of the type shows is known, any element of its arrays among it")
    void known_by_the_sample() {
        assertThat(texts(
                        definition("{'url':'https://h.cz/#items.0.sku#/#items.7.sku#/#items.0#/#items#/#items.0.gift#',"
                                + "'body':'[#data#,#event#,#event.sequence#,#data.customer.id#,#event.data.items.1.sku#,"
                                + "#sizes.2nd.cm#,#_links.self#,#tags.0.name#,#entity#,#event.entity.id#]',"
                                + "'filter':{'items.1.sku':['A1'],'event.source':['shop']}}")))
                .isEmpty();
        assertThat(texts(definition("{'body':'[#items.sku#,#items.0.name#,#data.nothing#,#event.nothing#,"
                        + "#sizes.2#,#entity.name#,#items.0.sku.0#]'}")))
                .hasSize(7)
                .containsOnly("/body unknown-variable");
    }

    @Test
    @DisplayName("K19: what looks like a variable and goes out as text is warned of, wherever it is")
    void not_a_variable() {
        List<FieldError> found = warnings.of(definition("{'url':'https://h.cz/{customer.id}?c={{customer.id}}',"
                + "'body':'{\\n \\u0022sku\\u0022:\\u0022#items[0].sku#\\u0022, \\u0022color\\u0022:\\u0022#fff #000\\u0022}','headers':{'X-Sku':'# customer.id #'},"
                + "'filter':{'items[0].sku':['A1'],'items.0.sku':['A1']}}"));

        assertThat(found.stream().filter(each -> !each.code().equals("unknown-variable")))
                .allMatch(each -> each.code().equals("not-a-variable"))
                .extracting(FieldError::pointer, each -> each.params().get("column"), each -> each.params()
                        .get("suggestion"))
                .containsExactly(
                        tuple("/url", 14, "#customer.id#"),
                        tuple("/url", 30, "#customer.id#"),
                        tuple("/body", 9, "#items.0.sku#"),
                        tuple("/headers/X-Sku", 1, "#customer.id#"),
                        tuple("/filter/items[0].sku", 1, "items.0.sku"));
    }

    @Test
    @DisplayName("K19: in a preview the variables of its event are known too")
    void known_in_the_event() {
        Definition definition = definition("{'events':['mine'],'body':'[\\u0022{order.no}\\u0022]'}");

        assertThat(texts(definition)).containsExactly("/events/0 unknown-event-type");
        assertThat(warnings.of(definition, "order.no"::equals))
                .extracting(FieldError::code)
                .containsExactly("unknown-event-type", "not-a-variable");
    }

    @Test
    @DisplayName("S8: members that may get the same name are warned of")
    void duplicate_names() {
        assertThat(texts(definition("{'body':'{\\u0022#customer.id#\\u0022:1,\\u0022total\\u0022:2}'}")))
                .containsExactly("/body duplicate-name");
    }

    @Test
    @DisplayName("S3: an address that is not allowed is warned of, with the setting that allows it")
    void address() {
        FieldError warning =
                warnings.of(definition("{'url':'https://10.0.0.1/'}")).get(0);

        assertThat(warning.code()).isEqualTo("address-not-allowed");
        assertThat(warning.params())
                .isEqualTo(Map.of("host", "10.0.0.1", "port", 443, "setting", "POSEL_DELIVERY_ALLOW"));
        assertThat(warning.detail()).startsWith("10.0.0.1:443 is not public;").contains("POSEL_DELIVERY_ALLOW");
    }

    @Test
    @DisplayName("S3: an enabled webhook with such an address is refused, one that is off is not")
    void required_address() {
        var refusal = refusal(() -> warnings.requireAllowedAddress(definition("{'url':'https://10.0.0.1:8443/'}")));

        assertThat(refusal.status()).isEqualTo(422);
        assertThat(errors(refusal)).containsExactly("/url address-not-allowed");
        assertThat(refusal.getMessage()).isEqualTo("10.0.0.1:8443 is not public; POSEL_DELIVERY_ALLOW can allow it");
        assertThatCode(() ->
                        warnings.requireAllowedAddress(definition("{'enabled':false,'url':'https://10.0.0.1:8443/'}")))
                .doesNotThrowAnyException();
        assertThatCode(() -> warnings.requireAllowedAddress(definition("{}"))).doesNotThrowAnyException();
    }

    @Test
    void a_template_saved_under_other_rules_is_reported_and_does_not_break_the_list() {
        assertThat(texts(definition("{'url':'gopher://example.com','events':['mine']}")))
                .containsExactly("/url url-scheme", "/events/0 unknown-event-type");
    }

    private List<String> texts(Definition definition) {
        return warnings.of(definition).stream()
                .map(warning -> warning.pointer() + " " + warning.code())
                .toList();
    }
}
