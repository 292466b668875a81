package io.posel.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one relational store: an embedded H2 file, or PostgreSQL. */
public final class Database implements AutoCloseable {

    /** The database cannot be used at all, whatever one waits for; the message says why and what to do. */
    public static final class UnusableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnusableException(String message, @Nullable Throwable cause) {
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

        /** The file that H2 opens in this process; empty for a server and for a database in memory. */
        public Optional<Path> file() {
            Matcher path = H2_FILE.matcher(toString());
            return path.matches() ? Optional.of(Path.of(path.group(1) + ".mv.db")) : Optional.empty();
        }

        @Override
        public String toString() {
            return url.split("[?;]")[0];
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final String H2_MODE = ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
            + ";WRITE_DELAY=0;TRACE_LEVEL_FILE=0;DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE";
    /** That are in each database, in the mode of PostgreSQL. */
    private static final Set<String> H2_SCHEMAS = Set.of("information_schema", "pg_catalog");

    /** Of migrations that were applied but are not in this jar. */
    private static final Set<MigrationState> UNKNOWN = EnumSet.of(
            MigrationState.FUTURE_SUCCESS,
            MigrationState.FUTURE_FAILED,
            MigrationState.MISSING_SUCCESS,
            MigrationState.MISSING_FAILED);

    private static final int CONNECTIONS = 10;
    /** The migration that every database has. */
    private static final String FIRST = "1";
    /** A path behind the names of H2's file systems on the disk; a server, memory or an archive have other names. */
    private static final Pattern H2_FILE =
            Pattern.compile("jdbc:h2:(?:(?:file|async|nio|nioMapped|retry):)*((?!\\w{2,}:).+)");

    private final Access access;
    private final Dialect dialect;
    private final HikariDataSource pool;
    private final DataSource dataSource;
    private volatile boolean lost;

    public Database(Access access) {
        this.access = access.url().startsWith("jdbc:h2:")
                        && !access.url().toUpperCase(Locale.ROOT).contains(";MODE=")
                ? new Access(access.url() + H2_MODE, access.user(), access.password())
                : access;
        this.dialect = Dialect.of(access.url());
        try {
            this.pool = pool("posel", this.access, CONNECTIONS);
        } catch (RuntimeException e) {
            throw new UnusableException("POSEL_DB_URL is not a JDBC URL that its driver can read. Correct it.", e);
        }
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
    public boolean migrate() throws SQLException {
        connect();
        try {
            Flyway flyway = Flyway.configure()
                    .dataSource(pool)
                    .locations(
                            "classpath:db/migration",
                            "classpath:db/" + dialect.name().toLowerCase(Locale.ROOT))
                    // an application's tables, its own Flyway's among them, may stand in the same schema
                    .table("posel_schema_history")
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .load();
            requireKnown(flyway.info());
            return flyway.migrate().migrations.stream().anyMatch(migration -> FIRST.equals(migration.version));
        } catch (FlywayException e) {
            if (DatabaseFault.passes(e) || !isReachable()) {
                throw new SQLException("its tables cannot be brought up to date now: " + reason(e), e);
            }
            throw new UnusableException("the tables in " + access + " cannot be brought up to date: " + reason(e), e);
        }
    }

    /**
     * Flyway itself takes tables that were changed by migrations which are not in this jar for good ones, if these are newer
     * than its own: this Posel would write there with a wrong idea of them.
     */
    private void requireKnown(MigrationInfoService tables) {
        String unknown = Arrays.stream(tables.applied())
                .filter(each -> UNKNOWN.contains(each.getState()))
                .map(each -> String.valueOf(each.getVersion()))
                .collect(Collectors.joining(", "));
        if (!unknown.isEmpty()) {
            throw new UnusableException(
                    "the tables in " + access + " were made by a newer Posel: this one does not know their version "
                            + unknown
                            + ". Start the newer Posel again, or restore the backup from before the update.",
                    null);
        }
    }

    /**
     * Before anything is written there.
     *
     * @throws UnusableException if files cannot be created in the folder of an embedded database
     */
    public static void requireWritable(Path folder) {
        if (!DatabaseFault.isWritable(folder)) {
            throw new UnusableException(DatabaseFault.notWritable(folder), null);
        }
    }

    /** Without the pool, which tells of nothing but its own time-out, and that late. */
    private void connect() throws SQLException {
        access.file().filter(DatabaseFault::isEmpty).ifPresent(file -> {
            throw new UnusableException(DatabaseFault.empty(file), null);
        });
        boolean filled = access.file().filter(DatabaseFault::isFilled).isPresent();
        try (Connection connection = DriverManager.getConnection(access.url(), access.user(), access.password())) {
            connection.isValid(5);
            if (filled && !hasTables(connection)) {
                throw new UnusableException(
                        DatabaseFault.lostTables(access.file().orElseThrow()), null);
            }
        }
    }

    private static boolean hasTables(Connection connection) throws SQLException {
        try (ResultSet tables =
                connection.getMetaData().getTables(null, null, "%", new String[] {"BASE TABLE", "TABLE"})) {
            while (tables.next()) {
                if (!H2_SCHEMAS.contains(tables.getString("TABLE_SCHEM").toLowerCase(Locale.ROOT))) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * What {@link #migrate} and whatever else connects failed with, told in words.
     *
     * @return the same for callers who wait, with the innermost cause as its message
     * @throws UnusableException if waiting does not fix it
     */
    public SQLException explain(SQLException e) {
        DatabaseFault fault = DatabaseFault.of(e, access);
        if (fault.lasting() || access.file().isPresent()) {
            throw new UnusableException(fault.reason(), e);
        }
        return new SQLException(fault.reason(), e);
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
            lost = false;
            return connection.isValid(2);
        } catch (SQLException e) {
            lost = DatabaseFault.of(e, access).lasting();
            return false;
        }
    }

    /** Whether it did not answer {@link #isReachable} for a reason that no waiting fixes. */
    public boolean isLost() {
        return lost;
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
