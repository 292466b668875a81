package io.posel.source;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes a JSON text apart at its brackets, commas and colons without reading what is between them: where one item
 * cannot be read, the others can.
 */
final class JsonParts {
    private JsonParts() {}

    /**
     * A value inside an array or object.
     *
     * @param name of the member; null in an array
     * @param from where its text begins
     */
    record Part(@Nullable String name, int from, int to) {
        String of(String text) {
            return text.substring(from, to);
        }
    }

    /** The items or members of what stands there, empty if it is neither array nor object or is not closed. */
    static Optional<List<Part>> in(String text, int from, int to) {
        int open = from;
        while (open < to && Character.isWhitespace(text.charAt(open))) {
            open++;
        }
        boolean object = open < to && text.charAt(open) == '{';
        if (!object && (open == to || text.charAt(open) != '[')) {
            return Optional.empty();
        }
        List<Part> parts = new ArrayList<>();
        String name = null;
        int begin = open + 1;
        int depth = 0;
        for (int i = open; i < to; i++) {
            char c = text.charAt(i);
            if (c == '"') {
                i = endOfString(text, i, to);
            } else if (c == '{' || c == '[') {
                depth++;
            } else if (c == ':' && object && depth == 1 && name == null) {
                name = text.substring(begin, i).strip();
                begin = i + 1;
            } else if (c == '}' || c == ']' || c == ',' && depth == 1) {
                if (depth == 1) {
                    add(parts, text, name, begin, i);
                    name = null;
                    begin = i + 1;
                }
                depth -= c == ',' ? 0 : 1;
                if (depth == 0) {
                    return text.substring(i + 1, to).isBlank() ? Optional.of(parts) : Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    /** Nothing between two brackets is no part. */
    private static void add(List<Part> parts, String text, @Nullable String name, int begin, int end) {
        int from = begin;
        int to = end;
        while (from < to && Character.isWhitespace(text.charAt(from))) {
            from++;
        }
        while (to > from && Character.isWhitespace(text.charAt(to - 1))) {
            to--;
        }
        if (from < to) {
            parts.add(new Part(name == null ? null : unquoted(name), from, to));
        }
    }

    private static String unquoted(String name) {
        try {
            return Json.parse(name) instanceof Json.Str string ? string.value() : name;
        } catch (JsonSyntaxException e) {
            return name;
        }
    }

    private static int endOfString(String text, int quote, int to) {
        for (int i = quote + 1; i < to; i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                return i;
            }
        }
        return to;
    }
}
