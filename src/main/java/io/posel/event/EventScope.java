package io.posel.event;

import io.posel.json.Json;
import io.posel.problem.ProblemException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which events a token may hand in: of these sources, and of these types.
 *
 * @param sources as events name them; empty for all. An event without a source has none of them.
 * @param types each a type, {@code *}, or {@code customer.*} for all that begin with {@code customer.}; empty for all
 */
public record EventScope(List<String> sources, List<String> types) {
    /** More entries of a list are refused. */
    public static final int MOST = 50;

    private static final String ANY = "*";
    private static final String BELOW = ".*";

    public EventScope {
        sources = List.copyOf(sources);
        types = List.copyOf(types);
    }

    /** Whether it excludes nothing. */
    public boolean isAll() {
        return sources.isEmpty() && types.isEmpty();
    }

    /**
     * The members {@code sources} and {@code types} of this object; one that is absent or null excludes nothing.
     *
     * @throws ProblemException 400 with a pointer for each error
     */
    public static EventScope read(Json.Obj object) {
        Errors errors = new Errors();
        List<String> sources = list(Part.of(object, "", "sources"), Checks.SOURCE, errors);
        List<String> types = list(Part.of(object, "", "types"), Checks.TYPE, errors);
        for (int i = 0; i < types.size(); i++) {
            String stem = stem(types.get(i));
            if (stem.contains(ANY)) {
                errors.add(
                        "/types/" + i,
                        "wildcard",
                        "A * stands alone, or at the end behind a dot: customer.* for all types that begin with customer.");
            }
        }
        errors.refuse(400, "The token");
        return new EventScope(sources, types);
    }

    private static List<String> list(Part part, int longest, Errors errors) {
        if (part.absent()) {
            return List.of();
        }
        Checks checks = new Checks(errors);
        if (!(part.value() instanceof Json.Arr array)) {
            checks.mismatch(part, "array", "An array of strings is needed here, not " + part.kind() + ".");
            return List.of();
        } else if (array.items().isEmpty()) {
            errors.add(part.pointer(), "empty", "Name at least one, or leave this out: then nothing is excluded.");
        } else if (array.items().size() > MOST) {
            errors.add(part.pointer(), "too-many", Map.of("max", MOST), "At most " + MOST + " are possible.");
            return List.of();
        }
        Set<String> found = new LinkedHashSet<>();
        for (int i = 0; i < array.items().size(); i++) {
            Part item = new Part(part.pointer() + "/" + i, array.items().get(i));
            String text = checks.required(item, longest);
            if (text != null && !found.add(text)) {
                errors.add(item.pointer(), "duplicate", "This stands here twice; remove one.");
            }
        }
        return new ArrayList<>(found);
    }

    /** A pattern without its wildcard. */
    private static String stem(String pattern) {
        if (pattern.equals(ANY)) {
            return "";
        }
        return pattern.endsWith(BELOW) ? pattern.substring(0, pattern.length() - 1) : pattern;
    }

    /**
     * Refuses all of a request if one of its events is excluded.
     *
     * @param token its name
     * @throws ProblemException 403 with a pointer for each error
     */
    public void require(List<Event> events, String token) {
        Errors errors = new Errors();
        for (int i = 0; i < events.size() && !errors.full(); i++) {
            String at = events.size() == 1 ? "" : "/" + i;
            Event event = events.get(i);
            if (!sources.isEmpty() && !sources.contains(event.source())) {
                refuse(errors, at + "/source", "source", event.source(), sources, token);
            }
            if (!types.isEmpty() && types.stream().noneMatch(pattern -> matches(pattern, event.type()))) {
                refuse(errors, at + "/type", "type", event.type(), types, token);
            }
        }
        errors.refuse(403, "The request");
    }

    private static boolean matches(String pattern, String type) {
        String stem = stem(pattern);
        return stem.length() == pattern.length() ? type.equals(pattern) : type.startsWith(stem);
    }

    private static void refuse(
            Errors errors, String pointer, String what, @Nullable String value, List<String> allowed, String token) {
        errors.add(
                pointer,
                what + "-not-permitted",
                Map.of(what, String.valueOf(value), "token", token, "permitted", allowed),
                "The token \"%s\" may hand in no event of the %s \"%s\"; it is bound to %s."
                        .formatted(token, what, value, String.join(", ", allowed)));
    }
}
