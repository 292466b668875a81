package io.posel.store;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.function.Supplier;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Opens the connections of Posel's pool. A server cannot lose a commit while a connection to it is open, so one check when
 * it is opened covers everything that is read over it.
 */
final class Sessions implements DataSource {
    private final DataSource driver;
    private final Supplier<@Nullable Fence> fence;

    /** @param fence that each connection is checked by, once there is one: the database must have all that was committed */
    Sessions(DataSource driver, Supplier<@Nullable Fence> fence) {
        this.driver = driver;
        this.fence = fence;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection session = driver.getConnection();
        try {
            Database.setUp(session);
            Fence guard = fence.get();
            if (guard != null) {
                guard.verify(session);
            }
            return session;
        } catch (NotOwnerException e) {
            session.close();
            throw new SQLException(e.getMessage(), e);
        } catch (SQLException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the user is part of what is opened");
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return driver.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        driver.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        driver.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return driver.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return driver.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return driver.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return driver.isWrapperFor(type);
    }
}
