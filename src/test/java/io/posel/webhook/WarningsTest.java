package io.posel.webhook;

import static io.posel.webhook.Example.definition;
import static io.posel.webhook.Example.errors;
import static io.posel.webhook.Example.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.tuple;

import io.posel.problem.FieldError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WarningsTest {
    private static final Map<String, Set<String>> CATALOGUE = Map.of(
            "customer.credit.changed", Set.of("customer.id", "customer.group.name", "creditChange.value"),
            "user.created", Set.of("customer.id", "user.login"));

    private final Warnings warnings = new Warnings(
            type -> Optional.ofNullable(CATALOGUE.get(type)),
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
    @DisplayName("F7: where HTTPS is enforced, that nothing is sent is said besides")
    void https_required() {
        Warnings strict = new Warnings(type -> Optional.of(Set.of()), (host, port) -> Optional.empty(), true);

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
