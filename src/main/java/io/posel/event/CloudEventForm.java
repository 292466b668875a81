package io.posel.event;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A CloudEvent (specification and JSON event format 1.0.2). The subject, or else the extension {@code partitionkey},
 * is the entity's id; the extension {@code entitytype}, or else the first segment of the type, its type. Other
 * extensions are let through unread, as the specification asks.
 */
final class CloudEventForm {

    /** @return null if there are errors */
    @Nullable
    Event read(Json json, String at, Errors errors) {
        Checks checks = new Checks(errors);
        if (!(json instanceof Json.Obj object)) {
            Part whole = new Part(at, json);
            checks.mismatch(whole, "object", "A CloudEvent is a JSON object, not " + whole.kind() + ".");
            return null;
        }
        int before = errors.count();
        version(checks.required(Part.of(object, at, "specversion"), 10), at, errors);
        String id = checks.required(Part.of(object, at, "id"), Checks.ID);
        String source = checks.required(Part.of(object, at, "source"), Checks.SOURCE);
        String type = checks.type(Part.of(object, at, "type"));
        String entityType = entityType(Part.of(object, at, "entitytype"), type, checks);
        String entityId = entityId(object, at, checks, errors);
        Long sequence = checks.sequenceOrDigits(Part.of(object, at, "sequence"));
        String occurredAt = checks.time(Part.of(object, at, "time"));
        Json.Obj data = data(object, at, checks, errors);
        if (errors.count() > before
                || id == null
                || source == null
                || type == null
                || entityType == null
                || entityId == null
                || data == null) {
            return null;
        }
        return new Event(source, id, type, new EntityRef(entityType, entityId), sequence, occurredAt, data);
    }

    private static void version(@Nullable String version, String at, Errors errors) {
        if (version != null && !version.equals("1.0")) {
            errors.add(
                    at + "/specversion",
                    "unsupported-version",
                    Map.of("supported", "1.0"),
                    "Only CloudEvents of specversion 1.0 are understood.");
        }
    }

    private static @Nullable String entityType(Part part, @Nullable String type, Checks checks) {
        if (!part.absent() || type == null) {
            return checks.text(part, Checks.TYPE);
        }
        int dot = type.indexOf('.');
        return checks.required(new Part(part.pointer(), new Json.Str(dot < 0 ? type : type.substring(0, dot))), 100);
    }

    private static @Nullable String entityId(Json.Obj object, String at, Checks checks, Errors errors) {
        Part subject = Part.of(object, at, "subject");
        Part key = Part.of(object, at, "partitionkey");
        if (subject.absent() && key.absent()) {
            errors.add(
                    subject.pointer(),
                    "required",
                    "The id of the entity that the event is about is required here (or in the extension"
                            + " partitionkey).");
            return null;
        }
        return checks.text(subject.absent() ? key : subject, Checks.ENTITY_ID);
    }

    private static Json.@Nullable Obj data(Json.Obj object, String at, Checks checks, Errors errors) {
        Part contentType = Part.of(object, at, "datacontenttype");
        if (!contentType.absent()) {
            String text = checks.text(contentType, 1_000);
            MediaType type = MediaType.parse(text);
            if (text != null && (type == null || !type.json() || !type.utf8())) {
                errors.add(contentType.pointer(), "not-json", "The data must be JSON in UTF-8.");
                return null;
            }
        }
        Part data = Part.of(object, at, "data");
        Part base64 = Part.of(object, at, "data_base64");
        if (base64.absent()) {
            return checks.data(data);
        } else if (!data.absent()) {
            errors.add(base64.pointer(), "conflict", "Either data or data_base64 is possible, not both.");
            return null;
        }
        return decoded(base64, checks, errors);
    }

    private static Json.@Nullable Obj decoded(Part base64, Checks checks, Errors errors) {
        if (!(base64.value() instanceof Json.Str text)) {
            checks.mismatch(base64, "string", "A string is needed here, not " + base64.kind() + ".");
            return null;
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(text.value());
            return checks.data(new Part(base64.pointer(), JsonInput.parse(bytes)));
        } catch (JsonSyntaxException e) {
            JsonInput.report(e, base64.pointer(), errors);
        } catch (IllegalArgumentException e) {
            errors.add(base64.pointer(), "not-base64", "This is not base64 (RFC 4648, section 4).");
        }
        return null;
    }
}
