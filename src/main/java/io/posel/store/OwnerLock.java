package io.posel.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session advisory lock of PostgreSQL that only the owner of a schema holds, on a connection of its own: a pool
 * would retire it. Not safe for threads.
 */
final class OwnerLock implements AutoCloseable {

    /**
     * @param sign changes whenever its connection executes something
     * @param name what it calls itself
     */
    record Holder(int pid, String name, String sign) {}

    private static final Logger LOG = LoggerFactory.getLogger(OwnerLock.class);
    /** Locks are of one database already; "pose" and "posf" tell the two kinds from each other and from others. */
    private static final String OWNER = "1886351205, hashtext(coalesce(current_schema(), ''))";

    private static final String WRITERS = "1886351206, hashtext(coalesce(current_schema(), ''))";
    /** Two statements in one round trip: the second must not see what was there before the first had the lock. */
    static final String ENTER =
            "select pg_advisory_xact_lock_shared(" + WRITERS + "); select epoch from owner where partition_no = 0";
    /** Writers that are stopped in the middle of a transaction would be waited for without an end. */
    static final String LOCK_OUT_WRITERS = "select pg_terminate_backend(l.pid) from pg_locks l where " + lock(WRITERS)
            + " and l.pid <> pg_backend_pid(); select pg_advisory_xact_lock(" + WRITERS + ")";

    private final Database.Access access;
    private final String name;
    private @Nullable Connection connection;
    private boolean held;

    OwnerLock(Database.Access access, String name) {
        this.access = access;
        this.name = name;
    }

    private static String lock(String key) {
        String[] keys = key.split(", ", 2);
        return "l.locktype = 'advisory' and l.granted and l.classid = " + keys[0] + "::oid and l.objid = " + keys[1]
                + "::oid and l.objsubid = 2"
                + " and l.database = (select oid from pg_database where datname = current_database())";
    }

    boolean isHeld() {
        return held;
    }

    /** The connection that the lock lives and dies with. */
    Connection connection() throws SQLException {
        if (connection == null) {
            Properties settings = new Properties();
            settings.setProperty("user", access.user());
            settings.setProperty("password", access.password());
            settings.setProperty("ApplicationName", name);
            settings.setProperty("connectTimeout", "3"); // seconds
            settings.setProperty("loginTimeout", "5");
            settings.setProperty("socketTimeout", "5");
            settings.setProperty("tcpKeepAlive", "true");
            connection = DriverManager.getConnection(access.url(), settings);
        }
        return connection;
    }

    boolean tryLock() throws SQLException {
        held = Boolean.parseBoolean(value("select pg_try_advisory_lock(" + OWNER + ")::text"));
        return held;
    }

    /** Whether the owner before ended in order, or there was none. */
    boolean wasReleased() throws SQLException {
        return value("select to_regclass('owner')::text") == null
                || value("select name from owner where partition_no = 0") == null;
    }

    /** A sign of life. */
    void touch() throws SQLException {
        value("select 'here'");
    }

    /** The epoch on disk; a sign of life too. */
    long epoch() throws SQLException {
        return Dialect.epoch(connection());
    }

    void release() throws SQLException {
        Fence.release(connection());
    }

    private @Nullable String value(String sql) throws SQLException {
        try (PreparedStatement select = connection().prepareStatement(sql);
                ResultSet row = select.executeQuery()) {
            return row.next() ? row.getString(1) : null;
        }
    }

    /** Who holds it; empty if nobody does by now, or the server does not tell what its connections do. */
    Optional<Holder> holder() throws SQLException {
        try (PreparedStatement select = connection()
                        .prepareStatement("select a.pid, a.application_name, a.state_change::text from pg_locks l"
                                + " join pg_stat_activity a on a.pid = l.pid where a.state_change is not null and "
                                + lock(OWNER));
                ResultSet row = select.executeQuery()) {
            return row.next()
                    ? Optional.of(new Holder(row.getInt(1), row.getString(2), row.getString(3)))
                    : Optional.empty();
        }
    }

    /** Ends the connection of the holder, if it still holds the lock. */
    void terminate(Holder holder) throws SQLException {
        value("select pg_terminate_backend(l.pid) from pg_locks l where " + lock(OWNER) + " and l.pid = "
                + holder.pid());
    }

    /** Gives the lock back, or what is left of it. */
    @Override
    public void close() {
        held = false;
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            LOG.debug("The connection was closed already", e);
        }
        connection = null;
    }
}
