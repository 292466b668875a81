package io.posel.webhook;

import io.posel.json.Json;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.template.UrlTemplate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes definitions of what users send. Every method refuses with a {@link ProblemException} that names all errors:
 * 400 for a wrong shape, else 422 for a template that cannot work, a plain HTTP address where HTTPS is enforced (F7), or
 * a mask that stands for no secret (S9).
 *
 * <p>Whether the address may be delivered to is not asked here, see {@link Warnings#requireAllowedAddress}.
 */
public final class Definitions {
    private final Ordering defaultOrdering;
    private final boolean httpsOnly;

    public Definitions(Ordering defaultOrdering, boolean httpsOnly) {
        this.defaultOrdering = defaultOrdering;
        this.httpsOnly = httpsOnly;
    }

    /** A new definition. */
    public Definition read(Json body) {
        return read(body, null);
    }

    /** A definition in place of the current one, whose secrets stay where the body has {@code ***}. */
    public Definition replace(Definition current, Json body) {
        return read(body, current);
    }

    /**
     * The current definition with a JSON merge patch (RFC 7396) applied to what a reader sees of it, so that a secret
     * the patch does not mention cannot move to another host either.
     */
    public Definition patch(Definition current, Json mergePatch) {
        return read(MergePatch.apply(WebhookJson.definitionToJson(Secrets.masked(current)), mergePatch), current);
    }

    /**
     * What a preview renders: of the body only {@code url}, {@code body} and {@code headers} are read, and masks stand
     * for themselves.
     *
     * @param eventType named in the definition, so that {@link Warnings} knows the variables
     */
    public Definition draft(Json.Obj body, String eventType) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("name", "preview");
        members.put("events", List.of(eventType));
        for (String part : List.of("url", "body", "headers")) {
            members.put(part, body.get(part));
        }
        DefinitionReader reader = new DefinitionReader((Json.Obj) Json.of(members), defaultOrdering);
        CompiledParts parts = CompiledParts.of(
                reader.url(), reader.definition().body(), reader.definition().headers());
        refuse("There is nothing to preview", reader.errors(), parts.errors());
        return reader.definition();
    }

    private Definition read(Json body, @Nullable Definition current) {
        if (!(body instanceof Json.Obj object)) {
            throw new ProblemException(
                    400,
                    "A webhook's definition is a JSON object.",
                    List.of(new FieldError(
                            "", "type-mismatch", Map.of("expected", "object"), "This must be of type object.")));
        }
        DefinitionReader reader = new DefinitionReader(object, defaultOrdering);
        Definition definition = reader.definition();
        CompiledParts parts = CompiledParts.of(reader.url(), definition.body(), definition.headers());
        List<FieldError> unworkable = new ArrayList<>(parts.errors());
        UrlTemplate url = parts.url();
        if (url != null) {
            var unmasked = Secrets.unmask(definition, current);
            definition = unmasked.definition();
            if (httpsOnly && !url.isHttps() && !isOnlySwitchedOff(definition, current)) {
                unworkable.add(FieldError.of(
                        "/url", "https-required", "Only https:// addresses are allowed here; change the URL."));
            }
            unworkable.addAll(unmasked.errors());
            reader.requireLength(definition.url());
        }
        refuse("The webhook cannot be saved", reader.errors(), unworkable);
        return definition;
    }

    private static void refuse(String what, List<FieldError> misshapen, List<FieldError> unworkable) {
        if (misshapen.isEmpty() && unworkable.isEmpty()) {
            return;
        }
        List<FieldError> errors = new ArrayList<>(misshapen);
        errors.addAll(unworkable);
        FieldError first = errors.get(0);
        throw new ProblemException(
                misshapen.isEmpty() ? 422 : 400,
                what + ": " + first.detail() + " (at " + first.pointer() + ")",
                errors);
    }

    /** A plain HTTP webhook from before HTTPS was enforced can still be switched off. */
    private static boolean isOnlySwitchedOff(Definition definition, @Nullable Definition current) {
        return current != null && !definition.enabled() && definition.url().equals(current.url());
    }
}
