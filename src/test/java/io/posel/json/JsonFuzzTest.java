package io.posel.json;

import static io.posel.testing.Fuzz.holds;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.posel.testing.Corpora;
import io.posel.testing.Fuzz;
import io.posel.testing.HalfPairs;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The reader of JSON against Jackson's tree model on its non-blocking parser, which shares no code with the one that
 * Posel reads with. What they may differ in is {@link #refusedByChoice}.
 */
class JsonFuzzTest {
    private static final List<String> WORDS = List.of(
            "\"\\ud800\"",
            "\\udc00",
            "\"a\":",
            "{\"\":[",
            "[[[[",
            "]]]]",
            "1e999999",
            "-1",
            "12.50",
            "E+1",
            "tru",
            "false",
            "NaN",
            "Infinity",
            "/*",
            "//",
            "\\/",
            "\\b",
            "\u00ef\u00bb\u00bf",
            "\u00ed\u00a0\u0080",
            "\u00f0\u009f\u0098\u0080",
            "\u00c0\u0080");

    private final ObjectMapper jackson = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(Integer.MAX_VALUE)
                            .maxNumberLength(Integer.MAX_VALUE)
                            .maxNameLength(Integer.MAX_VALUE)
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    @Test
    @DisplayName("G6: any bytes are read as another reader reads them, or refused as it does, with their place")
    void anyBytes() {
        List<String> examples = Corpora.jsonTestSuite("").stream()
                .map(each -> new String(each.bytes(), StandardCharsets.ISO_8859_1))
                .filter(text -> text.length() < 2_000)
                .toList();

        Fuzz.run(examples, WORDS, this::isReadAlike);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1,\"b\":2,\"a\":[]}", "[1E400,-0,-0.0,1.50,12345678901234567890123]"})
    void bytesOfBefore(String text) {
        Fuzz.run(text, this::isReadAlike);
    }

    private boolean isReadAlike(String input) throws IOException {
        byte[] bytes = bytes(input);
        Json json = read(bytes);
        JsonNode node;
        try {
            node = readByJackson(bytes);
        } catch (NumberFormatException e) {
            // JSON, but the exponent is more than BigDecimal has
            holds(input.matches("(?s).*[0-9][eE][+-]?[0-9]{9,}.*"), "has a large exponent", input);
            return false;
        }
        if (json == null) {
            holds(node == null || refusedByChoice(node, bytes), "is no JSON", input);
            return false;
        }
        if (node == null) { // it refuses halves of surrogate pairs in names
            holds(HalfPairs.mayBeIn(input), "is JSON", json);
        } else {
            assertSame(node, json);
        }
        try {
            holds(Json.parse(json.toBytes()).equals(json), "comes back from its bytes", json);
            holds(Json.parse(json.toString()).toString().equals(json.toString()), "comes back from its text", json);
        } catch (JsonSyntaxException e) {
            throw new AssertionError("cannot be read again", e);
        }
        return true;
    }

    private static Json read(byte[] bytes) {
        try {
            return Json.parse(bytes);
        } catch (JsonSyntaxException e) {
            String text = new String(bytes, StandardCharsets.UTF_8);
            holds(e.line() >= 1 && e.line() <= 1 + text.split("\r\n|\r|\n", -1).length, "has a line", e.line());
            holds(e.column() >= 0 && e.column() <= text.length() + 1, "has a column", e.column());
            return null;
        }
    }

    private JsonNode readByJackson(byte[] bytes) throws IOException {
        try (JsonParser parser = nonBlocking(bytes)) {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            JsonNode node = jackson.readTree(parser);
            return node == null || node.isMissingNode() || parser.nextToken() != null ? null : node;
        } catch (CharacterCodingException | JsonProcessingException e) {
            return null;
        }
    }

    private JsonParser nonBlocking(byte[] bytes) throws IOException {
        JsonParser parser = jackson.getFactory().createNonBlockingByteArrayParser();
        ByteArrayFeeder feeder = (ByteArrayFeeder) parser.getNonBlockingInputFeeder();
        // a number at the very end it takes even if it is cut off
        byte[] ended = Arrays.copyOf(bytes, bytes.length + 1);
        ended[bytes.length] = ' ';
        feeder.feedInput(ended, 0, ended.length);
        feeder.endOfInput();
        return new JsonParserDelegate(parser) {
            @Override
            public JsonToken nextToken() throws IOException {
                JsonToken token = super.nextToken();
                return token == JsonToken.NOT_AVAILABLE ? super.nextToken() : token;
            }
        };
    }

    /**
     * Depth above 100, a number of more than 1,000 characters, a name of more than 50,000; and a byte order mark, which
     * the intake takes off before.
     */
    private static boolean refusedByChoice(JsonNode node, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        return depth(node) > Json.MAX_DEPTH
                || text.startsWith("\ufeff")
                || text.matches("(?s).*[0-9.eE+-]{1001}.*")
                || hasLongName(node);
    }

    private static int depth(JsonNode node) {
        int deepest = 0;
        for (JsonNode child : node) {
            deepest = Math.max(deepest, depth(child));
        }
        return node.isContainerNode() ? deepest + 1 : 0;
    }

    private static boolean hasLongName(JsonNode node) {
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            if (member.getKey().length() > 50_000) {
                return true;
            }
        }
        for (JsonNode child : node) {
            if (hasLongName(child)) {
                return true;
            }
        }
        return false;
    }

    private static void assertSame(JsonNode node, Json json) {
        holds(isSame(node, json), "is the same", json);
    }

    private static boolean isSame(JsonNode node, Json json) {
        if (json instanceof Json.Obj object) {
            Iterator<Map.Entry<String, JsonNode>> members = node.properties().iterator();
            return node.isObject()
                    && node.size() == object.members().size()
                    && object.members().entrySet().stream().allMatch(own -> isSame(members.next(), own));
        } else if (json instanceof Json.Arr array) {
            return node.isArray()
                    && node.size() == array.items().size()
                    && IntStream.range(0, node.size())
                            .allMatch(i -> isSame(node.get(i), array.items().get(i)));
        } else if (json instanceof Json.Num number) {
            return node.isNumber() && node.decimalValue().compareTo(new BigDecimal(number.text())) == 0;
        } else if (json instanceof Json.Str string) {
            return node.isTextual() && node.textValue().equals(string.value());
        }
        return (node.isBoolean() || node.isNull()) && node.toString().equals(json.toString());
    }

    private static boolean isSame(Map.Entry<String, JsonNode> member, Map.Entry<String, Json> own) {
        return member.getKey().equals(own.getKey()) && isSame(member.getValue(), own.getValue());
    }

    private static byte[] bytes(String input) {
        boolean latin1 = input.chars().allMatch(c -> c <= 0xff);
        return input.getBytes(latin1 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
    }
}
