package io.posel;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.posel.event.YamlFile;
import io.posel.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What engineers may rely on when they open routes/. */
class RouteConventionsTest {
    private static final Path FOLDER = Path.of("routes");
    private static final String SUFFIX = ".camel.yaml";
    private static final String KEBAB_CASE = "[a-z]+(-[a-z]+)+";
    private static final Set<String> SENDING = Set.of("to", "toD", "wireTap", "enrich", "pollEnrich", "poll");
    private static final Set<String> CALLING_JAVA = Set.of("process", "bean");

    /** A route or a route configuration. */
    private record Part(Path file, int line, String kind, Json.Obj body) {
        String id() {
            return text(body, "id");
        }

        String from() {
            return body.get("from") instanceof Json.Obj from ? text(from, "uri") : "";
        }

        List<Step> steps() {
            List<Step> steps = new ArrayList<>();
            collect(this, body, steps);
            return steps;
        }

        @Override
        public String toString() {
            return file.getFileName() + ":" + line + " " + id();
        }
    }

    private record Step(Part part, String name, @Nullable Json body) {
        String id() {
            return body instanceof Json.Obj object ? text(object, "id") : "";
        }

        String uri() {
            if (!(body instanceof Json.Obj object)) {
                return "";
            }
            String uri = text(object, "uri");
            return uri.isEmpty() ? at(object, "expression", "constant", "expression") : uri;
        }

