package io.posel.event;

import io.posel.json.Json;
import io.posel.problem.ProblemException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

    /**
     * Whether events of this type have such a variable, as far as list and sample show: an object is offered with its
     * parts, and of an array all elements that one of the sample stands for.
     */
    public boolean offers(String name) {
        String path = Event.inData(name);
        return Event.ATTRIBUTES.contains(name) || isListed(path) || holds(sample, path.split("\\.", -1), 0);
    }

    private boolean isListed(String path) {
        return variables.stream()
                .anyMatch(each -> each.name().equals(path) || each.name().startsWith(path + "."));
    }

    private static boolean holds(@Nullable Json value, String[] path, int from) {
        if (from == path.length || value == null) {
            return value != null;
        } else if (value instanceof Json.Obj object) {
            return holds(object.get(path[from]), path, from + 1);
        } else if (value instanceof Json.Arr array && path[from].chars().allMatch(Character::isDigit)) {
            return array.items().isEmpty() || array.items().stream().anyMatch(item -> holds(item, path, from + 1));
        }
        return false;
    }

    /** An event of this type with the sample as its data, for a preview. */
    public Event sampleEvent() {
        return new Event("", "sample", type, new EntityRef(entityType, "sample"), null, null, sample);
    }
}
