package io.posel.source;

import io.posel.event.UnreadableColumn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One run of a query: its rows are fetched a few at a time, and it ends early when they have become too many bytes.
 *
 * <p>If the database cannot compute some row ({@code 1 / quantity}), its whole result fails. Then each row is asked for
 * alone, by its {@code id}: that of which only the {@code id} can be had comes with it, and with the reason in the place
 * of all other columns. Where the ids cannot be had either, or no row comes alone, the query fails as it did.
 */
final class RowQuery {
    private static final int FETCH = 25;
    private static final int VALID_SECONDS = 5;
    private static final String CONNECTION_FAILURE = "08006";
    /** A condition reaches the rows below only without it. */
    private static final Pattern LIMIT = Pattern.compile("\\s+limit\\s+[0-9]+\\s*;?\\s*$", Pattern.CASE_INSENSITIVE);

    private final Connection connection;
    private final PreparedStatement statement;
    private final String sql;
    private final ColumnReader reader;
    private final long limit;

    private @Nullable ResultSet rows;
    private @Nullable PreparedStatement description;
    private @Nullable Iterator<@Nullable Object[]> alone;
    private @Nullable Object[] current = {};
    private boolean inTransaction;
    private boolean ended;
    private long count;
    private long size;

    private RowQuery(Connection connection, PreparedStatement statement, String sql, ColumnReader reader, long limit) {
        this.connection = connection;
        this.statement = statement;
        this.sql = sql;
        this.reader = reader;
        this.limit = limit;
    }

    static RowQuery open(
            Connection connection, PreparedStatement statement, String sql, ColumnReader reader, long limit)
            throws SQLException {
        RowQuery query = new RowQuery(connection, statement, sql, reader, limit);
        try {
            query.execute();
        } catch (SQLException e) {
            query.readAlone(e);
        }
        return query;
    }

    private void execute() throws SQLException {
        if (reader.dialect() == ColumnReader.Dialect.POSTGRESQL && connection.getAutoCommit()) {
            connection.setAutoCommit(false); // or the driver fetches all rows at once
            inTransaction = true;
        }
        boolean streaming = connection.getMetaData().getDriverName().startsWith("MySQL Connector/J");
        statement.setFetchSize(streaming ? Integer.MIN_VALUE : FETCH);
        rows = statement.executeQuery();
    }

    boolean next() throws SQLException {
        if (ended) {
            return false;
        } else if (alone != null) {
            boolean more = alone.hasNext();
            current = more ? alone.next() : current;
            return more || end();
        }
        size += reader.size();
        reader.beginRow();
        try {
            if (size > limit || !rows().next()) {
                return end();
            }
            count++;
            return true;
        } catch (SQLException e) {
            if (count > 0 && RowFaults.isOfData(e)) {
                return end(); // the next poll begins with it
            }
            readAlone(e);
            return next();
        }
    }

    private void readAlone(SQLException failure) throws SQLException {
        finish(false);
        if (!RowFaults.isOfData(failure)) {
            throw failure;
        }
        List<@Nullable Object[]> read = new ArrayList<>();
        int failed = 0;
        try {
            description = connection.prepareStatement(sql);
            for (Object key : keys()) {
                if (size > limit) {
                    break;
                }
                try {
                    read.addAll(rowsOf(key));
                } catch (SQLException e) {
                    if (!RowFaults.isOfData(e)) {
                        throw e;
                    }
                    failed++;
                    read.add(unreadable(key, e));
                }
            }
        } catch (SQLException e) {
            failure.addSuppressed(e);
            throw failure;
        }
        if (failed == read.size() && failed != 1) {
            throw failure;
        }
        alone = read.iterator();
    }

    private List<Object> keys() throws SQLException {
        try (PreparedStatement select =
                        connection.prepareStatement("select posel_row.id from (\n" + sql + "\n) posel_row");
                ResultSet row = select.executeQuery()) {
            List<Object> keys = new ArrayList<>();
            while (row.next()) {
                Object key = row.getObject(1);
                if (key != null && !keys.contains(key)) {
                    keys.add(key);
                }
            }
            return keys;
        }
    }

    private List<@Nullable Object[]> rowsOf(Object key) throws SQLException {
        String all = LIMIT.matcher(sql).replaceFirst("");
        try (PreparedStatement select =
                connection.prepareStatement("select * from (\n" + all + "\n) posel_row where posel_row.id = ?")) {
            select.setObject(1, key);
            try (ResultSet row = select.executeQuery()) {
                List<@Nullable Object[]> read = new ArrayList<>();
                while (row.next()) {
                    reader.beginRow();
                    @Nullable Object[] values = new Object[row.getMetaData().getColumnCount()];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = reader.read(row, i + 1);
                    }
                    size += reader.size();
                    read.add(values);
                }
                return read;
            }
        }
    }

    private @Nullable Object[] unreadable(Object key, SQLException reason) throws SQLException {
        ResultSetMetaData columns = columns();
        @Nullable Object[] values = new Object[columns.getColumnCount()];
        Arrays.fill(values, new UnreadableColumn(RowFaults.reason(reason)));
        for (int i = 0; i < values.length; i++) {
            if (columns.getColumnLabel(i + 1).equalsIgnoreCase("id")) {
                values[i] = key;
            }
        }
        return values;
    }

    ResultSet rows() {
        if (rows == null) {
            throw new IllegalStateException("the query has no result");
        }
        return rows;
    }

    ResultSetMetaData columns() throws SQLException {
        if (description != null) {
            return description.getMetaData();
        }
        return rows().getMetaData();
    }

    @Nullable
    Object value(int column) throws SQLException {
        return alone == null ? reader.read(rows(), column) : current[column - 1];
    }

    private boolean end() throws SQLException {
        ended = true;
        finish(true);
        if (reader.anyUnreadable() && !connection.isValid(VALID_SECONDS)) {
            throw new SQLException("the connection was lost while the rows were read", CONNECTION_FAILURE);
        }
        return false;
    }

    private void finish(boolean commit) throws SQLException {
        if (rows != null) {
            rows.close();
        }
        if (description != null) {
            description.close();
        }
        if (inTransaction) {
            inTransaction = false;
            if (commit) {
                connection.commit();
            } else {
                connection.rollback();
            }
            connection.setAutoCommit(true);
        }
    }

    void close() throws SQLException {
        if (!ended) {
            ended = true;
            finish(false);
        }
    }
}
