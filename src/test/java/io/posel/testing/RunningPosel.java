package io.posel.testing;

import io.posel.Application;
import io.posel.Settings;
import io.posel.store.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * The whole of Posel in this JVM: real routes, HTTP and database, on a free port, with short redelivery delays and
 * loopback allowed. {@link #restart} keeps the data.
 */
public final class RunningPosel implements AutoCloseable {
    private final Path home;
    private final Map<String, String> environment = new HashMap<>();
    private InstantSource clock = Clock.systemUTC();
    private Application application;
    private PoselClient client;

    private RunningPosel(Path home) {
        this.home = home;
    }

    /** Not started yet: {@code RunningPosel.on(H2, folder).with("POSEL_…", "…").start()}. */
    public static RunningPosel on(TestDatabase database, Path home) {
        RunningPosel posel = new RunningPosel(home);
        posel.environment.putAll(database.create(home.resolve("data")));
        posel.environment.putAll(testSettings());
        return posel;
    }

    static Map<String, String> testSettings() {
        return Map.of(
                "POSEL_HTTP_PORT", "0",
                "POSEL_ADMIN_TOKEN", PoselClient.ADMIN_TOKEN,
                "POSEL_INTAKE_TOKEN", PoselClient.INTAKE_TOKEN,
                "POSEL_HTTP_RATE_LIMIT", "0",
                "POSEL_DELIVERY_ALLOW", "127.0.0.0/8",
                "POSEL_DELIVERY_REDELIVERY_DELAY", "PT0.05S",
                "POSEL_DELIVERY_REDELIVERY_FACTOR", "2",
                "POSEL_SHUTDOWN_TIMEOUT", "PT5S");
    }

    public RunningPosel with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    public RunningPosel at(InstantSource time) {
        clock = time;
        return this;
    }

    public RunningPosel start() {
        application = new Application(Settings.load(home, environment), clock);
        application.start();
        client = new PoselClient(application.port());
        return this;
    }

    public void restart() {
        application.close();
        start();
    }

    public int port() {
        return application.port();
    }

    /** What routes listen on, each a method and a path. */
    public Set<String> endpoints() {
        return application.endpoints();
    }

    public PoselClient client() {
        return client;
    }

    /** What the database says: one string per row, columns separated by a blank. */
    public List<String> rows(String sql) {
        try (Connection connection = connect();
                var statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (row.next()) {
                StringJoiner text = new StringJoiner(" ");
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    text.add(String.valueOf(row.getObject(i)));
                }
                rows.add(text.toString());
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A connection to Posel's own database, as long as it runs. */
    public Connection connect() throws SQLException {
        String url = environment.get("POSEL_DB_URL");
        if (url == null) {
            makeDirectory(home.resolve("data"));
            var access = Database.Access.embedded(home.resolve("data"));
            return DriverManager.getConnection(access.url(), access.user(), access.password());
        }
        return DriverManager.getConnection(url, environment.get("POSEL_DB_USER"), "");
    }

    /** As Posel makes it: H2 would let others read it. */
    private static void makeDirectory(Path data) {
        try {
            Files.createDirectories(
                    data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (application != null) {
            application.close();
        }
    }

    /** Copies the project's routes to where this Posel finds them, for a test to change. */
    public Path copyRoutes() {
        try {
            return copyRoutes(home);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path copyRoutes(Path home) throws IOException {
        Path from = Path.of("routes");
        Path to = home.resolve("routes");
        try (var files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        return to;
    }
}
