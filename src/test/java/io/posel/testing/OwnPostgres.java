package io.posel.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

/** A PostgreSQL of a test's own, which it can take away and bring back: same port, same data. */
public final class OwnPostgres implements AutoCloseable {
    private final Path data;
    private final int port;
    private EmbeddedPostgres server;

    public OwnPostgres(Path folder) {
        this.data = folder.resolve("postgresql");
        this.port = Ports.free();
    }

    public String url() {
        return "jdbc:postgresql://localhost:" + port + "/postgres";
    }

    public OwnPostgres start() throws IOException {
        server = EmbeddedPostgres.builder()
                .setPort(port)
                .setPGStartupWait(TestDatabase.STARTUP)
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                // what this server for tests switches off, and real ones must not
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("fsync", "on")
                .setServerConfig("full_page_writes", "on")
                .start();
        return this;
    }

    /** Ends every connection to it but its own. */
    public void terminateBackends() throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("select pg_terminate_backend(pid) from pg_stat_activity"
                    + " where backend_type = 'client backend' and pid <> pg_backend_pid()");
        }
    }

    /** Lets in only who shows a password, but for its superuser. */
    public void requirePasswords() throws IOException, SQLException {
        Files.writeString(
                data.resolve("pg_hba.conf"),
                "host all postgres 127.0.0.1/32 trust\nhost all postgres ::1/128 trust\n"
                        + "host all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\n");
        try (Connection connection = server.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("select pg_reload_conf()");
        }
    }

    /** An immediate shutdown, as of a machine that fails: no checkpoint, every connection is cut. */
    public void crash() throws IOException {
        long pid = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
        ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
        new ProcessBuilder("kill", "-QUIT", String.valueOf(pid)).start();
        try {
            postmaster.onExit().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("PostgreSQL does not end", e);
        }
        close();
    }

    @Override
    public void close() {
        try {
            if (server != null) {
                server.close();
            }
        } catch (IOException | RuntimeException e) {
            // it is gone
        }
        server = null;
    }
}
