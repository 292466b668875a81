package io.posel.event;

import io.posel.json.Json;
import io.posel.template.VariableName;
import io.posel.template.Variables;
import java.util.Set;
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

    /** Variables that are there whatever the data is, though {@code ""} where the producer gave none. */
    public static final Set<String> ATTRIBUTES = Set.of(
            "data",
            "event",
            "event.source",
            "event.id",
            "event.type",
            "event.entity",
            "event.entity.type",
            "event.entity.id",
            "event.sequence",
            "event.occurredAt",
            "event.data",
            "entity",
            "entity.type",
            "entity.id");

    private static final String OWN = "posel.";
    private static final String DATA = "data.";
    private static final String EVENT = "event.";

    /** Whether events of this type are Posel's own: nobody hands them in. */
    public static boolean isOwn(String type) {
        return type.startsWith(OWN);
    }

    /** The path in the data that a variable's name leads to: {@code customer.id} of {@code event.data.customer.id} too. */
    static String inData(String name) {
        String path = name.startsWith(EVENT + DATA) ? name.substring(EVENT.length()) : name;
        return path.startsWith(DATA) ? path.substring(DATA.length()) : path;
    }

    /** The same without its data, for what is only told about it. */
    public Event withoutData() {
        return new Event(source, id, type, entity, sequence, occurredAt, Json.Obj.EMPTY);
    }

    /**
     * What a template may name: the data by path; then {@code data} itself, {@code event} in the form of
     * {@link EventJson}, {@code entity}, and what they hold.
     */
    public Variables variables() {
        return path -> {
            Json value = VariableName.valueIn(data, path);
            return value != null ? value : attribute(path);
        };
    }

    private @Nullable Json attribute(String path) {
        return switch (path) {
            case "event.id" -> new Json.Str(id);
            case "event.type" -> new Json.Str(type);
            case "event.occurredAt" -> occurredAt == null ? null : new Json.Str(occurredAt);
            case "entity.type" -> new Json.Str(entity.type());
            case "entity.id" -> new Json.Str(entity.id());
            case "entity" -> EventJson.of(entity);
            case "data" -> data;
            case "event" -> EventJson.of(this);
            default -> within(path);
        };
    }

    private @Nullable Json within(String path) {
        if (path.startsWith(DATA)) {
            return VariableName.valueIn(data, path.substring(DATA.length()));
        }
        return path.startsWith(EVENT) ? VariableName.valueIn(EventJson.of(this), path.substring(EVENT.length())) : null;
    }
}
