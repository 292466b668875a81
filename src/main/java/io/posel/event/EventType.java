package io.posel.event;

import io.posel.json.Json;
import io.posel.problem.ProblemException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An entry of the catalogue: what people are shown of a type of events. Events whose type has no entry are accepted
 * all the same.
 *
 * @param title by language, {@code cs} and {@code en}
 * @param sample data of such an event, with every variable in it
 */
public record EventType(
        String type, Map<String, String> title, String entityType, List<Variable> variables, Json.Obj sample) {

    /**
     * Something that an event's data holds, by its dotted path.
     *
     * @param title by language, {@code cs} and {@code en}
     * @param example a value, as a receiver would see it
     */
    public record Variable(String name, Map<String, String> title, String example) {
        public Variable {
            title = Collections.unmodifiableMap(new LinkedHashMap<>(title));
        }

        Json.Obj toJson() {
            Map<String, Json> members = new LinkedHashMap<>();
            members.put("name", new Json.Str(name));
            members.put("title", Json.of(title));
            members.put("example", new Json.Str(example));
            return new Json.Obj(members);
        }
    }

    public EventType {
        title = Collections.unmodifiableMap(new LinkedHashMap<>(title));
        variables = List.copyOf(variables);
    }

    /**
     * Reads the form that {@link #toJson()} writes. A title in one language is enough, the other takes it over.
     *
     * @throws ProblemException 422 with a pointer for each error
     */
    public static EventType fromJson(Json json) {
        return EventTypeForm.read(json);
    }

    public Json.Obj toJson() {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("type", new Json.Str(type));
        members.put("title", Json.of(title));
        members.put("entityType", new Json.Str(entityType));
        List<Json> list = new ArrayList<>();
        variables.forEach(variable -> list.add(variable.toJson()));
        members.put("variables", new Json.Arr(list));
        members.put("sample", sample);
        return new Json.Obj(members);
    }

    /** An event of this type with the sample as its data, for a preview. */
    public Event sampleEvent() {
        return new Event("", "sample", type, new EntityRef(entityType, "sample"), null, null, sample);
    }
}
