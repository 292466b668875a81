package io.posel.source;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One item of a list.
 *
 * @param json of a flawed one what can be read of it, with the text of each part that cannot
 * @param flaw why no event can be made of it, null if one can be tried
 */
public record Item(Json json, @Nullable String flaw) {

    static Item of(Json json) {
        return new Item(json, null);
    }

    /** An item in whose place, or in a part of it, something may stand that is not JSON. */
    static Item read(String text) {
        try {
            return of(Json.parse(text));
        } catch (JsonSyntaxException e) {
            return new Item(readable(text), "It is not JSON: " + e.getMessage() + ".");
        }
    }

    Item spoilt(boolean malformed) {
        return malformed && flaw == null && json.toString().indexOf(AnswerText.REPLACEMENT) >= 0
                ? new Item(json, "It has bytes that are not UTF-8.")
                : this;
    }

    private static Json readable(String text) {
        Map<String, Json> members = new LinkedHashMap<>();
        JsonParts.in(text, 0, text.length()).ifPresent(parts -> parts.stream()
                .filter(part -> part.name() != null)
                .forEach(part -> members.put(String.valueOf(part.name()), valueOrText(part.of(text)))));
        return members.isEmpty() ? new Json.Str(text) : new Json.Obj(members);
    }

    private static Json valueOrText(String text) {
        try {
            return Json.parse(text);
        } catch (JsonSyntaxException e) {
            return new Json.Str(text);
        }
    }
}
