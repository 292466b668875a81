package io.posel.webhook;

import static io.posel.webhook.Example.definition;
import static io.posel.webhook.Example.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.posel.event.EntityRef;
import io.posel.event.Event;
import io.posel.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatchingTest {

    @Test
    @DisplayName("S2: a webhook wants the event types that it names, and no other")
    void triggers() {
        Definition definition = definition("{'events':['user.created','user.changed']}");

        assertThat(Matching.wants(definition, event("user.changed", "{}"))).isTrue();
        assertThat(Matching.wants(definition, event("user.change", "{}"))).isFalse();
    }

    @ParameterizedTest(name = "{0} for {1}: {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'account.eshopId':['7']}|{'account':{'eshopId':'7'}}|true",
                "{'account.eshopId':['7']}|{'account':{'eshopId':7}}|true",
                "{'account.eshopId':['7']}|{'account':{'eshopId':7.0}}|false",
                "{'account.eshopId':['6','7']}|{'account':{'eshopId':7}}|true",
                "{'account.eshopId':['7']}|{'account':{'eshopId':'77'}}|false",
                "{'account.eshopId':['7']}|{}|false",
                "{'a':['']}|{}|true",
                "{'a':['']}|{'a':null}|true",
                "{'a':['']}|{'a':''}|true",
                "{'a':['null']}|{'a':null}|false",
                "{'a':['true']}|{'a':true}|true",
                "{'a':['{\\u0022b\\u0022:[1,2.50]}']}|{'a': {'b' : [1, 2.50]}}|true",
                "{'a':['1'],'b':['2']}|{'a':1,'b':2}|true",
                "{'a':['1'],'b':['2']}|{'a':1,'b':3}|false",
                "{'entity.id':['42']}|{}|true",
                "{'event.type':['customer.credit.changed']}|{}|true",
            })
    @DisplayName("S2: every condition on the event's variables must hold")
    void conditions(String filter, String data, boolean wanted) {
        Definition definition = definition("{'filter':" + filter + "}");
        Event event = event("customer.credit.changed", data);

        assertThat(Matching.wants(definition, event)).isEqualTo(wanted);
        assertThat(new WebhookIndex(List.of(Example.webhook("wh_1", definition))).matching(event))
                .hasSize(wanted ? 1 : 0);
    }

    @Test
    @DisplayName("S1: disabled and expired webhooks are found, with the reason; deleted ones are not")
    void reasons() {
        Webhook on = Example.webhook("on", definition("{}"));
        Webhook off = Example.webhook("off", definition("{'enabled':false}"));
        Webhook expired = new Webhook(
                "expired",
                1,
                definition("{'enabled':false}"),
                Health.UNKNOWN,
                Example.NOW,
                null,
                Example.NOW,
                Example.NOW);
        Webhook deleted = new Webhook(
                "deleted", 1, definition("{}"), Health.UNKNOWN, Example.NOW, Example.NOW, Example.NOW, Example.NOW);

        assertThat(new WebhookIndex(List.of(off, deleted, on, expired))
                        .matching(event("customer.credit.changed", "{}")))
                .containsExactly(off, on, expired);
        assertThat(WebhookIndex.skipReason(on)).isEmpty();
        assertThat(WebhookIndex.skipReason(off)).contains("disabled");
        assertThat(WebhookIndex.skipReason(expired)).contains("expired");
        assertThat(WebhookIndex.skipReason(deleted)).contains("deleted");
        for (Webhook webhook : List.of(on, off, expired, deleted)) {
            assertThat(WebhookIndex.skipReason(webhook).isEmpty()).isEqualTo(webhook.sends());
        }
    }

    @Test
    @DisplayName("F1: nobody is told of himself")
    void itself() {
        Definition definition = definition("{'events':['posel.webhook.failing','webhook.changed']}");
        Webhook one = Example.webhook("wh_1", definition);
        Webhook other = Example.webhook("wh_2", definition);
        WebhookIndex index = new WebhookIndex(List.of(one, other));
        EntityRef entity = new EntityRef("webhook", "wh_1");

        assertThat(index.matching(new Event("", "e", "posel.webhook.failing", entity, null, null, Json.EMPTY)))
                .containsExactly(other);
        assertThat(index.matching(new Event("", "e", "webhook.changed", entity, null, null, Json.EMPTY)))
                .containsExactly(one, other);
    }

    @Property
    @Label("S2: the index finds what looking at each webhook finds")
    void the_index_finds_what_looking_at_each_webhook_finds(
            @ForAll("definitions") List<Definition> definitions, @ForAll("events") Event event) {
        List<Webhook> webhooks = IntStream.range(0, definitions.size())
                .mapToObj(i -> Example.webhook("wh_" + i, definitions.get(i)))
                .toList();

        assertThat(new WebhookIndex(webhooks).matching(event))
                .isEqualTo(webhooks.stream()
                        .filter(webhook -> Matching.wants(webhook.definition(), event))
                        .toList());
    }

    @Test
    @DisplayName("S2: among ten thousand webhooks of one type only those of the event's shop are looked at")
    void many() {
        List<Webhook> webhooks = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            webhooks.add(Example.webhook("wh_" + i, definition("{'filter':{'shop':['" + i + "']}}")));
        }
        WebhookIndex index = new WebhookIndex(webhooks);
        Event event = event("customer.credit.changed", "{'shop':7000}");

        assertThat(index.matching(event)).extracting(Webhook::id).containsExactly("wh_7000");
        assertThat(index.candidates(event)).isEqualTo(1);
    }

    @Provide
    Arbitrary<List<Definition>> definitions() {
        Arbitrary<String> types = Arbitraries.of("['a']", "['b']", "['a','b']", "['c']");
        Arbitrary<String> filters = Arbitraries.of(
                "{}",
                "{'x':['1']}",
                "{'x':['1','1','2']}",
                "{'x':['']}",
                "{'y':['1'],'x':['2']}",
                "{'x':['2'],'y':['1','2']}",
                "{'entity.id':['42']}",
                "{'z.q':['1']}");
        return Combinators.combine(types, filters)
                .as((type, filter) -> definition("{'events':" + type + ",'filter':" + filter + "}"))
                .list()
                .ofMaxSize(20);
    }

    @Provide
    Arbitrary<Event> events() {
        return Combinators.combine(
                        Arbitraries.of("a", "b", "d"),
                        Arbitraries.of("1", "2", "null", "'1'", "[1]"),
                        Arbitraries.of("1", "'2'", "{'q':1}"))
                .as((type, x, y) -> event(type, "{'x':" + x + ",'y':" + y + ",'z':" + y + "}"));
    }

    @Test
    void nobody_wants_a_type_that_nobody_names() {
        assertThat(new WebhookIndex(List.of()).matching(event("a", "{}"))).isEmpty();
    }
}
