package io.posel.event;

import static io.posel.testing.Fuzz.holds;
import static org.assertj.core.api.Assertions.assertThat;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.testing.Fuzz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events, files of the catalogue and pointers of any text. */
class EventFuzzTest {
    private static final String NATIVE = """
            {"id":"ord-1","source":"shop","type":"customer.credit.changed","entity":{"type":"customer","id":"42"},
             "sequence":17,"occurredAt":"2026-11-22T10:00:00.5+01:00",
             "data":{"customer":{"id":"42","credit":12.50},"list":[1,-2e9,null,true,"\\ud83d\\ude00"]}}""";
    private static final String CLOUD_EVENT = """
            {"specversion":"1.0","id":"1","source":"/shop","type":"customer.changed","subject":"42","sequence":"007",
             "entitytype":"customer","time":"2026-11-22T10:00:00Z","datacontenttype":"application/json; charset=utf-8",
             "data":{"a":1}}""";
    private static final List<String> WORDS = List.of(
            "\"id\":",
            "\"type\":",
            "\"entity\":",
            "\"sequence\":",
            "\"occurredAt\":",
            "\"data\":{}",
            "\"subject\":",
            "\"partitionkey\":\"p\"",
            "\"specversion\":\"1.0\"",
            "\"data_base64\":\"e30=\"",
            "null",
            "9223372036854775807",
            "9223372036854775808",
            "2026-02-30T00:00:00Z",
            "+18:00",
            "{}",
            "[]",
            "[{",
            "}]",
            "\\u0000",
            "\\ud83d",
            "ce-id: ",
            "ce-type: ",
            "%C3%A9",
            "%ff",
            "\"a\\\"b\"",
            "charset=\"utf-8\"",
            "+json",
            "text/",
            "; ");
    private static final List<String> TYPES = List.of(
            "application/json",
            "application/cloudevents+json",
            "application/cloudevents-batch+json",
            "application/json; charset=\"UTF-8\"");

    private final EventReader reader = new EventReader(() -> "generated");

    @TempDir
    Path folder;

    @Test
    @DisplayName("G6: a body of any text is read into events that can be stored, or refused with a pointer")
    void bodies() {
        List<String> examples = List.of(
                NATIVE,
                "[" + NATIVE + "," + NATIVE.replace("ord-1", "ord-2") + "]",
                CLOUD_EVENT,
                "[" + CLOUD_EVENT + "]",
                CLOUD_EVENT.replace("\"data\":{\"a\":1}", "\"data_base64\":\"eyJhIjoxfQ==\""),
                "{\"type\":\"a\",\"entity\":{\"type\":\"b\",\"id\":\"c\"},\"data\":{}}");

        Fuzz.run(examples, WORDS, text -> {
            boolean taken = false;
            for (String type : TYPES) {
                taken |= isReadOrRefused(type, Map.of(), text);
            }
            return taken | isReadOrRefused(text);
        });
    }

    @Test
    @DisplayName("G6: headers and a body of any text are read as one CloudEvent, or refused with a pointer")
    void binaryMode() {
        List<String> examples = List.of(
                "content-type: application/json\nce-specversion: 1.0\nce-id: a%20b\nce-source: /x\nce-type: a.b\n"
                        + "ce-subject: \"q\\\"%C3%A9\"\nce-sequence: 12\nce-time: 2026-11-22T10:00:00Z\n\n{\"a\":1}",
                "content-type: text/json;charset=UTF-8;x=\"a\\\"b\"\nce-id: 1\nce-type: t\n\n{}",
                "content-type: application/vnd.x+json\nce-specversion: 1.0\nce-id: 1\nce-source: s\nce-type: t\n"
                        + "ce-partitionkey: k\nce-data_base64: e30=\n\n");

        Fuzz.run(examples, WORDS, text -> {
            Map<String, String> headers = new LinkedHashMap<>();
            String[] parts = text.split("\n\n", 2);
            for (String line : parts[0].split("\n")) {
                String[] header = line.split(":", 2);
                headers.put(header[0].toLowerCase(Locale.ROOT), header.length < 2 ? "" : header[1].strip());
            }
            return isReadOrRefused(headers.get("content-type"), headers, parts.length < 2 ? "" : parts[1]);
        });
    }

    private boolean isReadOrRefused(String contentType, Map<String, String> headers, String body) {
        try {
            List<Event> events = reader.read(contentType, headers, body.getBytes(StandardCharsets.UTF_8));
            events.forEach(this::assertStorable);
            return true;
        } catch (ProblemException e) {
            holds(e.status() == 400 || e.status() == 415, "is the sender's fault", e.status());
            assertErrors(e);
            return false;
        }
    }

    /** As an engineer's own route hands it over. */
    private boolean isReadOrRefused(String body) {
        try {
            reader.of(body).forEach(this::assertStorable);
            return true;
        } catch (ProblemException e) {
            assertErrors(e);
            return false;
        }
    }

    private void assertStorable(Event event) {
        assertKey(event.id(), 1, Checks.ID);
        assertKey(event.source(), 0, Checks.SOURCE);
        assertKey(event.type(), 1, Checks.TYPE);
        assertKey(event.entity().type(), 1, Checks.TYPE);
        assertKey(event.entity().id(), 1, Checks.ENTITY_ID);
        holds(event.occurredAt() == null || event.occurredAt().length() <= 64, "fits its column", event);
        byte[] written = EventJson.of(event).toBytes();
        holds(reader.read("application/json", Map.of(), written).equals(List.of(event)), "is read again", event);
    }

