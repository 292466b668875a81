package io.posel.event;

import io.posel.json.Json;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The times of other systems' items, as an ISO-8601 time with offset. Understood are, besides that: an offset without a
 * colon, a blank in place of the T, RFC 1123 dates, and seconds, milliseconds, microseconds and nanoseconds since 1970.
 * A time without an offset is read in the zone given, and stays as it is if none is: to guess would be wrong in silence.
 */
final class ItemTimes {
    /** Which powers of ten of a second are told apart by their size, from 1973 to 2128; a date in digits is none. */
    private static final int[] EXPONENTS = {0, 3, 6, 9};

    private static final BigDecimal EARLIEST = BigDecimal.valueOf(100_000_000L);
    private static final BigDecimal LATEST = BigDecimal.valueOf(5_000_000_000L);
    private static final Pattern NUMBER = Pattern.compile("[0-9]{9,19}(\\.[0-9]{1,9})?");
    /** As ISO-8601 but for blanks, and UTC for Z. */
    private static final Pattern NEARLY_ISO = Pattern.compile(
            "(\\d{4}-\\d\\d-\\d\\d)[Tt ] *([0-9:.]+) *(?:([-+][0-9:]+)|(Z|UTC|GMT))?", Pattern.CASE_INSENSITIVE);

    private static final List<DateTimeFormatter> WITH_OFFSET = List.of(
            DateTimeFormatter.ISO_OFFSET_DATE_TIME,
            new DateTimeFormatterBuilder()
                    .parseCaseInsensitive()
                    .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
                    .appendOffset("+HHmm", "Z")
                    .toFormatter(Locale.ROOT),
            DateTimeFormatter.ISO_ZONED_DATE_TIME,
            DateTimeFormatter.RFC_1123_DATE_TIME);

    private final @Nullable ZoneId zone;

    /** @param zone of times without an offset; null if that is not known */
    ItemTimes(@Nullable ZoneId zone) {
        this.zone = zone;
    }

    /** The time as text; what is none as it is. */
    @Nullable
    Json read(@Nullable Json value) {
        if (value instanceof Json.Num number) {
            return since1970(number.text(), value);
        } else if (value instanceof Json.Str string) {
            return NUMBER.matcher(string.value()).matches()
                    ? since1970(string.value(), value)
                    : new Json.Str(text(string.value()));
        }
        return value;
    }

    private static Json since1970(String text, Json otherwise) {
        if (!NUMBER.matcher(text).matches()) {
            return otherwise;
        }
        BigDecimal number = new BigDecimal(text);
        for (int exponent : EXPONENTS) {
            BigDecimal seconds = number.movePointLeft(exponent);
            if (seconds.compareTo(EARLIEST) >= 0 && seconds.compareTo(LATEST) < 0) {
                Instant instant = Instant.ofEpochSecond(
                        seconds.longValue(),
                        seconds.remainder(BigDecimal.ONE).movePointRight(9).longValue());
                return new Json.Str(iso(instant.atOffset(ZoneOffset.UTC)));
            }
        }
        return otherwise;
    }

    private String text(String text) {
        if (parsed(OffsetDateTime::parse, text) != null) {
            return text;
        }
        String iso = iso(text.strip());
        for (DateTimeFormatter form : WITH_OFFSET) {
            OffsetDateTime time = parsed(each -> OffsetDateTime.parse(each, form), iso);
            if (time != null) {
                return iso(time);
            }
        }
        OffsetDateTime local = zone == null ? null : inZone(iso, zone);
        return local == null ? text : iso(local);
    }

    private static String iso(String text) {
        Matcher parts = NEARLY_ISO.matcher(text);
        if (!parts.matches()) {
            return text;
        }
        String offset = parts.group(3) != null ? parts.group(3) : parts.group(4) != null ? "Z" : "";
        return parts.group(1) + "T" + parts.group(2) + offset;
    }

    private static @Nullable OffsetDateTime inZone(String iso, ZoneId zone) {
        LocalDateTime local = parsed(LocalDateTime::parse, iso);
        LocalDate day = local == null ? parsed(LocalDate::parse, iso) : null;
        LocalDateTime time = day == null ? local : day.atStartOfDay();
        return time == null ? null : time.atZone(zone).toOffsetDateTime();
    }

    private static <T> @Nullable T parsed(Function<String, T> parser, String text) {
        try {
            return parser.apply(text);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /**
     * As RFC 3339 has it: with seconds that are zero, and without the seconds of an offset, which zones had before they
     * were standardised.
     */
    static String iso(OffsetDateTime time) {
        boolean hasSeconds = time.getOffset().getTotalSeconds() % 60 != 0;
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                hasSeconds ? time.withOffsetSameInstant(ZoneOffset.UTC) : time);
    }
}
