package io.posel.event;

import io.posel.json.Json;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A JSON pointer (RFC 6901). */
public final class JsonPointer {
    /** Possessive, or the stack would grow with the text. */
    private static final Pattern VALID = Pattern.compile("(?:/(?:[^~/]|~[01])*+)*+");

    static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");

    private final String text;
    private final List<String> segments;

    /** @throws IllegalArgumentException if the text is not a pointer */
    public JsonPointer(String text) {
        if (!VALID.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a JSON pointer: it is empty or begins with '/', and '~' stands only in"
                            + " '~0' (for ~) and '~1' (for /)");
        }
        this.text = text;
        this.segments = text.isEmpty()
                ? List.of()
                : Arrays.stream(text.substring(1).split("/", -1))
                        .map(segment -> segment.replace("~1", "/").replace("~0", "~"))
                        .toList();
    }

    /** The value that it points to, null if there is none. */
    public @Nullable Json in(Json root) {
        Json value = root;
        for (String segment : segments) {
            value = step(value, segment);
            if (value == null) {
                return null;
            }
        }
        return value;
    }

    /** The names and indexes that it consists of. */
    public List<String> segments() {
        return segments;
    }

    private static @Nullable Json step(Json value, String segment) {
        if (value instanceof Json.Obj object) {
            return object.get(segment);
        } else if (value instanceof Json.Arr array && INDEX.matcher(segment).matches()) {
            int index = Integer.parseInt(segment);
            return index < array.items().size() ? array.items().get(index) : null;
        }
        return null;
    }

    /** The member's name as one more segment of a pointer, the slash included. */
    public static String segment(String name) {
        return "/" + name.replace("~", "~0").replace("/", "~1");
    }

    @Override
    public String toString() {
        return text;
    }
}
