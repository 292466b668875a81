package io.posel.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyTemplateTest {

    @Test
    @DisplayName("S5: a variable in quotes is replaced by the event's data")
    void in_quotes() throws Exception {
        assertThat(render("{\"id\": \"no-#customer.id#!\"}", "customer.id", "42"))
                .isEqualTo("{\"id\": \"no-42!\"}");
    }

    @Test
    @DisplayName("S5: a variable the event does not have becomes an empty string")
    void missing() throws Exception {
        assertThat(render("[\"<#a#>\", #a#]")).isEqualTo("[\"<>\", \"\"]");
    }

    @Test
    @DisplayName("S5: null becomes an empty string, in quotes and as a value")
    void null_is_like_missing() throws Exception {
        assertThat(render("[\"<#a#>\", #a#]", "a", null)).isEqualTo("[\"<>\", \"\"]");
    }

    @Test
    void null_inside_an_object_stays_null() throws Exception {
        assertThat(render("[#a#]", "a", new Json.Obj(Map.of("x", Json.Null.NULL))))
                .isEqualTo("[{\"x\":null}]");
    }

    @Test
    void a_value_outside_quotes_keeps_its_own_type() throws Exception {
        String template = "{\"a\":#a#,\"b\":#b#,\"c\":#c#,\"d\":#d#}";
        assertThat(render(template, "a", "x\"", "b", true, "c", List.of(1, "2"), "d", Map.of("k", "v")))
                .isEqualTo("{\"a\":\"x\\\"\",\"b\":true,\"c\":[1,\"2\"],\"d\":{\"k\":\"v\"}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"12.50", "-0", "1e999999", "0.1E+05", "100000000000000000000000000000000000001"})
    void a_number_goes_out_character_by_character(String number) throws Exception {
        assertThat(render("[#a#, \"#a#\"]", "a", new Json.Num(number)))
                .isEqualTo("[" + number + ", \"" + number + "\"]");
    }

    @Test
    void an_object_in_quotes_gives_its_compact_text() throws Exception {
        assertThat(render("\"#a#\"", "a", Map.of("k", List.of("v", false))))
                .isEqualTo("\"{\\\"k\\\":[\\\"v\\\",false]}\"");
    }

    @Test
    void a_variable_may_be_the_whole_body() throws Exception {
        assertThat(render(" #a# ", "a", 1)).isEqualTo(" 1 ");
    }

    @Test
    void data_in_quotes_is_escaped() throws Exception {
        assertThat(render("\"#a#\"", "a", "\"\\/\n\r\t\0\u001f é😀"))
                .isEqualTo("\"\\\"\\\\/\\n\\r\\t\\u0000\\u001f é😀\"");
    }

    @Test
    @DisplayName("G6: half a surrogate pair in data leaves as an escape, so the body is valid UTF-8")
    void lone_surrogates() throws Exception {
        assertThat(render("[\"#a#\",#a#]", "a", "x\ud83d")).isEqualTo("[\"x\\ud83d\",\"x\\ud83d\"]");
        assertThat(render("\"#a##b#\"", "a", "\ud83d", "b", "\ude00")).isEqualTo("\"\\ud83d\\ude00\"");
    }

    @Test
    void a_name_of_a_member_may_hold_variables() throws Exception {
        assertThat(render("{\"#a#-#b#\": 1}", "a", "x\"", "b", 2)).isEqualTo("{\"x\\\"-2\": 1}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ \"a\" : {\"b\":[ 1.0, 2E5 ,-0.0e-0,true,false , null ] } }",
                "\r\n\t[ ]\n",
                "{}",
                "\"\\u00e9\\/\\\"\\\\ \\ud800 é 😀 \u007f\u2028\"",
                "{\"a\":1,\"a\":2}",
                "1e999999",
                "\"# #1# ## #a b# a#b\"",
                "\"\\u0023a# {{env:HOME}} ${header.x}\""
            })
    @DisplayName("S8: constant parts, also nested objects, go out as written")
    void constant(String text) throws Exception {
        assertThat(render(text, "a", "replaced")).isEqualTo(text);
    }

    @Test
    @DisplayName("K43: a byte order mark in front, which only belongs to a file, is left out")
    void byte_order_mark() throws Exception {
        assertThat(render("\ufeff[#a#, \"\ufeff\"]", "a", 1)).isEqualTo("[1, \"\ufeff\"]");
        assertThat(render("\ufeff\r\n#a#\r\n", "a", 1)).isEqualTo("\r\n1\r\n");
        assertThat(render("\ufeff1")).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\ufeff", "\ufeff \r\n", "\u00a0", "\u200b\u3000\t"})
    @DisplayName("S4, K43: a body in which nobody sees anything is none")
    void blank(String text) {
        assertThat(BodyTemplate.isBlank(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "\ufeff[]", "\"\"", "\u200d", "x"})
    void not_blank(String text) {
        assertThat(BodyTemplate.isBlank(text)).isFalse();
    }

    @Test
    void what_a_variable_brings_in_is_not_read_again() throws Exception {
        assertThat(render("[\"#a#\",#a#,\"#b#\"]", "a", "#b# {{env:HOME}} ${body}", "b", "#a#"))
                .isEqualTo("[\"#b# {{env:HOME}} ${body}\",\"#b# {{env:HOME}} ${body}\",\"#a#\"]");
    }

    @Test
    void neighbouring_variables_in_quotes() throws Exception {
        assertThat(render("\"#a##b###a#\"", "a", 1, "b", 2)).isEqualTo("\"12#1\"");
    }

    @Test
    void the_variables_are_known_in_their_order() throws Exception {
        assertThat(new ArrayList<>(BodyTemplate.compile("{\"#z#\":#a.b#,\"x\":\"#z# #c#\"}")
                        .variables()))
                .containsExactly("z", "a.b", "c");
        assertThat(BodyTemplate.compile("[]").variables()).isEmpty();
    }

    @Test
    void nesting_as_deep_as_data_may_be() throws Exception {
        String text = "[".repeat(Json.MAX_DEPTH) + "]".repeat(Json.MAX_DEPTH);
        assertThat(render(text)).isEqualTo(text);
    }

    private static String render(String template, Object... data) throws TemplateException, RenderException {
        return new String(BodyTemplate.compile(template).render(Data.of(data)), StandardCharsets.UTF_8);
    }
}
