package io.posel.source;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a polled list has been read to.
 *
 * @param cursor the value of the cursor parameter, null at the beginning
 * @param url the page to read next where pages are linked, null at the beginning
 * @param etag of the last answer, if the next request goes to the same address again
 */
public record Position(
        @Nullable String cursor,
        @Nullable String url,
        @Nullable String etag) {
    public static final Position START = new Position(null, null, null);

    /** What {@link #toText} wrote; the beginning for anything else. */
    public static Position of(String text) {
        try {
            return Json.parse(text) instanceof Json.Obj json
                    ? new Position(member(json, "cursor"), member(json, "url"), member(json, "etag"))
                    : START;
        } catch (JsonSyntaxException e) {
            return START;
        }
    }

    private static @Nullable String member(Json.Obj json, String name) {
        return json.get(name) instanceof Json.Str text ? text.value() : null;
    }

    public String toText() {
        Map<String, Json> members = new LinkedHashMap<>();
        put(members, "cursor", cursor);
        put(members, "url", url);
        put(members, "etag", etag);
        return new Json.Obj(members).toString();
    }

    private static void put(Map<String, Json> members, String name, @Nullable String value) {
        if (value != null) {
            members.put(name, new Json.Str(value));
        }
    }

    boolean leadsElsewhereThan(Position other) {
        return !Objects.equals(cursor, other.cursor) || !Objects.equals(url, other.url);
    }
}
