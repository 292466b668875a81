package io.posel.template;

import static io.posel.testing.Fuzz.holds;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.posel.json.Json;
import io.posel.testing.Fuzz;
import io.posel.testing.HalfPairs;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates of any text, each that compiles filled with hostile data. */
class TemplateFuzzTest {
    private static final List<String> VARIABLES = List.of(
            "#a#", "#b.c#", "#customer.id#", "#event.id#", "#a-_9#", "#_x.0.9-#", "#data#", "#event#", "#items.0.sku#");

    private static final List<@Nullable Json> VALUES = values();

    private final JsonFactory jackson = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static List<@Nullable Json> values() {
        List<@Nullable Json> values = new ArrayList<>();
        values.add(null);
        values.add(Json.Null.NULL);
        values.add(Json.Bool.TRUE);
        values.add(new Json.Num("12.50"));
        values.add(new Json.Num("-1e999999"));
        for (String text : List.of(
                "",
                ".",
                "..",
                "%2e",
                "\"},{\"",
                "\\",
                "\\u0000",
                "\0",
                "\r\nX: y",
                " a ",
                "#a#",
                "{{env:HOME}}",
                "${header.x}",
                "/../?a=b&c=d;e#f@g:80",
                "\ud83d",
                "\ude00",
                "😀",
                "é\u0085\u2028\ufeff\uffff",
                "+ ~*'()[]")) {
            values.add(new Json.Str(text));
        }
        values.add(Json.object("a\"\\\0", List.of(1, Map.of("b", "\ud800"))));
        values.add(Json.of(List.of()));
        return values;
    }

    private static Variables filledWith(int turn) {
        return path -> VALUES.get(Math.floorMod(path.hashCode() + turn, VALUES.size()));
    }

    @Test
    @DisplayName("S8: a body of any text is refused with its place, or gives JSON with any data, always the same")
    void bodies() {
        List<String> examples = List.of(
                "{\"customer\":{\"id\":\"#customer.id#\",\"credit\":#a#},\"k\":[1,2.5e-1,true,null,\"x\\n\\u0041\"]}",
                "{\"#a#\":\"a#b.c#c\",\"\\u0023a#\":#b.c#,\"d\":[#a#,[],{}]}",
                " [ #a# , \"#a##b.c#\" ]\r\n",
                "#a#",
                "\"#a# # #5\"",
                "{\"a\":\"š\ud83d\ude00\"}",
                "{'a':1,}",
                "[[[[[[[[[[[[#a#]]]]]]]]]]]]");

        Fuzz.run(examples, VARIABLES, this::bodyIsJson);
    }

    @Test
    @DisplayName("K19: warnings about any text have a place in it, come soon, and name only names")
    void warnings() {
        List<String> examples = List.of(
                "{\"#items[0].sku#\":\"#{a.b} {{customer.id}} ${x.y}\",\"#a#\":1,\"b\":2}",
                "[\"# customer.id #\",\"#fff;#000\",\"C# F#\",\"＃customer.id＃\",\"%23a.b%23 {a} [[b.c]]\"]",
                "{\"id-#a#-#b.c#\":{\"id\":1,\"\\u0069d\":2},\"#_x.0.9-#\":\"#customer.id, #a.b\"}");
        List<String> words = new ArrayList<>(VARIABLES);
        words.addAll(
                List.of("#", "# ", " #", "#items[0]#", "#{", "{{", "}}", "${", "}", "[[", "]]", "%23", "＃", "\":1,\""));
        TemplateWarnings warnings = new TemplateWarnings(name -> name.hashCode() % 2 == 0);

        Fuzz.run(examples, words, text -> warningsHavePlaces(warnings, text));
    }

    private static boolean warningsHavePlaces(TemplateWarnings warnings, String text) {
        List<TemplateWarning> found = new ArrayList<>(warnings.ofHeader(text));
        boolean compiles = true;
        try {
            BodyTemplate.compile(text);
            found.addAll(warnings.ofBody(text));
        } catch (TemplateException e) {
            compiles = false;
        }
        String[] lines = text.split("\r\n|\r|\n", -1);
        for (TemplateWarning warning : found) {
            int line = (int) warning.params().get("line");
            int column = (int) warning.params().get("column");
            holds(line >= 1 && line <= lines.length, "has a line", warning);
            holds(column >= 1 && column <= lines[line - 1].length() + 1, "has a column", warning);
            Object written = warning.params().getOrDefault("suggestion", "#a#");
            holds(Variable.startingAt(written.toString(), 0) != null, "suggests a variable", warning);
        }
        return compiles;
    }

