package io.posel.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The system's MariaDB (Debian: mariadb-server), one for each JVM, on loopback and in a temporary folder. Its clock is
 * set to Prague, as far as its sessions follow it.
 */
public final class MariaDb {
    private static final MariaDb SHARED = new MariaDb();

    private int port;
    private Process server;

    private MariaDb() {}

    /** Both drivers that are in use: MariaDB's own, and MySQL's. */
    public enum Driver {
        MARIADB("jdbc:mariadb:"),
        MYSQL("jdbc:mysql:");

        private final String scheme;

        Driver(String scheme) {
            this.scheme = scheme;
        }

        /** @param database as of {@link MariaDb#create} */
        public String url(String database) {
            return scheme + "//127.0.0.1:" + SHARED.port + "/" + database + "?user=root";
        }

        public Connection connect(String database) throws SQLException {
            return DriverManager.getConnection(url(database));
        }
    }

    /** The name of a new, empty database; skips the test where the system has no MariaDB. */
    public static String create() {
        Assumptions.assumeTrue(
                Files.isExecutable(daemon()), "mariadbd is not installed (Debian and Ubuntu: mariadb-server)");
        String name = "posel_" + UUID.randomUUID().toString().replace("-", "");
        try {
            SHARED.start();
            try (Connection connection = Driver.MARIADB.connect("");
                    var statement = connection.createStatement()) {
                statement.execute("create database " + name);
            }
            return name;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException | SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path daemon() {
        return Path.of("/usr/sbin/mariadbd");
    }

    private synchronized void start() throws IOException, InterruptedException {
        if (server != null) {
            return;
        }
        Path folder = Files.createTempDirectory("posel-mariadb");
        Path log = folder.resolve("log");
        String user = "--user=" + System.getProperty("user.name");
        Process install = run(
                log,
                "mariadb-install-db",
                "--no-defaults",
                "--datadir=" + folder.resolve("data"),
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                user);
        if (install.waitFor() != 0) {
            throw new IOException("mariadb-install-db fails: " + Files.readString(log));
        }
        port = Ports.free();
        server = run(
                log,
                daemon().toString(),
                "--no-defaults",
                "--datadir=" + folder.resolve("data"),
                "--socket=" + folder.resolve("socket"),
                "--bind-address=127.0.0.1",
                "--port=" + port,
                "--skip-log-bin",
                "--innodb-flush-log-at-trx-commit=0",
                user);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(folder)));
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> {
            if (!server.isAlive()) {
                throw new IllegalStateException("mariadbd ends: " + Files.readString(log));
            }
            try (Connection connection = Driver.MARIADB.connect("")) {
                return connection.isValid(5);
            }
        });
    }

    private static Process run(Path log, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command)));
        builder.environment().put("TZ", "Europe/Prague");
        return builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    private void end(Path folder) {
        server.destroyForcibly();
        try {
            server.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            // the folder for temporary files is emptied by others
        }
    }
}
