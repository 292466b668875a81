package io.posel.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.Locale;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one relational store: an embedded H2 file, or PostgreSQL. */
public final class Database implements AutoCloseable {

    /** The database cannot be used at all, whatever one waits for; the message says why and what to do. */
    public static final class UnusableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnusableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Where the database is and who asks. */
    public record Access(String url, String user, String password) {
        /**
         * H2 in a folder. {@code async:} because a thread interrupted while it writes would close the database for
         * everybody; {@code WRITE_DELAY=0} with the checkpoint in {@link Dialect} is what survives a power loss.
         */
        public static Access embedded(Path folder) {
            return new Access("jdbc:h2:async:" + folder.resolve("posel") + H2_MODE, "posel", "");
        }

        @Override
        public String toString() {
            return url.split("[?;]")[0];
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final String H2_MODE = ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
            + ";WRITE_DELAY=0;TRACE_LEVEL_FILE=0;DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE";
    private static final int CONNECTIONS = 10;
    private static final int H2_FILE_IN_USE = 90020;

    private final Access access;
    private final Dialect dialect;
    private final HikariDataSource pool;
    private final DataSource dataSource;

    public Database(Access access) {
        this.access = access.url().startsWith("jdbc:h2:")
                        && !access.url().toUpperCase(Locale.ROOT).contains(";MODE=")
                ? new Access(access.url() + H2_MODE, access.user(), access.password())
                : access;
        this.dialect = Dialect.of(access.url());
        this.pool = pool("posel", this.access, CONNECTIONS);
        this.dataSource = dialect == Dialect.H2 ? OneWriter.around(pool) : pool;
    }

    /** A pool that connects when it is first used. */
    public static HikariDataSource pool(String name, Access access, int connections) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(access.url());
        config.setUsername(access.user());
        config.setPassword(access.password());
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(5_000);
        config.setInitializationFailTimeout(-1);
        config.setExceptionOverrideClassName(ClosedByDatabase.class.getName());
        return new HikariDataSource(config);
    }

    /**
     * Connects and brings the tables up to date.
     *
     * @throws SQLException if it does not answer now, but may later
     * @throws UnusableException if it never will, as for a broken migration or a file that another process holds
     */
    public void migrate() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.isValid(5);
        } catch (SQLException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException sql && sql.getErrorCode() == H2_FILE_IN_USE) {
                    throw new UnusableException(
                            access + " is in use: another Posel runs on this data directory. Stop it, or set"
                                    + " POSEL_DATA_DIR.",
                            e);
                }
            }
            throw e;
        }
        try {
            Flyway.configure()
                    .dataSource(pool)
                    .locations(
                            "classpath:db/migration",
                            "classpath:db/" + dialect.name().toLowerCase(Locale.ROOT))
                    // an application's tables, its own Flyway's among them, may stand in the same schema
                    .table("posel_schema_history")
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            if (!isReachable()) {
                throw new SQLException("it went away while its tables were brought up to date", e);
            }
            throw new UnusableException("the tables in " + access + " cannot be brought up to date: " + reason(e), e);
        }
    }

    /** The first lines of what Flyway and the database say; the rest is the whole script. */
    private static String reason(FlywayException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException) {
                return firstLine(e) + ": " + firstLine(cause).replaceFirst("; SQL statement:$", "");
            }
        }
        return String.valueOf(e.getMessage()).strip().replaceAll("\\s*\\R\\s*", "; ");
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).strip().lines().findFirst().orElse("");
    }

    /** Whoever may write to H2 waits for the one who writes already ({@link OneWriter}). */
    public DataSource dataSource() {
        return dataSource;
    }

    public Dialect dialect() {
        return dialect;
    }

    /** Which database it is, by its own words. */
    public record Product(String name, String version, boolean embedded) {}

    /** Fails with {@link StoreUnavailableException}. */
    public Product product() {
        try (Connection connection = pool.getConnection()) {
            DatabaseMetaData database = connection.getMetaData();
            return new Product(
                    database.getDatabaseProductName(), database.getDatabaseProductVersion(), dialect == Dialect.H2);
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
    }

    /** Whether it answers now. */
    public boolean isReachable() {
        try (Connection connection = pool.getConnection()) {
            return connection.isValid(2);
        } catch (SQLException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return access.toString();
    }

    @Override
    public void close() {
        if (dialect == Dialect.H2) {
            try (Connection connection = pool.getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("shutdown");
            } catch (SQLException e) {
                LOG.debug("The embedded database was closed already", e);
            }
        }
        pool.close();
    }
}
