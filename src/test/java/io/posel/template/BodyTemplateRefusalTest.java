package io.posel.template;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("S8: a body that could be anything but JSON is refused with line and column")
class BodyTemplateRefusalTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~~                   | body-empty               | 1",
                "~  ~                 | body-empty               | 1",
                "{\"a\": }            | json-value-expected      | 7",
                "[1,,2]               | json-value-expected      | 4",
                "[,1]                 | json-value-expected      | 2",
                "[/*x*/1]             | json-value-expected      | 2",
                "{1:2}                | json-name-expected       | 2",
                "{\"a\" 1}            | json-colon-expected      | 6",
                "{\"a\":1 \"b\":2}    | json-comma-expected      | 8",
                "[1 2]                | json-comma-expected      | 4",
                "[1}                  | json-comma-expected      | 3",
                "[\"\"}               | json-comma-expected      | 4",
                "[1, ]                | json-trailing-comma      | 3",
                "{\"a\":1,}           | json-trailing-comma      | 7",
                "{'a':1}              | json-quotes              | 2",
                "[“a”]                | json-quotes              | 2",
                "[[1]                 | json-unclosed            | 1",
                "{\"a\":[             | json-unclosed            | 6",
                "{\"a\":              | json-unclosed            | 1",
                "{\"a\"               | json-unclosed            | 1",
                "[1,                  | json-unclosed            | 1",
                "[\"abc               | json-unclosed            | 2",
                "{} x                 | json-more-follows        | 4",
                "#a# #b#              | json-more-follows        | 5",
                "[True]               | json-word                | 2",
                "[nullx]              | json-word                | 2",
                "[NaN]                | json-word                | 2",
                "[01]                 | json-number              | 2",
                "[1.]                 | json-number              | 2",
                "[-]                  | json-number              | 2",
                "[+1]                 | json-value-expected      | 2",
                "[.5]                 | json-value-expected      | 2",
                "[1e]                 | json-number              | 2",
                "[1x]                 | json-number              | 2",
                "[0x1F]               | json-number              | 2",
                "[\"\\x\"]            | json-escape              | 3",
                "[\"\\u12\"]          | json-escape              | 3",
                "[\"\\u12#a#\"]       | json-escape              | 3",
                "[\"\\#a#\"]          | json-escape              | 3",
                "[\"\\                | json-escape              | 3",
                "[#1#]                | not-a-variable           | 2",
                "[#a]                 | not-a-variable           | 2",
                "[# a#]               | not-a-variable           | 2",
                "[#a##b#]             | variable-not-whole-value | 5",
                "[1#a#]               | variable-not-whole-value | 3",
                "[-#a#]               | variable-not-whole-value | 3",
                "[1.#a#]              | variable-not-whole-value | 4",
                "[1e#a#]              | variable-not-whole-value | 4",
                "[#a#1]               | variable-not-whole-value | 5",
                "[#a#\"x\"]           | variable-not-whole-value | 5",
                "[\"x\"#a#]           | variable-not-whole-value | 5",
                "[tru#a#e]            | variable-not-whole-value | 5",
                "[true#a#]            | variable-not-whole-value | 6",
                "#a#:                 | variable-not-whole-value | 4",
                "{#a#:1}              | variable-as-name         | 2",
                "{\"a\":1,#b#}        | variable-as-name         | 8",
                "[1] #a#              | json-more-follows        | 5",
            })
    void refused(String template, String code, int column) {
        Refusal.of(() -> BodyTemplate.compile(template)).is(code, 1, column);
    }

    @Test
    void lines_are_counted_however_they_end() {
        Refusal.of(() -> BodyTemplate.compile("{\n\r\n\r  x}")).is("json-name-expected", 4, 3);
    }

    @Test
    void columns_are_counted_in_the_text_with_the_variables() {
        Refusal.of(() -> BodyTemplate.compile("{\"a\":\n \"#customer.id#\" oops}"))
                .is("json-comma-expected", 2, 18);
    }

    @Test
    void raw_control_characters_in_quotes() {
        Refusal.of(() -> BodyTemplate.compile("[\"a\nb\"]")).is("json-control-character", 1, 4);
        Refusal.of(() -> BodyTemplate.compile("[\"a\tb\"]")).is("json-control-character", 1, 4);
        Refusal.of(() -> BodyTemplate.compile("[\"a\0b\"]")).is("json-control-character", 1, 4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "[\u00a01]           | json-character | 2  | U+00A0",
                "[1,\u200b2]         | json-character | 4  | U+200B",
                "[1\u200b]           | json-character | 3  | U+200B",
                "[true\u2060]        | json-character | 6  | U+2060",
                "[tr\u00adue]        | json-character | 4  | U+00AD",
                "[#a#\u00a0]         | json-character | 5  | U+00A0",
                "[#a#，2]            | json-character | 5  | U+FF0C",
                "{\u200e\"a\":1}     | json-character | 2  | U+200E",
                "{\"a\"：1}          | json-character | 5  | U+FF1A",
                "{\"a\"\u202f:1}     | json-character | 5  | U+202F",
                "{\"a\":1，\"b\":2}   | json-character | 7  | U+FF0C",
                "{\"a\":1\u3000}     | json-character | 7  | U+3000",
                "｛\"a\":1}          | json-character | 1  | U+FF5B",
                "[1]\u0085          | json-character | 4  | U+0085",
                "[1]\ufeff          | json-character | 4  | U+FEFF",
                "\ufeff\ufeff[1]     | json-character | 2  | U+FEFF",
                "[1,\u20282]         | json-character | 4  | U+2028",
                "[\u000b1]           | json-character | 2  | U+000B",
                "[😀]               | json-character | 2  | U+1F600",
                "[“a”]              | json-quotes    | 2  | U+201C",
                "{“a”:1}            | json-quotes    | 2  | U+201C",
                "[‘a’]              | json-quotes    | 2  | U+2018",
                "[„a“]              | json-quotes    | 2  | U+201E",
                "[＂a＂]              | json-quotes    | 2  | U+FF02",
                "['a']              | json-quotes    | 2  | U+0027",
                "{\"a”:1}            | json-quotes    | 4  | U+201D",
                "{\"a\":\"x”, b:1}      | json-quotes    | 8  | U+201D",
            })
    @DisplayName("K43: a character that people do not see, or take for another, is named by its code point")
    void characters_that_nobody_sees(String template, String code, int column, String character) {
        Refusal.of(() -> BodyTemplate.compile(template)).is(code, 1, column).names(character);
    }

    @Test
    @DisplayName("K43: quotes of a word processor that end no string leave the text as unclosed as it is")
    void other_quotes_inside() {
        Refusal.of(() -> BodyTemplate.compile("[\"he said “hi” to")).is("json-unclosed", 1, 2);
    }

    @Test
    void half_a_surrogate_pair() {
        Refusal.of(() -> BodyTemplate.compile("[\"😀\ud83d\"]")).is("lone-surrogate", 1, 5);
        Refusal.of(() -> BodyTemplate.compile("[\ude00]")).is("json-value-expected", 1, 2);
    }

    @Test
    void nesting_deeper_than_data_may_be() {
        Refusal.of(() -> BodyTemplate.compile("[".repeat(101) + "]".repeat(101)))
                .is("json-too-deep", 1, 101);
        Refusal.of(() -> BodyTemplate.compile("[".repeat(1_000_000))).is("json-too-deep", 1, 101);
    }
}
