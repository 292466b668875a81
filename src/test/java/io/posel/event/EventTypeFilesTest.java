package io.posel.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.posel.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EventTypeFilesTest {
    private static final String VALID = """
            entityType: order
            variables:
              - name: order.id
                title: {cs: Číslo, en: Number}
                example: "1"
            events:
              - type: order.paid
                title: {cs: Zaplaceno, en: Paid}
                variables:
                  - name: order.total
                    title: {cs: Cena, en: Total}
                    example: 12.50
                sample:
                  order: {id: "1", total: 12.50}
            """;

    @TempDir
    Path dir;

    @Test
    void theFamilysPartHoldsForItsEvents() throws IOException {
        write("order.yaml", VALID);

        EventType type = EventTypeFiles.load(dir).find("order.paid").orElseThrow();

        assertThat(type.entityType()).isEqualTo("order");
        assertThat(type.variables()).extracting(EventType.Variable::name).containsExactly("order.id", "order.total");
        assertThat(type.variables().get(1).example()).isEqualTo("12.50");
        assertThat(type.sample()).hasToString("{\"order\":{\"id\":\"1\",\"total\":12.50}}");
    }

    @Test
    void onlyYamlFilesAreRead() throws IOException {
        write("order.yaml", VALID);
        write("order.yaml~", "{{{");
        write("README.md", "{{{");

        assertThat(EventTypeFiles.load(dir).all()).hasSize(1);
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                Arguments.of("order.id\n", "order.id: x\n", 3, "not YAML"),
                Arguments.of("  - type: order.paid", "  - type: \u0007", 7, "U+0007"),
                Arguments.of("    title: {cs: Zaplaceno, en: Paid}\n", "", 7, "title: A title is required"),
                Arguments.of("    title: {cs: Zaplaceno, en: Paid}", "    title:", 8, "title: A title is required"),
                Arguments.of(
                        "    title: {cs: Číslo, en: Number}\n    example",
                        "    titel: {cs: Číslo, en: Number}\n    example",
                        4,
                        "titel"),
                Arguments.of("{id: \"1\", total: 12.50}", "{id: \"1\"}", 13, "The sample has no order.total"),
                Arguments.of("name: order.total", "name: order.id", 10, "twice"),
                Arguments.of("name: order.total", "name: order total", 10, "parts joined by dots"),
                Arguments.of("entityType: order\n", "", 6, "entityType: A value is required"),
                Arguments.of("entityType: order", "entityType: 7", 1, "write it in quotes: \"7\""),
                Arguments.of("entityType: order", "entitytype: order", 1, "'entitytype' is not known"),
                Arguments.of("entityType: order", "entityType: order\nentityType: order", 2, "stands here twice"),
                Arguments.of("events:", "event:", 6, "'event' is not known"),
                Arguments.of("sample:", "sample: !!javax.script.ScriptEngineManager", 13, "tag is not allowed"),
                Arguments.of("sample:", "sample: !own", 13, "The tag !own is not possible"),
                Arguments.of("sample:", "sample: &a\n      self: *a", 13, "an alias contains itself"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void anErrorNamesFileAndLineAndWhatToDo(String from, String to, int line, String says) throws IOException {
        assertThat(VALID).contains(from);
        write("order.yaml", VALID.replace(from, to));

        InvalidFileException refusal = refusal();

        assertThat(refusal.line()).isEqualTo(line);
        assertThat(refusal).hasMessageContaining(says);
        assertThat(refusal).hasMessageStartingWith(dir.resolve("order.yaml") + ":" + line + ": ");
    }

    @Test
    void aTypeInTwoFilesIsRefusedNamingBoth() throws IOException {
        write("a.yaml", VALID);
        write("b.yaml", VALID);

        assertThat(refusal()).hasMessageContaining("b.yaml:7:").hasMessageContaining("already in a.yaml");
    }

    @Test
    void aFileThatIsNotUtf8IsRefused() throws IOException {
        Files.write(dir.resolve("a.yaml"), VALID.getBytes(StandardCharsets.ISO_8859_1));
        Files.write(dir.resolve("a.yaml"), new byte[] {(byte) 0xC8});

        assertThat(refusal()).hasMessageContaining("not UTF-8");
    }

    @ParameterizedTest
    @MethodSource("empty")
    void aFileWithoutEventsIsRefused(String text) throws IOException {
        write("a.yaml", text);

        assertThat(refusal()).hasMessageContaining("list 'events' is needed");
    }

    static Stream<String> empty() {
        return Stream.of("", "# nothing\n", "[]", "variables: []\n", "events: 7\n");
    }

    @Test
    void aMissingFolderIsSaid() {
        assertThat(catchThrowableOfType(InvalidFileException.class, () -> EventTypeFiles.load(dir.resolve("missing"))))
                .hasMessageContaining("missing");
    }

    @Test
    void plainScalarsAreWhatJsonWouldCallThem() {
        YamlFile file = YamlFile.parse(
                "a.yaml",
                "[1.50, -3, 1e3, 0x1F, 010, 1_000, .inf, true, yes, null, ~, 2026-11-22, 10:30, text, \"7\", TRUE]");

        assertThat(file.root())
                .hasToString("[1.50,-3,1e3,\"0x1F\",\"010\",\"1_000\",\".inf\",true,\"yes\",null,null,"
                        + "\"2026-11-22\",\"10:30\",\"text\",\"7\",\"TRUE\"]");
    }

    @Test
    void manyAliasesOfOneAnotherDoNotExplode() {
        StringBuilder laughs = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i < 60; i++) {
            laughs.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
        }

        assertThat(catchThrowableOfType(InvalidFileException.class, () -> YamlFile.parse("a.yaml", laughs.toString())))
                .hasMessageContaining("not YAML");
    }

    @Test
    void aLineIsFoundByPointerOrByWhatIsAroundIt() {
        YamlFile file = YamlFile.parse("a.yaml", "a:\n  - b: 1\n    c/d: 2\n");

        assertThat(file.line("/a/0/c~1d")).isEqualTo(3);
        assertThat(file.line("/a/0/x/y")).isEqualTo(2);
        assertThat(file.line("")).isEqualTo(1);
        assertThat(file.root()).isInstanceOf(Json.Obj.class);
    }

    private InvalidFileException refusal() {
        return catchThrowableOfType(InvalidFileException.class, () -> EventTypeFiles.load(dir));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(dir.resolve(name), text);
    }
}
