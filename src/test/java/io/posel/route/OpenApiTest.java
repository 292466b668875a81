package io.posel.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.posel.access.Role;
import io.posel.event.YamlFile;
import io.posel.json.Json;
import io.posel.testing.DescribedApi;
import io.posel.testing.DescribedApi.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The description of the HTTP interface by itself, and beside the route files. What is answered: {@code OpenApiIT}. */
class OpenApiTest {
    private static final String FOLDER = "src/main/resources/posel/openapi";
    private static final Json.Obj DOCUMENT = OpenApi.document("1.2.3");
    private static final DescribedApi API = new DescribedApi(DOCUMENT);

    @Test
    void isOpenApiByItsOwnSchema() throws IOException {
        try (InputStream schema = OpenApiTest.class.getResourceAsStream("/openapi-3.1-schema.json")) {
            assertThat(messages(
                            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                                    .getSchema(schema),
                            DOCUMENT))
                    .isEmpty();
        }
        assertThat(API.at("#/info/version")).isEqualTo(new Json.Str("1.2.3"));
    }

    @Test
    void everySchemaInItIsJsonSchema() {
        JsonSchema schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        List<String> faults = new ArrayList<>();
        walk("#", DOCUMENT, (pointer, value) -> {
            if (pointer.endsWith("/schema") || pointer.matches("#/components/schemas/[^/]+")) {
                messages(schema, value).forEach(message -> faults.add(pointer + ": " + message));
            }
        });

        assertThat(faults).isEmpty();
    }

    private static List<String> messages(JsonSchema schema, Json json) {
        return schema.validate(json.toString(), InputFormat.JSON).stream()
                .map(ValidationMessage::getMessage)
                .toList();
    }

    /** {@code {description: One, two}} is YAML too, with a member {@code two}. */
    @Test
    void noTextIsTakenForMembers() {
        List<String> faults = new ArrayList<>();
        walk("#", DOCUMENT, (pointer, value) -> {
            String name = pointer.substring(pointer.lastIndexOf('/') + 1);
            if (name.contains(" ") || value == Json.Null.NULL && !pointer.matches(".*/(enum|example)/.*")) {
                faults.add(pointer);
            }
        });

        assertThat(faults).isEmpty();
    }

    @Test
    void everyReferenceLeadsSomewhereAndEveryComponentIsReferredTo() {
        Set<String> referred = new HashSet<>();
        walk("#", DOCUMENT, (pointer, value) -> {
            if (pointer.endsWith("/$ref") && value instanceof Json.Str ref) {
                API.at(ref.value());
                referred.add(ref.value());
            }
        });
        Set<String> components = new TreeSet<>();
        ((Json.Obj) API.at("#/components")).members().forEach((kind, named) -> ((Json.Obj) named)
                .members()
                .keySet()
                .forEach(name -> components.add("#/components/" + kind + "/" + name)));
        components.removeIf(each -> each.startsWith("#/components/securitySchemes/"));

        assertThat(referred).containsExactlyInAnyOrderElementsOf(components);
    }

    @Test
    void everyExampleIsOneOfWhatItIsAnExampleOf() {
        List<String> faults = new ArrayList<>();
        int[] count = {0};
        walk("#", DOCUMENT, (pointer, value) -> {
            if (value instanceof Json.Obj object) {
                for (Json example : examples(object)) {
                    count[0]++;
                    Json schema = object.get("schema") == null ? object : object.get("schema");
                    API.faults(schema, example).forEach(fault -> faults.add(pointer + ": " + fault));
                }
            }
        });

        assertThat(faults).isEmpty();
        assertThat(count[0]).isGreaterThan(20);
    }

    /** Of a media type or parameter, or of a schema. */
    private static List<Json> examples(Json.Obj object) {
        List<Json> found = new ArrayList<>();
        Json examples = object.get("examples");
        if (object.get("schema") != null) {
            if (object.get("example") != null) {
                found.add(object.get("example"));
            }
            if (examples instanceof Json.Obj named) {
                named.members().values().forEach(each -> found.add(((Json.Obj) each).get("value")));
            }
        } else if (examples instanceof Json.Arr list) {
            found.addAll(list.items());
        }
        return found;
    }

