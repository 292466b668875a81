package io.posel.event;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What JDBC drivers hand over, as JSON. */
final class SqlValues {
    /** As many digits as can be read again. */
    private static final int MAX_DIGITS = 1_000;

    private final ZoneId zone;
    private final ItemTimes times;

    SqlValues(ZoneId zone) {
        this.zone = zone;
        this.times = new ItemTimes(zone);
    }

    /** Numbers keep their scale, times become ISO-8601 with offset, bytes base64, unknown objects their text. */
    Json json(@Nullable Object value) throws UnreadableValueException {
        if (value == null || value instanceof Boolean) {
            return Json.of(value);
        } else if (value instanceof Json json) {
            return json;
        } else if (value instanceof UnreadableColumn unreadable) {
            throw new UnreadableValueException(unreadable.reason());
        } else if (value instanceof Number number) {
            return number(number);
        } else if (value instanceof byte[] bytes) {
            return new Json.Str(Base64.getEncoder().encodeToString(bytes));
        } else if (value instanceof Object[] items) {
            List<Json> list = new ArrayList<>();
            for (Object item : items) {
                list.add(json(item));
            }
            return new Json.Arr(list);
        }
        Object opened = opened(value);
        if (opened != value) {
            return json(opened);
        }
        TemporalAccessor time = temporal(value);
        if (time instanceof OffsetDateTime at) {
            return new Json.Str(ItemTimes.iso(at));
        } else if (time instanceof LocalTime at) {
            return new Json.Str(DateTimeFormatter.ISO_LOCAL_TIME.format(at));
        } else if (time instanceof OffsetTime at) {
            return new Json.Str(DateTimeFormatter.ISO_OFFSET_TIME.format(at));
        }
        String text = time == null ? value.toString() : time.toString();
        return text == null ? Json.Null.NULL : new Json.Str(text);
    }

    /** A key: numbers become text too. */
    @Nullable
    Json text(@Nullable Object value) throws UnreadableValueException {
        Json json = json(value);
        return json instanceof Json.Num number ? new Json.Str(number.text()) : json;
    }

    /** A time for {@code occurredAt}: numbers are counted from 1970, text without an offset is read in the zone. */
    Json time(@Nullable Object value) throws UnreadableValueException {
        Json json = json(value instanceof Date date ? date.toLocalDate() : value);
        if (value instanceof LocalDate || value instanceof Date) {
            LocalDate day = LocalDate.parse(((Json.Str) json).value());
            return new Json.Str(ItemTimes.iso(day.atStartOfDay(zone).toOffsetDateTime()));
        }
        Json read = times.read(json);
        return read == null ? json : read;
    }

    /** The JSON that stands in a text, bytes or an object that a driver made of a JSON column. */
    Json document(@Nullable Object value) throws UnreadableValueException, JsonSyntaxException {
        if (value instanceof Json json && !(json instanceof Json.Str)) {
            return json;
        } else if (value instanceof UnreadableColumn unreadable) {
            throw new UnreadableValueException(unreadable.reason());
        }
        Object opened = value == null ? null : opened(value);
        if (opened instanceof byte[] bytes) {
            return JsonInput.parse(bytes);
        } else if (opened instanceof Json.Str string) {
            return JsonInput.parse(string.value());
        }
        String text = opened == null ? null : opened.toString();
        return text == null ? Json.Null.NULL : JsonInput.parse(text);
    }

    /** What a handle of the driver leads to; anything else as it is. */
    private static @Nullable Object opened(Object value) throws UnreadableValueException {
        try {
            if (value instanceof Clob clob) {
                return clob.getSubString(1, Math.toIntExact(clob.length()));
            } else if (value instanceof Blob blob) {
                return blob.getBytes(1, Math.toIntExact(blob.length()));
            } else if (value instanceof SQLXML xml) {
                return xml.getString();
            } else if (value instanceof Array array) {
                return array.getArray();
            }
            return value;
        } catch (SQLException | ArithmeticException e) {
            throw new UnreadableValueException(String.valueOf(e.getMessage()));
        }
    }

    private static Json number(Number number) throws UnreadableValueException {
        Json json = Json.of(number);
        if (number instanceof BigDecimal decimal) {
            // an exponent of a thousand million would be written out as as many zeros
            boolean plain = decimal.precision() <= MAX_DIGITS && Math.abs((long) decimal.scale()) <= MAX_DIGITS;
            json = new Json.Num(plain ? decimal.toPlainString() : decimal.toString());
        }
        boolean huge = number instanceof BigInteger whole && whole.bitLength() > 4 * MAX_DIGITS
                || json.toString().length() > MAX_DIGITS;
        if (huge) {
            throw new UnreadableValueException("the number has more than " + MAX_DIGITS + " digits");
        }
        return json;
    }

    /** Date and time as an {@link OffsetDateTime}, date or time alone as such, null for anything else. */
    private @Nullable TemporalAccessor temporal(Object value) {
        if (value instanceof Timestamp timestamp) {
            return timestamp.toLocalDateTime().atZone(zone).toOffsetDateTime();
        } else if (value instanceof LocalDateTime local) {
            return local.atZone(zone).toOffsetDateTime();
        } else if (value instanceof ZonedDateTime zoned) {
            return zoned.toOffsetDateTime();
        } else if (value instanceof Instant instant) {
            return instant.atZone(zone).toOffsetDateTime();
        } else if (value instanceof Date date) {
            return date.toLocalDate();
        } else if (value instanceof Time time) {
            return time.toLocalTime();
        } else if (value instanceof java.util.Date date) {
            return date.toInstant().atZone(zone).toOffsetDateTime();
        }
        return value instanceof TemporalAccessor other ? other : null;
    }
}
