package io.posel.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The characters of an answer. JSON is UTF-8 (RFC 8259, 8.1), and many servers announce a charset that it does not
 * have: a byte order mark and the zeros of UTF-16 and UTF-32 decide first, then whatever is valid UTF-8 is that, and
 * only then the announced charset counts.
 *
 * @param malformed whether some bytes were no characters; U+FFFD is in their place
 */
record AnswerText(String text, boolean malformed) {
    static final char REPLACEMENT = '\uFFFD';

    private static final Pattern CHARSET = Pattern.compile("(?i);\\s*charset\\s*=\\s*[\"']?([\\w.:+-]++)");

    static AnswerText of(byte[] bytes, String contentType) {
        Charset wide = wide(bytes);
        if (wide != null) {
            return text(new String(bytes, wide), false);
        }
        try {
            return text(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString(), false);
        } catch (CharacterCodingException e) {
            Charset announced = announced(contentType);
            return text(new String(bytes, announced), announced.equals(UTF_8));
        }
    }

    private static AnswerText text(String text, boolean malformed) {
        return new AnswerText(text.startsWith("\uFEFF") ? text.substring(1) : text, malformed);
    }

    /** By a byte order mark, or by the zeros around the first two characters, which are ASCII in JSON. */
    private static @Nullable Charset wide(byte[] bytes) {
        int first = bytes.length < 4
                ? -1
                : (bytes[0] & 0xff) << 24 | (bytes[1] & 0xff) << 16 | (bytes[2] & 0xff) << 8 | bytes[3] & 0xff;
        if (first == -1) {
            return null;
        } else if (first == 0x0000feff || (first & 0xffffff00) == 0) {
            return Charset.forName("UTF-32BE");
        } else if (first == 0xfffe0000 || (first & 0x00ffffff) == 0) {
            return Charset.forName("UTF-32LE");
        } else if (first >>> 16 == 0xfeff || (first & 0xff00ff00) == 0) {
            return Charset.forName("UTF-16BE");
        } else if (first >>> 16 == 0xfffe || (first & 0x00ff00ff) == 0) {
            return Charset.forName("UTF-16LE");
        }
        return null;
    }

    private static Charset announced(String contentType) {
        Matcher charset = CHARSET.matcher(contentType);
        try {
            return charset.find() ? Charset.forName(charset.group(1)) : UTF_8;
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return UTF_8;
        }
    }
}
