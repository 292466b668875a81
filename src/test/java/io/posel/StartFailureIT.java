package io.posel;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.store.Database;
import io.posel.testing.ClassArchive;
import io.posel.testing.JarPosel;
import io.posel.testing.Ports;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that fails exits 1 with one message that tells what is wrong and where; seen on the real jar. */
class StartFailureIT {
    private static final String PREFIX = "Posel cannot start: ";
    private static final String KEY = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";

    /** How a process ended. */
    private record Ended(int code, String out, String err) {}

    @TempDir
    private Path home;

    private final Map<String, String> environment = new HashMap<>();
    private int port;
    private Process process;

    @BeforeEach
    void chooseAPort() {
        port = Ports.free();
        environment.put("POSEL_HOME", home.toString());
        environment.put("POSEL_HTTP_PORT", String.valueOf(port));
    }

    @AfterEach
    void leaveNothingRunning() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private Ended posel(String... words) {
        Path jar = Path.of(System.getProperty("posel.jar", "target/posel.jar")).toAbsolutePath();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:SharedArchiveFile=" + ClassArchive.of(jar),
                "-jar",
                jar.toString()));
        command.addAll(List.of(words));
        Path out = home.resolve("out.log");
        Path err = home.resolve("err.log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        try {
            process = builder.start();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("Posel ended").isTrue();
            return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Starts, and expects this one line. */
    private void assertRefused(String message) {
        Ended ended = posel();

        assertThat(ended.err().lines()).containsExactly(PREFIX + message);
        assertEndedAsAFailure(ended);
    }

    private void assertRefusedWith(String beginning, String part) {
        Ended ended = posel();

        assertThat(ended.err().lines()).singleElement().satisfies(line -> assertThat(line)
                .startsWith(PREFIX + beginning)
                .contains(part));
        assertEndedAsAFailure(ended);
    }

    private void assertEndedAsAFailure(Ended ended) {
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out() + ended.err()).doesNotContain("\tat ").doesNotContain("Exception:");
    }

    private void assertNothingListens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThat(socket.isConnected()).as("something listens").isFalse();
        } catch (ConnectException e) {
            assertThat(e).hasMessageContaining("refused");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path write(String file, String text) throws IOException {
        Path path = home.resolve(file);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, text);
    }

    /** A copy of the project's routes, with this file changed. */
    private Path changeRoute(String name, String from, String to) throws IOException {
        Path file = JarPosel.on(TestDatabase.H2, home).copyRoutes().resolve(name + ".camel.yaml");
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
        return file;
    }

    /** Where the first line with a text stands, as messages write it. */
    private static String place(Path file, String text) throws IOException {
        return file + ":" + line(file, text) + ": ";
    }

    private static int line(Path file, String text) throws IOException {
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(text)) {
                return i + 1;
            }
        }
        throw new AssertionError(text + " does not stand in " + file);
    }

    @Test
    void aPortInUse() throws IOException {
        try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(other.isBound()).isTrue();

            assertRefused("port " + port + " on 127.0.0.1 is in use; set POSEL_HTTP_PORT");
        }
    }

    @Test
    void aSettingThatDoesNotExist() throws IOException {
        Path file = write("config/application.properties", "posel.http.host=127.0.0.1\nposel.http.prot=8080\n");

        assertRefused(file + ":2: there is no setting posel.http.prot; did you mean posel.http.port?");
    }

    @Test
    void aWrongValueInTheFile() throws IOException {
        Path file = write("config/application.properties", "\nposel.delivery.timeout=10\n");

        assertRefused("setting posel.delivery.timeout (POSEL_DELIVERY_TIMEOUT) is \"10\" in " + file
                + ":2, expected is an ISO-8601 duration such as PT10S or P3D");
    }

    @Test
    void aWrongValueInTheEnvironment() {
        environment.put("POSEL_PURGE_CRON", "daily");

        assertRefusedWith(
                "setting posel.purge-cron (POSEL_PURGE_CRON) is \"daily\" in the environment, expected is ",
                "a Quartz cron expression");
    }

    @Test
    void aDataDirectoryThatCannotBe() throws IOException {
        Path file = write("data", "a file");

        assertRefused("the data directory " + file + " cannot be created: it is a file; set POSEL_DATA_DIR");
    }

    @Test
    void aRouteFileThatIsNotYaml() throws IOException {
        Path file = changeRoute("accept-events", "id: accept-events", "id: [accept-events");

        assertRefusedWith(place(file, "description: Every source"), "expected");
        assertNothingListens();
    }

    @Test
    void aStepThatDoesNotExist() throws IOException {
        Path file = changeRoute("purge-history", "- process:", "- proces:");

        assertRefused(place(file, "- proces:") + "Unknown node id: proces");
        assertNothingListens();
    }

    @Test
    void aBeanThatIsNotThere() throws IOException {
        Path file = changeRoute("accept-events", "ref: storeEvents", "ref: storeEvent");

        int step = line(file, "id: store-events") - 1;
        assertRefusedWith(file + ":" + step + ": ", "storeEvent ");
        assertNothingListens();
    }

    @Test
    void aRouteIdThatIsThereTwice() throws IOException {
        Path file = changeRoute("purge-history", "id: purge-history", "id: accept-events");
        Path other = file.resolveSibling("accept-events.camel.yaml");

        assertRefused(place(file, "id: accept-events") + "the route id accept-events is already in " + other + ":2");
        assertNothingListens();
    }

    @Test
    void aRouteThatIsCalledAndNotThere() throws IOException {
        Path file = changeRoute("deliver-webhook", "uri: direct:attempt-delivery", "uri: direct:attempt");

        assertRefusedWith(file + ":", "no route begins with direct:attempt");
        assertNothingListens();
    }

    @Test
    void anErrorPolicyThatIsNotThere() throws IOException {
        Path file = changeRoute("deliver-webhook", "delivery-errors", "delivery-error");

        assertRefusedWith(file + ":", "there is no route configuration delivery-error");
        assertNothingListens();
    }

    @Test
    void aScheduleThatIsNone() throws IOException {
        Path file = changeRoute("purge-history", "\"{{posel.purge-cron}}\"", "every day");

        assertRefusedWith(file + ":", "CronExpression 'every day' is invalid");
        assertNothingListens();
    }

    @Test
    void anEventTypeThatIsWrong() throws IOException {
        Path file = write("config/event-types/order.yaml", "entityType: order\nevents: none\n");

        assertRefusedWith(file + ":2: ", "events");
    }

    @Test
    void aJarThatIsNone() throws IOException {
        Path file = write("lib/driver.jar", "not a jar");

        assertRefusedWith(file + " is not a readable jar: ", "zip");
    }

    @Test
    void aDataDirectoryInUse() throws Exception {
        try (Connection other = open("select 1")) {
            assertThat(other.isValid(1)).isTrue();

            assertRefusedWith("jdbc:h2:async:" + home.resolve("data/posel") + " is in use: ", "POSEL_DATA_DIR");
        }
        assertNothingListens();
    }

    @Test
    void aDatabaseWithTablesThatAreNotPosels() throws Exception {
        open("create table event (name varchar(10))").close();

        assertRefused("the tables in jdbc:h2:async:" + home.resolve("data/posel") + " cannot be brought up to date:"
                + " Failed to execute script V1__create_event.sql: Table \"event\" already exists");
        assertNothingListens();
    }

    @Test
    @DisplayName("D8: tables of a newer Posel are refused by whatever opens them")
    void aDatabaseOfANewerPosel() throws Exception {
        encryptWithAKey("00112233445566aa");
        open("insert into posel_schema_history (installed_rank, version, description, type, script, checksum,"
                        + " installed_by, execution_time, success) values (1000, '99', 'later', 'SQL', 'V99__later.sql',"
                        + " 1, 'posel', 1, true)")
                .createStatement()
                .execute("shutdown");
        String message =
                "the tables in jdbc:h2:async:" + home.resolve("data/posel") + " were made by a newer Posel: this"
                        + " one does not know their version 99. Start the newer Posel again, or restore the backup from before"
                        + " the update.";

        assertRefused(message);
        assertNothingListens();

        Ended rotation = posel("rotate-key");
        assertThat(rotation.err().lines()).containsExactly("Posel cannot rotate the key: " + message);
        assertEndedAsAFailure(rotation);
        assertThat(home.resolve("data/secret-key.new")).doesNotExist();
    }

    /** As a first start leaves it, with the secrets encrypted with a key that is not at hand. */
    private void encryptWithAKey(String id) throws Exception {
        Database database = new Database(Database.Access.embedded(home.resolve("data")));
        database.migrate();
        try (Connection connection = database.dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("insert into secret_key (id) values ('" + id + "')");
        }
        database.close();
    }

    @Test
    @DisplayName("S9: without the key of the secrets nothing is started, made or changed")
    void noKey() throws Exception {
        encryptWithAKey("00112233445566aa");

        assertRefused("the secrets in the database are encrypted with the key 00112233445566aa, and there is no key: "
                + home.resolve("data/secret-key") + " is missing, and POSEL_SECRET_KEY (posel.secret-key) is not set."
                + " Nothing was changed. Put the file back from a backup of the data directory, or set"
                + " POSEL_SECRET_KEY");
        assertThat(home.resolve("data/secret-key")).doesNotExist();
        assertNothingListens();
    }

    @Test
    @DisplayName("S9: with another key nothing is started or changed, and the key is not shown")
    void anotherKey() throws Exception {
        encryptWithAKey("00112233445566aa");
        Path file = write("data/secret-key", KEY + "\n");

        assertRefusedWith("the file " + file + " holds the key ", "encrypted with the key 00112233445566aa");
        assertThat(file).hasContent(KEY);

        environment.put("POSEL_SECRET_KEY", KEY);
        assertRefusedWith(
                "POSEL_SECRET_KEY (posel.secret-key) is the key ",
                "Set POSEL_SECRET_KEY to that one; after a rotate-key");
        assertThat(Files.readString(home.resolve("err.log")) + Files.readString(home.resolve("out.log")))
                .doesNotContain(KEY);
    }

    @Test
    void aKeyThatIsNone() {
        environment.put("POSEL_SECRET_KEY", "s3cret");

        assertRefused("setting posel.secret-key (POSEL_SECRET_KEY) in the environment must be 32 bytes in base64, as of"
                + " openssl rand -base64 32");
    }

    @Test
    void aKeyFileThatHoldsNone() throws IOException {
        Path file = write("data/secret-key", "s3cret\n");

        assertRefused("the file " + file + " holds no key of 32 bytes in base64; put it back from a backup of the data"
                + " directory, or set POSEL_SECRET_KEY");
        assertThat(file).hasContent("s3cret");
    }

    @Test
    void rotateKeyWhereThereIsNothing() {
        Ended ended = posel("rotate-key");

        assertThat(ended.err().lines())
                .containsExactly("Posel cannot rotate the key: there is no data directory " + home.resolve("data")
                        + ", so nothing to rotate; set POSEL_HOME or POSEL_DATA_DIR");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(home.resolve("data")).doesNotExist();
    }

    @Test
    void rotateKeyWithoutTheKey() throws Exception {
        encryptWithAKey("00112233445566aa");

        Ended ended = posel("rotate-key");

        assertThat(ended.err().lines()).singleElement().satisfies(line -> assertThat(line)
                .startsWith("Posel cannot rotate the key: ")
                .contains("00112233445566aa"));
        assertThat(home.resolve("data/secret-key")).doesNotExist();
        assertThat(home.resolve("data/secret-key.new")).doesNotExist();
        assertEndedAsAFailure(ended);
    }

    private Connection open(String sql) throws SQLException {
        Database.Access access = Database.Access.embedded(home.resolve("data"));
        Connection connection =
                DriverManager.getConnection(access.url().replace(";DB_CLOSE_DELAY=-1", ""), access.user(), "");
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
        return connection;
    }

    @Test
    void checkFindsTheSameWithoutAPort() throws IOException {
        Path file = changeRoute("purge-history", "\"{{posel.purge-cron}}\"", "every day");

        Ended ended = posel("check");

        assertThat(ended.err().lines()).singleElement().satisfies(line -> assertThat(line)
                .startsWith(PREFIX + file + ":")
                .contains("CronExpression 'every day' is invalid"));
        assertEndedAsAFailure(ended);
        assertThat(home.resolve("data")).doesNotExist();
    }

    @Test
    void checkFindsAllThatIsWrongInWebhookFiles() throws IOException {
        write("config/webhooks/crm.yaml", "name: CRM\nevents: [a]\nurl: https://a.example/${NO_SUCH}\n");
        write("config/webhooks/erp.yaml", "name: [\n");

        Ended ended = posel("check");

        assertThat(ended.err().lines())
                .hasSize(3)
                .startsWith(
                        PREFIX + "2 things to mend in config/webhooks:",
                        "config/webhooks/crm.yaml:3: /url: The environment variable NO_SUCH is not set, or is empty.")
                .anyMatch(line -> line.startsWith("config/webhooks/erp.yaml:2: This is not YAML: "));
        assertEndedAsAFailure(ended);
        assertThat(home.resolve("data")).doesNotExist();
    }

    @Test
    void checkSaysThatAllIsRightWhileThePortIsInUse() throws IOException {
        Path sample = Path.of("src/docs/webhook.example.yaml");
        write("config/webhooks/crm.yaml", Files.readString(sample));
        environment.put("CRM_PASSWORD", "p");
        environment.put("CRM_KEY", "k");
        try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(other.isBound()).isTrue();

            assertThat(posel("check"))
                    .isEqualTo(new Ended(
                            0,
                            "Posel can start: settings, event types and webhooks in files are right, and so are the"
                                    + " routes from the jar\n",
                            ""));
        }
        assertThat(home.resolve("data")).doesNotExist();
    }

    @Test
    void helpListsTheCommands() {
        Ended ended = posel("help");

        assertThat(ended.code()).isZero();
        assertThat(ended.out())
                .contains(
                        "posel.jar demo", "posel.jar check", "posel.jar version", "posel.jar rotate-key", "POSEL_HOME");
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void versionIsOneLine() {
        Ended ended = posel("version");

        assertThat(ended.code()).isZero();
        assertThat(ended.out()).matches("Posel \\d+\\.\\d+\\.\\d+\\R");
    }

    @Test
    void anUnknownCommandIsNotAStart() {
        Ended ended = posel("strat");

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err())
                .startsWith("Posel does not know the command \"strat\".\n")
                .contains("posel.jar check");
        assertThat(home.resolve("data")).doesNotExist();
    }
}
