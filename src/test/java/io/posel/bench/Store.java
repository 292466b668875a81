package io.posel.bench;

import io.posel.store.Database;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A database of its own for one Posel: PostgreSQL as it stands in production, with every fsync, or the embedded H2. */
final class Store {
    /** One server for all. */
    static final class Server implements AutoCloseable {
        private final Path data;
        private final EmbeddedPostgres postgres;
        private int databases;

        Server(Path folder) throws IOException {
            this.data = folder.resolve("postgresql");
            this.postgres = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(true)
                    // what this server for tests switches off, and real ones must not
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("fsync", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("max_connections", "100")
                    .setServerConfig("max_wal_size", "2GB")
                    .start();
        }

        Store database() throws SQLException {
            String name = "posel" + databases++;
            try (Connection connection = postgres.getPostgresDatabase().getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("create database " + name);
            }
            return new Store(new Database.Access(postgres.getJdbcUrl("postgres", name), "postgres", ""), this, null);
        }

        String version() throws SQLException {
            try (Connection connection = postgres.getPostgresDatabase().getConnection()) {
                return connection.getMetaData().getDatabaseProductVersion();
            }
        }

        /** Processor time of the processes that run now. */
        private Duration cpu() throws IOException {
            long pid = Long.parseLong(
                    Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
            ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
            return Stream.concat(Stream.of(postmaster), postmaster.descendants())
                    .map(each -> each.info().totalCpuDuration().orElse(Duration.ZERO))
                    .reduce(Duration.ZERO, Duration::plus);
        }

        @Override
        public void close() throws IOException {
            postgres.close();
        }
    }

    private final Database.Access access;
    private final @Nullable Server server;
    private final @Nullable Path folder;

    private Store(Database.Access access, @Nullable Server server, @Nullable Path folder) {
        this.access = access;
        this.server = server;
        this.folder = folder;
    }

    static Store h2(Path folder) {
        return new Store(Database.Access.embedded(folder), null, folder);
    }

    /** Whether it can be connected to while Posel runs. */
    boolean isServer() {
        return server != null;
    }

    /** How Posel finds it. */
    Map<String, String> environment() {
        return folder == null
                ? Map.of("POSEL_DB_URL", access.url(), "POSEL_DB_USER", access.user())
                : Map.of("POSEL_DATA_DIR", folder.toString());
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(access.url(), access.user(), access.password());
    }

    /** Numbers from 1, as a table {@code s} with the column {@code n}. */
    String series(int count) {
        return isServer()
                ? "generate_series(1, " + count + ") as s(n)"
                : "(select \"X\" as n from system_range(1, " + count + ")) s";
    }

    /** An SQL text as bytes. */
    String bytes(String text) {
        return isServer() ? "convert_to(" + text + ", 'UTF8')" : "stringtoutf8(" + text + ")";
    }

    /** The first number that a query tells. */
    long number(String sql) throws SQLException {
        try (Connection connection = connect();
                var statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Processor time of the server; zero where the database is part of Posel. */
    Duration cpu() throws IOException {
        return server == null ? Duration.ZERO : server.cpu();
    }
}
