package io.posel.template;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Percent-encoding in UTF-8 (RFC 3986, section 2). */
final class PercentEncoding {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();
    private static final String SUB_DELIMS = "!$&'()*+,;=";

    private PercentEncoding() {}

    /** Encodes all but unreserved characters; false if the text holds a lone surrogate, which UTF-8 cannot say. */
    static boolean appendData(String data, StringBuilder out) {
        int plain = 0;
        while (plain < data.length() && isUnreserved(data.charAt(plain))) {
            plain++;
        }
        out.append(data, 0, plain);
        for (int i = plain; i < data.length(); i++) {
            char c = data.charAt(i);
            if (isUnreserved(c)) {
                out.append(c);
            } else if (c < 0x80) {
                appendByte(c, out);
            } else {
                int codePoint = data.codePointAt(i);
                if (Surrogates.isLone(codePoint)) {
                    return false;
                }
                appendCodePoint(codePoint, out);
                i += Character.charCount(codePoint) - 1;
            }
        }
        return true;
    }

    /** Keeps what path and query may hold, escapes included, and encodes the rest, braces among it. */
    static void appendConstant(String text, int from, int to, StringBuilder out) {
        int i = from;
        while (i < to) {
            int c = text.codePointAt(i);
            if (c == '%' || c == '/' || c == '?' || c == ':' || c == '@' || isUnreserved(c) || isSubDelim(c)) {
                out.append((char) c);
            } else {
                appendCodePoint(c, out);
            }
            i += Character.charCount(c);
        }
    }

    /** The text behind valid escapes; null if it is not UTF-8. */
    static @Nullable String decode(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%') {
                bytes.write(Integer.parseInt(text, i + 1, i + 3, 16));
                i += 2;
            } else {
                int end = text.offsetByCodePoints(i, 1);
                bytes.writeBytes(text.substring(i, end).getBytes(StandardCharsets.UTF_8));
                i = end - 1;
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    static boolean isEscape(String text, int percent) {
        return percent + 2 < text.length() && isHex(text.charAt(percent + 1)) && isHex(text.charAt(percent + 2));
    }

    static boolean isUnreserved(int c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }

    static boolean isSubDelim(int c) {
        return SUB_DELIMS.indexOf(c) >= 0;
    }

    private static boolean isHex(char c) {
        return c < 0x80 && Character.digit(c, 16) >= 0;
    }

    private static void appendCodePoint(int c, StringBuilder out) {
        if (c < 0x80) {
            appendByte(c, out);
        } else if (c < 0x800) {
            appendByte(0xc0 | c >> 6, out);
            appendByte(0x80 | c & 0x3f, out);
        } else if (c < 0x10000) {
            appendByte(0xe0 | c >> 12, out);
            appendByte(0x80 | c >> 6 & 0x3f, out);
            appendByte(0x80 | c & 0x3f, out);
        } else {
            appendByte(0xf0 | c >> 18, out);
            appendByte(0x80 | c >> 12 & 0x3f, out);
            appendByte(0x80 | c >> 6 & 0x3f, out);
            appendByte(0x80 | c & 0x3f, out);
        }
    }

    private static void appendByte(int value, StringBuilder out) {
        out.append('%').append(HEX[value >> 4]).append(HEX[value & 0xf]);
    }
}
