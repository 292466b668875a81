package io.posel.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

/** The databases that every integration test runs on. */
public enum TestDatabase {
    H2 {
        @Override
        public Map<String, String> create(Path folder) {
            return Map.of("POSEL_DATA_DIR", folder.toString());
        }
    },
    /** A real PostgreSQL, one for each JVM, with a database of its own for each caller. */
    POSTGRESQL {
        @Override
        public Map<String, String> create(Path folder) {
            String name = "posel_" + UUID.randomUUID().toString().replace("-", "");
            EmbeddedPostgres server = server();
            try (Connection connection = server.getPostgresDatabase().getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("create database " + name);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            return Map.of(
                    "POSEL_DATA_DIR", folder.toString(),
                    "POSEL_DB_URL", server.getJdbcUrl("postgres", name),
                    "POSEL_DB_USER", "postgres");
        }
    };

    /** It recovers first, on a machine that does other things too. */
    static final Duration STARTUP = Duration.ofSeconds(60);

    private static EmbeddedPostgres shared;

    /** A new empty database, as settings of the environment. */
    public abstract Map<String, String> create(Path folder);

    /** Ends with the JVM. */
    static synchronized EmbeddedPostgres server() {
        try {
            if (shared == null) {
                shared = EmbeddedPostgres.builder()
                        .setPort(Ports.free())
                        .setPGStartupWait(STARTUP)
                        .setServerConfig("max_connections", "200")
                        .start();
            }
            return shared;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
