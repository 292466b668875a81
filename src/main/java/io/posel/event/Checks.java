package io.posel.event;

import io.posel.json.Json;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What every part of an event must be, whatever form it came in. A part that is not so answers null and leaves an
 * error; the bounds are those of the store's columns and indexes, so that no event can break a batch of others.
 */
final class Checks {
    static final int ID = 128;
    static final int SOURCE = 200;
    static final int TYPE = 100;
    static final int ENTITY_ID = 200;

    private static final Pattern WHOLE = Pattern.compile("0|[1-9][0-9]*");
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,100}");
    private static final BigInteger MAX_SEQUENCE = BigInteger.valueOf(Long.MAX_VALUE);

    /** Line and paragraph separators, and what Unicode calls bidirectional format characters (UAX 9, 2). */
    private static final String TURNING =
            "\u2028\u2029\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069";

    private final Errors errors;

    Checks(Errors errors) {
        this.errors = errors;
    }

    /** A key text that must be there. */
    @Nullable
    String required(Part part, int max) {
        if (part.absent()) {
            errors.add(part.pointer(), "required", "A value is required here.");
            return null;
        }
        return text(part, max);
    }

    /** The type of a description: its name is part of URLs and shown on pages. */
    @Nullable
    String typeName(Part part) {
        String type = required(part, TYPE);
        if (type == null) {
            return null;
        } else if (type.equals(".") || type.equals("..")) {
            errors.add(
                    part.pointer(),
                    "invalid-name",
                    "A type cannot be . or .., which lead elsewhere in an address; choose another name.");
            return null;
        }
        int bad = firstTurning(type);
        if (bad >= 0) {
            invalidCharacter(
                    part, type, bad, "Characters that end a line or turn the direction of text are not possible here");
            return null;
        }
        return type;
    }

    /** Where a text has a character that ends a line or turns the direction in which it is read, -1 if nowhere. */
    private static int firstTurning(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (TURNING.indexOf(c) >= 0) {
                return i;
            }
        }
        return -1;
    }

    /** The type of an event that somebody hands in. */
    @Nullable
    String type(Part part) {
        String type = required(part, TYPE);
        if (type != null && Event.isOwn(type)) {
            errors.add(
                    part.pointer(),
                    "reserved-type",
                    "Types that begin with posel. are those of the events that Posel itself makes; choose another one.");
            return null;
        }
        return type;
    }

    /** A key text, null if it is not there. */
    @Nullable
    String text(Part part, int max) {
        if (part.absent()) {
            return null;
        }
        if (!(part.value() instanceof Json.Str string)) {
            String advice = part.value() instanceof Json.Num number
                    ? "; write it in quotes: \"" + shortened(number.text()) + "\""
                    : "";
            mismatch(part, "string", "A string is needed here, not " + part.kind() + advice + ".");
            return null;
        }
        if (string.value().isEmpty()) {
            errors.add(part.pointer(), "empty", "This must not be an empty string.");
            return null;
        } else if (string.value().length() > max) {
            errors.add(
                    part.pointer(),
                    "too-long",
                    Map.of("max", max, "length", string.value().length()),
                    "This has " + string.value().length() + " characters; at most " + max + " are possible.");
            return null;
        }
        int bad = firstBad(string.value());
        if (bad >= 0) {
            invalidCharacter(part, string.value(), bad, "Control characters and lone surrogates are not possible here");
            return null;
        }
        return string.value();
    }

    private void invalidCharacter(Part part, String text, int index, String what) {
        String character = String.format("U+%04X", (int) text.charAt(index));
        errors.add(
                part.pointer(),
                "invalid-character",
                Map.of("character", character, "index", index),
                what + "; there is " + character + " at index " + index + ".");
    }

    /** Where a text has a control character or a lone surrogate, -1 if nowhere. */
    static int firstBad(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isISOControl(c) || Character.isSurrogate(c)) {
                return i;
            }
        }
        return -1;
    }

    /** A producer's number: 0 to 2^63 - 1. */
    @Nullable
    Long sequence(Part part) {
        if (part.absent()) {
            return null;
        }
        if (!(part.value() instanceof Json.Num number)) {
            mismatch(part, "number", "A whole number is needed here, not " + part.kind() + ".");
            return null;
        }
        if (!WHOLE.matcher(number.text()).matches()) {
            errors.add(
                    part.pointer(),
                    "not-whole",
                    "A whole number from 0 on is needed here, without sign, fraction or exponent.");
            return null;
        }
        BigInteger value = new BigInteger(number.text());
        if (value.compareTo(MAX_SEQUENCE) > 0) {
            errors.add(
                    part.pointer(),
                    "too-large",
                    Map.of("max", MAX_SEQUENCE.toString()),
                    "The largest number possible here is " + MAX_SEQUENCE + ".");
            return null;
        }
        return value.longValueExact();
    }

    /** A producer's number that may also come as a text of digits, with leading zeros. */
    @Nullable
    Long sequenceOrDigits(Part part) {
        if (part.value() instanceof Json.Str digits
                && DIGITS.matcher(digits.value()).matches()) {
            return sequence(new Part(part.pointer(), new Json.Num(new BigInteger(digits.value()).toString())));
        } else if (part.value() instanceof Json.Str) {
            errors.add(part.pointer(), "not-whole", "A whole number from 0 on is needed here, only digits.");
            return null;
        }
        return sequence(part);
    }

    /** An ISO-8601 time with offset, as it was written. */
    @Nullable
    String time(Part part) {
        if (part.absent()) {
            return null;
        }
        if (!(part.value() instanceof Json.Str string)) {
            mismatch(part, "string", "A time is needed here as a string, not " + part.kind() + ".");
            return null;
        }
        if (!isTime(string.value())) {
            errors.add(
                    part.pointer(),
                    "invalid-time",
                    "An ISO-8601 time with offset is needed here, such as 2026-11-22T10:00:00Z"
                            + " or 2026-11-22T11:00:00.5+01:00.");
            return null;
        }
        return string.value();
    }

    private static boolean isTime(String text) {
        try {
            int year = OffsetDateTime.parse(text).getYear();
            return year >= 0 && year <= 9999;
        } catch (DateTimeException e) {
            return false;
        }
    }

    Json.@Nullable Obj data(Part part) {
        if (part.absent()) {
            errors.add(part.pointer(), "required", "A JSON object is required here; {} if there is nothing to tell.");
            return null;
        } else if (!(part.value() instanceof Json.Obj)) {
            mismatch(part, "object", "A JSON object is needed here, not " + part.kind() + ".");
            return null;
        }
        return (Json.Obj) part.value();
    }

    void mismatch(Part part, String expected, String detail) {
        errors.add(part.pointer(), "type-mismatch", Map.of("expected", expected), detail);
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
