package io.posel.event;

import io.posel.json.Json;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An event as Posel's own JSON object. A member that the form does not have is refused: a misspelt {@code sequence}
 * that is silently ignored would cost the order.
 */
final class NativeForm {
    private static final Set<String> MEMBERS =
            Set.of("source", "id", "type", "entity", "sequence", "occurredAt", "data");
    private static final Set<String> ENTITY_MEMBERS = Set.of("type", "id");

    private final Supplier<String> ids;
    private final boolean example;

    /** @param example whether it is handed in by nobody, so that it may be of a type of Posel's own */
    NativeForm(Supplier<String> ids, boolean example) {
        this.ids = ids;
        this.example = example;
    }

    /** @return null if there are errors */
    @Nullable
    Event read(Json json, String at, Errors errors) {
        Checks checks = new Checks(errors);
        if (!(json instanceof Json.Obj object)) {
            Part whole = new Part(at, json);
            checks.mismatch(whole, "object", "An event is a JSON object, not " + whole.kind() + ".");
            return null;
        }
        int before = errors.count();
        unknownMembers(object, at, MEMBERS, errors);
        String source = source(Part.of(object, at, "source"), checks);
        String id = checks.text(Part.of(object, at, "id"), Checks.ID);
        Part typePart = Part.of(object, at, "type");
        String type = example ? checks.required(typePart, Checks.TYPE) : checks.type(typePart);
        EntityRef entity = entity(Part.of(object, at, "entity"), checks, errors);
        Long sequence = checks.sequence(Part.of(object, at, "sequence"));
        String occurredAt = checks.time(Part.of(object, at, "occurredAt"));
        Json.Obj data = checks.data(Part.of(object, at, "data"));
        if (errors.count() > before || type == null || entity == null || data == null || source == null) {
            return null;
        }
        return new Event(source, id == null ? ids.get() : id, type, entity, sequence, occurredAt, data);
    }

    /** An empty source is the same as none. */
    private static @Nullable String source(Part part, Checks checks) {
        boolean none = part.absent()
                || part.value() instanceof Json.Str text && text.value().isEmpty();
        return none ? "" : checks.text(part, Checks.SOURCE);
    }

    static @Nullable EntityRef entity(Part part, Checks checks, Errors errors) {
        if (part.absent()) {
            errors.add(
                    part.pointer(),
                    "required",
                    "The entity that the event is about is required here, such as"
                            + " {\"type\":\"customer\",\"id\":\"42\"}.");
            return null;
        } else if (!(part.value() instanceof Json.Obj object)) {
            checks.mismatch(part, "object", "A JSON object is needed here, not " + part.kind() + ".");
            return null;
        } else {
            unknownMembers(object, part.pointer(), ENTITY_MEMBERS, errors);
            String type = checks.required(Part.of(object, part.pointer(), "type"), Checks.TYPE);
            String id = checks.required(Part.of(object, part.pointer(), "id"), Checks.ENTITY_ID);
            return type == null || id == null ? null : new EntityRef(type, id);
        }
    }

    private static void unknownMembers(Json.Obj object, String at, Set<String> known, Errors errors) {
        boolean cloudEvent = object.get("specversion") != null;
        for (String name : object.members().keySet()) {
            if (cloudEvent && name.equals("specversion")) {
                errors.add(
                        at + "/specversion",
                        "unknown-member",
                        "This looks like a CloudEvent; send it with Content-Type application/cloudevents+json"
                                + " (an array: application/cloudevents-batch+json).");
            } else if (!cloudEvent && !known.contains(name)) {
                String shown = name.length() <= 100 ? name : name.substring(0, 100);
                errors.add(
                        at + JsonPointer.segment(shown),
                        "unknown-member",
                        "There is no such member; what receivers should get belongs into data. Known here: "
                                + String.join(", ", known.stream().sorted().toList()) + ".");
            }
        }
    }
}
