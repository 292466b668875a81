package io.posel.event;

import io.posel.json.Json;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue as files: one YAML per family of events. {@code entityType} and {@code variables} at the top hold for
 * all its {@code events}; each of them may name its own {@code entityType} and further {@code variables}.
 */
public final class EventTypeFiles {
    private static final Set<String> MEMBERS = Set.of("entityType", "variables", "events");

    private EventTypeFiles() {}

    /**
     * @return what the {@code *.yaml} files of the folder hold, in the order of their names
     * @throws InvalidFileException for the first thing that is wrong
     */
    public static EventTypes load(Path dir) {
        Map<String, EventType> types = new LinkedHashMap<>();
        Map<String, String> files = new LinkedHashMap<>();
        for (Path path : yamlFiles(dir)) {
            YamlFile file = YamlFile.read(path);
            List<EventType> read = read(file);
            for (int i = 0; i < read.size(); i++) {
                EventType type = read.get(i);
                if (types.putIfAbsent(type.type(), type) != null) {
                    throw file.error(
                            "/events/" + i + "/type",
                            "The event type " + type.type() + " is already in " + files.get(type.type())
                                    + "; remove one of them.");
                }
                files.put(type.type(), path.getFileName().toString());
            }
        }
        return new EventTypes(types.values());
    }

    private static List<Path> yamlFiles(Path dir) {
        try (Stream<Path> paths = Files.list(dir)) {
            return paths.filter(path -> path.getFileName().toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new InvalidFileException(dir.toString(), 0, "The folder cannot be read: " + e + ".");
        }
    }

    private static List<EventType> read(YamlFile file) {
        if (!(file.root() instanceof Json.Obj family)) {
            throw file.error("", "A list 'events' is needed here, see the shipped files.");
        }
        for (String name : family.members().keySet()) {
            if (!MEMBERS.contains(name)) {
                throw file.error(
                        JsonPointer.segment(name),
                        "'" + name + "' is not known here; known are entityType, variables, events.");
            }
        }
        if (!(family.get("events") instanceof Json.Arr events)) {
            throw file.error("/events", "A list 'events' is needed here, each with type, title and sample.");
        }
        List<EventType> types = new ArrayList<>();
        for (Json event : events.items()) {
            types.add(read(file, family, event, "/events/" + types.size()));
        }
        return types;
    }

    private static EventType read(YamlFile file, Json.Obj family, Json event, String at) {
        if (!(event instanceof Json.Obj own)) {
            throw file.error(at, "An event type with type, title and sample is needed here.");
        }
        List<Json> shared = items(file, family.get("variables"), "/variables");
        List<Json> variables = new ArrayList<>(shared);
        variables.addAll(items(file, own.get("variables"), at + "/variables"));
        Map<String, Json> members = new LinkedHashMap<>(own.members());
        Json entityType = family.get("entityType");
        if (entityType != null) {
            members.putIfAbsent("entityType", entityType);
        }
        members.put("variables", new Json.Arr(variables));
        try {
            return EventType.fromJson(new Json.Obj(members));
        } catch (ProblemException e) {
            FieldError first = e.errors().get(0);
            String member = first.pointer().isEmpty() ? "" : first.pointer().substring(1) + ": ";
            throw file.error(inFile(first.pointer(), at, shared.size(), own, family), member + first.detail());
        }
    }

    private static List<Json> items(YamlFile file, @Nullable Json variables, String pointer) {
        if (variables == null || variables == Json.Null.NULL) {
            return List.of();
        } else if (variables instanceof Json.Arr array) {
            return array.items();
        }
        throw file.error(pointer, "A list of variables is needed here, each with name, title and example.");
    }

    /** Where something of the event type stands in the file: it may come from the family's part. */
    private static String inFile(String pointer, String at, int shared, Json.Obj own, Json.Obj family) {
        String[] segments = pointer.split("/", 4);
        if (pointer.startsWith("/variables/")) {
            int index = Integer.parseInt(segments[2]);
            String rest = segments.length > 3 ? "/" + segments[3] : "";
            return index < shared ? "/variables/" + index + rest : at + "/variables/" + (index - shared) + rest;
        }
        boolean shares = own.get("entityType") == null && family.get("entityType") != null;
        return pointer.equals("/entityType") && shares ? pointer : at + pointer;
    }
}
