package io.posel.testing;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.posel.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An OpenAPI document that answers and examples are held against. Stricter than the document says: what is shown has no
 * member that is not described, and a refusal no code that the description of the answer does not name.
 */
public final class DescribedApi {
    private static final Set<String> METHODS = Set.of("get", "head", "post", "put", "patch", "delete", "options");
    private static final List<String> TELLING_HEADERS =
            List.of("ETag", "Location", "Retry-After", "WWW-Authenticate", "Set-Cookie");
    private static final Pattern CODE = Pattern.compile("`([a-z][a-z0-9-]*)`");
    private static final Pattern OTHER_STATUS = Pattern.compile("`(422)`");
    private static final Pattern OTHER_CALL = Pattern.compile("`([A-Z]+ /[^`]+)`");

    private final Json.Obj document;
    private final Json.Obj strictComponents;
    private final Map<Json, JsonSchema> schemas = new HashMap<>();

    public DescribedApi(Json.Obj document) {
        this.document = document;
        this.strictComponents = (Json.Obj) strict(document.get("components"));
    }

    /** @param body as it stands in the document */
    public record Operation(String method, String path, Json.Obj body) {
        public String id() {
            return body.get("operationId") instanceof Json.Str id ? id.value() : "";
        }

        public List<String> statuses() {
            return List.copyOf(((Json.Obj) body.get("responses")).members().keySet());
        }

        private boolean matches(String verb, String target) {
            String template = Pattern.quote(path).replaceAll("\\{[^}]+}", "\\\\E[^/]+\\\\Q");
            return method.equals(verb) && Pattern.matches(template, target.split("\\?", 2)[0]);
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /** Whether the door itself answers this, before any route: {@code GET /login}. */
    public static boolean isOfTheDoor(String operation) {
        return operation.matches("GET /observe/.*|(GET|POST) /login|POST /logout|GET /api/session");
    }

    public List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        object(document.get("paths"))
                .members()
                .forEach((path, item) -> object(item).members().forEach((method, body) -> {
                    if (METHODS.contains(method)) {
                        operations.add(new Operation(method.toUpperCase(java.util.Locale.ROOT), path, object(body)));
                    }
                }));
        return operations;
    }

    /** What a request to this target is; the more of it stands in the path itself, the better. */
    public Optional<Operation> operation(String method, String target) {
        return operations().stream()
                .filter(each -> each.matches(method, target))
                .min(Comparator.comparing(
                        each -> each.path().chars().filter(c -> c == '{').count()));
    }

    /** The answer that is described for the status, or null. */
    public Json.@Nullable Obj response(Operation operation, String status) {
        Json response = object(operation.body().get("responses")).get(status);
        return response == null ? null : resolved(response);
    }

    /** Whether this answer is one of those that every operation has. */
    public boolean isSharedWithOthers(Operation operation, String status, Set<String> shared) {
        return object(operation.body().get("responses")).get(status) instanceof Json.Obj response
                && response.get("$ref") instanceof Json.Str ref
                && shared.contains(ref.value().substring(ref.value().lastIndexOf('/') + 1));
    }

    /** Parameters of the operation and of its path, resolved. */
    public List<Json.Obj> parameters(Operation operation) {
        Json.Obj item = object(object(document.get("paths")).get(operation.path()));
        return Stream.of(item.get("parameters"), operation.body().get("parameters"))
                .flatMap(list -> list instanceof Json.Arr array ? array.items().stream() : Stream.of())
                .map(this::resolved)
                .toList();
    }

    /** All codes of the schema {@code Code}. */
    public Set<String> codes() {
        Set<String> codes = new TreeSet<>();
        Json.Obj code =
                object(object(object(document.get("components")).get("schemas")).get("Code"));
        Json.Obj known = object(((Json.Arr) code.get("anyOf")).items().get(0));
        ((Json.Arr) known.get("enum")).items().forEach(each -> codes.add(((Json.Str) each).value()));
        return codes;
    }