    private boolean bodyIsJson(String text) throws Exception {
        BodyTemplate template;
        try {
            template = BodyTemplate.compile(text);
        } catch (TemplateException e) {
            assertWithin(e, text);
            return false;
        }
        for (int turn = 0; turn < VALUES.size(); turn += 1 + text.length() / 1_000) {
            byte[] body = template.render(filledWith(turn));
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
            if (HalfPairs.mayBeIn(body)) {
                Json.parse(body);
                continue;
            }
            try (JsonParser parser = jackson.createParser(new String(body, StandardCharsets.UTF_8))) {
                holds(parser.nextToken() != null, "is a value", text);
                parser.skipChildren();
                holds(parser.nextToken() == null, "is one value", text);
            }
            holds(Arrays.equals(template.render(filledWith(turn)), body), "renders the same twice", text);
        }
        return true;
    }

    @Test
    @DisplayName("S7: a URL of any text is refused with its place, or keeps its host and its shape with any data")
    void urls() {
        List<String> examples = List.of(
                "https://example.com/path/#customer.id#?id=#a#&email=#b.c#",
                "http://u%C3%A9:p%40ss@h.example:8443/a;b=#a#/%2e#b.c#?#a#=1&x;y",
                "https://[::1]:8080?q=#a#",
                "https://127.0.0.1/#a#.#b.c#/.#a#;x/",
                "https://bücher.example/š?ž={}|\"<>",
                "http://user@host.example",
                "http://a.b-c.d:65535//#a#//",
                "http://2130706433/",
                "HTTP://EXAMPLE.com./%41",
                "https://e\u3002example/");
        List<String> words = new ArrayList<>(VARIABLES);
        words.addAll(List.of(
                "http://",
                "https://",
                "@",
                ":80",
                "[::1]",
                "[::ffff:1.2.3.4]",
                "127.0.0.1",
                "0x7f",
                "xn--",
                "/../",
                "/%2e%2E/",
                "a.",
                "\u00df",
                "\u00ad",
                "\uff0e"));

        Fuzz.run(examples, words, TemplateFuzzTest::urlKeepsItsShape);
    }

    private static boolean urlKeepsItsShape(String text) throws Exception {
        UrlTemplate template;
        try {
            template = UrlTemplate.compile(text);
        } catch (TemplateException e) {
            assertWithin(e, text);
            return false;
        }
        String plain = template.render(path -> new Json.Str("x"));
        for (int turn = 0; turn < VALUES.size(); turn += 1 + text.length() / 1_000) {
            try {
                String url = template.render(filledWith(turn));
                holds(reserved(url).equals(reserved(plain)), "keeps its shape", url);
                holds(template.render(filledWith(turn)).equals(url), "renders the same twice", url);
                assertTarget(url, template);
            } catch (RenderException e) {
                holds(!template.variables().isEmpty(), "is refused for its data", text);
            }
        }
        return true;
    }

    private static void assertTarget(String url, UrlTemplate template) throws Exception {
        // java.net.URI knows no underscore in a host
        int authority = url.indexOf("://") + 3;
        int pathAt = url.indexOf('/', authority);
        URI uri = new URI(url.substring(0, pathAt).replace('_', 'u') + url.substring(pathAt));
        int port = uri.getPort() < 0 ? template.isHttps() ? 443 : 80 : uri.getPort();
        holds(template.scheme().equals(uri.getScheme()), "keeps its scheme", url);
        holds(template.host().replace('_', 'u').equals(uri.getHost()), "keeps its host", url);
        holds(template.port() == port, "keeps its port", url);
        holds(uri.getRawUserInfo() == null && uri.getRawFragment() == null, "has no user info and no fragment", url);
        holds(uri.getRawPath().startsWith("/"), "has a path", url);
        holds(url.chars().allMatch(c -> c > ' ' && c < 0x7f && "{}\\\"<>^`|".indexOf(c) < 0), "is a URL", url);
        for (String segment : uri.getRawPath().split("/", -1)) {
            String name = segment.split(";", 2)[0].replaceAll("(?i)%2e", ".");
            holds(!name.equals(".") && !name.equals(".."), "stays where it is", url);
        }
    }

