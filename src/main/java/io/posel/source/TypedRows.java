package io.posel.source;

import io.posel.event.UnreadableColumn;
import io.posel.json.Json;
import io.posel.source.ColumnReader.Dialect;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The database of a source, whose prepared queries hand over what {@link ColumnReader} makes of each column, and no more
 * rows at once than fit into memory: the others come with the next poll ({@link RowQuery}).
 *
 * <p>Only {@code getObject} by index reads so, which is what row mappers call; all else is the driver's.
 */
public final class TypedRows {
    private static final String RESTRICTED_TYPE = "07006";

    private final ZoneId zone;
    private final long limit;
    private final SessionZone sessions;

    /**
     * @param zone whose offset instants get that have none of their own
     * @param limit of characters and bytes, for a row and for the rows of a poll
     */
    public TypedRows(ZoneId zone, long limit) {
        this.zone = zone;
        this.limit = limit;
        this.sessions = new SessionZone(zone);
    }

    public DataSource of(DataSource database) {
        return instead(DataSource.class, (proxy, method, args) -> {
            Object result = method.invoke(database, args);
            return result instanceof Connection connection ? of(connection) : result;
        });
    }

    private Connection of(Connection connection) {
        return instead(Connection.class, (proxy, method, args) -> {
            Object result = method.invoke(connection, args);
            return method.getName().equals("prepareStatement")
                    ? of(connection, (PreparedStatement) result, (String) args[0])
                    : result;
        });
    }

    private PreparedStatement of(Connection connection, PreparedStatement statement, String sql) {
        return instead(PreparedStatement.class, (proxy, method, args) -> {
            if (method.getName().equals("executeQuery") && args == null) {
                return of(RowQuery.open(connection, statement, sql, reader(connection), limit));
            } else if (method.getName().equals("setObject") && args.length == 2) {
                return method.invoke(statement, args[0], parameter(connection, args[1]));
            }
            return method.invoke(statement, args);
        });
    }

    /** What was read, as a driver takes it back: a column may be a parameter of the statement that marks its row. */
    private @Nullable Object parameter(Connection connection, @Nullable Object value) throws SQLException {
        if (value instanceof UnreadableColumn unreadable) {
            throw new SQLException("a column that cannot be read: " + unreadable.reason(), RESTRICTED_TYPE);
        } else if (value instanceof Json json) {
            return json.toString();
        } else if (value instanceof OffsetDateTime instant && dialect(connection) == Dialect.MYSQL) {
            LocalDateTime shown =
                    instant.atZoneSameInstant(sessions.of(connection)).toLocalDateTime();
            return shown.toString().replace('T', ' '); // as text, since drivers cut or shift what they convert
        }
        return value;
    }

    private static Dialect dialect(Connection connection) throws SQLException {
        return Dialect.of(connection.getMetaData().getDatabaseProductName());
    }

    private ColumnReader reader(Connection connection) throws SQLException {
        Dialect dialect = dialect(connection);
        ZoneId session = dialect == Dialect.MYSQL ? sessions.of(connection) : zone;
        return new ColumnReader(dialect, zone, session, limit);
    }

    private static ResultSet of(RowQuery query) {
        return instead(ResultSet.class, (proxy, method, args) -> switch (method.getName()) {
            case "next" -> query.next();
            case "getMetaData" -> query.columns();
            case "getObject" ->
                args.length == 1 && args[0] instanceof Integer column
                        ? query.value(column)
                        : method.invoke(query.rows(), args);
            case "close" -> {
                query.close();
                yield null;
            }
            default -> method.invoke(query.rows(), args);
        });
    }

    private static <T> T instead(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            try {
                return handler.invoke(proxy, method, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }
}
