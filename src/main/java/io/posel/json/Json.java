package io.posel.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value (RFC 8259) that goes out as it came in: numbers keep their text ({@code 12.50}, {@code 1e999999}),
 * members their order, strings even a lone surrogate. Immutable.
 *
 * <p>Not promised: the white space and the escapes of the source; of repeated member names the last one counts.
 */
public sealed interface Json {

    /** Deeper nesting is refused when read. */
    int MAX_DEPTH = 100;

    /** More values in one text are refused where it comes from a caller: each takes many times the memory of its text. */
    int MAX_VALUES = 100_000;

    record Obj(Map<String, Json> members) implements Json {
        public Obj {
            members = Members.copyOf(members);
        }

        public @Nullable Json get(String name) {
            return members.get(name);
        }

        @Override
        public String toString() {
            return JsonText.of(this);
        }
    }

    record Arr(List<Json> items) implements Json {
        public Arr {
            items = List.copyOf(items);
        }

        @Override
        public String toString() {
            return JsonText.of(this);
        }
    }

    record Str(String value) implements Json {
        @Override
        public String toString() {
            return JsonText.of(this);
        }
    }

    /** A number by its source text, which is valid JSON. */
    record Num(String text) implements Json {
        @Override
        public String toString() {
            return text;
        }
    }

    enum Bool implements Json {
        TRUE,
        FALSE;

        @Override
        public String toString() {
            return this == TRUE ? "true" : "false";
        }
    }

    enum Null implements Json {
        NULL;

        @Override
        public String toString() {
            return "null";
        }
    }

    Obj EMPTY = new Obj(Map.of());

