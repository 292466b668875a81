package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.posel.store.Database;
import io.posel.testing.JarPosel;
import io.posel.testing.OwnPostgres;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of a database no waiting fixes ends the start; what may pass is waited for. On the real jar. */
class DatabaseFaultIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TOKEN = "abcdefghijklmnopqrstuvwxyz";

    @TempDir
    private static Path server;

    @TempDir
    private Path home;

    private static OwnPostgres postgres;
    private JarPosel posel;

    @BeforeAll
    static void startPostgres() throws Exception {
        postgres = new OwnPostgres(server).start();
        execute("create role clerk login password 'right'");
        execute("create role guest login password 'right'");
        execute("create database shop owner clerk");
        execute("create database other owner clerk");
        execute("other", "revoke create on schema public from public");
        postgres.requirePasswords();
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @BeforeEach
    void prepare() {
        posel = JarPosel.on(TestDatabase.H2, home)
                .with("POSEL_ADMIN_TOKEN", TOKEN)
                .with("POSEL_INTAKE_TOKEN", TOKEN.toUpperCase(java.util.Locale.ROOT));
    }

    @AfterEach
    void end() {
        posel.close();
    }

    private static void execute(String sql) throws SQLException {
        execute("postgres", sql);
    }

    private static String url(String database) {
        return postgres.url().replaceFirst("[^/]*$", database);
    }

    private static void execute(String database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(database), "postgres", "postgres");
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private JarPosel onPostgres(String database, String user, String password) {
        return posel.with("POSEL_DB_URL", url(database))
                .with("POSEL_DB_USER", user)
                .with("POSEL_DB_PASSWORD", password);
    }

    private Path file() {
        return home.resolve("data/posel.mv.db");
    }

    private String log() {
        try {
            return Files.exists(posel.log()) ? Files.readString(posel.log()) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts, and expects exit code 1 and one message, that of which the parts are given. */
    private void assertEnds(String... parts) {
        assertThat(posel.launch().await()).as(log()).isEqualTo(1);
        assertThat(log().lines()).singleElement().satisfies(line -> assertThat(line)
                .startsWith("Posel cannot start: ")
                .contains(parts)
                .doesNotContain("Exception", "timed out after"));
    }

    /** As a start leaves it, with the tables in it. */
    private void createDatabase() throws SQLException {
        try (Database database = new Database(Database.Access.embedded(home.resolve("data")))) {
            database.migrate();
        }
    }

    private void makeDirectory(String name) throws IOException {
        Files.createDirectories(home.resolve(name));
    }

    @Test
    @DisplayName("K21, G9: a database file that is a directory ends the start")
    void aDirectoryInPlaceOfTheFile() throws Exception {
        makeDirectory("data/posel.mv.db");

        assertEnds("the database file " + file() + " is a directory", "POSEL_DATA_DIR");
    }

    @Test
    @DisplayName("K21, G9: an empty database file, as a full disk leaves it, ends the start")
    void anEmptyFile() throws Exception {
        makeDirectory("data");
        Files.createFile(file());

        assertEnds("the database file " + file() + " is empty", "backup");
    }

    @Test
    @DisplayName("K21, G9: a database file of other bytes ends the start, and stays as it is")
    void noDatabaseInTheFile() throws Exception {
        makeDirectory("data");
        byte[] bytes = "not a database ".repeat(1_000).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Files.write(file(), bytes);

        assertEnds("the database file " + file() + " is damaged: ", "backup");
        assertThat(file()).hasBinaryContent(bytes);
    }

    @ParameterizedTest
    @DisplayName("K21, G9: a damaged database file ends the start, and never begins an empty database silently")
    @CsvSource({"8192", "30000"})
    void aDamagedFile(int from) throws Exception {
        createDatabase();
        byte[] bytes = Files.readAllBytes(file());
        assertThat(bytes).hasSizeGreaterThan(from);
        for (int i = from; i < bytes.length; i += 3) {
            bytes[i] ^= 0x5a;
        }
        Files.write(file(), bytes, StandardOpenOption.TRUNCATE_EXISTING);

        assertEnds("the database file " + file() + " is damaged: ", "backup");
    }

    @Test
    @DisplayName("K21, G9: a database file of another user and password ends the start")
    void anotherUserOfTheFile() throws Exception {
        createDatabase();
        posel.with("POSEL_DB_URL", "jdbc:h2:" + home.resolve("data/posel")).with("POSEL_DB_USER", "other");

        assertEnds("was created with another user or password", "POSEL_DB_USER");
    }

    @Test
    @DisplayName("K21, G9: a database file that is not there, and may not be created, ends the start")
    void noFile() throws Exception {
        makeDirectory("data");
        posel.with("POSEL_DB_URL", "jdbc:h2:" + home.resolve("data/none") + ";IFEXISTS=TRUE");

        assertEnds("there is no database file " + home.resolve("data/none.mv.db"), "POSEL_DB_URL");
    }

    @ParameterizedTest
    @DisplayName("K21, G9: a data directory or database file without permission ends the start, naming it and the user")
    @CsvSource({"r-xr-xr-x, rw-rw-rw-, false", "rwxrwxrwx, r--r--r--, true"})
    void noPermission(String mode, String fileMode, boolean namesFile) throws Exception {
        createDatabase();
        assumeThat(Path.of("/usr/bin/setpriv")).as("runs it as another user").exists();
        Path jar = home.resolve("posel.jar");
        Files.copy(Path.of(System.getProperty("posel.jar", "target/posel.jar")), jar);
        Files.writeString(home.resolve("data/secret-key"), "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=\n");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString(fileMode));
        Files.setPosixFilePermissions(home.resolve("data"), PosixFilePermissions.fromString(mode));
        String user = System.getProperty("user.name");
        boolean root = user.equals("root");
        List<String> java =
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar.toString());
        List<String> command =
                new java.util.ArrayList<>(root ? List.of("setpriv", "--reuid=65534", "--clear-groups") : List.of());
        command.addAll(java);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.directory(home.toFile()).redirectOutput(posel.log().toFile());
        builder.environment().put("POSEL_HOME", home.toString());
        builder.environment().put("POSEL_ADMIN_TOKEN", TOKEN);
        builder.environment().put("POSEL_INTAKE_TOKEN", TOKEN + TOKEN);
        builder.environment().put("POSEL_HTTP_PORT", "0");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as("Posel ended: " + log())
                    .isTrue();
        } finally {
            process.destroyForcibly();
            Files.setPosixFilePermissions(home.resolve("data"), PosixFilePermissions.fromString("rwxrwxrwx"));
        }

        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(log().lines()).singleElement().satisfies(line -> assertThat(line)
                .startsWith("Posel cannot start: the "
                        + (namesFile ? "database file " + file() : "data directory " + home.resolve("data"))
                        + " is not ")
                .contains("for the user \"" + (root ? "nobody" : user) + "\"", "permission denied"));
    }

    @ParameterizedTest
    @DisplayName("G9: a wrong user, password or database of PostgreSQL ends the start")
    @CsvSource({
        "shop, clerk, wrong, does not let in the user \"clerk\"",
        "shop, clerk, '', the password is an empty string",
        "shop, nobody, right, does not let in the user \"nobody\"",
        "nothere, clerk, right, does not exist",
        "other, guest, right, permission denied for schema public"
    })
    void refusedByPostgres(String database, String user, String password, String part) {
        onPostgres(database, user, password);

        assertEnds("jdbc:postgresql://localhost:", "/" + database, part);
        assertThat(log()).doesNotContain("right", "wrong");
    }

    @Test
    @DisplayName("G9: an outage is waited for with its cause in the log; what waiting does not fix ends the start then")
    void awayAndThenRefused(@TempDir Path folder) throws Exception {
        OwnPostgres later = new OwnPostgres(folder);
        posel.with("POSEL_DB_URL", later.url().replaceFirst("[^/]*$", "nothere"))
                .with("POSEL_DB_USER", "postgres");
        try {
            posel.launch();
            await().atMost(PATIENCE).until(() -> log().contains("trying again: "));
            assertThat(log()).contains("refused").doesNotContain("timed out after", "\tat ");

            later.start();

            assertThat(posel.await()).isEqualTo(1);
            assertThat(log()).contains("Posel cannot start and ends: ", "/nothere does not exist");
        } finally {
            later.close();
        }
    }

    @Test
    @DisplayName("G9: live is 503 when the database turned Posel away for good, and 200 again when it lets it in")
    void turnedAwayWhileItRuns() throws Exception {
        onPostgres("shop", "clerk", "right").start();
        assertThat(live()).isEqualTo(200);

        execute("alter role clerk nologin");
        execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'clerk'");

        await().atMost(PATIENCE).until(() -> live() == 503);
        execute("alter role clerk login");
        await().atMost(PATIENCE).until(() -> live() == 200);
        await().atMost(PATIENCE)
                .until(() -> posel.client().get("/observe/health/ready").status() == 200);
    }

    private int live() {
        return posel.client().get("/observe/health/live").status();
    }
}