    private static void assertKey(String key, int min, int max) {
        holds(key.length() >= min && key.length() <= max, "fits its column", key);
        holds(key.chars().noneMatch(Character::isISOControl), "has no control characters", key);
        holds(key.codePoints().noneMatch(c -> c >= 0xd800 && c <= 0xdfff), "has no lone surrogates", key);
    }

    private static void assertErrors(ProblemException e) {
        holds(!e.errors().isEmpty() && e.errors().size() <= Errors.MAX, "says what is wrong", e.errors());
        for (FieldError error : e.errors()) {
            new JsonPointer(error.pointer());
            holds(error.code().matches("[a-z0-9-]+"), "has a code", error.code());
        }
    }

    @Test
    @DisplayName("G8: a media type of any text is one or none")
    void mediaTypes() {
        Fuzz.run(
                List.of(
                        "application/json",
                        "Application/JSON ; charset=\"utf-8\"; a=b;;",
                        "text/x+json;charset=utf-\\8",
                        "a/b;c=\"" + "\\\"".repeat(100) + "\""),
                List.of("; charset=", ";", "\"", "\\\"", "application/"),
                text -> {
                    MediaType type = MediaType.parse(text);
                    return type != null && !type.name().isEmpty();
                });
    }

    @Test
    @DisplayName("S10: a file of the catalogue of any text is read, or refused with file and line")
    void eventTypeFiles() throws IOException {
        List<String> words = List.of(
                "- ",
                "  ",
                "\n  ",
                "\n- ",
                ": ",
                "&a ",
                "*a",
                "<<: ",
                "!!java.net.URL ",
                "!!binary ",
                "!!set",
                "? ",
                "|\n ",
                ">-\n ",
                "%YAML 1.1\n",
                "---\n",
                "...\n",
                "# ",
                "\"\\U0010ffff\"",
                "\"\\ud800\"",
                "!<tag:yaml.org,2002:int> x",
                "0o17",
                "1_000",
                "~",
                "2026-11-22",
                ".inf",
                "title: ",
                "sample: ",
                "name: ",
                "example: ",
                "{a: [",
                "]}");
        Path file = folder.resolve("types.yaml");

        Fuzz.run(files(), words, text -> isYaml(text) & isCatalogue(file, text));
    }

    private static List<String> files() throws IOException {
        try (var paths = Files.list(Path.of("config/event-types"))) {
            List<String> files = new ArrayList<>();
            for (Path path : paths.sorted().toList()) {
                files.add(Files.readString(path));
            }
            files.add("events:\n- {type: a.b, entityType: x, title: {en: A}, variables: [{name: c, title: {cs: C},"
                    + " example: 1.50}], sample: {c: 1.50, d: [~, yes, 0x1F, 1e3, 2026-11-22]}}\n");
            files.add("a: &x [1, 2]\nb: *x\nc: {d: *x}\n");
            return files;
        }
    }

    private static boolean isYaml(String text) {
        try {
            YamlFile file = YamlFile.parse("types.yaml", text);
            assertThat(Json.parse(file.root().toString())).isEqualTo(file.root());
            assertThat(file.line("/events/0/type")).isBetween(1, 1 + text.length());
            return true;
        } catch (InvalidFileException e) {
            holds(e.line() >= 0 && e.line() <= 1 + text.length(), "has a line", e.line());
            return false;
        } catch (JsonSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isCatalogue(Path file, String text) throws IOException {
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        try {
            EventTypes types = EventTypeFiles.load(file.getParent());
            for (EventType type : types.all()) {
                assertThat(EventType.fromJson(type.toJson())).isEqualTo(type);
            }
            return true;
        } catch (InvalidFileException e) {
            assertThat(e).hasMessageContaining("types.yaml");
            return false;
        }
    }

    @Test
    @DisplayName("C4: a pointer of any text points, or is none; any name is found by its segment")
    void pointers() throws JsonSyntaxException {
        Json root = Json.parse("{\"a\":[0,{\"b/c\":{\"~\":1,\"\":2}}],\"\":{\"\":3},\"š\":[]}");

        Fuzz.run(
                List.of("", "/a/0", "/a/1/b~1c/~0", "/a/1/b~1c/", "//", "/š/00", "/a/01", "~2", "a"),
                List.of("/", "~0", "~1", "a", "1"),
                text -> {
                    String segment = JsonPointer.segment(text);
                    assertThat(new JsonPointer(segment).in(Json.object(text, 7)))
                            .hasToString("7");
                    try {
                        return new JsonPointer(text).in(root) != null;
                    } catch (IllegalArgumentException e) {
                        holds(text.matches("(?s)[^/].*|.*~(?![01]).*"), "is no pointer", text);
                        return false;
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/~0", "x", "/x"})
    @DisplayName("C4: a pointer of very many segments is followed, not recursed into until the stack ends")
    void longPointers(String piece) {
        Fuzz.run("/" + piece.repeat(50_000), text -> new JsonPointer(text).in(Json.EMPTY) != null);
    }
}
