package io.posel.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.json.Json;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderTemplateTest {

    @Test
    @DisplayName("S9: a key goes in a custom header, as written")
    void key() throws Exception {
        assertThat(render("Bearer s3cret=={{env:HOME}} #fff # #1#"))
                .isEqualTo("Bearer s3cret=={{env:HOME}} #fff # #1#");
    }

    @Test
    void variables_are_replaced_once() throws Exception {
        assertThat(render("#a#-#b##c##d#", "a", "#b#", "b", new Json.Num("12.50"), "c", Map.of("k", "v")))
                .isEqualTo("#b#-12.50{\"k\":\"v\"}");
    }

    @Test
    void text_beyond_ascii_stays() throws Exception {
        assertThat(render("é #a#", "a", "😀č\u00a0")).isEqualTo("é 😀č\u00a0");
    }

    @ParameterizedTest
    @CsvSource(
            value = {"' x ',x", "'\tx\ty\t',x\ty", "' #a# ',''", "'#b#',p q"},
            ignoreLeadingAndTrailingWhitespace = false)
    void space_around_the_value_is_no_part_of_it(String template, String rendered) throws Exception {
        assertThat(render(template, "b", "\t p q \t")).isEqualTo(rendered);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\0",
                "\r",
                "\n",
                "\r\nX: y",
                "\u000b",
                "\u001f",
                "\u007f",
                "\u0080",
                "\u009f",
                "\ud83d",
                "\ude00"
            })
    void what_a_header_cannot_carry_is_never_sent_mangled(String data) throws Exception {
        HeaderTemplate header = HeaderTemplate.compile("X-Key", "s3cret #a#");
        assertThatThrownBy(() -> header.render(Data.of("a", "data" + data)))
                .isInstanceOf(RenderException.class)
                .hasMessageContaining("X-Key")
                .hasMessageContaining("#a#")
                .hasMessageNotContainingAny("s3cret", "data");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "\r", "\n", "\u001f", "\u007f", "\u0085"})
    void control_characters_in_the_template(String control) {
        Refusal.of(() -> HeaderTemplate.compile("X-Key", "s3cret" + control))
                .is("header-control-character", 1, 7)
                .saysNothingOf("s3cret");
    }

    @Test
    void half_a_surrogate_pair_in_the_template() {
        Refusal.of(() -> HeaderTemplate.compile("X", "😀#a#\ud83d")).is("lone-surrogate", 1, 6);
    }

    @ParameterizedTest
    @CsvSource({"'',1", "' X',1", "X-Kéy,4", "X:,2", "X Y,2", "'X\n',2", "X#a#(,5", "\"X\",1", "X\u212a,2"})
    void names_that_are_no_token(String name, int column) {
        Refusal.of(() -> HeaderTemplate.compile(name, "x")).is("header-name", 1, column);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host",
                "hOST",
                "Content-Length",
                "CONTENT-LENGTH",
                "Transfer-Encoding",
                "Connection",
                "webhook-id",
                "Webhook-Signature",
                "WEBHOOK-",
                "posel-request-target",
                "Posel-Anything",
                "Upgrade",
                "TE",
                "Trailer",
                "Keep-Alive",
                "Expect",
                "Proxy-Connection",
                "Proxy-Authorization",
                "Proxy-Authenticate",
                "Proxy-Authentication-Info",
                "CamelHttpUri",
                "camelHttpPath",
                "org.apache.camel.x",
                "kafka.OVERRIDE_TOPIC"
            })
    void names_that_are_not_the_users(String name) {
        Refusal.of(() -> HeaderTemplate.compile(name, "x")).is("header-name-reserved", 1, 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Key",
                "Authorization",
                "Content-Type",
                "User-Agent",
                "webhook",
                "X-webhook-id",
                "!#$%&'*+-.^_`|~1"
            })
    void other_names_stay_as_written(String name) throws Exception {
        assertThat(HeaderTemplate.compile(name, "x").name()).isEqualTo(name);
    }

    @Test
    void the_variables_are_known_in_their_order() throws Exception {
        assertThat(HeaderTemplate.compile("X", "#z##a.b# #z#").variables()).containsExactly("z", "a.b");
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    @Label("S5: a header never carries a control character, and data exactly or not at all")
    void header_holds_the_data(@ForAll("constants") String before, @ForAll("data") Map<String, Json> data)
            throws Exception {
        HeaderTemplate header = HeaderTemplate.compile("X", before + "#a#|#b.c#");
        String expected = before + Data.text(data, "a") + '|' + Data.text(data, "b.c");
        if (Data.hasLoneSurrogate(expected) || expected.chars().anyMatch(c -> Character.isISOControl(c) && c != '\t')) {
            assertThatThrownBy(() -> header.render(data::get)).isInstanceOf(RenderException.class);
        } else {
            assertThat(header.render(data::get)).isEqualTo(expected.replaceAll("^[ \t]+|[ \t]+$", ""));
        }
    }

    @Provide
    Arbitrary<String> constants() {
        return Arbitraries.strings().withChars(" !{}$%\"\té€").ofMaxLength(5);
    }

    @Provide
    Arbitrary<Map<String, Json>> data() {
        return Data.any();
    }

    private static String render(String value, Object... data) throws TemplateException, RenderException {
        return HeaderTemplate.compile("X-Key", value).render(Data.of(data));
    }
}
