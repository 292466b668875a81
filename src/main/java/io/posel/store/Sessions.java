package io.posel.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Opens the connections of Posel's pools. A server cannot lose a commit while a connection to it is open, so one check
 * when it is opened covers everything that is read over it.
 */
final class Sessions {
    private Sessions() {}

    /** @param fence that each connection is checked by, once there is one: the database must have all that was committed */
    static DataSource opening(DataSource driver, Supplier<@Nullable Fence> fence) {
        return OneWriter.proxy(DataSource.class, (method, arguments) -> {
            Object result = OneWriter.invoke(driver, method, arguments);
            return result instanceof Connection session ? checked(session, fence.get()) : result;
        });
    }

    private static Connection checked(Connection session, @Nullable Fence fence) throws SQLException {
        try {
            Database.setUp(session);
            if (fence != null) {
                fence.verify(session);
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
}
