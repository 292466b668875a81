package io.posel.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.h2.api.Trigger;

/** Refuses rows of H2 and of PostgreSQL with any SQLSTATE, as somebody's trigger, right or lock does. */
public final class RefusingTrigger implements Trigger {

    private int column;

    /** Puts it on a table: a row is refused with the state that follows {@code refuse:} in that column. */
    static List<String> on(Database database, String table, String column, String when) {
        if (database.dialect() == Dialect.H2) {
            return List.of("create trigger refuse_" + table + " before " + when + " on " + table
                    + " for each row call '" + RefusingTrigger.class.getName() + "'");
        }
        return List.of(
                """
                create function refuse_%s() returns trigger language plpgsql as $$
                begin
                  if new.%s like 'refuse:%%' then
                    raise exception 'refused' using errcode = substr(new.%s, 8, 5);
                  end if;
                  return new;
                end $$\
                """.formatted(table, column, column),
                "create trigger refuse_" + table + " before " + when + " on " + table + " for each row execute function"
                        + " refuse_" + table + "()");
    }

    /** On PostgreSQL whoever asks drops the trigger. */
    static void stop(Database database, String table) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(
                    "drop trigger refuse_" + table + (database.dialect() == Dialect.H2 ? "" : " on " + table));
        }
    }

    @Override
    public void init(Connection connection, String schema, String trigger, String table, boolean before, int type)
            throws SQLException {
        String name = table.equalsIgnoreCase("delivery") ? "lane_key" : "type";
        try (var columns = connection.getMetaData().getColumns(null, schema, table, null)) {
            for (int i = 0; columns.next(); i++) {
                if (columns.getString("COLUMN_NAME").equalsIgnoreCase(name)) {
                    column = i;
                }
            }
        }
    }

    @Override
    public void fire(Connection connection, Object[] before, Object[] after) throws SQLException {
        if (after != null && after[column] instanceof String text && text.startsWith("refuse:")) {
            throw new SQLException("refused", text.substring(7, 12));
        }
    }
}
