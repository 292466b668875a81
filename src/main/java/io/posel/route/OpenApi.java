package io.posel.route;

import io.posel.event.YamlFile;
import io.posel.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The description of the HTTP interface (OpenAPI 3.1), put together from the files in {@code posel/openapi}. Each of them
 * is a document of its own kind of calls; members of the same name are joined, and two that cannot be are an error.
 *
 * <p>What holds for every operation stands once, in {@code x-everywhere} of {@code posel.yaml}, and is put into each that
 * does not say otherwise.
 *
 * <p>Not promised: that it is true. That is what its test is for.
 */
public final class OpenApi {
    /** The files, in the order in which what they hold is shown. */
    static final List<String> FILES =
            List.of("posel", "intake", "webhooks", "event-types", "log", "sources", "access", "operation");

    private static final String FOLDER = "/posel/openapi/";
    private static final String EVERYWHERE = "x-everywhere";
    private static final List<String> METHODS =
            List.of("get", "head", "post", "put", "patch", "delete", "options", "trace");

    private OpenApi() {}

    /**
     * @param version of Posel
     * @throws IllegalStateException if the files contradict each other
     */
    public static Json.Obj document(String version) {
        Map<String, Json> members = new LinkedHashMap<>();
        for (String name : FILES) {
            join(members, read(FOLDER + name + ".yaml", version), name);
        }
        Json.Obj everywhere = object(members.remove(EVERYWHERE));
        Map<String, Json> paths = new LinkedHashMap<>();
        object(members.get("paths")).members().forEach((path, item) -> paths.put(path, item(object(item), everywhere)));
        members.put("paths", new Json.Obj(paths));
        return new Json.Obj(members);
    }

    private static Json.Obj read(String resource, String version) {
        try (InputStream in = OpenApi.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("there is no " + resource);
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return object(
                    YamlFile.parse(resource, text.replace("{version}", version)).root());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void join(Map<String, Json> into, Json.Obj more, String where) {
        more.members().forEach((name, value) -> {
            Json there = into.get(name);
            if (there instanceof Json.Obj one && value instanceof Json.Obj other) {
                Map<String, Json> members = new LinkedHashMap<>(one.members());
                join(members, other, where + "/" + name);
                into.put(name, new Json.Obj(members));
            } else if (there == null) {
                into.put(name, value);
            } else {
                throw new IllegalStateException("said twice: " + where + "/" + name);
            }
        });
    }

    private static Json item(Json.Obj item, Json.Obj everywhere) {
        Map<String, Json> members = new LinkedHashMap<>(item.members());
        METHODS.forEach(method -> members.computeIfPresent(
                method, (name, operation) -> operation(method.equals("get"), object(operation), everywhere)));
        return new Json.Obj(members);
    }

    private static Json operation(boolean reads, Json.Obj operation, Json.Obj everywhere) {
        Map<String, Json> members = new LinkedHashMap<>(operation.members());
        object(everywhere.get(reads ? "read" : "write")).members().forEach(members::putIfAbsent);
        List<Json.Obj> further = new ArrayList<>(List.of(object(everywhere.get("all"))));
        if (members.get("security") instanceof Json.Arr security
                && !security.items().isEmpty()) {
            further.add(object(everywhere.get("token")));
        }
        Map<String, Json> responses =
                new LinkedHashMap<>(object(members.get("responses")).members());
        further.forEach(each -> object(each.get("responses")).members().forEach(responses::putIfAbsent));
        members.put("responses", new Json.Obj(responses));
        return new Json.Obj(members);
    }

    private static Json.Obj object(@Nullable Json json) {
        if (json instanceof Json.Obj object) {
            return object;
        }
        throw new IllegalStateException("the description of the HTTP interface has no object where one is needed");
    }
}
