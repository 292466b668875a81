package io.posel.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Lets one transaction write at a time, in the order in which they began to; reading goes on meanwhile.
 *
 * <p>For H2: what it stores with a commit is a picture taken of one table after the other, in which a transaction that
 * writes meanwhile has some of its rows and not the others; after a loss of power or a kill at that moment they stay so.
 *
 * <p>A connection has its turn from the first statement that may write to the end of the transaction, or of the
 * statement if that commits itself. It belongs to one thread at a time.
 */
final class OneWriter {
    /** Longer than any transaction of Posel's; who nevertheless waits for himself learns it. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private static final Pattern QUERY = Pattern.compile("\\s*(select|values)\\b");

    /** In a query: it locks rows, changes some ({@code old table (delete …)}), or is not alone. */
    private static final Pattern MAY_WRITE = Pattern.compile("\\bfor\\s+update\\b|\\btable\\s*\\(|;");

    private final Semaphore turn = new Semaphore(1, true);

    static DataSource around(DataSource pool) {
        OneWriter writer = new OneWriter();
        return proxy(DataSource.class, (method, arguments) -> {
            Object result = invoke(pool, method, arguments);
            return result instanceof Connection connection ? writer.new Session(connection).proxy : result;
        });
    }

    private final class Session {
        private final Connection connection;
        private final Connection proxy;
        private boolean hasTurn;

        Session(Connection connection) {
            this.connection = connection;
            this.proxy = proxy(Connection.class, this::call);
        }

        private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
            switch (method.getName()) {
                case "createStatement":
                    return proxyOf(Statement.class, invoke(connection, method, arguments), null);
                case "prepareStatement":
                    return proxyOf(PreparedStatement.class, invoke(connection, method, arguments), sql(arguments));
                case "prepareCall":
                    return proxyOf(CallableStatement.class, invoke(connection, method, arguments), sql(arguments));
                case "commit":
                    return endingTurn(method, arguments);
                case "setAutoCommit":
                    Object result = invoke(connection, method, arguments);
                    if (connection.getAutoCommit()) {
                        endTurn();
                    }
                    return result;
                case "rollback":
                    return arguments == null ? endingTurn(method, null) : invoke(connection, method, arguments);
                case "close":
                    try {
                        return invoke(connection, method, arguments);
                    } finally {
                        endTurn();
                    }
                default:
                    return invoke(connection, method, arguments);
            }
        }

        /** If it fails, what the transaction wrote may be there until the connection is closed. */
        private @Nullable Object endingTurn(Method method, Object @Nullable [] arguments) throws Throwable {
            Object result = invoke(connection, method, arguments);
            endTurn();
            return result;
        }

        private <T extends Statement> T proxyOf(Class<T> type, @Nullable Object statement, @Nullable String prepared) {
            boolean preparedReads = prepared != null && reads(prepared);
            return OneWriter.proxy(type, (method, arguments) -> {
                if (method.getName().equals("getConnection")) {
                    return proxy;
                }
                if (!method.getName().startsWith("execute")) {
                    return invoke(statement, method, arguments);
                }
                String sql = prepared == null ? sql(arguments) : null;
                if (preparedReads || sql != null && reads(sql)) {
                    return invoke(statement, method, arguments);
                }
                boolean alone = connection.getAutoCommit();
                takeTurn();
                try {
                    return invoke(statement, method, arguments);
                } finally {
                    if (alone) {
                        endTurn();
                    }
                }
            });
        }

        private void takeTurn() throws SQLException {
            if (hasTurn) {
                return;
            }
            try {
                hasTurn = turn.tryAcquire() || turn.tryAcquire(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SQLTransientConnectionException("interrupted while another transaction was writing", e);
            }
            if (!hasTurn) {
                throw new SQLTransientConnectionException(
                        "another transaction has been writing to the embedded database all the time");
            }
        }

        private void endTurn() {
            if (hasTurn) {
                hasTurn = false;
                turn.release();
            }
        }
    }

    private static @Nullable String sql(Object @Nullable [] arguments) {
        return arguments != null && arguments.length > 0 && arguments[0] instanceof String sql ? sql : null;
    }

    private static boolean reads(String sql) {
        String text = sql.toLowerCase(Locale.ROOT);
        return QUERY.matcher(text).lookingAt() && !MAY_WRITE.matcher(text).find();
    }

    private interface Call {
        @Nullable
        Object on(Method method, Object @Nullable [] arguments) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                OneWriter.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call.on(method, arguments)));
    }

    private static @Nullable Object invoke(@Nullable Object target, Method method, Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