    /** An object of name and value pairs, in this order; values as {@link #of(Object)} takes them. */
    static Obj object(@Nullable Object... namesAndValues) {
        Map<String, Json> members = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put(String.valueOf(namesAndValues[i]), of(namesAndValues[i + 1]));
        }
        return new Obj(members);
    }

    static Json of(@Nullable Object value) {
        if (value == null) {
            return Null.NULL;
        } else if (value instanceof Json json) {
            return json;
        } else if (value instanceof CharSequence text) {
            return new Str(text.toString());
        } else if (value instanceof Boolean bool) {
            return bool ? Bool.TRUE : Bool.FALSE;
        } else if (value instanceof Double number && !Double.isFinite(number)
                || value instanceof Float single && !Float.isFinite(single)) {
            return new Str(value.toString());
        } else if (value instanceof Number number) {
            return new Num(number.toString());
        } else if (value instanceof Map<?, ?> map) {
            Map<String, Json> members = new LinkedHashMap<>();
            map.forEach((name, member) -> members.put(String.valueOf(name), of(member)));
            return new Obj(members);
        } else if (value instanceof Iterable<?> items) {
            List<Json> list = new ArrayList<>();
            items.forEach(item -> list.add(of(item)));
            return new Arr(list);
        }
        return new Str(value.toString());
    }

    /**
     * Reads exactly one value.
     *
     * @throws JsonSyntaxException if this is not UTF-8, not JSON, more than one value, or nested deeper than
     *     {@link #MAX_DEPTH}
     */
    static Json parse(byte[] utf8) throws JsonSyntaxException {
        return parse(utf8, Integer.MAX_VALUE);
    }

    /**
     * The same, of so many values at most: members and items at any depth.
     *
     * @throws JsonSyntaxException also for more
     */
    static Json parse(byte[] utf8, int mostValues) throws JsonSyntaxException {
        String text = new String(utf8, StandardCharsets.UTF_8);
        if (text.indexOf(Parser.REPLACEMENT) >= 0) {
            Parser.requireUtf8(utf8); // it may stand for what is not, or be there
        }
        return parse(text, mostValues);
    }

    static Json parse(String text) throws JsonSyntaxException {
        return parse(text, Integer.MAX_VALUE);
    }

    static Json parse(String text, int mostValues) throws JsonSyntaxException {
        Parser.requireHexDigits(text);
        try (JsonParser parser = Parser.FACTORY.createParser(Parser.withHalves(text))) {
            return new Parser(parser, mostValues).only();
        } catch (IOException e) {
            throw new JsonSyntaxException(String.valueOf(e.getMessage()), 1, 1);
        }
    }

    /** The compact text in UTF-8; a lone surrogate leaves as an escape. */
    default byte[] toBytes() {
        return toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Reads tokens into values; apart, so that the interface shows no factory. */
    final class Parser {
        private static final char REPLACEMENT = '\uFFFD';
        /** The length of one that begins with a backslash and u. */
        private static final int ESCAPE = 6;

        private static final JsonFactory FACTORY = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxStringLength(Integer.MAX_VALUE)
                        .maxNumberLength(1_000)
                        .build())
                .build();

        private static final Pattern FOR_PROGRAMMERS =
                Pattern.compile(", from `[^`]*`|: enable `[^`]*` to allow| \\(start marker at \\[.*]\\)"
                        + "|: maybe a \\(non-standard\\) comment\\? \\(.*\\)");

        private final JsonParser parser;
        private final int most;
        private int values;

        private Parser(JsonParser parser, int most) {
            this.parser = parser;
            this.most = most;
        }

        private Json only() throws IOException, JsonSyntaxException {
            try {
                if (parser.nextToken() == null) {
                    throw new JsonSyntaxException("there is no JSON value", 1, 1);
                }
                Json value = read();
                if (parser.nextToken() != null) {
                    var at = parser.currentTokenLocation();
                    throw new JsonSyntaxException(
                            "more follows after the JSON value", at.getLineNr(), at.getColumnNr());
                }
                return value;
            } catch (JsonProcessingException e) {
                throw syntax(e, parser.currentLocation());
            }
        }

        /** Without what Jackson tells its programmers: names of its options, and where the text came from. */
        private static JsonSyntaxException syntax(JsonProcessingException e, JsonLocation whereReadingStopped) {
            JsonLocation at = e.getLocation() == null ? whereReadingStopped : e.getLocation();
            return new JsonSyntaxException(
                    FOR_PROGRAMMERS.matcher(e.getOriginalMessage()).replaceAll(""), at.getLineNr(), at.getColumnNr());
        }

        private static void requireUtf8(byte[] bytes) throws JsonSyntaxException {
            CharBuffer valid = CharBuffer.allocate(bytes.length);
            CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes), valid, true);
            if (!result.isError()) {
                return;
            }
            throw syntax("not valid UTF-8", valid.flip().toString());
        }

        /** Jackson takes any letter for the digit that its lower byte is: U+9165 for e. */
        private static void requireHexDigits(String text) throws JsonSyntaxException {
            for (int escape = text.indexOf("\\u"); escape >= 0; escape = text.indexOf("\\u", escape + 2)) {
                for (int i = escape + 2; i < Math.min(escape + 6, text.length()); i++) {
                    if (text.charAt(i) > 0xff && !isEscaped(text, escape)) {
                        throw syntax("four hexadecimal digits must follow \\u", text.substring(0, i));
                    }
                }
            }
        }

        /** Jackson refuses half a surrogate pair in a name where it is escaped, but not the half itself. */
        private static String withHalves(String text) {
            StringBuilder unescaped = null;
            int from = 0;
            for (int escape = text.indexOf("\\u"); escape >= 0; escape = text.indexOf("\\u", escape + 2)) {
                if (isSurrogate(text, escape) && !isEscaped(text, escape)) {
                    unescaped = unescaped == null ? new StringBuilder(text.length()) : unescaped;
                    unescaped.append(text, from, escape).append((char)
                            Integer.parseInt(text, escape + 2, escape + ESCAPE, 16));
                    from = escape + ESCAPE;
                }
            }
            return unescaped == null
                    ? text
                    : unescaped.append(text, from, text.length()).toString();
        }

        private static boolean isSurrogate(String text, int escape) {
            if (escape + ESCAPE > text.length() || Character.toLowerCase(text.charAt(escape + 2)) != 'd') {
                return false;
            }
            for (int i = escape + 3; i < escape + ESCAPE; i++) {
                if (Character.digit(text.charAt(i), 16) < (i == escape + 3 ? 8 : 0)) {
                    return false;
                }
            }
            return true;
        }

        /** Whether the backslash is itself behind one that escapes it. */
        private static boolean isEscaped(String text, int backslash) {
            int first = backslash;
            while (first > 0 && text.charAt(first - 1) == '\\') {
                first--;
            }
            return (backslash - first) % 2 == 1;
        }

        private static JsonSyntaxException syntax(String message, String before) {
            int lineStart = before.lastIndexOf('\n') + 1;
            int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
            return new JsonSyntaxException(message, line, before.length() - lineStart + 1);
        }

        private Json read() throws IOException, JsonSyntaxException {
            if (values++ > most) { // the whole is not counted
                var at = parser.currentTokenLocation();
                throw JsonSyntaxException.tooManyValues(most, at.getLineNr(), at.getColumnNr());
            }
            return switch (parser.currentToken()) {
                case START_OBJECT -> {
                    Members.Builder members = new Members.Builder();
                    while (parser.nextToken() != JsonToken.END_OBJECT) {
                        String name = parser.currentName();
                        parser.nextToken();
                        members.put(name, read());
                    }
                    yield new Obj(members.build());
                }
                case START_ARRAY -> {
                    List<Json> items = new ArrayList<>();
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        items.add(read());
                    }
                    yield new Arr(items);
                }
                case VALUE_STRING -> new Str(parser.getText());
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Num(parser.getText());
                case VALUE_TRUE -> Bool.TRUE;
                case VALUE_FALSE -> Bool.FALSE;
                default -> Null.NULL;
            };
        }
    }
}
