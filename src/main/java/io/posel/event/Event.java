package io.posel.event;

import io.posel.json.Json;
import io.posel.template.Variables;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened in a business system, valid in every part.
 *
 * @param source with {@code id} the idempotency key; {@code ""} where the producer names none
 * @param sequence the producer's number, contiguous per entity; without it the order of acceptance rules
 * @param occurredAt an ISO-8601 time with offset, as it came in; data that reorders nothing
 */
public record Event(
        String source,
        String id,
        String type,
        EntityRef entity,
        @Nullable Long sequence,
        @Nullable String occurredAt,
        Json.Obj data) {

    private static final String OWN = "posel.";

    /** Whether events of this type are Posel's own: nobody hands them in. */
    public static boolean isOwn(String type) {
        return type.startsWith(OWN);
    }

    /** The same without its data, for what is only told about it. */
    public Event withoutData() {
        return new Event(source, id, type, entity, sequence, occurredAt, Json.Obj.EMPTY);
    }

    /** What a template may name: the data by path, then the event's own attributes. */
    public Variables variables() {
        return path -> {
            Json value = at(path);
            return value != null ? value : attribute(path);
        };
    }

    private @Nullable Json at(String path) {
        Json.Obj object = data;
        int from = 0;
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', from)) {
            if (!(object.get(path.substring(from, dot)) instanceof Json.Obj inner)) {
                return null;
            }
            object = inner;
            from = dot + 1;
        }
        return object.get(path.substring(from));
    }

    private @Nullable Json attribute(String path) {
        return switch (path) {
            case "event.id" -> new Json.Str(id);
            case "event.type" -> new Json.Str(type);
            case "event.occurredAt" -> occurredAt == null ? null : new Json.Str(occurredAt);
            case "entity.type" -> new Json.Str(entity.type());
            case "entity.id" -> new Json.Str(entity.id());
            default -> null;
        };
    }
}
