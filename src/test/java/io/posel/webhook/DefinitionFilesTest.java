package io.posel.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DefinitionFilesTest {
    private static final String VALID = """
            # tells the CRM of credits
            name: CRM
            events:
              - customer.credit.changed
            filter:
              account.eshopId: ["7", 8]
            url: https://posel:${CRM_PASSWORD}@crm.example.com/c?key=${CRM_KEY}
            headers:
              X-Token: Bearer ${CRM_KEY}
            body: |
              {
                "customer": "#customer.id#",
                "credit": #customer.credit#
              }
            concurrency: 4
            """;

    private static final Map<String, String> ENVIRONMENT = Map.of(
            "CRM_PASSWORD", "pass-word",
            "CRM_KEY", "${CRM_PASSWORD}",
            "EMPTY", "",
            "QUOTE", "a\"b",
            "LONG", "x".repeat(300_000),
            "POSEL_ADMIN_TOKEN", "top-secret");

    @TempDir
    Path dir;

    private List<FileDefinition> read() {
        return read(false);
    }

    private List<FileDefinition> read(boolean httpsOnly) {
        Warnings addresses = new Warnings(
                type -> Optional.empty(),
                (host, port) -> host.equals("10.1.2.3") ? Optional.of("Not allowed.") : Optional.empty(),
                false);
        return new DefinitionFiles(
                        "config/webhooks",
                        new Definitions(Ordering.ENTITY, httpsOnly),
                        addresses,
                        name -> Optional.ofNullable(ENVIRONMENT.get(name)))
                .read(new DefinitionFolder(dir).look());
    }

    private List<String> errors() {
        InvalidFilesException refusal = catchThrowableOfType(InvalidFilesException.class, this::read);
        assertThat(refusal).as("is refused").isNotNull();
        assertThat(refusal.lines()).allMatch(line -> line.startsWith("config/webhooks"));
        assertThat(String.join("\n", refusal.lines())).doesNotContain("pass-word", "top-secret", "a\"b", "xxxxxxxx");
        return refusal.lines();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(dir.resolve(name), text);
    }

    @Test
    void aFileIsADefinition() throws IOException {
        write("crm.yaml", VALID);

        assertThat(read()).singleElement().satisfies(read -> {
            assertThat(read.id()).isEqualTo("crm");
            assertThat(read.file().name()).isEqualTo("crm.yaml");
            Definition crm = read.definition();
            assertThat(crm.name()).isEqualTo("CRM");
            assertThat(crm.enabled()).isTrue();
            assertThat(crm.events()).containsExactly("customer.credit.changed");
            assertThat(crm.filter()).isEqualTo(Map.of("account.eshopId", List.of("7", "8")));
            assertThat(crm.body())
                    .isEqualTo("{\n  \"customer\": \"#customer.id#\",\n  \"credit\": #customer.credit#\n}\n");
            assertThat(crm.ordering()).isEqualTo(Ordering.ENTITY);
            assertThat(crm.concurrency()).isEqualTo(4);
        });
    }

    @Test
    void aVariableIsPutInOnceAndNotReadAgain() throws IOException {
        write("crm.yaml", VALID);

        Definition crm = read().get(0).definition();

        assertThat(crm.url()).isEqualTo("https://posel:pass-word@crm.example.com/c?key=${CRM_PASSWORD}");
        assertThat(crm.headers()).isEqualTo(Map.of("X-Token", "Bearer ${CRM_PASSWORD}"));
    }

    @ParameterizedTest
    @CsvSource({
        "$${CRM_PASSWORD}, ${CRM_PASSWORD}",
        "$$${CRM_PASSWORD}, $${CRM_PASSWORD}",
        "$${, ${",
        "$CRM_PASSWORD, $CRM_PASSWORD",
        "$, $",
        "$$, $$",
        "{CRM_PASSWORD}, {CRM_PASSWORD}",
        "a${CRM_PASSWORD}b${CRM_PASSWORD}, apass-wordbpass-word",
        "${CRM_PASSWORD}}, pass-word}",
    })
    void dollarsAndBracesByThemselvesAreText(String written, String read) throws IOException {
        write("crm.yaml", VALID.replace("Bearer ${CRM_KEY}", "'" + written + "'"));

        assertThat(read().get(0).definition().headers()).containsEntry("X-Token", read);
    }

    @Test
    void theIdMayBeGivenAndAFileRenamedThen() throws IOException {
        write("other-name.yaml", "id: wh_abcdefghijklmnop\n" + VALID);

        assertThat(read().get(0).id()).isEqualTo("wh_abcdefghijklmnop");
    }

    @Test
    void anyChangeOfTheTextChangesTheDigest() throws IOException {
        write("crm.yaml", VALID);
        String before = read().get(0).file().digest();
        write("crm.yaml", VALID + "# once more\n");

        assertThat(read().get(0).file().digest()).isNotEqualTo(before);
        assertThat(read().get(0).definition()).isEqualTo(read().get(0).definition());
    }

    @Test
    void aByteOrderMarkDoesNotMatter() throws IOException {
        write("crm.yaml", "\uFEFF" + VALID);

        assertThat(read()).hasSize(1);
    }

    @Test
    void windowsLinesAreCountedToo() throws IOException {
        write("crm.yaml", VALID.replace("credit\": #", "credit\" #").replace("\n", "\r\n"));

        assertThat(errors()).singleElement().asString().startsWith("config/webhooks/crm.yaml:13: /body: ");
    }

    static List<Arguments> broken() {
        return List.of(
                // what is no YAML
                Arguments.of("name: CRM", "name: [CRM", 3, "This is not YAML: "),
                Arguments.of("name: CRM", "name: CRM: x", 2, "This is not YAML: mapping values"),
                Arguments.of("name: CRM", "name: \tCRM\u0007", 2, "U+0007"),
                Arguments.of("  - customer", "\t- customer", 4, "This is not YAML: "),
                Arguments.of("name: CRM", "name: *crm", 2, "This is not YAML: found undefined alias"),
                Arguments.of("concurrency: 4", "---\nname: x", 15, "This is not YAML: "),
                // what YAML can do and a definition does not need
                Arguments.of("name: CRM", "name: CRM\nname: CRM", 3, "The key 'name' stands here twice"),
                Arguments.of("concurrency: 4", "<<: {concurrency: 4}", 15, "Merging by '<<'"),
                Arguments.of("concurrency: 4", "? [a]\n: 4", 15, "A key must be plain text"),
                Arguments.of("name: CRM", "name: !!java.net.URL [x]", 2, "tag"),
                Arguments.of("name: CRM", "name: !own CRM", 2, "The tag !own is not possible here"),
                Arguments.of("  account", "  self: &a\n    me: *a\n  account", 6, "an alias contains itself"),
                // members
                Arguments.of("name: CRM", "nam: CRM", 2, "/nam: There is no such member"),
                Arguments.of("name: CRM\n", "", 2, "/name: This member is required."),
                Arguments.of("name: CRM", "name:", 2, "/name: This member is required."),
                Arguments.of(
                        "name: CRM", "name: 7", 2, "/name: This must be of type string. Write it in quotes: \"7\"."),
                Arguments.of("name: CRM", "name: true", 2, "Write it in quotes: \"true\"."),
                Arguments.of("name: CRM", "name: [CRM]", 2, "/name: This must be of type string."),
                Arguments.of("name: CRM", "name: ' '", 2, "/name: This must not be empty."),
                Arguments.of("name: CRM", "name: \"a\\u0001b\"", 2, "/name: A name is one line"),
                Arguments.of("name: CRM", "name: \"a\\uD800b\"", 2, ""),
                Arguments.of("name: CRM", "name: " + "n".repeat(201), 2, "/name: At most 200 characters"),
                Arguments.of("name: CRM", "name: CRM\nenabled: 'no'", 3, "/enabled: This must be of type boolean."),
                Arguments.of("name: CRM", "name: CRM\nenabled: no", 3, "/enabled: This must be of type boolean."),
                Arguments.of("name: CRM", "name: CRM\nstate: disabled", 3, "/state: Posel tells this"),
                Arguments.of("name: CRM", "name: CRM\nfile: crm.yaml", 3, "/file: Posel tells this"),
                Arguments.of("name: CRM", "name: CRM\nid: CRM", 3, "/id: An id has at most 40"),
                Arguments.of("name: CRM", "name: CRM\nid: 7", 3, "/id: An id has at most 40"),
                Arguments.of("name: CRM", "name: CRM\nid: " + "x".repeat(41), 3, "/id: An id has at most 40"),
                Arguments.of("name: CRM", "name: CRM\nid: ../x", 3, "/id: An id has at most 40"),
                Arguments.of("- customer.credit.changed", "- customer.*", 4, "/events/0: There are no wildcards"),
                Arguments.of(
                        "- customer.credit.changed",
                        "- a\n  - b\n  - a",
                        6,
                        "/events/2: This event type is named twice"),
                Arguments.of(
                        "- customer.credit.changed",
                        "- a\n  - 2026",
                        5,
                        "/events/1: This must be of type string. Write"),
                Arguments.of(
                        "events:\n  - customer.credit.changed", "events: a", 3, "/events: This must be of type array"),
                Arguments.of("events:\n  - customer.credit.changed", "events: []", 3, "/events: Name at least one"),
                Arguments.of("[\"7\", 8]", "{a: b}", 6, "/filter/account.eshopId: This must be of type string."),
                Arguments.of("[\"7\", 8]", "[]", 6, "/filter/account.eshopId: Give at least one value"),
                Arguments.of("[\"7\", 8]", "\n    - a\n    - [b]", 8, "/filter/account.eshopId/1: This must be"),
                Arguments.of("account.eshopId:", "'#account.eshopId#':", 6, "Name the variable without #"),
                Arguments.of("concurrency: 4", "concurrency: 0", 15, "/concurrency: This is a whole number"),
                Arguments.of("concurrency: 4", "concurrency: '4'", 15, "/concurrency: This must be of type number."),
                Arguments.of("concurrency: 4", "rateLimit: -1", 15, "/rateLimit: This is a number above 0"),
                Arguments.of("concurrency: 4", "ordering: strict", 15, "/ordering: This is one of"),
                // templates
                Arguments.of("https://posel", "ftp://posel", 7, "/url: "),
                Arguments.of("https://posel:${CRM_PASSWORD}@crm.example.com", "", 7, "/url: "),
                Arguments.of("crm.example.com", "#host#.example.com", 7, "/url: "),
                Arguments.of("crm.example.com", "10.1.2.3", 7, "/url: Not allowed."),
                Arguments.of("crm.example.com/c", "crm.example.com/ c\\", 7, "/url: "),
                Arguments.of("posel:${CRM_PASSWORD}@", "posel:***@", 7, "/url: The password is ***."),
                Arguments.of("key=${CRM_KEY}", "key=***", 7, "/url: The query parameter key is ***."),
                Arguments.of("Bearer ${CRM_KEY}", "'***'", 9, "/headers/X-Token: The header's value is ***."),
                Arguments.of("Bearer ${CRM_KEY}", "\"a\\nb\"", 9, "/headers/X-Token: "),
                Arguments.of("X-Token:", "Host:", 9, "/headers/Host: "),
                Arguments.of("X-Token:", "webhook-id:", 9, "/headers/webhook-id: "),
                Arguments.of("X-Token:", "X/Token:", 9, "/headers/X~1Token: "),
                Arguments.of("X-Token:", "X-A: b\n  x-a:", 10, "/headers/x-a: Header names ignore case"),
                Arguments.of("Bearer ${CRM_KEY}", "7", 9, "/headers/X-Token: This must be of type string. Write it in"),
                Arguments.of("  {\n", "  [\n", 12, "/body: "),
                Arguments.of("\"customer\": ", "\"customer\" ", 12, "/body: "),
                Arguments.of("\"credit\": #customer.credit#", "\"credit\": x", 13, "/body: "),
                Arguments.of("\"credit\": #customer.credit#", "\"credit\": 1,", 13, "/body: "),
                Arguments.of("body: |\n  {", "body:\n  {", 10, "Write | behind body:"),
                // the environment
                Arguments.of("${CRM_KEY}", "${CRM_KEYS}", 7, "/url: The environment variable CRM_KEYS is not set"),
                Arguments.of("Bearer ${CRM_KEY}", "${EMPTY}", 9, "EMPTY is not set, or is empty."),
                Arguments.of("Bearer ${CRM_KEY}", "${crm-key}", 9, "/headers/X-Token: Behind ${ stands the name"),
                Arguments.of("Bearer ${CRM_KEY}", "'${'", 9, "Behind ${ stands the name"),
                Arguments.of("Bearer ${CRM_KEY}", "'${}'", 9, "Behind ${ stands the name"),
                Arguments.of("Bearer ${CRM_KEY}", "'${CRM_KEY'", 9, "Behind ${ stands the name"),
                Arguments.of("Bearer ${CRM_KEY}", "'${ CRM_KEY }'", 9, "Behind ${ stands the name"),
                Arguments.of("Bearer ${CRM_KEY}", "'${${CRM_KEY}}'", 9, "Behind ${ stands the name"),
                Arguments.of("Bearer ${CRM_KEY}", "${POSEL_ADMIN_TOKEN}", 9, "may be a secret of Posel itself"),
                Arguments.of("Bearer ${CRM_KEY}", "${LONG}${LONG}${LONG}${LONG}", 9, "brings in too much"),
                Arguments.of("X-Token:", "X-${CRM_KEY}:", 9, "is possible in values, not in names"),
                Arguments.of("#customer.id#", "${NO}", 12, "/body: The environment variable NO is not set"),
                Arguments.of("#customer.credit#", "${QUOTE}", 13, "/body: "));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void anErrorNamesFileAndLineAndWhatToDo(String from, String to, int line, String says) throws IOException {
        assertThat(VALID).contains(from);
        write("crm.yaml", VALID.replaceFirst(Pattern.quote(from), Matcher.quoteReplacement(to)));

        assertThat(errors().get(0))
                .startsWith("config/webhooks/crm.yaml:" + line + ": ")
                .contains(says)
                .endsWith(".");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "[]", "text", "7", "~", "- name: x\n"})
    void aFileThatHoldsNoWebhookIsRefused(String text) throws IOException {
        write("crm.yaml", text);

        assertThat(errors()).singleElement().asString().contains("One webhook is needed here");
    }

    @Test
    void everyErrorOfEveryFileIsToldInTheOrderOfFilesAndLines() throws IOException {
        write("b.yaml", VALID.replace("concurrency: 4", "concurrency: 0").replace("name: CRM", "nam: CRM"));
        write("a.yaml", "url: [\n");
        write("c.yaml", VALID);

        assertThat(errors())
                .extracting(line -> line.replaceFirst("^config/webhooks/([a-z.]+:\\d+).*", "$1"))
                .containsExactly("a.yaml:2", "b.yaml:2", "b.yaml:2", "b.yaml:15");
    }

    @Test
    void anIdOrANameInTwoFilesIsRefusedNamingBoth() throws IOException {
        write("a.yaml", VALID.replace("name: CRM", "name: A"));
        write("b.yaml", VALID.replace("name: CRM", "name: B\nid: a"));
        write("c.yaml", VALID.replace("name: CRM", "name: B"));

        assertThat(errors())
                .containsExactly(
                        "config/webhooks/b.yaml:3: /id: \"a\" is already in a.yaml; change one of them.",
                        "config/webhooks/c.yaml:2: /name: \"B\" is already in b.yaml; change one of them.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CRM.yaml", "crm eu.yaml", "crm.eu.yaml", "-crm.yaml", "účty.yaml"})
    void aFilesNameThatIsNoIdNeedsOneInIt(String name) throws IOException {
        write(name, VALID);
        assertThat(errors())
                .singleElement()
                .asString()
                .contains(":2: An id has at most 40")
                .contains("rename the file");

        write(name, "id: crm\n" + VALID);
        assertThat(read().get(0).id()).isEqualTo("crm");
    }

    @Test
    void httpIsRefusedWhereHttpsIsEnforced() throws IOException {
        write("crm.yaml", VALID.replace("https://posel", "http://posel"));

        assertThat(read()).hasSize(1);
        assertThat(catchThrowableOfType(InvalidFilesException.class, () -> read(true))
                        .lines())
                .singleElement()
                .asString()
                .startsWith("config/webhooks/crm.yaml:7: /url: Only https://");
    }

    @Test
    void anAddressThatIsNotAllowedDoesNotMatterWhileSwitchedOff() throws IOException {
        write("crm.yaml", VALID.replace("crm.example.com", "10.1.2.3") + "enabled: false\n");

        assertThat(read().get(0).definition().enabled()).isFalse();
    }

    @Test
    void aNameCannotForgeALineOfTheLog() throws IOException {
        write("crm.yaml", VALID + "\"x\\nforged\\u0085\": 1\n" + "? " + "y".repeat(5_000) + "\n: 1\n");

        assertThat(errors()).hasSize(2).noneMatch(line -> line.chars().anyMatch(Character::isISOControl));
        assertThat(errors()).allMatch(line -> line.length() <= 1_001);
    }

    @Test
    void aliasesCannotMakeASmallFileLarge() throws IOException {
        StringBuilder bomb = new StringBuilder("a0: &a0 [" + "x,".repeat(10_000) + "x]\n");
        for (int i = 1; i <= 10; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
        }
        write("crm.yaml", bomb.toString());

        assertThat(errors()).singleElement().asString().contains("There are more than 100000 values");
    }

    @Test
    void aLongNameAboveManyValuesCostsNoMemory() throws IOException {
        write("crm.yaml", "? " + "k~/".repeat(100_000) + "\n: [" + "x,".repeat(90_000) + "x]\n");

        assertThat(errors().get(0)).contains("There is no such member");
    }

    @Test
    void aHundredErrorsAreEnough() throws IOException {
        for (int i = 0; i < 3; i++) {
            write(i + ".yaml", "x: ${\n" + "y: [" + "'${',".repeat(200) + "x]\n");
        }

        assertThat(errors()).hasSize(100);
    }

    @Test
    void aFileInAnotherCharsetIsRefused() throws IOException {
        Files.write(dir.resolve("crm.yaml"), VALID.replace("CRM", "ÚČTY").getBytes(StandardCharsets.UTF_16));

        assertThat(errors()).singleElement().asString().contains("not UTF-8");
    }

    @Test
    void theSampleInTheDocumentationIsRight() throws IOException {
        Files.copy(Path.of("src/docs/webhook.example.yaml"), dir.resolve("crm.yaml"));

        assertThat(read()).singleElement().satisfies(read -> {
            assertThat(read.definition().headers()).containsEntry("X-Api-Key", "${CRM_PASSWORD}");
            assertThat(read.definition().enabled()).isTrue();
        });
    }
}
