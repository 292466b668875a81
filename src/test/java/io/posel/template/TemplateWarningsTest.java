package io.posel.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateWarningsTest {
    private static final Set<String> KNOWN =
            Set.of("customer.id", "customer.email", "items.0.sku", "customer", "id", "data", "event", "event.id");

    private final TemplateWarnings warnings = new TemplateWarnings(KNOWN::contains);

    /** A JSON string as the body. */
    private List<TemplateWarning> ofText(String text) throws TemplateException {
        return warnings.ofBody(new Json.Str(text).toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "#items[0].sku#                  ~ #items.0.sku#",
                "#items[0]['sku']#               ~ #items.0.sku#",
                "#items[0][\"sku\"]#             ~ #items.0.sku#",
                "#$.items[0].sku#                ~ #items.0.sku#",
                "#.items.0.sku#                  ~ #items.0.sku#",
                "#items.0.sku.#                  ~ #items.0.sku#",
                "#items..sku#                    ~ #items.sku#",
                "#/items/0/sku#                  ~ #items.0.sku#",
                "#items[*].sku#                  ~",
                "#items[-1].sku#                 ~",
                "#1abc#                          ~",
                "#5#                             ~",
                "#customer id#                   ~",
                "#customer:id#                   ~",
                "#customer.id|upper#             ~ #customer.id#",
                "#customer.id | upper#           ~ #customer.id#",
                "# customer.id | upper #         ~ #customer.id#",
                "#customer.id #                  ~ #customer.id#",
                "# customer.id#                  ~ #customer.id#",
                "# customer.id #                 ~ #customer.id#",
                "# Customer.Id #                 ~ #Customer.Id#",
                "# order.no #                    ~ #order.no#",
                "# id #                          ~ #id#",
                "#\u00a0customer.id\u00a0#       ~ #customer.id#",
                "#customer\u200b.id#             ~ #customer.id#",
                "＃customer.id＃                  ~ #customer.id#",
                "＃customer.id#                   ~ #customer.id#",
                "#customer.id＃                   ~ #customer.id#",
                "no #customer.id                 ~ #customer.id#",
                "no customer.id# there           ~ #customer.id#",
                "#customer.id, #customer.email   ~ #customer.id#",
                "#{customer.id}                  ~ #customer.id#",
                "#{items[0].sku}                 ~ #items.0.sku#",
                "{{customer.id}}                 ~ #customer.id#",
                "{{ customer.id }}               ~ #customer.id#",
                "{{{customer.id}}}               ~ #customer.id#",
                "{{id}}                          ~ #id#",
                "{{ $.items[0].sku }}            ~ #items.0.sku#",
                "${customer.id}                  ~ #customer.id#",
                "${{ customer.id }}              ~ #customer.id#",
                "{customer.id}                   ~ #customer.id#",
                "{id}                            ~ #id#",
                "[[customer.id]]                 ~ #customer.id#",
                "%customer.id%                   ~ #customer.id#",
                "%23customer.id%23               ~ #customer.id#",
                "id-#items[0].sku#               ~ #items.0.sku#",
                "#id#-#items[0].sku#             ~ #items.0.sku#",
                "#items[0].sku#x                 ~ #items.0.sku#",
                "#items[0].sku##id#              ~ #items.0.sku#",
                "##items[0].sku##                ~ #items.0.sku#"
            })
    @DisplayName("K19: what looks like a variable and is none is warned of, with what to write")
    void nearMisses(String text, String suggestion) throws Exception {
        List<TemplateWarning> found = ofText(text);

        assertThat(found).isNotEmpty().allMatch(each -> each.code().equals("not-a-variable"));
        assertThat(found.get(0).params().get("suggestion")).isEqualTo(suggestion);
        assertThat(found.get(0).message()).contains(suggestion == null ? "#name#" : suggestion);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "#",
                "##",
                "###",
                "#id# and #customer.id#",
                "#nothing.that.is.known#",
                "#fff",
                "#fff #000",
                "color:#fff;background:#000",
                "#fff,#000;",
                "border: 1px solid #a0b0c0; color: #123456",
                "#a and #b",
                "#sale, #new and #last",
                "#nav,#main{}",
                "C# and F#",
                "C#, F#",
                "C#/F#",
                "C#;F#;",
                "in C#-like and F#-like",
                "C♯ and F♯, C♯/F♯, D♯E♯F",
                "order #5 for #customer.id#",
                "order #5/#customer.id#",
                "order #5-#customer.id#",
                "#12/#13",
                "#12 and C#",
                "item#1,item#2",
                "*21#123#",
                "https://a.example/#b and https://c.example/#d",
                "http://a/b#c http://d/e#f",
                "<a href='#top'>up</a> <a href='#end'>down</a>",
                "it&#39;s &#8220;x&#8221;",
                "# Title #",
                "## Title ##",
                "#\n#",
                "#first\n#second",
                "#!/bin/sh\n# x",
                "#---# #***#",
                "{{name}} {{#each x}} {{env:HOME}} ${HOME} $${x} {} {{}} {a b} {\"a\":1}",
                "100 % of 20 %",
                "[[x]] [1] {0}",
                "%23 %2323",
                "\\u0023customer.id\\u0023"
            })
    @DisplayName("K19: colours, anchors, hashtags and names of languages are not taken for variables")
    void noFalseAlarm(String text) throws Exception {
        assertThat(ofText(text)).isEmpty();
        assertThat(warnings.ofHeader(text.replace('\n', ' '))).isEmpty();
    }

    @Test
    @DisplayName("K19: each is told with its line and column, also in a member's name")
    void places() throws Exception {
        assertThat(warnings.ofBody("{\n \"#a[0]#\": \"x #a[1]# y #a[2]#\",\n \"b\": [\"C#\", \"F#\", \"{{id}}\"]}"))
                .extracting(each -> each.params().get("line") + ":"
                        + each.params().get("column") + " "
                        + each.params().get("suggestion"))
                .containsExactly("2:3 #a.0#", "2:15 #a.1#", "2:24 #a.2#", "3:21 #id#");
    }

    @Test
    @DisplayName("K19: \\u0023 writes a # that is none")
    void escaped() throws Exception {
        assertThat(warnings.ofBody("[\"\\u0023customer.id\\u0023\",\"\\u0023items[0].sku\\u0023\"]"))
                .isEmpty();
    }

    @Test
    @DisplayName("K19, S9: in URL and header the text may be a key, of which nothing is told")
    void secrets() throws Exception {
        assertThat(warnings.ofUrl("https://u:p@h.cz/{customer.id}?key={{s3.cret}}&id={{customer.id}}&x=%23id%23"))
                .extracting(TemplateWarning::params)
                .containsExactly(
                        Map.of("line", 1, "column", 18, "suggestion", "#customer.id#"),
                        Map.of("line", 1, "column", 36),
                        Map.of("line", 1, "column", 51, "suggestion", "#customer.id#"),
                        Map.of("line", 1, "column", 69, "suggestion", "#id#"));
        assertThat(warnings.ofHeader("Bearer #s3[0].cret# #items[0].sku#"))
                .extracting(TemplateWarning::params)
                .containsExactly(
                        Map.of("line", 1, "column", 8), Map.of("line", 1, "column", 21, "suggestion", "#items.0.sku#"));
        assertThat(warnings.ofHeader("#s3[0].cret#").toString()).doesNotContain("s3");
    }

    @Test
    @DisplayName("K43: an invisible character in a URL or a header is warned of")
    void invisible() throws Exception {
        assertThat(warnings.ofUrl("https://h.cz/a\u200bb\ufeff"))
                .extracting(each -> each.code() + " " + each.params().get("column") + " "
                        + each.params().get("character"))
                .containsExactly("invisible-character 15 U+200B", "invisible-character 17 U+FEFF");
        assertThat(warnings.ofHeader("\ufeffBearer\u00a0x"))
                .extracting(each -> each.params().get("character"))
                .containsExactly("U+FEFF", "U+00A0");
        assertThat(warnings.ofHeader("Příliš\tžluťoučký 👨\u200d👩\u200d👧")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":1,\"a\":2}                           | 1:8 1:2",
                "{\"a\":1,\"\\u0061\":2}                     | 1:8 1:2",
                "{\"#a#\":1,\"b\":2}                         | 1:10 1:2",
                "{\"b\":1,\"#a#\":2}                         | 1:8 1:2",
                "{\"#a#\":1,\"#b#\":2}                       | 1:10 1:2",
                "{\"#a#\":1,\"#a#\":2}                       | 1:10 1:2",
                "{\"id-#a#\":1,\"id-7\":2}                   | 1:13 1:2",
                "{\"#a#-x\":1,\"b-#c#\":2}                   | 1:12 1:2",
                "{\"#a##b#\":1,\"#a#\":2}                    | 1:13 1:2",
                "{\"#a#x#b#\":1,\"yxz\":2}                   | 1:14 1:2",
                "{\"x\":{\"#a#\":1,\"b\":2}}                 | 1:15 1:7",
                "[{},{\"a\":{\"k\":1,\"k\":2},\"k\":3}]      | 1:17 1:11"
            })
    @DisplayName("S8: members that have, or may get, the same name are warned of, with the other one's place")
    void duplicates(String body, String places) throws Exception {
        assertThat(warnings.ofBody(body)).singleElement().satisfies(warning -> {
            Map<String, Object> at = warning.params();
            assertThat(warning.code()).isEqualTo("duplicate-name");
            assertThat("%s:%s %s:%s"
                            .formatted(at.get("line"), at.get("column"), at.get("otherLine"), at.get("otherColumn")))
                    .isEqualTo(places);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"b\":{\"a\":2},\"A\":3}",
                "[{\"a\":1},{\"a\":2}]",
                "{\"a-#x#\":1,\"b-#x#\":2,\"a\":3,\"c-#x#\":4}",
                "{\"#a#\":1,\"#a#x\":2}",
                "{\"#a#1\":1,\"#b#2\":2}",
                "{\"#a#x#b#\":1,\"yz\":2}",
                "{\"\\\\u0061\":1,\"a\":2}",
                "{\"id\":\"#a#\",\"name\":\"#a#\"}"
            })
    @DisplayName("S8: names that always differ are not warned of")
    void different(String body) throws Exception {
        assertThat(warnings.ofBody(body)).isEmpty();
    }

    @Test
    void namesAreComparedWithoutTakingLong() throws Exception {
        StringBuilder body = new StringBuilder("{\"x\":0");
        for (int i = 0; body.length() < 250_000; i++) {
            body.append(",\"").append(i % 2 == 0 ? i + "-#a#" : "k" + i).append("\":1");
        }
        assertThat(warnings.ofBody(body + "}")).isEmpty();
        assertThat(warnings.ofBody("{\"" + "#a#x".repeat(30_000) + "\":1,\"" + "x".repeat(100_000) + "\":2}"))
                .isEmpty();
        assertThat(warnings.ofBody("\"" + "#{[[$%".repeat(40_000) + "\"")).hasSizeLessThan(21);
    }
}
