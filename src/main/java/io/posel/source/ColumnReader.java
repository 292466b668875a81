package io.posel.source;

import io.posel.event.UnreadableColumn;
import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLXML;
import java.sql.Types;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the columns of one result by what the database says they are, not by what its driver makes of them:
 *
 * <ul>
 *   <li>an instant as {@link OffsetDateTime}; with the offset that the column keeps, else with that of the zone given
 *   <li>times without a zone as {@link LocalDateTime}, {@link LocalDate}, {@link LocalTime}: nothing passes through the
 *       zone of the JVM
 *   <li>{@code json}, {@code jsonb} and arrays as {@link Json} or {@code Object[]}
 *   <li>{@code char(n)} without the blanks that fill it up
 *   <li>what cannot be read, or is too large, as {@link UnreadableColumn}, so that it is no other row's trouble
 * </ul>
 */
final class ColumnReader {
    private static final int VALUE = 2; // in the result set of an array, behind the index

    private final Dialect dialect;
    private final ZoneId zone;
    private final ZoneId session;
    private final long limit;
    private long size;
    private boolean unreadable;

    /**
     * @param zone whose offset instants get
     * @param session of MySQL's timestamps
     * @param limit of the characters and bytes of a row
     */
    ColumnReader(Dialect dialect, ZoneId zone, ZoneId session, long limit) {
        this.dialect = dialect;
        this.zone = zone;
        this.session = session;
        this.limit = limit;
    }

    Dialect dialect() {
        return dialect;
    }

    void beginRow() {
        size = 0;
    }

    /** Characters and bytes of the values of this row, as far as they have been read. */
    long size() {
        return size;
    }

    /** Whether there ever was a value that could not be read. */
    boolean anyUnreadable() {
        return unreadable;
    }

    /** @throws SQLException only if the database is away */
    @Nullable
    Object read(ResultSet row, int column) throws SQLException {
        try {
            return value(row, column);
        } catch (SQLException e) {
            if (!RowFaults.isOfRow(e)) {
                throw e;
            }
            return unreadable(RowFaults.reason(e));
        } catch (TooLargeException e) {
            return unreadable("the row has more than " + limit / 1024 / 1024 + " MB");
        } catch (JsonSyntaxException e) {
            return unreadable(e.sentence().replaceFirst("\\.$", ""));
        } catch (DateTimeException e) {
            return unreadable("no such date or time: " + RowFaults.reason(e));
        } catch (IOException | RuntimeException e) {
            // drivers throw what they like
            return unreadable(RowFaults.reason(e));
        }
    }

    private UnreadableColumn unreadable(String reason) {
        unreadable = true;
        return new UnreadableColumn(reason);
    }

    private @Nullable Object value(ResultSet row, int column)
            throws SQLException, IOException, JsonSyntaxException, TooLargeException {
        ResultSetMetaData columns = row.getMetaData();
        String type = String.valueOf(columns.getColumnTypeName(column)).toLowerCase(Locale.ROOT);
        if (type.equals("json") || type.equals("jsonb")) {
            String text = row.getString(column);
            return text == null ? null : Json.parse(counted(text), Json.MAX_VALUES);
        } else if (dialect == Dialect.SQLITE) {
            return opened(row, column); // a value there has a type, a column has none
        }
        return switch (columns.getColumnType(column)) {
            case Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE -> dateAndTime(row, column, type);
            case Types.TIME, Types.TIME_WITH_TIMEZONE -> time(row, column, type);
            case Types.DATE -> date(row, column, type);
            case Types.CHAR, Types.NCHAR -> unpadded(row.getString(column));
            default ->
                type.startsWith("datetimeoffset") || type.endsWith(" time zone")
                        ? dateAndTime(row, column, type)
                        : opened(row, column);
        };
    }

    private @Nullable Object dateAndTime(ResultSet row, int column, String type)
            throws SQLException, IOException, JsonSyntaxException, TooLargeException {
        if (dialect == Dialect.MYSQL) {
            return mysql(row, column, type.equals("timestamp"));
        } else if (type.equals("timestamptz")) {
            OffsetDateTime instant = row.getObject(column, OffsetDateTime.class);
            return instant == null ? null : finite(instant);
        }
        boolean instant = type.endsWith(" time zone") || type.startsWith("datetimeoffset");
        try {
            return instant
                    ? row.getObject(column, OffsetDateTime.class)
                    : finite(row.getObject(column, LocalDateTime.class));
        } catch (SQLFeatureNotSupportedException e) {
            return opened(row, column);
        }
    }

    private Object finite(OffsetDateTime instant) {
        return instant.equals(OffsetDateTime.MAX)
                ? "infinity"
                : instant.equals(OffsetDateTime.MIN)
                        ? "-infinity"
                        : instant.atZoneSameInstant(zone).toOffsetDateTime();
    }

