package io.posel.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.event.JsonPointer;
import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.template.TemplateException;
import io.posel.template.UrlTemplate;
import io.posel.testing.Fuzz;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Definitions, patches and URLs of any text. */
class WebhookFuzzTest {
    private static final String DEFINITION = """
            {"name":"Shop","enabled":true,"events":["customer.credit.changed","session.ended"],
             "filter":{"account.eshopId":["7",8,true],"customer.id":"42"},
             "url":"https://u:p@example.com/#customer.id#?key=k&id=#customer.id#","body":"{\\"c\\":#customer.credit#}",
             "headers":{"X-Key":"k #a#","x-b":"š"},"ordering":"entityType","concurrency":7,"rateLimit":0.5}""";
    private static final List<String> WORDS = List.of(
            "\"name\":",
            "\"events\":[",
            "\"filter\":{",
            "\"url\":\"http://h/\"",
            "\"body\":",
            "\"headers\":{",
            "\"***\"",
            "***",
            "\"ordering\":\"none\"",
            "\"rateLimit\":",
            "\"concurrency\":",
            "null",
            "1e3",
            "1e-400",
            "0.1",
            "\\u0000",
            "\\ud800",
            "#a.b#",
            "&a=",
            "?",
            "@",
            "://",
            "http://",
            "https://");

    private final Definitions definitions = new Definitions(Ordering.ENTITY, false);
    private final Definition current = Example.definition("{}");

    @Test
    @DisplayName("S11: a definition of any JSON is refused with pointers, or can be stored, shown and written back")
    void definitions() {
        Fuzz.run(
                List.of(
                        DEFINITION,
                        "{\"name\":\"n\",\"events\":[\"a\"],\"url\":\"http://h\"}",
                        "{\"name\":\"n\",\"events\":[\"a\"],\"url\":\"http://h\",\"body\":\"[#a#]\",\"filter\":{\"a\":[]}}"),
                WORDS,
                text -> isDefinition(text) | isPatch(text));
    }

    private boolean isDefinition(String text) throws Exception {
        Definition definition;
        try {
            definition = definitions.read(Json.parse(text));
        } catch (JsonSyntaxException e) {
            return false;
        } catch (ProblemException e) {
            assertRefusal(e);
            return false;
        }
        Json stored = Json.parse(WebhookJson.definitionToJson(definition).toString());
        assertThat(WebhookJson.fromStored(stored)).isEqualTo(definition);
        Json shown = WebhookJson.definitionToJson(Secrets.masked(definition));
        assertThat(definitions.replace(definition, shown)).isEqualTo(definition);
        assertThat(definitions.patch(definition, Json.EMPTY)).isEqualTo(definition);
        Matching.wants(definition, Example.event("customer.credit.changed", "{'account':{'eshopId':7}}"));
        return true;
    }

    @ParameterizedTest
    @ValueSource(strings = {"***&", "/", "#a#/", ";", "&", "a=#b#&", "%2e"})
    @DisplayName("S11: a URL as long as a request can be is refused before it costs the square of its length")
    void longUrls(String piece) {
        String url = "http://h/?" + piece.repeat(1_000_000 / piece.length());

        Fuzz.run(
                Json.object("name", "n", "events", List.of("a"), "url", url).toString(),
                text -> isDefinition(text) | isPatch(text));
    }

    private boolean isPatch(String text) {
        try {
            definitions.patch(current, Json.parse(text));
            return true;
        } catch (JsonSyntaxException e) {
            return false;
        } catch (ProblemException e) {
            assertRefusal(e);
            return false;
        }
    }

    private static void assertRefusal(ProblemException e) {
        assertThat(e.status()).isIn(400, 422);
        assertThat(e.errors()).isNotEmpty();
        for (FieldError error : e.errors()) {
            assertThat(new JsonPointer(error.pointer())).hasToString(error.pointer());
            assertThat(error.code()).matches("[a-z0-9-]+");
        }
    }

    @Test
    @DisplayName("S9: a URL of any text is cut and joined to itself; what is masked still compiles and comes back")
    void urls() {
        Fuzz.run(
                List.of(
                        "https://u:p@example.com/#a#?key=k&id=#customer.id#&x&=&&y=a=b",
                        "http://u:@h?a=***",
                        "http://:p@h/?#a#=#b#",
                        "https://h/a@b:c?d@e:f#g",
                        "http://u:p\\@h/",
                        "a:b@c?d"),
                WORDS,
                WebhookFuzzTest::isCutAndJoined);
    }

    private static boolean isCutAndJoined(String url) throws TemplateException {
        assertThat(UrlText.of(url)).hasToString(url);
        UrlTemplate template;
        try {
            template = UrlTemplate.compile(url);
        } catch (TemplateException e) {
            return false;
        }
        Definition definition = Example.withUrl(url);
        Definition masked = Secrets.masked(definition);
        assertThat(UrlTemplate.compile(masked.url()).variables()).isEqualTo(template.variables());
        if (!url.contains(Secrets.MASK)) {
            assertThat(Secrets.unmasked(masked, definition)).isEqualTo(definition);
        }
        return true;
    }
}
