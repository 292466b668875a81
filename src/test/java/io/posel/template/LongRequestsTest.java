package io.posel.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LongRequestsTest {
    private final List<Integer> asked = new ArrayList<>();

    private static Variables with(String value) {
        return Map.<String, Json>of("big", new Json.Str(value), "n", new Json.Num("12.50"))::get;
    }

    private boolean fits(int length) {
        asked.add(length);
        return true;
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "é", "中", "😀", "\"", "\n", "\u0001", "\uD83D", "x😀é中\uDE00"})
    @DisplayName("D2: a long body is what a short one is, and its length is known before it is made")
    void body(String character) throws Exception {
        String value = character.repeat(3_000);
        String many = "\"#big#\",".repeat(40) + "#n#, \"\\u00e9 č #n#\"";
        BodyTemplate template = BodyTemplate.compile("[" + many + "]");
        String one = new String(BodyTemplate.compile("[\"#big#\"]").render(with(value)), StandardCharsets.UTF_8);
        String item = one.substring(1, one.length() - 1);

        byte[] body = template.render(with(value), this::fits);

        assertThat(new String(body, StandardCharsets.UTF_8))
                .isEqualTo("[" + (item + ",").repeat(40) + "12.50, \"\\u00e9 č 12.50\"]");
        assertThat(asked).containsExactly(body.length);
    }

    @Test
    @DisplayName("D2: nothing is made of what does not fit, and a short request asks for nothing")
    void notFitting() throws Exception {
        Variables values = with("x".repeat(10_000));
        BodyTemplate body = BodyTemplate.compile("[" + "\"#big#\",".repeat(9) + "\"#big#\"]");
        UrlTemplate url = UrlTemplate.compile("https://a.example.com/?q=" + "#big#".repeat(10));
        HeaderTemplate header = HeaderTemplate.compile("X-Big", "#big#".repeat(10));

        assertThat(body.render(values, length -> false)).isNull();
        assertThat(url.render(values, length -> false)).isNull();
        assertThat(header.render(values, length -> false)).isNull();

        Variables few = with("x");
        assertThat(body.render(few, length -> false)).isNotNull();
        assertThat(url.render(few, length -> false)).isNotNull();
        assertThat(header.render(few, length -> false)).isNotNull();
    }

    @Test
    @DisplayName("D2: a long URL and a long header are asked for with their length")
    void head() throws Exception {
        Variables values = with("é".repeat(10_000));

        String url = UrlTemplate.compile("https://a.example.com/?q=" + "#big#".repeat(10))
                .render(values, this::fits);
        String header = HeaderTemplate.compile("X-Big", "#big#".repeat(10)).render(values, this::fits);

        assertThat(asked).containsExactly(url.length(), header.length());
    }

    @Test
    @DisplayName("D2: more than the limit is refused before anybody is asked for the memory")
    void tooLong() throws Exception {
        BodyTemplate body = BodyTemplate.compile("[" + "\"#big#\",".repeat(9) + "\"#big#\"]");

        assertThatThrownBy(() -> body.render(with("中".repeat(300_000)), this::fits))
                .isInstanceOf(RenderException.class);
        assertThat(asked).isEmpty();
    }
}
