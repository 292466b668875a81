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
 * @param number of the page, or of the items in front of it, to read next where these are counted; null at the beginning
 * @param step how far back the page before it is
 * @param etag of the last answer, if the next request goes to the same address again
 */
public record Position(
        @Nullable String cursor,
        @Nullable String url,
        @Nullable Long number,
        @Nullable Long step,
        @Nullable String etag) {
    public static final Position START = new Position(null, null, null, null, null);

    static Position ofCursor(@Nullable String cursor) {
        return new Position(cursor, null, null, null, null);
    }

    static Position ofUrl(@Nullable String url) {
        return new Position(null, url, null, null, null);
    }

    static Position ofNumber(long number, long step) {
        return new Position(null, null, number, step, null);
    }

    Position with(@Nullable String etag) {
        return new Position(cursor, url, number, step, etag);
    }

    /** What {@link #toText} wrote; the beginning for anything else. */
    public static Position of(String text) {
        try {
            return Json.parse(text) instanceof Json.Obj json
                    ? new Position(
                            text(json, "cursor"),
                            text(json, "url"),
                            number(json, "number"),
                            number(json, "step"),
                            text(json, "etag"))
                    : START;
        } catch (JsonSyntaxException e) {
            return START;
        }
    }

    private static @Nullable String text(Json.Obj json, String name) {
        return json.get(name) instanceof Json.Str text ? text.value() : null;
    }

    private static @Nullable Long number(Json.Obj json, String name) {
        return json.get(name) instanceof Json.Num number && number.text().matches("\\d{1,18}")
                ? Long.valueOf(number.text())
                : null;
    }

    public String toText() {
        Map<String, Json> members = new LinkedHashMap<>();
        put(members, "cursor", cursor);
        put(members, "url", url);
        put(members, "number", number);
        put(members, "step", step);
        put(members, "etag", etag);
        return new Json.Obj(members).toString();
    }

    private static void put(Map<String, Json> members, String name, @Nullable Object value) {
        if (value != null) {
            members.put(name, Json.of(value));
        }
    }

    boolean leadsElsewhereThan(Position other) {
        return !Objects.equals(cursor, other.cursor)
                || !Objects.equals(url, other.url)
                || !Objects.equals(number, other.number);
    }
}
