package io.posel.store;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The conditions of a query that were asked for, each a constant text with its values as parameters. */
final class Conditions {
    private final List<String> texts = new ArrayList<>();
    private final List<Object> values = new ArrayList<>();

    /** Does nothing for a value that is null, which stands for any. */
    Conditions and(String text, @Nullable Object value) {
        return value == null ? this : andAll(text, value);
    }

    Conditions and(String text, @Nullable Instant time) {
        return time == null ? this : andAll(text, time.atOffset(ZoneOffset.UTC));
    }

    Conditions andAll(String text, Object... all) {
        texts.add(text);
        values.addAll(List.of(all));
        return this;
    }

    /** There is a row of that table for which these hold. */
    Conditions andExists(String table, Conditions others) {
        texts.add("exists (select 1 from " + table + others.where() + ")");
        values.addAll(others.values);
        return this;
    }

    /** What is in another one's text that was put into this one's. */
    void addValuesOf(Conditions others) {
        values.addAll(others.values);
    }

    String text() {
        return String.join(" and ", texts);
    }

    String where() {
        return texts.isEmpty() ? "" : " where " + text();
    }

    /** @return the index of the next parameter */
    int bind(PreparedStatement statement) throws SQLException {
        int index = 1;
        for (Object value : values) {
            if (value instanceof Object[] items) {
                statement.setArray(index++, statement.getConnection().createArrayOf("varchar", items));
            } else {
                statement.setObject(index++, value);
            }
        }
        return index;
    }
}