    private static @Nullable Object finite(@Nullable LocalDateTime time) {
        return LocalDateTime.MAX.equals(time) ? "infinity" : LocalDateTime.MIN.equals(time) ? "-infinity" : time;
    }

    /** By its text: drivers shift instants by the JVM's zone, and make other days of days that there are not. */
    private @Nullable Object mysql(ResultSet row, int column, boolean instant) throws SQLException {
        String text = row.getString(column);
        if (text == null) {
            return null;
        } else if (text.startsWith("0000-00-00")) {
            return row.getObject(column); // the driver's matter: null, or it refuses
        }
        LocalDateTime time = LocalDateTime.parse(text.replace(' ', 'T'));
        return instant ? time.atZone(session).withZoneSameInstant(zone).toOffsetDateTime() : time;
    }

    private @Nullable Object date(ResultSet row, int column, String type)
            throws SQLException, IOException, JsonSyntaxException, TooLargeException {
        if (type.equals("year")) {
            int year = row.getInt(column);
            return row.wasNull() ? null : year;
        } else if (dialect == Dialect.MYSQL) {
            String text = row.getString(column);
            return text == null ? null : text.equals("0000-00-00") ? row.getObject(column) : LocalDate.parse(text);
        }
        try {
            LocalDate date = row.getObject(column, LocalDate.class);
            return LocalDate.MAX.equals(date) ? "infinity" : LocalDate.MIN.equals(date) ? "-infinity" : date;
        } catch (SQLFeatureNotSupportedException e) {
            return opened(row, column);
        }
    }

    private @Nullable Object time(ResultSet row, int column, String type)
            throws SQLException, IOException, JsonSyntaxException, TooLargeException {
        if (dialect == Dialect.MYSQL) {
            return row.getString(column); // up to 838 hours, and negative
        }
        try {
            if (type.equals("timetz") || type.endsWith(" time zone")) {
                return row.getObject(column, OffsetTime.class);
            }
            LocalTime time = row.getObject(column, LocalTime.class);
            // so it hands over the end of a day; it has no other time with nanoseconds
            return dialect == Dialect.POSTGRESQL && LocalTime.MAX.equals(time) ? "24:00:00" : time;
        } catch (SQLFeatureNotSupportedException e) {
            return opened(row, column);
        }
    }

    private @Nullable String unpadded(@Nullable String text) throws TooLargeException {
        if (text == null) {
            return null;
        }
        int end = counted(text).length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(0, end);
    }

    /** As the driver hands it over, without handles that end with the result. */
    private @Nullable Object opened(ResultSet row, int column)
            throws SQLException, IOException, JsonSyntaxException, TooLargeException {
        Object value = row.getObject(column);
        if (value instanceof String text) {
            return counted(text);
        } else if (value instanceof byte[] bytes) {
            count(bytes.length);
        } else if (value instanceof Clob clob) {
            try (Reader characters = clob.getCharacterStream()) {
                return text(characters);
            }
        } else if (value instanceof Blob blob) {
            try (InputStream bytes = blob.getBinaryStream()) {
                byte[] read = bytes.readNBytes((int) (limit - size) + 1);
                count(read.length);
                return read;
            }
        } else if (value instanceof SQLXML xml) {
            try (Reader characters = xml.getCharacterStream()) {
                return text(characters);
            }
        } else if (value instanceof Array array) {
            return items(array);
        } else if (value instanceof ResultSet) {
            return row.getString(column); // what H2 makes of a row value
        }
        return value;
    }

    private String text(Reader characters) throws IOException, TooLargeException {
        StringBuilder text = new StringBuilder();
        char[] buffer = new char[8192];
        for (int n = characters.read(buffer); n >= 0; n = characters.read(buffer)) {
            count(n);
            text.append(buffer, 0, n);
        }
        return text.toString();
    }

    /** Its elements are columns too, of the type that the array is of. */
    private @Nullable Object items(Array array)
            throws SQLException, IOException, JsonSyntaxException, TooLargeException {
        List<@Nullable Object> items = new ArrayList<>();
        try (ResultSet each = array.getResultSet()) {
            while (each.next()) {
                items.add(value(each, VALUE));
            }
        }
        count(items.size());
        return items.toArray();
    }

    private String counted(String text) throws TooLargeException {
        count(text.length());
        return text;
    }

    private void count(long length) throws TooLargeException {
        if (size + length > limit) {
            throw new TooLargeException();
        }
        size += length;
    }

    /** Databases that differ in what their types or drivers do. */
    enum Dialect {
        POSTGRESQL,
        MYSQL,
        SQLITE,
        OTHER;

        /** @param product as JDBC names it */
        static Dialect of(String product) {
            return switch (product) {
                case "PostgreSQL" -> POSTGRESQL;
                case "MySQL", "MariaDB" -> MYSQL;
                case "SQLite" -> SQLITE;
                default -> OTHER;
            };
        }
    }

    private static final class TooLargeException extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
