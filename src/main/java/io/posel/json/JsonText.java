package io.posel.json;

import java.util.Map;

/** Writes JSON text: compact, with nothing escaped that need not be. */
public final class JsonText {

    private JsonText() {}

    static String of(Json value) {
        StringBuilder out = new StringBuilder();
        append(value, out);
        return out.toString();
    }

    public static void append(Json value, StringBuilder out) {
        if (value instanceof Json.Obj object) {
            char separator = '{';
            for (Map.Entry<String, Json> member : object.members().entrySet()) {
                out.append(separator).append('"');
                escape(member.getKey(), out);
                out.append("\":");
                append(member.getValue(), out);
                separator = ',';
            }
            out.append(object.members().isEmpty() ? "{}" : "}");
        } else if (value instanceof Json.Arr array) {
            char separator = '[';
            for (Json item : array.items()) {
                out.append(separator);
                append(item, out);
                separator = ',';
            }
            out.append(array.items().isEmpty() ? "[]" : "]");
        } else if (value instanceof Json.Str string) {
            out.append('"');
            escape(string.value(), out);
            out.append('"');
        } else {
            out.append(value);
        }
    }

    /** Appends the text as it must stand between the quotes of a JSON string (RFC 8259, section 7). */
    public static void escape(String text, StringBuilder out) {
        int plain = 0;
        while (plain < text.length() && isPlain(text.charAt(plain))) {
            plain++;
        }
        if (plain == text.length()) {
            out.append(text);
            return;
        }
        out.append(text, 0, plain);
        for (int i = plain; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (Character.isHighSurrogate(c)
                            && i + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(i + 1))) {
                        out.append(c).append(text.charAt(++i));
                    } else if (c < 0x20 || Character.isSurrogate(c)) {
                        out.append("\\u").append(String.format("%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
    }

    private static boolean isPlain(char c) {
        return c >= 0x20 && c != '"' && c != '\\' && !Character.isSurrogate(c);
    }
}
