package io.posel.event;

import io.posel.json.Json;
import io.posel.problem.ProblemException;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes an event of one item of a polled JSON list, by a JSON pointer (RFC 6901) into the item for each part, or a
 * constant written {@code =text}. {@code id}, {@code type}, {@code entityType}, {@code entityId} and {@code data} are
 * required ({@code ""} for the whole item), {@code sequence} and {@code occurredAt} possible; constants for
 * {@code type}, {@code entityType} and {@code entityId} only.
 *
 * <p>The form of the items is another system's, so keys may be numbers too; they are taken by their text. Times may be
 * written in the ways that {@link ItemTimes} knows.
 */
public final class ItemEvents {
    private static final List<String> REQUIRED = List.of("id", "type", "entityType", "entityId", "data");
    private static final Set<String> OPTIONAL = Set.of("sequence", "occurredAt");
    private static final Set<String> CONSTANT = Set.of("type", "entityType", "entityId");

    private final String source;
    private final Map<String, JsonPointer> pointers = new HashMap<>();
    private final Map<String, Json> constants = new HashMap<>();
    private final ItemTimes times;

    /**
     * @param source name of the source, with the item's id the idempotency key
     * @param zone of times without an offset; null: an item that has such a time makes no event
     * @throws IllegalArgumentException that says which entry of the mapping cannot work and why
     */
    public ItemEvents(String source, Map<String, String> mapping, @Nullable ZoneId zone) {
        this.source = SourceName.checked(source);
        this.times = new ItemTimes(zone);
        mapping.forEach(this::put);
        for (String part : REQUIRED) {
            if (!mapping.containsKey(part)) {
                throw new IllegalArgumentException(
                        "The mapping says nothing of '" + part + "'; give a JSON pointer such as '/" + part + "'"
                                + (CONSTANT.contains(part) ? " or a constant such as '=customer'" : ""));
            }
        }
    }

    private void put(String part, String text) {
        if (!REQUIRED.contains(part) && !OPTIONAL.contains(part)) {
            throw new IllegalArgumentException("The mapping names '" + part
                    + "', which no event has; known are id, type, entityType, entityId, sequence, occurredAt, data");
        } else if (!text.startsWith("=")) {
            try {
                pointers.put(part, new JsonPointer(text));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "The mapping of '" + part + "' cannot work: " + e.getMessage() + "; a constant begins with '='",
                        e);
            }
        } else if (!CONSTANT.contains(part)) {
            throw new IllegalArgumentException(
                    "The mapping of '" + part + "' must be a JSON pointer; it cannot be the same for every item");
        } else {
            Errors errors = new Errors();
            Json constant = new Json.Str(text.substring(1));
            Checks checks = new Checks(errors);
            if (part.equals("type")) {
                checks.type(new Part("", constant));
            } else {
                checks.required(new Part("", constant), bound(part));
            }
            if (errors.count() > 0) {
                throw new IllegalArgumentException("The mapping of '" + part + "' cannot work: "
                        + errors.refusal(400, "The constant").getMessage());
            }
            constants.put(part, constant);
        }
    }

    /** @throws ProblemException 400, each error with the pointer into the item */
    public Event of(Json item) {
        Errors errors = new Errors();
        Checks checks = new Checks(errors);
        String id = checks.required(key("id", item), bound("id"));
        String type = checks.type(key("type", item));
        String entityType = checks.required(key("entityType", item), bound("entityType"));
        String entityId = checks.required(key("entityId", item), bound("entityId"));
        Long sequence = checks.sequenceOrDigits(part("sequence", item));
        String occurredAt = checks.time(time(part("occurredAt", item)));
        Json.Obj data = checks.data(part("data", item));
        errors.refuse(400, "The item");
        if (id == null || type == null || entityType == null || entityId == null || data == null) {
            throw new IllegalStateException("a part is missing without an error");
        }
        return new Event(source, id, type, new EntityRef(entityType, entityId), sequence, occurredAt, data);
    }

    private Part key(String name, Json item) {
        Part part = part(name, item);
        return part.value() instanceof Json.Num number ? new Part(part.pointer(), new Json.Str(number.text())) : part;
    }

    private Part time(Part part) {
        return new Part(part.pointer(), times.read(part.value()));
    }

    private Part part(String name, Json item) {
        JsonPointer pointer = pointers.get(name);
        @Nullable Json value = pointer == null ? constants.get(name) : pointer.in(item);
        return new Part(pointer == null ? "" : pointer.toString(), value);
    }

    private static int bound(String part) {
        return switch (part) {
            case "id" -> Checks.ID;
            case "entityId" -> Checks.ENTITY_ID;
            default -> Checks.TYPE;
        };
    }
}
