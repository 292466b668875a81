package io.posel.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.posel.json.Json;
import io.posel.testing.HalfPairs;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

@Label("S5, S8: bodies for arbitrary templates and data")
class BodyTemplatePropertiesTest {
    private final ObjectMapper jackson = new ObjectMapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    @Property(edgeCases = EdgeCasesMode.NONE)
    @Label("S5, S8: the body is JSON and holds exactly the template's constants and the event's data")
    void body_holds_the_data(@ForAll("nodes") Node node, @ForAll("data") Map<String, Json> data) throws Exception {
        byte[] body = BodyTemplate.compile(node.template()).render(data::get);
        Json expected = node.expected(data);
        assertThat(Json.parse(body)).isEqualTo(expected);
        if (!HalfPairs.mayBeIn(body)) {
            assertSame(jackson.readTree(body), expected);
        }
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void text_that_is_nearly_json_compiles_to_json_or_is_refused_within_itself(
            @ForAll("nearlyJson") String template, @ForAll("data") Map<String, Json> data) throws Exception {
        BodyTemplate compiled;
        try {
            compiled = BodyTemplate.compile(template);
        } catch (TemplateException e) {
            String[] lines = template.split("\r\n|\r|\n", -1);
            assertThat(e.line()).isBetween(1, lines.length);
            assertThat(e.column()).isBetween(1, lines[e.line() - 1].length() + 1);
            return;
        }
        byte[] body = compiled.render(data::get);
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
        assertThat(Json.parse(body)).isNotNull();
        if (HalfPairs.mayBeIn(body)) {
            return;
        }
        // tokens only: a valid number may be too large for any type
        try (JsonParser parser = jackson.createParser(body)) {
            assertThat(parser.nextToken()).isNotNull();
            parser.skipChildren();
            assertThat(parser.nextToken()).isNull();
        }
    }

    private static void assertSame(JsonNode actual, Json expected) {
        if (expected instanceof Json.Obj object) {
            assertThat(actual.isObject()).isTrue();
            assertThat(actual.size()).isEqualTo(object.members().size());
            object.members().forEach((name, value) -> assertSame(actual.get(name), value));
        } else if (expected instanceof Json.Arr array) {
            assertThat(actual.isArray()).isTrue();
            assertThat(actual.size()).isEqualTo(array.items().size());
            for (int i = 0; i < array.items().size(); i++) {
                assertSame(actual.get(i), array.items().get(i));
            }
        } else if (expected instanceof Json.Str string) {
            assertThat(actual.isTextual()).isTrue();
            assertThat(actual.textValue()).isEqualTo(string.value());
        } else if (expected instanceof Json.Num number) {
            assertThat(actual.isNumber()).isTrue();
            assertThat(actual.decimalValue()).isEqualByComparingTo(new BigDecimal(number.text()));
        } else {
            assertThat(actual.toString()).isEqualTo(expected.toString());
        }
    }

    /** A piece of a template together with what it must turn into. */
    sealed interface Node {
        String template();

        Json expected(Map<String, Json> data);
    }

    record Value(String name) implements Node {
        @Override
        public String template() {
            return '#' + name + '#';
        }

        @Override
        public Json expected(Map<String, Json> data) {
            Json value = data.get(name);
            return value == null || value == Json.Null.NULL ? new Json.Str("") : value;
        }
    }

    record Literal(Json value, String template) implements Node {
        @Override
        public Json expected(Map<String, Json> data) {
            return value;
        }
    }

    /** @param pieces a variable's name where the second is true, else constant text */
    record Text(List<Tuple.Tuple2<String, Boolean>> pieces) implements Node {
        @Override
        public String template() {
            StringBuilder out = new StringBuilder("\"");
            for (var piece : pieces) {
                out.append(piece.get2() ? '#' + piece.get1() + '#' : written(piece.get1()));
            }
            return out.append('"').toString();
        }

        @Override
        public Json expected(Map<String, Json> data) {
            return new Json.Str(text(data));
        }

        String text(Map<String, Json> data) {
            StringBuilder out = new StringBuilder();
            pieces.forEach(piece -> out.append(piece.get2() ? Data.text(data, piece.get1()) : piece.get1()));
            return out.toString();
        }

        /** Text of the author, whose signs begin no variable. */
        private static String written(String constant) {
            return new Json.Str(constant).toString().replaceAll("^\"|\"$", "").replaceAll("#(?! )", "\\\\u0023");
        }
    }

    record Members(List<Tuple.Tuple2<Text, Node>> members, String space) implements Node {
        @Override
        public String template() {
            List<String> written = new ArrayList<>();
            members.forEach(member -> written.add(member.get1().template()
                    + space
                    + ':'
                    + space
                    + member.get2().template()));
            return '{' + space + String.join(space + ',' + space, written) + space + '}';
        }

        @Override
        public Json expected(Map<String, Json> data) {
            Map<String, Json> result = new LinkedHashMap<>();
            members.forEach(
                    member -> result.put(member.get1().text(data), member.get2().expected(data)));
            return new Json.Obj(result);
        }
    }

    record Items(List<Node> items, String space) implements Node {
        @Override
        public String template() {
            List<String> written = items.stream().map(Node::template).toList();
            return '[' + space + String.join(space + ',' + space, written) + space + ']';
        }

        @Override
        public Json expected(Map<String, Json> data) {
            return new Json.Arr(items.stream().map(item -> item.expected(data)).toList());
        }
    }

    @Provide
    Arbitrary<Map<String, Json>> data() {
        return Data.any();
    }

    @Provide
    Arbitrary<Node> nodes() {
        Arbitrary<String> space = Arbitraries.of("", " ", "\n", "\r\n\t ");
        Arbitrary<Text> texts = Arbitraries.oneOf(
                        Arbitraries.of(Data.NAMES).map(name -> Tuple.of(name, true)),
                        Arbitraries.oneOf(Data.texts(), Arbitraries.of("# ", "a# # "))
                                .map(text -> Tuple.of(text, false)))
                .list()
                .ofMaxSize(4)
                .map(Text::new);
        return Arbitraries.recursive(
                () -> Arbitraries.oneOf(
                        texts.map(text -> (Node) text),
                        Arbitraries.of(Data.NAMES).map(Value::new),
                        Data.values()
                                .filter(value -> !(value instanceof Json.Str)
                                        && !value.toString().contains("#"))
                                .map(value -> new Literal(value, value.toString()))),
                inner -> Arbitraries.oneOf(
                        inner,
                        Combinators.combine(inner.list().ofMaxSize(3), space).as(Items::new),
                        Combinators.combine(
                                        Combinators.combine(texts, inner)
                                                .as(Tuple::of)
                                                .list()
                                                .ofMaxSize(3),
                                        space)
                                .as(Members::new)),
                0,
                3);
    }

    @Provide
    Arbitrary<String> nearlyJson() {
        Arbitrary<String> pieces = Arbitraries.of(
                "{", "}", "[", "]", "\"", ":", ",", "#", "#a#", "#b.c#", "a", ".", "0", "1", "-", "e", "+", "\\",
                "\\u00", "\\\"", "n", "true", "null", " ", "\n", "\r", "'", "é", "\ud83d", "\ude00", "\0", "\"x\":",
                "[1]");
        Arbitrary<String> soup = pieces.list().ofMaxSize(8).map(list -> String.join("", list));
        Arbitrary<String> damaged = Combinators.combine(
                        nodes(),
                        pieces,
                        Arbitraries.doubles().between(0, 1),
                        Arbitraries.integers().between(0, 2))
                .as((node, piece, where, cut) -> {
                    String text = node.template();
                    int at = (int) (where * text.length());
                    return text.substring(0, at) + piece + text.substring(Math.min(text.length(), at + cut));
                });
        return Arbitraries.oneOf(soup, damaged);
    }
}
