package io.posel.template;

import io.posel.json.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** What an event may bring in, and the names by which templates of the tests ask for it. */
final class Data {
    static final List<String> NAMES = List.of("a", "b.c", "customer.id", "zákazník.město-1", "地.x_9", "missing");

    private Data() {}

    static Variables of(Object... namesAndValues) {
        Map<String, Json> values = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put((String) namesAndValues[i], Json.of(namesAndValues[i + 1]));
        }
        return values::get;
    }

    static Arbitrary<Map<String, Json>> any() {
        return Arbitraries.maps(Arbitraries.of(NAMES.subList(0, 5)), values()).ofMaxSize(5);
    }

    static Arbitrary<Json> values() {
        return Arbitraries.recursive(
                () -> Arbitraries.frequencyOf(
                        Tuple.of(6, texts().map(Json.Str::new)),
                        Tuple.of(2, numbers()),
                        Tuple.of(1, Arbitraries.of(Json.Bool.TRUE, Json.Bool.FALSE, Json.Null.NULL))),
                inner -> Arbitraries.oneOf(
                        inner,
                        inner.list().ofMaxSize(3).map(Json.Arr::new),
                        Arbitraries.maps(texts(), inner).ofMaxSize(3).map(Json.Obj::new)),
                0,
                4);
    }

    /** All code points, halves of pairs among them, and what templates, Camel, URLs and JSON might take for theirs. */
    static Arbitrary<String> texts() {
        return Arbitraries.frequencyOf(
                        Tuple.of(4, Arbitraries.chars().range('a', 'z').map(String::valueOf)),
                        Tuple.of(2, Arbitraries.integers().between(0, 0x10ffff).map(Character::toString)),
                        Tuple.of(1, Arbitraries.integers().between(0, 0xff).map(Character::toString)),
                        Tuple.of(
                                3,
                                Arbitraries.of(
                                        "#",
                                        "#a#",
                                        "#b.c#",
                                        "{{env:HOME}}",
                                        "${header.x}",
                                        "\"",
                                        "\\",
                                        "\\u0041",
                                        "\n",
                                        "\r\n",
                                        "\t",
                                        "\0",
                                        "\u007f",
                                        "\u0085",
                                        "\u2028",
                                        "\ufeff",
                                        "\uffff",
                                        "\ud83d",
                                        "\ude00",
                                        "😀",
                                        "..",
                                        ".",
                                        "%2e",
                                        "%",
                                        "/",
                                        "?",
                                        "&",
                                        "=",
                                        "+",
                                        ";",
                                        "@",
                                        ":",
                                        " ",
                                        "'",
                                        "<",
                                        "|")))
                .list()
                .ofMaxSize(6)
                .map(pieces -> String.join("", pieces));
    }

    private static Arbitrary<Json> numbers() {
        return Arbitraries.oneOf(
                        Arbitraries.of("0", "-0", "12.50", "1e999999", "-1.0E-77", "0.1e+5", "9".repeat(300)),
                        Arbitraries.longs().map(String::valueOf),
                        Arbitraries.doubles().map(String::valueOf))
                .map(Json.Num::new);
    }

    /** The text form as semantics.md has it, written again so that the tests do not trust the code. */
    static String text(Map<String, Json> data, String name) {
        Json value = data.get(name);
        if (value == null || value == Json.Null.NULL) {
            return "";
        }
        return value instanceof Json.Str string ? string.value() : value.toString();
    }

    static boolean hasLoneSurrogate(String text) {
        return text.codePoints().anyMatch(c -> c >= 0xd800 && c <= 0xdfff);
    }
}
