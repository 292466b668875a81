package io.posel.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.json.Json;
import io.posel.template.RenderException;
import io.posel.template.Variables;
import io.posel.webhook.Definition;
import io.posel.webhook.Ordering;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTemplateTest {
    private final Variables values = path -> switch (path) {
        case "customer.id" -> new Json.Str("4/2");
        case "customer.credit" -> new Json.Num("12.50");
        case "broken" -> new Json.Str("a\r\nb");
        default -> null;
    };

    @Test
    @DisplayName("S4: a body makes it a POST of JSON")
    void postsABody() throws Exception {
        OutgoingRequest request =
                render("http://h/#customer.id#?c=#customer.credit#", "{\"c\":#customer.credit#}", Map.of());

        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.url()).isEqualTo("http://h/4%2F2?c=12.50");
        assertThat(request.headers()).isEqualTo(Map.of("Content-Type", "application/json"));
        assertThat(new String(request.body(), UTF_8)).isEqualTo("{\"c\":12.50}");
    }

    @ParameterizedTest
    @DisplayName("S4: none or a blank body makes it a GET without body and Content-Type")
    @NullSource
    @ValueSource(strings = {"", " \n\t"})
    void getsWithoutBody(@Nullable String body) throws Exception {
        OutgoingRequest request = render("http://h/", body, Map.of("content-type", "text/plain", "X-Key", "k"));

        assertThat(request.method()).isEqualTo("GET");
        assertThat(request.headers()).isEqualTo(Map.of("X-Key", "k"));
        assertThat(request.body()).isNull();
    }

    @Test
    void letsTheWebhookNameTheContentType() throws Exception {
        assertThat(render("http://h/", "{}", Map.of("content-type", "application/vnd.x+json"))
                        .headers())
                .hasSize(1)
                .containsEntry("Content-Type", "application/vnd.x+json");
    }

    @ParameterizedTest
    @DisplayName("F4: user info becomes Authorization: Basic in UTF-8 and leaves the URL")
    @CsvSource({
        "user:secret, user:secret",
        "us%40er:p%40s%2Fs%3A, us@er:p@s/s:",
        "%C4%8D:%E2%82%AC, č:€",
        "user, user:",
        "user:, user:",
        ":secret, :secret"
    })
    void signsInWithUserInfo(String userInfo, String credentials) throws Exception {
        OutgoingRequest request = render("http://" + userInfo + "@h:8080/p", "{}", Map.of("authorization", "Bearer x"));

        assertThat(request.url()).isEqualTo("http://h:8080/p");
        assertThat(request.headers().entrySet())
                .filteredOn(header -> header.getKey().equalsIgnoreCase("Authorization"))
                .singleElement()
                .extracting(Map.Entry::getValue)
                .isEqualTo("Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8)));
    }

    @Test
    @DisplayName("S9: without user info a custom Authorization header is sent")
    void keepsACustomAuthorization() throws Exception {
        assertThat(render("http://h/", null, Map.of("Authorization", "Bearer #customer.id#"))
                        .headers())
                .containsEntry("Authorization", "Bearer 4/2");
    }

    @Test
    void dataThatDoesNotFitKillsTheDelivery() {
        assertThatThrownBy(() -> render("http://h/", null, Map.of("X-Key", "#broken#")))
                .isInstanceOf(RenderException.class);
    }

    @Test
    @DisplayName("a template that repeats a variable does not fill the memory: all together is bounded")
    void boundsARequest() throws Exception {
        Variables megabyte = path -> new Json.Str("x".repeat(1_000_000));
        String many = "#a##a##a##a##a##a##a##a#";

        for (Definition tooLong : List.of(
                definition("http://h/" + many.repeat(1_000), null, Map.of()),
                definition("http://h/", "\"" + many.repeat(1_000) + "x\"", Map.of()),
                definition("http://h/", "[" + "#a#,".repeat(8_000) + "1]", Map.of()),
                definition("http://h/", null, Map.of("X-A", many.repeat(1_000) + "x")),
                definition("http://h/", null, Map.of("X-A", "#a##a##a##a#", "X-B", "#a##a##a##a#")),
                definition("http://h/#a##a##a#", "\"#a##a##a#\"", Map.of("X-A", "#a##a#")))) {
            assertThatThrownBy(() -> RequestTemplate.compile(tooLong).render(megabyte))
                    .isInstanceOf(RenderException.class)
                    .hasMessageContaining("more than 8000000 bytes");
        }
        assertThat(RequestTemplate.compile(definition("http://h/#a#", "\"#a##a##a#\"", Map.of("X-A", "#a#")))
                        .render(megabyte)
                        .body())
                .hasSize(3_000_002);
    }

    @Test
    void namesAllVariables() throws Exception {
        assertThat(RequestTemplate.compile(definition("http://h/#a#", "{\"x\":#b#}", Map.of("X-C", "#c#")))
                        .variables())
                .containsExactly("a", "c", "b");
    }

    @Test
    @DisplayName("S9: a request in a log shows neither URL keys nor headers")
    void hidesSecretsInText() {
        assertThat(new OutgoingRequest("GET", "http://h/p?key=s3cret", Map.of("X-Key", "s3cret"), null))
                .hasToString("GET http://h");
    }

    private OutgoingRequest render(String url, @Nullable String body, Map<String, String> headers) throws Exception {
        return RequestTemplate.compile(definition(url, body, headers)).render(values);
    }

    private static Definition definition(String url, @Nullable String body, Map<String, String> headers) {
        return new Definition("name", true, List.of("t"), Map.of(), url, body, headers, Ordering.ENTITY, null, null);
    }
}