        @Override
        public String toString() {
            return part + ": " + name + " " + id() + " " + uri();
        }
    }

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        try {
            for (Path path : files()) {
                YamlFile file = YamlFile.read(path);
                List<Json> items = ((Json.Arr) file.root()).items();
                for (int i = 0; i < items.size(); i++) {
                    int index = i;
                    ((Json.Obj) items.get(i)).members().forEach((kind, body) -> {
                        if (kind.equals("route") || kind.equals("routeConfiguration")) {
                            parts.add(new Part(path, file.line("/" + index), kind, (Json.Obj) body));
                        }
                    });
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return parts;
    }

    private static List<Part> routes() {
        return parts().stream().filter(each -> each.kind.equals("route")).toList();
    }

    private static List<Step> steps() {
        return parts().stream().flatMap(each -> each.steps().stream()).toList();
    }

    private static void collect(Part part, @Nullable Json json, List<Step> found) {
        if (json instanceof Json.Arr array) {
            array.items().forEach(each -> collect(part, each, found));
        } else if (json instanceof Json.Obj object) {
            object.members().forEach((name, value) -> {
                if (name.equals("steps")) {
                    ((Json.Arr) value).items().forEach(step -> ((Json.Obj) step)
                            .members()
                            .forEach((kind, body) -> found.add(new Step(part, kind, body))));
                }
                collect(part, value, found);
            });
        }
    }

    private static String text(Json.Obj object, String name) {
        return object.get(name) instanceof Json.Str text ? text.value() : "";
    }

    private static String at(Json.Obj object, String... names) {
        Json json = object;
        for (String name : names) {
            json = json instanceof Json.Obj inner ? inner.get(name) : null;
        }
        return json instanceof Json.Str text ? text.value() : "";
    }

    private static boolean flag(Step step, String parameter, boolean value) {
        return step.body instanceof Json.Obj body
                && body.get("parameters") instanceof Json.Obj parameters
                && Json.of(value).equals(parameters.get(parameter));
    }

    @ParameterizedTest
    @MethodSource("files")
    void isValidByTheSchemaOfCamelsYaml(Path file) throws IOException {
        assertThat(Schema.CAMEL_YAML.validate(withDefaults(Files.readString(file)), InputFormat.YAML))
                .isEmpty();
    }

    /** The schema knows of no placeholders where it wants a number or true. */
    private static String withDefaults(String yaml) {
        Map<String, PropertiesFile.Entry> defaults =
                PropertiesFile.read(Path.of("config/application.properties")).entries();
        return Pattern.compile("\"\\{\\{(posel[\\w.-]+)}}\"").matcher(yaml).replaceAll(match -> {
            PropertiesFile.Entry value = defaults.get(match.group(1));
            return value == null || value.value().isEmpty() ? "\"\"" : Matcher.quoteReplacement(value.value());
        });
    }

    /** Read once: it is large. */
    private static final class Schema {
        static final JsonSchema CAMEL_YAML = read();

        private static JsonSchema read() {
            try (InputStream in = Schema.class.getResourceAsStream("/schema/camelYamlDsl.json")) {
                return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(in);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void isNamedAsItsOneRouteIs(Path file) {
        List<Part> parts =
                parts().stream().filter(each -> each.file.equals(file)).toList();
        String name = file.getFileName().toString();

        assertThat(parts).isNotEmpty();
        assertThat(name).endsWith(SUFFIX);
        assertThat(name.substring(0, name.length() - SUFFIX.length())).matches(KEBAB_CASE);
        if (parts.size() == 1) {
            assertThat(name).isEqualTo(parts.get(0).id() + SUFFIX);
        }
    }

    @Test
    void idsOfRoutesAreAVerbAndANounAndUnique() {
        assertThat(parts()).extracting(Part::id).doesNotHaveDuplicates().allMatch(id -> id.matches(KEBAB_CASE));
    }

    @Test
    void everyRouteAndConfigurationSaysWhatItIsFor() {
        assertThat(parts()).allMatch(each -> text(each.body, "description").length() > 10, "has a description");
    }

    @Test
    void idsOfStepsAreUnique() {
        assertThat(steps())
                .extracting(Step::id)
                .filteredOn(id -> !id.isEmpty())
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[a-z]+(-[a-z]+)*"));
    }

    @Test
    void everyStepThatTalksToTheOutsideOrToJavaHasAnId() {
        assertThat(steps())
                .filteredOn(each -> CALLING_JAVA.contains(each.name)
                        || SENDING.contains(each.name) && !each.uri().startsWith("direct:"))
                .isNotEmpty()
                .noneMatch(each -> each.id().isEmpty());
    }

    @Test
    void stepsAreWrittenInFull() {
        assertThat(steps()).allMatch(each -> each.body instanceof Json.Obj, "has members, as in to: {uri: …}");
    }

    @Test
    void aRouteThatBeginsWithDirectIsNamedLikeIt() {
        assertThat(routes())
                .filteredOn(each -> each.from().startsWith("direct:"))
                .isNotEmpty()
                .allMatch(each -> each.from().equals("direct:" + each.id()), "from: direct:<id of the route>");
    }

    @Test
    void everyDirectThatIsCalledIsConsumedByExactlyOneRoute() {
        Set<String> called = new TreeSet<>();
        steps().stream().map(Step::uri).filter(uri -> uri.startsWith("direct:")).forEach(called::add);
        parts().stream()
                .map(each -> at(each.body, "errorHandler", "deadLetterChannel", "deadLetterUri"))
                .filter(uri -> !uri.isEmpty())
                .forEach(called::add);

        assertThat(called).isNotEmpty().allSatisfy(uri -> assertThat(routes())
                .filteredOn(each -> each.from().equals(uri))
                .hasSize(1));
    }

    @Test
    @DisplayName("F2: the numbers of redeliveries stand in delivery-errors, which only deliver-webhook names")
    void onePlaceSaysHowOftenIsDelivered() throws IOException {
        for (String word : List.of("maximumRedeliveries", "deadLetterChannel")) {
            assertThat(filesWith(word)).containsExactly("delivery-errors" + SUFFIX);
        }
        assertThat(routes())
                .filteredOn(each -> text(each.body, "routeConfigurationId").contains("delivery-errors"))
                .extracting(Part::id)
                .containsExactly("deliver-webhook");
    }

    /** Without an id it would apply to every route, and answer a failed intake with 200. */
    @Test
    void everyConfigurationIsNamedBySomeRouteAndNoRouteNamesAnUnknownOne() {
        Set<String> defined = new TreeSet<>();
        Set<String> named = new TreeSet<>();
        for (Part part : parts()) {
            if (part.kind.equals("routeConfiguration")) {
                defined.add(part.id());
            } else if (part.body.get("routeConfigurationId") != null) {
                named.add(text(part.body, "routeConfigurationId"));
            }
        }

        assertThat(named).isEqualTo(defined).doesNotContain("", "*");
    }

    @Test
    void everyHttpRouteAnswersErrorsAsProblems() {
        assertThat(routes())
                .filteredOn(each -> each.from().startsWith("platform-http:"))
                .isNotEmpty()
                .allMatch(
                        each -> List.of("intake-errors", "api-errors")
                                .contains(text(each.body, "routeConfigurationId")),
                        "names intake-errors or api-errors");
    }

    @Test
    @DisplayName("CVE-2026-85251: redirects, which would be given the credentials, are never followed")
    void redirectsAreNotFollowed() {
        assertThat(steps())
                .filteredOn(each -> each.uri().matches("https?:.*"))
                .isNotEmpty()
                .allMatch(each -> flag(each, "followRedirects", false), "has followRedirects: false");
    }

    @Test
    @DisplayName("CVE-2026-85316: no path begins with proxy")
    void noPathBeginsWithProxy() {
        assertThat(routes()).extracting(Part::from).noneMatch(uri -> uri.matches("platform-http:/*proxy.*"));
    }

    @Test
    void sqlStandsInFilesOfItsOwn() {
        List<String> uris = Stream.concat(
                        steps().stream().map(Step::uri), routes().stream().map(Part::from))
                .filter(uri -> uri.startsWith("sql"))
                .toList();

        assertThat(uris).isNotEmpty().allMatch(uri -> uri.endsWith(".sql"));
    }

    @ParameterizedTest(name = "C3: {0}")
    @ValueSource(
            strings = {
                "uri: platform-http:",
                "uri: \"sql:",
                "uri: http:",
                "- enrich:",
                "- process:",
                "- resequence:",
                "deadLetterChannel:",
                "maximumRedeliveries:",
                "uri: quartz:"
            })
    void whatWasAskedForStandsInTheRoutesInTheWordsOfCamel(String words) throws IOException {
        assertThat(filesWith(words)).isNotEmpty();
    }

    private static List<String> filesWith(String words) throws IOException {
        List<String> names = new ArrayList<>();
        for (Path file : files()) {
            String code = Files.readAllLines(file).stream()
                    .filter(line -> !line.strip().startsWith("#"))
                    .collect(joining("\n"));
            if (code.contains(words)) {
                names.add(file.getFileName().toString());
            }
        }
        return names;
    }
}
