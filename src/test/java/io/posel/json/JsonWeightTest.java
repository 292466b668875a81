package io.posel.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonWeightTest {
    private static final String LARGE = "x".repeat(10_000);

    @ParameterizedTest
    @MethodSource("dense")
    @DisplayName("D3: the densest JSON takes no more memory than its text tells")
    void denseShapes(String text) throws JsonSyntaxException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);

        assertThat(memory(Json.parse(utf8)))
                .isLessThanOrEqualTo(JsonWeight.of(utf8))
                .isLessThanOrEqualTo(26L * utf8.length);
    }

    static List<String> dense() {
        return List.of(
                array(i -> "1"),
                array(i -> "-1"),
                array(i -> "[]"),
                array(i -> "{}"),
                array(i -> "[-1]"),
                array(i -> "\"\""),
                array(i -> "\"x\""),
                array(i -> "\"中\""),
                array(i -> "{\"a\":-1}"),
                array(i -> "[".repeat(97) + "-1" + "]".repeat(97)),
                object(i -> "\"" + Integer.toString(i, 36) + "\":-1"),
                object(i -> "\"中" + i + "\":-1"),
                array(i -> IntStream.range(0, 17)
                        .mapToObj(j -> "\"" + (char) ('a' + j) + "\":-1")
                        .collect(Collectors.joining(",", "{", "}"))),
                "\"" + LARGE + "\"",
                "\"" + LARGE + "中\"",
                "\"" + LARGE + "\\u4e2d\"",
                "{\"" + LARGE + "中\":\"" + LARGE + "\"}",
                "[\"\\\\\",\"" + ",".repeat(1_000) + "\"]");
    }

    @Test
    @DisplayName("D3: what frequent short values take is shared")
    void sharedValues() throws JsonSyntaxException {
        Json.Arr array = (Json.Arr) Json.parse("[7,7,[],[],{},{},1000,-1,1.0]");
        List<Json> items = array.items();

        assertThat(items.get(0)).isSameAs(items.get(1));
        assertThat(items.get(2)).isSameAs(items.get(3));
        assertThat(items.get(4)).isSameAs(items.get(5));
        assertThat(array).hasToString("[7,7,[],[],{},{},1000,-1,1.0]");
    }

    @Property(tries = 300)
    @Label("D3: no JSON takes more memory than its text tells")
    void any(@ForAll("values") Json value) throws JsonSyntaxException {
        byte[] utf8 = value.toBytes();

        assertThat(memory(Json.parse(utf8))).isLessThanOrEqualTo(JsonWeight.of(utf8));
    }

    @Provide
    Arbitrary<Json> values() {
        Arbitrary<Json> simple = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(8).map(Json.Str::new),
                Arbitraries.longs().map(number -> new Json.Num(Long.toString(number))),
                Arbitraries.of(Json.Bool.TRUE, Json.Null.NULL));
        Arbitrary<Json> nested = Arbitraries.oneOf(
                simple,
                simple.list().ofMaxSize(20).map(Json.Arr::new),
                Arbitraries.maps(Arbitraries.strings().ofMaxLength(4), simple)
                        .ofMaxSize(20)
                        .map(Json.Obj::new));
        return Arbitraries.oneOf(
                nested.list().ofMaxSize(20).map(Json.Arr::new),
                Arbitraries.maps(Arbitraries.strings().ofMaxLength(4), nested)
                        .ofMaxSize(40)
                        .map(Json.Obj::new));
    }

    private static String array(IntFunction<String> item) {
        return IntStream.range(0, 1_000).mapToObj(item).collect(Collectors.joining(",", "[", "]"));
    }

    private static String object(IntFunction<String> member) {
        return IntStream.range(0, 1_000).mapToObj(member).collect(Collectors.joining(",", "{", "}"));
    }

    /** Of all objects, as a 64-bit JVM with compressed references lays them out. */
    private static long memory(Json json) {
        return memory(json, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static long memory(Json json, Set<Object> seen) {
        if (json instanceof Json.Bool || json instanceof Json.Null || !seen.add(json) || isShared(json)) {
            return 0;
        } else if (json instanceof Json.Str string) {
            return 16 + memory(string.value());
        } else if (json instanceof Json.Num number) {
            return 16 + memory(number.text());
        } else if (json instanceof Json.Arr array) {
            long size = array.items().size();
            return 16
                    + (size < 3 ? 24 : 16 + aligned(16 + 4 * size))
                    + array.items().stream()
                            .mapToLong(item -> memory(item, seen))
                            .sum();
        }
        Map<String, Json> members = ((Json.Obj) json).members();
        long size = members.size();
        long map = size <= 16 ? 0 : 48 + 48 * size + 8 * size;
        return 16
                + 24
                + 2 * aligned(16 + 4 * size)
                + map
                + members.entrySet().stream()
                        .mapToLong(member -> memory(member.getKey()) + memory(member.getValue(), seen))
                        .sum();
    }

    private static boolean isShared(Json json) {
        return json == Json.EMPTY
                || json == Json.EMPTY_LIST
                || json instanceof Json.Num number && number.text().matches("0|[1-9]\\d{0,2}");
    }

    private static long memory(String text) {
        boolean wide = text.chars().anyMatch(c -> c > 0xff);
        return text.isEmpty() ? 0 : 24 + aligned(16 + (wide ? 2L : 1L) * text.length());
    }

    private static long aligned(long bytes) {
        return (bytes + 7) / 8 * 8;
    }
}