    /** What is wrong with an answer, measured by its description. */
    public List<String> faults(Operation operation, HttpAnswer answer) {
        String status = Integer.toString(answer.status());
        Json.Obj response = response(operation, status);
        if (response == null) {
            return List.of("the status " + status + " is not described: " + answer);
        }
        List<String> faults = new ArrayList<>();
        headers(response, answer, faults);
        String type = answer.header("Content-Type").orElse("").split(";")[0];
        Json content = response.get("content");
        if (content == null) {
            if (answer.body().length > 0) {
                faults.add(status + " has a body that is not described: " + answer);
            }
        } else if (object(content).get(type) == null) {
            faults.add(status + " is " + type + ", which is not described");
        } else if (type.endsWith("json")) {
            faults.addAll(faults(object(object(content).get(type)).get("schema"), answer.json()));
        }
        if (type.equals("application/problem+json")) {
            Set<String> named = named(operation, status);
            for (String code : answer.all("errors", "code")) {
                if (!named.contains(code)) {
                    faults.add("the description of " + status + " does not name the code " + code);
                } else if (!codes().contains(code)) {
                    faults.add("the schema Code does not know " + code);
                }
            }
        }
        return faults;
    }

    private void headers(Json.Obj response, HttpAnswer answer, List<String> faults) {
        Map<String, Json> described =
                response.get("headers") instanceof Json.Obj headers ? headers.members() : Map.of();
        described.forEach((name, header) -> {
            if (resolved(header).get("required") == Json.Bool.TRUE
                    && answer.header(name).isEmpty()) {
                faults.add(answer.status() + " lacks the header " + name);
            }
        });
        for (String name : TELLING_HEADERS) {
            if (answer.header(name).isPresent() && !described.containsKey(name)) {
                faults.add(answer.status() + " has the header " + name + ", which is not described");
            }
        }
    }

    /** Codes that the answer's description names, those of another answer that it points to, and those of every call. */
    private Set<String> named(Operation operation, String status) {
        Set<String> codes = new TreeSet<>();
        Json.Obj response = response(operation, status);
        String text = response == null ? "" : text(response.get("description"));
        if (status.equals("400")) {
            text += text(resolved(Json.object("$ref", "#/components/responses/Malformed"))
                    .get("description"));
        }
        CODE.matcher(text).results().forEach(match -> codes.add(match.group(1)));
        OTHER_STATUS.matcher(text).results().forEach(match -> codes.addAll(named(operation, match.group(1))));
        for (Matcher other = OTHER_CALL.matcher(text); other.find(); ) {
            String call = other.group(1);
            operations().stream()
                    .filter(each -> each.toString().equals(call) && !call.equals(operation.toString()))
                    .forEach(each -> codes.addAll(named(each, status)));
        }
        return codes;
    }

    /** What is wrong with a value, measured by a schema of the document. */
    public List<String> faults(@Nullable Json schema, Json value) {
        if (schema == null) {
            return List.of("there is no schema for " + value);
        }
        return schemas.computeIfAbsent(schema, this::compile).validate(value.toString(), InputFormat.JSON).stream()
                .map(ValidationMessage::getMessage)
                .map(fault -> fault + " in " + value)
                .toList();
    }

    private JsonSchema compile(Json schema) {
        Json.Obj whole = Json.object(
                "$schema",
                "https://json-schema.org/draft/2020-12/schema",
                "components",
                strictComponents,
                "allOf",
                List.of(strict(schema)));
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(
                        whole.toString(),
                        SchemaValidatorsConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build());
    }

    /** An object that names its members has no others. */
    private static Json strict(@Nullable Json json) {
        if (json instanceof Json.Arr array) {
            return new Json.Arr(array.items().stream().map(DescribedApi::strict).toList());
        } else if (json instanceof Json.Obj object) {
            Map<String, Json> members = new LinkedHashMap<>();
            object.members().forEach((name, value) -> members.put(name, strict(value)));
            if (object.get("properties") instanceof Json.Obj) {
                members.putIfAbsent("additionalProperties", Json.Bool.FALSE);
            }
            return new Json.Obj(members);
        }
        return json == null ? Json.Null.NULL : json;
    }

    /** What a reference stands for, or the object itself. */
    public Json.Obj resolved(@Nullable Json json) {
        Json.Obj object = object(json);
        return object.get("$ref") instanceof Json.Str ref ? resolved(at(ref.value())) : object;
    }

    /** @param ref such as {@code #/components/schemas/Problem} */
    public Json at(String ref) {
        Json json = document;
        for (String segment : ref.substring(2).split("/")) {
            json = object(json).get(segment.replace("~1", "/").replace("~0", "~"));
            if (json == null) {
                throw new AssertionError("the document has no " + ref);
            }
        }
        return json;
    }

    private static Json.Obj object(@Nullable Json json) {
        if (json instanceof Json.Obj object) {
            return object;
        }
        throw new AssertionError("no object: " + json);
    }

    private static String text(@Nullable Json json) {
        return json instanceof Json.Str text ? text.value() : "";
    }
}