    @Test
    void everyRouteIsDescribedAndEverythingDescribedHasARoute() throws IOException {
        Set<String> described =
                API.operations().stream().map(Operation::toString).collect(Collectors.toCollection(TreeSet::new));
        described.removeIf(DescribedApi::isOfTheDoor);

        assertThat(served())
                .as(
                        "a route and the description of the HTTP interface must go together: describe what a route serves in"
                                + " the file of its kind in " + FOLDER
                                + ", with each status that it may answer; then drive it into"
                                + " each of them in OpenApiIT")
                .containsExactlyInAnyOrderElementsOf(described);
    }

    private static Set<String> served() throws IOException {
        Set<String> served = new TreeSet<>();
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                walk("#", YamlFile.read(file).root(), (pointer, value) -> {
                    if (pointer.endsWith("/from") && text(value, "uri").startsWith("platform-http:")) {
                        String path = text(value, "uri").substring("platform-http:".length());
                        String methods = text(((Json.Obj) value).get("parameters"), "httpMethodRestrict");
                        Stream.of(methods.split(",")).forEach(method -> served.add(method + " " + path));
                    }
                });
            }
        }
        return served;
    }

    private static String text(@Nullable Json object, String name) {
        return object instanceof Json.Obj members && members.get(name) instanceof Json.Str text ? text.value() : "";
    }

    @Test
    void theRolesThatAreNamedAreThoseThatTheDoorLetsIn() {
        for (Operation operation : API.operations()) {
            String path = operation.path().replaceAll("\\{[^}]+}", "x");
            Set<String> named = new TreeSet<>();
            walk("#", operation.body().get("security"), (pointer, value) -> {
                if (pointer.matches("#/\\d+/(token|session)/\\d+")) {
                    named.add(((Json.Str) value).value());
                }
            });
            Set<String> allowed = Stream.of(Role.values())
                    .filter(role -> role.permits(operation.method(), path))
                    .map(Role::code)
                    .collect(Collectors.toCollection(TreeSet::new));

            if (!operation.body().get("security").equals(Json.of(List.of()))
                    && !path.equals("/logout")) { // which every session may

                assertThat(named).as(operation.toString()).isEqualTo(allowed);
            }
        }
    }

    @Test
    void everyOperationHasANameATagAndASummary() {
        Set<String> tags = new HashSet<>();
        walk("#", API.at("#/tags"), (pointer, value) -> {
            if (pointer.endsWith("/name")) {
                tags.add(((Json.Str) value).value());
            }
        });

        assertThat(API.operations())
                .extracting(Operation::id)
                .doesNotHaveDuplicates()
                .doesNotContain("");
        assertThat(API.operations()).allSatisfy(each -> {
            assertThat(text(each.body(), "summary")).isNotBlank();
            assertThat(((Json.Arr) each.body().get("tags")).items())
                    .hasSize(1)
                    .allMatch(tag -> tags.contains(((Json.Str) tag).value()));
        });
    }

    @Test
    void everyCodeThatOperatorsAreToldOfIsKnown() throws IOException {
        String refusals = Files.readString(Path.of("src/docs/operations.md"))
                .split("\n## Refusals\n")[1]
                .split("\n## ")[0];
        Set<String> told = new TreeSet<>();
        for (String line : refusals.split("\n")) {
            if (line.matches("\\| \\d{3}.*")) {
                Pattern.compile("`([a-z]+(-[a-z]+)*)`")
                        .matcher(line.split("\\|")[2])
                        .results()
                        .forEach(match -> told.add(match.group(1)));
            }
        }

        assertThat(told).hasSizeGreaterThan(30);
        assertThat(API.codes()).containsAll(told);
    }

    @Test
    void everyFileOfTheFolderIsAPartOfIt() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(FOLDER))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            OpenApi.FILES.stream().map(name -> name + ".yaml").toList());
        }
    }

    /** Every value with its place, from outside in. */
    private static void walk(String pointer, @Nullable Json json, BiConsumer<String, Json> visit) {
        if (json == null) {
            return;
        }
        visit.accept(pointer, json);
        if (json instanceof Json.Arr array) {
            for (int i = 0; i < array.items().size(); i++) {
                walk(pointer + "/" + i, array.items().get(i), visit);
            }
        } else if (json instanceof Json.Obj object) {
            object.members()
                    .forEach((name, value) ->
                            walk(pointer + "/" + name.replace("~", "~0").replace("/", "~1"), value, visit));
        }
    }
}
