package io.posel.template;

import io.posel.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * The name of a variable, and the path of its value: segments joined by dots. A segment is letters of any script with
 * their marks, digits, {@code _} and {@code -}; the first one begins with a letter or {@code _}.
 *
 * <p>A segment names a member of an object, and by a number, from 0, an element of an array. A member called {@code 0}
 * is found too.
 */
public final class VariableName {

    private VariableName() {}

    public static boolean isName(String text) {
        return !text.isEmpty() && end(text, 0) == text.length();
    }

    /** Whether a template of this text has a variable. */
    public static boolean occursIn(String template) {
        return !Variable.in(template, 0, template.length()).isEmpty();
    }

    /** Where the longest name that begins here ends; {@code from} if none does. */
    static int end(String text, int from) {
        int end = from;
        int at = from;
        boolean segmentBegins = true;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            if (c == '.' && !segmentBegins) {
                segmentBegins = true;
                at++;
            } else if (at == from ? isStart(c) : isPart(c) || isMark(c) && !segmentBegins) {
                segmentBegins = false;
                at += Character.charCount(c);
                end = at;
            } else {
                return end;
            }
        }
        return end;
    }

    private static boolean isStart(int c) {
        return Character.isLetter(c) || c == '_';
    }

    static boolean isPart(int c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '-';
    }

    /** Many scripts write a vowel or an accent as a character behind its letter. */
    private static boolean isMark(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }

    /** The value at this path, null if there is none. */
    public static @Nullable Json valueIn(Json.Obj data, String name) {
        Json value = data;
        int from = 0;
        for (int dot = name.indexOf('.'); value != null && dot >= 0; dot = name.indexOf('.', from)) {
            value = within(value, name.substring(from, dot));
            from = dot + 1;
        }
        return value == null ? null : within(value, name.substring(from));
    }

    private static @Nullable Json within(Json value, String segment) {
        if (value instanceof Json.Obj object) {
            return object.get(segment);
        } else if (value instanceof Json.Arr array) {
            int index = index(segment, array.items().size());
            return index < 0 ? null : array.items().get(index);
        }
        return null;
    }

    /** Which element of an array of this size a segment names, −1 for none. */
    private static int index(String segment, int size) {
        int index = 0;
        for (int i = 0; i < segment.length() && index < size; i++) {
            int digit = Character.digit(segment.charAt(i), 10);
            if (digit < 0) {
                return -1;
            }
            index = 10 * index + digit;
        }
        return segment.isEmpty() || index >= size ? -1 : index;
    }
}