    /** The characters that make a URL's shape (RFC 3986, 2.2), in their order. */
    private static String reserved(String url) {
        return url.replaceAll("[^:/?#\\[\\]@!$&'()*+,;=]", "");
    }

    @Test
    @DisplayName("S9: a header of any text is refused with its place, or is one line with any data")
    void headers() {
        List<String> examples = List.of(
                "X-Api-Key: key #a#",
                "Authorization:Bearer #b.c#",
                "X: \t#a# š 😀 ",
                "webhook-id: 1",
                "Host: x",
                "X-#a#: 1",
                "CamelHttpUri: http://x/");

        Fuzz.run(examples, VARIABLES, TemplateFuzzTest::headerIsOneLine);
    }

    private static boolean headerIsOneLine(String text) throws Exception {
        int colon = text.indexOf(':');
        String name = text.substring(0, Math.max(0, colon));
        String value = text.substring(colon + 1);
        HeaderTemplate template;
        try {
            template = HeaderTemplate.compile(name, value);
        } catch (TemplateException e) {
            holds(e.line() >= 1 && e.column() >= 1 && e.column() <= text.length() + 1, "has a place", e.column());
            return false;
        }
        holds(name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+"), "has a name that is a token", name);
        for (int turn = 0; turn < VALUES.size(); turn += 1 + text.length() / 1_000) {
            try {
                String rendered = template.render(filledWith(turn));
                boolean line = rendered.chars().noneMatch(c -> c < ' ' && c != '\t' || c >= 0x7f && c < 0xa0);
                holds(line && !rendered.matches("(?s)[ \t].*|.*[ \t]"), "is one line", rendered);
                holds(rendered.codePoints().noneMatch(Surrogates::isLone), "is UTF-8", rendered);
                holds(template.render(filledWith(turn)).equals(rendered), "renders the same twice", rendered);
            } catch (RenderException e) {
                holds(!template.variables().isEmpty(), "is refused for its data", text);
            }
        }
        return true;
    }

    @Test
    @DisplayName("S7: any text that is percent-encoded decodes to itself, and any escapes to text or to none")
    void percentEncoding() {
        Fuzz.run(
                List.of("a é/?#{}", "%41%C3%A9", "%ff", "%C0%80", "😀", "%ED%A0%80"),
                List.of(),
                TemplateFuzzTest::decodesToItself);
    }

    private static boolean decodesToItself(String text) {
        StringBuilder encoded = new StringBuilder();
        boolean sayable = PercentEncoding.appendData(text, encoded);
        holds(sayable == text.codePoints().noneMatch(Surrogates::isLone), "can be said in UTF-8", text);
        if (sayable) {
            holds(encoded.toString().matches("(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*+"), "is encoded", encoded);
            holds(text.equals(PercentEncoding.decode(encoded.toString())), "decodes to itself", encoded);
        }
        String escapes = text.replaceAll("%(?![0-9A-Fa-f]{2})", "%25");
        String decoded = PercentEncoding.decode(escapes);
        return decoded != null && !decoded.equals(text);
    }

    @ParameterizedTest
    @ValueSource(ints = {2_000, 100_000})
    @DisplayName("S7: a host of very many labels is refused, not followed until the stack ends")
    void longHosts(int labels) {
        Fuzz.run("https://" + "a.".repeat(labels) + "example/", TemplateFuzzTest::urlKeepsItsShape);
        StringBuilder different = new StringBuilder();
        for (int i = 0; i < labels; i++) {
            different.appendCodePoint(0x4e00 + i % 20_000);
        }
        Fuzz.run("https://" + different + ".example/", TemplateFuzzTest::urlKeepsItsShape);
    }

    private static void assertWithin(TemplateException e, String text) {
        String[] lines = text.split("\r\n|\r|\n", -1);
        holds(e.line() >= 1 && e.line() <= lines.length, "has a line", e.line());
        holds(e.column() >= 1 && e.column() <= lines[e.line() - 1].length() + 1, "has a column", e.column());
    }
}
