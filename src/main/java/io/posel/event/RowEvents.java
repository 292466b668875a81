package io.posel.event;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import io.posel.problem.ProblemException;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes an event of one row of a query, by the labels of its columns: {@code id}, {@code type}, {@code entity_type},
 * {@code entity_id} are required, {@code sequence}, {@code occurred_at} and {@code data} (JSON) possible, in any case
 * of letters. Every other column becomes a member of the data by its dotted label: {@code customer.credit} gives
 * {@code {"customer":{"credit":…}}}, beside what the {@code data} column holds and in its place where both have it.
 *
 * <p>The event's id is {@code <source>:<id>}, so that the same row read again is the same event. Decimal numbers keep
 * their scale. Times without an offset are read in the zone given, in data too: one that a clock change leaves out is
 * moved on by the change, of one that comes twice the first counts. A {@link java.sql.Timestamp} is such a time; what
 * {@code source.TypedRows} reads brings none.
 */
public final class RowEvents {
    private static final Set<String> COLUMNS =
            Set.of("id", "type", "entity_type", "entity_id", "sequence", "occurred_at", "data");

    private final String source;
    private final SqlValues values;

    /**
     * @param source name of the source, in front of each id
     * @throws IllegalArgumentException if the name is empty, longer than 100 characters or has control characters
     */
    public RowEvents(String source, ZoneId zone) {
        this.source = SourceName.checked(source);
        this.values = new SqlValues(zone);
    }

    /**
     * @param row column label to value, as JDBC gives it
     * @throws ProblemException 400, each error with a pointer that names the column, such as {@code /customer.credit}
     */
    public Event of(Map<String, @Nullable Object> row) {
        Map<String, @Nullable Object> columns = new TreeMap<>();
        row.forEach((label, value) -> {
            String name = label.toLowerCase(Locale.ROOT);
            if (COLUMNS.contains(name)) {
                columns.put(name, value);
            }
        });
        Errors errors = new Errors();
        Checks checks = new Checks(errors);
        String key = checks.required(key("id", columns, errors), Checks.ID);
        String id = key == null ? null : checks.required(new Part("/id", new Json.Str(source + ":" + key)), Checks.ID);
        String type = checks.type(key("type", columns, errors));
        String entityType = checks.required(key("entity_type", columns, errors), Checks.TYPE);
        String entityId = checks.required(key("entity_id", columns, errors), Checks.ENTITY_ID);
        Long sequence = checks.sequenceOrDigits(key("sequence", columns, errors));
        String occurredAt = occurredAt(columns.get("occurred_at"), checks, errors);
        Json.Obj data = data(row, columns.get("data"), checks, errors);
        errors.refuse(400, "The row");
        if (id == null || type == null || entityType == null || entityId == null || data == null) {
            throw new IllegalStateException("a part is missing without an error");
        }
        return new Event(source, id, type, new EntityRef(entityType, entityId), sequence, occurredAt, data);
    }

    /** The id of a row as text; null if it has none, or none that can be read. */
    public @Nullable String key(Map<String, @Nullable Object> row) {
        Json id = readable(row).members().entrySet().stream()
                .filter(column -> column.getKey().equalsIgnoreCase("id"))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(Json.Null.NULL);
        return id instanceof Json.Null ? null : id instanceof Json.Str text ? text.value() : id.toString();
    }

    /** What could be read of a row, by the labels of its columns: {@link #of} makes the same event of it. */
    public Json.Obj readable(Map<String, @Nullable Object> row) {
        Map<String, Json> columns = new LinkedHashMap<>();
        row.forEach((label, value) -> {
            try {
                columns.put(label, values.json(value));
            } catch (UnreadableValueException e) {
                // the reason for which the row is set aside says it
            }
        });
        return new Json.Obj(columns);
    }

    private Part key(String column, Map<String, @Nullable Object> columns, Errors errors) {
        try {
            return new Part("/" + column, values.text(columns.get(column)));
        } catch (UnreadableValueException e) {
            unreadable("/" + column, e, errors);
            return new Part("/" + column, null);
        }
    }

    private @Nullable String occurredAt(@Nullable Object value, Checks checks, Errors errors) {
        try {
            return checks.time(new Part("/occurred_at", values.time(value)));
        } catch (UnreadableValueException e) {
            unreadable("/occurred_at", e, errors);
            return null;
        }
    }

    private Json.@Nullable Obj data(
            Map<String, @Nullable Object> row, @Nullable Object column, Checks checks, Errors errors) {
        Part document = document(column, errors);
        List<String> labels = row.keySet().stream()
                .filter(label -> !COLUMNS.contains(label.toLowerCase(Locale.ROOT)))
                .toList();
        boolean none = document.absent() && !labels.isEmpty();
        Json.Obj base = none ? Json.EMPTY : checks.data(document);
        DataTree tree = new DataTree(base == null ? Json.EMPTY : base);
        labels.forEach(label -> member(label, row.get(label), tree, errors));
        return tree.toJson();
    }

    private Part document(@Nullable Object column, Errors errors) {
        try {
            return new Part("/data", values.document(column));
        } catch (JsonSyntaxException e) {
            JsonInput.report(e, "/data", errors);
        } catch (UnreadableValueException e) {
            unreadable("/data", e, errors);
        }
        return new Part("/data", Json.EMPTY);
    }

    private void member(String label, @Nullable Object value, DataTree tree, Errors errors) {
        String pointer = JsonPointer.segment(label);
        try {
            if (!tree.put(label, values.json(value))) {
                errors.add(
                        pointer,
                        "conflict",
                        "Another column or the data has a plain value where this one needs an object, or the other"
                                + " way round; or the label has too many dots.");
            }
        } catch (UnreadableValueException e) {
            unreadable(pointer, e, errors);
        }
    }

    private static void unreadable(String pointer, UnreadableValueException e, Errors errors) {
        errors.add(pointer, "unreadable", "The column cannot be read: " + e.getMessage() + ".");
    }
}
