package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.HttpAnswer;
import io.posel.testing.MovableClock;
import io.posel.testing.PoselClient;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks in {@code config/webhooks}, on both databases. */
class WebhookFilesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Nested
    class OnH2 extends Folder {
        OnH2() {
            super(TestDatabase.H2);
        }
    }

    @Nested
    class OnPostgresql extends Folder {
        OnPostgresql() {
            super(TestDatabase.POSTGRESQL);
        }
    }

    @Test
    @DisplayName("a broken file ends the first start, when there is nothing in the database to go on with")
    void firstStart(@TempDir Path home) throws IOException {
        Files.writeString(
                Files.createDirectories(home.resolve("config/webhooks")).resolve("crm.yaml"), "name: CRM\nevents: x\n");
        RunningPosel posel = RunningPosel.on(TestDatabase.H2, home);

        assertThatThrownBy(posel::start)
                .isInstanceOf(StartFailedException.class)
                .hasMessage("2 things to mend in config/webhooks:\n"
                        + "config/webhooks/crm.yaml:1: /url: This member is required.\n"
                        + "config/webhooks/crm.yaml:2: /events: This must be of type array.");
    }

    @Test
    @DisplayName("what a removed file's webhook has queued is skipped at once, and not when history is purged")
    void queueOfARemovedFile(@TempDir Path home) throws IOException {
        Path dir = Files.createDirectories(home.resolve("config/webhooks"));
        try (Receiver receiver = Receiver.start()) {
            receiver.answer(Answer.hang());
            Path file = Files.writeString(
                    dir.resolve("crm.yaml"), "name: CRM\nevents: [t]\nurl: %s\n".formatted(receiver.url("/")));
            try (RunningPosel running = RunningPosel.on(TestDatabase.H2, home)
                    .with("POSEL_WEBHOOK_FILES_INTERVAL", "PT0.05S")
                    .with("POSEL_PURGE_CRON", "0 0 0 1 1 ? 2099")
                    .with("POSEL_DELIVERY_TIMEOUT", "PT5M")
                    .with("POSEL_SHUTDOWN_TIMEOUT", "PT0.1S")
                    .start()) {
                for (String id : List.of("sent", "waits")) {
                    running.client()
                            .accept(
                                    "{\"id\":\"%s\",\"type\":\"t\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},\"data\":{}}"
                                            .formatted(id));
                }
                await().atMost(PATIENCE).until(() -> !receiver.requests().isEmpty());

                Files.delete(file);

                await().atMost(PATIENCE).until(() -> running.client()
                        .get("/api/deliveries?event=waits")
                        .all("items", "state")
                        .equals(List.of("skipped")));
            }
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class Folder {
        private final TestDatabase database;
        private final MovableClock clock = new MovableClock();
        private RunningPosel running;
        private PoselClient posel;
        private Receiver receiver;
        private Path dir;
        private int count;

        Folder(TestDatabase database) {
            this.database = database;
        }

        @BeforeAll
        void start(@TempDir Path home) throws IOException {
            receiver = Receiver.start();
            dir = Files.createDirectories(home.resolve("config/webhooks"));
            running = RunningPosel.on(database, home)
                    .with("POSEL_WEBHOOK_FILES_INTERVAL", "PT0.05S")
                    .with("POSEL_PURGE_CRON", "* * * * * ?")
                    .with("CRM_KEY", "topsecret")
                    .at(clock)
                    .start();
            posel = running.client();
        }

        @AfterAll
        void stop() throws IOException {
            running.close();
            receiver.close();
        }

        @BeforeEach
        void empty() throws IOException {
            receiver.answer(Answer.ok());
            Files.createDirectories(dir);
            try (Stream<Path> files = Files.list(dir)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            await().atMost(PATIENCE)
                    .until(() -> health().equals("UP")
                            && posel.get("/api/webhooks?limit=200").all("items", "file").stream()
                                    .allMatch("null"::equals));
        }

        private String unique() {
            return "hook-" + ++count;
        }

        private String definition(String id) {
            return "name: %s\nevents: [t.%s]\nurl: %s\nheaders:\n  X-Key: ${CRM_KEY}\n"
                    .formatted(id, id, receiver.url("/" + id));
        }

        private void write(String id, String text) throws IOException {
            Path hidden = Files.writeString(dir.resolve("." + id), text);
            Files.move(hidden, dir.resolve(id + ".yaml"), StandardCopyOption.ATOMIC_MOVE);
        }

        private void remove(String id) throws IOException {
            Files.delete(dir.resolve(id + ".yaml"));
        }

        private HttpAnswer get(String id) {
            return posel.get("/api/webhooks/" + id);
        }

        private void awaitState(String id, String member, String value) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(get(id).at(member)).isEqualTo(value));
        }

        private String defined() throws IOException {
            String id = unique();
            write(id, definition(id));
            awaitState(id, "file", id + ".yaml");
            return id;
        }

        private String health() {
            HttpAnswer health = posel.get("/observe/health");
            assertThat(health.status()).isEqualTo(200);
            assertThat(health.at("status")).isEqualTo("UP");
            List<String> names = health.all("checks", "name");
            return health.all("checks", "status").get(names.indexOf("webhook-files"));
        }

        private void awaitHealth(String status) {
            await().atMost(PATIENCE).until(() -> health().equals(status));
        }

        private String accept(String id) {
            String event = "e" + ++count;
            posel.accept("{\"id\":\"%s\",\"type\":\"t.%s\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},\"data\":{}}"
                    .formatted(event, id));
            return event;
        }

        private void awaitDelivery(String event, String state) {
            await().atMost(PATIENCE).until(() -> posel.get("/api/deliveries?event=" + event)
                    .all("items", "state")
                    .equals(List.of(state)));
        }

        private List<String> trail(String id) {
            HttpAnswer audit = posel.get("/api/audit?limit=200&webhook=" + id);
            assertThat(audit.text()).doesNotContain("topsecret");
            List<String> actions = audit.all("items", "action");
            List<String> who = audit.all("items", "who");
            List<String> trail = new ArrayList<>();
            for (int i = actions.size() - 1; i >= 0; i--) {
                trail.add(who.get(i) + ": " + actions.get(i));
            }
            return trail;
        }

        private String stored(String id) {
            try (var connection = running.connect();
                    var select = connection.prepareStatement("select file, definition from webhook where id = ?")) {
                select.setString(1, id);
                try (var row = select.executeQuery()) {
                    row.next();
                    return new String(row.getBytes(1), StandardCharsets.ISO_8859_1)
                            + new String(row.getBytes(2), StandardCharsets.ISO_8859_1);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        private List<ReceivedRequest> received(String id) {
            return receiver.requests().stream()
                    .filter(request -> request.target().startsWith("/" + id))
                    .toList();
        }

        @Test
        void aFileIsAWebhookWhoseSecretsComeFromTheEnvironment() throws IOException {
            String id = defined();

            HttpAnswer shown = get(id);
            assertThat(shown.at("name")).isEqualTo(id);
            assertThat(shown.at("headers.X-Key")).isEqualTo("***");
            assertThat(shown.text()).doesNotContain("topsecret");
            awaitDelivery(accept(id), "delivered");
            assertThat(received(id).get(0).header("X-Key")).contains("topsecret");
            assertThat(trail(id)).containsExactly("file " + id + ".yaml: webhook-created");
        }

        @Test
        void overHttpItCannotBeChangedButTestedSignedAndRead() throws IOException {
            String id = defined();
            String path = "/api/webhooks/" + id;
            String before = get(id).text();

            for (HttpAnswer refused : List.of(
                    posel.put(path, before),
                    posel.patch(path, "{\"name\":\"x\"}"),
                    posel.patch(path, "{\"enabled\":false}", "If-Match", "\"7\""),
                    posel.delete(path),
                    posel.post(path + "/restore", null))) {
                assertThat(refused.status()).as(refused.toString()).isEqualTo(409);
                assertThat(refused.errors()).containsExactly(" defined-in-file");
                assertThat(refused.at("errors.0.params.file")).isEqualTo(id + ".yaml");
                assertThat(refused.at("detail")).contains(id + ".yaml");
            }
            assertThat(get(id).text()).isEqualTo(before);

            String event = "{\"event\":{\"type\":\"t\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},\"data\":{}}}";
            assertThat(posel.post(path + "/test", event).at("response.status")).isEqualTo("200");
            assertThat(posel.post(path + "/secret", null).at("secret")).startsWith("whsec_");
            assertThat(get(id).at("file")).isEqualTo(id + ".yaml");
        }

        @Test
        void allFilesAreAppliedOrNone() throws IOException {
            String id = defined();
            String other = unique();

            write(id, definition(id).replace("name: ", "name: new "));
            write(other, definition(other).replace("events:", "event:"));
            awaitHealth("DEGRADED");
            assertThat(get(id).at("name")).isEqualTo(id);
            assertThat(get(other).status()).isEqualTo(404);
            awaitDelivery(accept(id), "delivered");

            write(other, definition(other));
            awaitHealth("UP");
            assertThat(get(id).at("name")).isEqualTo("new " + id);
            assertThat(get(other).status()).isEqualTo(200);
            assertThat(trail(id))
                    .containsExactly("file " + id + ".yaml: webhook-created", "file " + id + ".yaml: webhook-edited");
        }

        @Test
        void aRemovedFileIsADeletedWebhookThatComesBackWithIt() throws IOException {
            String id = defined();
            String created = get(id).at("createdAt");
            receiver.answer(Answer.hang());
            accept(id);
            String waiting = accept(id);
            await().atMost(PATIENCE).until(() -> received(id).size() == 1);

            clock.move(Duration.ofSeconds(1));
            remove(id);
            awaitDelivery(waiting, "skipped");
            assertThat(get(id).status()).isEqualTo(404);
            assertThat(posel.get("/api/deliveries?event=" + waiting).at("items.0.reason"))
                    .isEqualTo("deleted");

            receiver.answer(Answer.ok());
            write(id, definition(id));
            awaitState(id, "state", "active");
            assertThat(get(id).at("createdAt")).isEqualTo(created);
            posel.post("/api/deliveries/replay", "{\"webhook\":\"" + id + "\",\"states\":[\"skipped\"]}");
            awaitDelivery(waiting, "delivered");
            assertThat(trail(id))
                    .containsExactly(
                            "file " + id + ".yaml: webhook-created",
                            "file " + id + ".yaml: webhook-deleted",
                            "file " + id + ".yaml: webhook-restored",
                            "admin-token: deliveries-replayed");
        }

        @Test
        void aMissingFolderDeletesNothing() throws IOException {
            String id = defined();
            remove(id);
            Files.delete(dir);

            awaitHealth("DEGRADED");
            assertThat(get(id).status()).isEqualTo(200);
        }

        @Test
        void aStartGoesOnWithTheLastGoodState() throws IOException {
            String id = defined();
            write("broken", "name: x\n");
            awaitHealth("DEGRADED");

            running.restart();
            posel = running.client();

            assertThat(health()).isEqualTo("DEGRADED");
            assertThat(get(id).at("file")).isEqualTo(id + ".yaml");
            awaitDelivery(accept(id), "delivered");
            String version = get(id).at("version");

            remove("broken");
            running.restart();
            posel = running.client();
            assertThat(health()).isEqualTo("UP");
            assertThat(get(id).at("version")).isEqualTo(version);
            assertThat(trail(id)).hasSize(1);
        }

        @Test
        @DisplayName("F1: an expired webhook comes back with any change of its file, and is not forgotten in between")
        void expiry() throws IOException {
            String id = defined();
            receiver.answer(Answer.status(500));
            awaitDelivery(accept(id), "dead");
            awaitState(id, "state", "failing");
            write(id, definition(id).replace("/" + id, "/" + id + "/2"));
            awaitState(id, "state", "active");

            awaitDelivery(accept(id), "dead");
            for (int gap = 0; gap < 3; gap++) {
                clock.move(Duration.ofDays(2));
                awaitDelivery(accept(id), "dead");
            }
            awaitState(id, "state", "expired");
            clock.move(Duration.ofDays(40));
            await().atMost(PATIENCE).until(() -> posel.get("/api/events?type=t." + id)
                    .all("items", "id")
                    .isEmpty());
            awaitState(id, "state", "expired");
            running.restart();
            posel = running.client();
            assertThat(get(id).at("state")).isEqualTo("expired");

            write(id, definition(id).replace("/" + id, "/" + id + "/2") + "# repaired\n");
            awaitState(id, "state", "active");
            assertThat(get(id).at("failingSince")).isEqualTo("null");
        }

        @Test
        @DisplayName("K29, F9: one whose receiver is gone stays off over restarts until its file changes")
        void gone() throws IOException {
            String id = defined();
            receiver.answer(Answer.status(410));
            awaitDelivery(accept(id), "dead");
            awaitState(id, "reason", "gone");
            running.restart();
            posel = running.client();
            write("other-" + id, definition("other-" + id));
            awaitState("other-" + id, "state", "active");
            assertThat(get(id).at("reason")).isEqualTo("gone");

            write(id, definition(id) + "enabled: false\n");
            awaitState(id, "enabled", "false");
            assertThat(get(id).at("reason")).isEqualTo("gone");
            receiver.answer(Answer.ok());
            write(id, definition(id));
            awaitState(id, "enabled", "true");
            assertThat(get(id).at("reason")).isEqualTo("null");
            awaitDelivery(accept(id), "delivered");
        }

        @Test
        void aWebhookMovesIntoAFileAndOutOfItWithItsHistory() throws IOException {
            String name = unique();
            String id = posel.createWebhook(
                    "{\"name\":\"w\",\"events\":[\"t.%s\"],\"url\":\"%s\"}".formatted(name, receiver.url("/" + name)));
            write(name, "id: " + id + "\n" + definition(name));
            awaitState(id, "file", name + ".yaml");

            remove(name);
            await().atMost(PATIENCE).until(() -> get(id).status() == 404);
            assertThat(posel.post("/api/webhooks/" + id + "/restore", null).at("state"))
                    .isEqualTo("disabled");
            assertThat(posel.patch("/api/webhooks/" + id, "{\"name\":\"mine\"}").at("file"))
                    .isEqualTo("null");
            assertThat(trail(id))
                    .containsExactly(
                            "admin-token: webhook-created",
                            "file " + name + ".yaml: webhook-edited",
                            "file " + name + ".yaml: webhook-deleted",
                            "admin-token: webhook-restored",
                            "admin-token: webhook-edited");
        }

        @Test
        void secretsAreEncryptedAndARenamedFileWithAnIdIsTheSameWebhook() throws IOException {
            String id = unique();
            write(id, "id: " + id + "\n" + definition(id));
            awaitState(id, "file", id + ".yaml");
            Files.move(dir.resolve(id + ".yaml"), dir.resolve("other.yaml"));

            awaitState(id, "file", "other.yaml");
            assertThat(get(id).at("version")).isEqualTo("1");
            assertThat(trail(id)).hasSize(1);
            assertThat(stored(id)).isNotBlank().doesNotContain("other.yaml", "topsecret");
        }
    }
}
