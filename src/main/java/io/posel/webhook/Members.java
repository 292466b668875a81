package io.posel.webhook;

import io.posel.json.Json;
import io.posel.problem.FieldError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Typed reading of a JSON object. What does not fit is collected (the first hundred), not thrown, so that the
 * sender sees all of it at once; the value returned in its place is a harmless one. A member that is {@code null} counts as absent.
 */
final class Members {
    private static final int MAX_ERRORS = 100;

    private final Json.Obj object;
    private final List<FieldError> errors = new ArrayList<>();

    Members(Json.Obj object) {
        this.object = object;
    }

    List<FieldError> errors() {
        return errors;
    }

    /** A JSON pointer (RFC 6901) from its unescaped segments. */
    static String pointer(String... segments) {
        return Stream.of(segments)
                .map(segment -> "/" + segment.replace("~", "~0").replace("/", "~1"))
                .collect(Collectors.joining());
    }

    void refuse(String pointer, String code, String detail) {
        refuse(pointer, code, Map.of(), detail);
    }

    void refuse(String pointer, String code, Map<String, Object> params, String detail) {
        if (errors.size() < MAX_ERRORS) {
            errors.add(new FieldError(pointer, code, params, detail));
        }
    }

    void refuseOthersThan(Set<String> known) {
        for (String name : object.members().keySet()) {
            if (!known.contains(name)) {
                refuse(pointer(name), "unknown-member", "There is no such member; check its spelling or leave it out.");
            }
        }
    }

    @Nullable
    Json get(String name) {
        Json value = object.get(name);
        return value == Json.Null.NULL ? null : value;
    }

    /** Reports it if the member is absent. */
    @Nullable
    Json required(String name) {
        Json value = get(name);
        if (value == null) {
            refuse(pointer(name), "required", "This member is required.");
        }
        return value;
    }

    @Nullable
    String text(String pointer, @Nullable Json value) {
        if (value == null) {
            return null;
        }
        if (!(value instanceof Json.Str text)) {
            mismatch(pointer, "string");
            return null;
        }
        if (!storable(text.value())) {
            refuse(pointer, "invalid-character", "NUL and lone surrogates are not text; remove them.");
            return null;
        }
        return text.value();
    }

    /** Text that is not blank and has at most so many characters. */
    @Nullable
    String text(String pointer, @Nullable Json value, int most) {
        String text = text(pointer, value);
        if (text != null && text.isBlank()) {
            refuse(pointer, "empty", "This must not be empty.");
        } else if (text != null && text.codePointCount(0, text.length()) > most) {
            tooLong(pointer, most, "characters");
        } else {
            return text;
        }
        return null;
    }

    boolean flag(String name, boolean otherwise) {
        Json value = get(name);
        if (value != null && !(value instanceof Json.Bool)) {
            mismatch(pointer(name), "boolean");
        }
        return value instanceof Json.Bool bool ? bool == Json.Bool.TRUE : otherwise;
    }

    /** A number by its nearest double, so that the text {@code 1e999999999} costs nothing. */
    @Nullable
    Double number(String name) {
        Json value = get(name);
        if (value instanceof Json.Num number) {
            return Double.valueOf(number.text());
        } else if (value != null) {
            mismatch(pointer(name), "number");
        }
        return null;
    }

    Map<String, Json> object(String name, int most) {
        Json value = get(name);
        if (value instanceof Json.Obj map) {
            if (map.members().size() > most) {
                tooMany(pointer(name), most);
            }
            return map.members();
        } else if (value != null) {
            mismatch(pointer(name), "object");
        }
        return new LinkedHashMap<>();
    }

    void mismatch(String pointer, String expected) {
        refuse(pointer, "type-mismatch", Map.of("expected", expected), "This must be of type " + expected + ".");
    }

    void tooMany(String pointer, int most) {
        refuse(pointer, "too-many", Map.of("max", most), "At most " + most + " are possible.");
    }

    void tooLong(String pointer, int most, String unit) {
        refuse(pointer, "too-long", Map.of("max", most), "At most " + most + " " + unit + " are possible.");
    }

    private static boolean storable(String text) {
        return text.codePoints()
                .noneMatch(c -> c == 0 || Character.isBmpCodePoint(c) && Character.isSurrogate((char) c));
    }
}
