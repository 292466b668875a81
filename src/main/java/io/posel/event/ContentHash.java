package io.posel.event;

import io.posel.json.Json;
import io.posel.json.JsonText;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A digest of what an event says, without its key: equal for events that say the same, however they were written. The order
 * of members, white space, the spelling of numbers ({@code 12.50}, {@code 1.25e1}) and the offset of {@code occurredAt} do
 * not count.
 *
 * <p>The first 128 bits of SHA-256. Not promised: that nobody finds two events of one digest; it would be their own.
 */
public final class ContentHash {
    private static final int BYTES = 16;
    /** Numbers of fewer digits need no arithmetic, unless they end with a zero. */
    private static final int FEW_DIGITS = 18;

    private ContentHash() {}

    /** Always {@value #BYTES} bytes. */
    public static byte[] of(Event event) {
        StringBuilder text = new StringBuilder(256);
        append(event.type(), text);
        append(event.entity().type(), text);
        append(event.entity().id(), text);
        text.append(event.sequence()).append('@').append(instant(event.occurredAt()));
        append(event.data(), text);
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return Arrays.copyOf(digest, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Whether both say the same. */
    public static boolean isSame(Event one, Event other) {
        return Arrays.equals(of(one), of(other));
    }

    private static String instant(@Nullable String occurredAt) {
        return occurredAt == null
                ? "null"
                : OffsetDateTime.parse(occurredAt).toInstant().toString();
    }

    private static void append(Json value, StringBuilder text) {
        if (value instanceof Json.Obj object) {
            String[] names = object.members().keySet().toArray(String[]::new);
            Arrays.sort(names);
            text.append('{');
            for (String name : names) {
                append(name, text);
                append(object.members().get(name), text);
            }
            text.append('}');
        } else if (value instanceof Json.Arr array) {
            text.append('[');
            array.items().forEach(item -> {
                append(item, text);
                text.append(',');
            });
            text.append(']');
        } else if (value instanceof Json.Num number) {
            text.append(plain(number.text()));
        } else if (value instanceof Json.Str string) {
            append(string.value(), text);
        } else {
            text.append(value);
        }
    }

    private static void append(String string, StringBuilder text) {
        text.append('"');
        JsonText.escape(string, text);
        text.append('"');
    }

    /** One spelling for each value; what no arithmetic can hold keeps its own. */
    private static String plain(String number) {
        if (number.length() <= FEW_DIGITS && isPlain(number)) {
            return number;
        }
        try {
            return new BigDecimal(number).stripTrailingZeros().toString();
        } catch (ArithmeticException | NumberFormatException e) {
            return number;
        }
    }

    private static boolean isPlain(String number) {
        int last = number.length() - 1;
        for (int i = number.charAt(0) == '-' ? 1 : 0; i <= last; i++) {
            if (number.charAt(i) < '0' || number.charAt(i) > '9') {
                return false;
            }
        }
        return number.charAt(last) != '0';
    }
}
