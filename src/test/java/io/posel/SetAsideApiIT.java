package io.posel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.HttpAnswer;
import io.posel.testing.PoselClient;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a source set aside, and how the source is, seen and mended without SQL. */
class SetAsideApiIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private RunningPosel posel;
    private PoselClient client;

    private void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String itemOf(String key) {
        HttpAnswer found = client.get("/api/set-aside?source=outbox&key=" + key);
        assertThat(found.all("items", "id")).as(found.toString()).hasSize(1);
        return "/api/set-aside/" + found.at("items.0.id");
    }

    private String itemIfAny(String key) {
        List<String> found =
                client.get("/api/set-aside?source=outbox&key=" + key).all("items", "id");
        return found.isEmpty() ? "" : "/api/set-aside/" + found.get(0);
    }

    private String health(String member) {
        HttpAnswer health = client.get("/observe/health");
        int index = health.all("checks", "name").indexOf("outbox");
        return index < 0 ? "none" : health.at("checks." + index + "." + member);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("G9: what a source set aside is seen, retried and discarded, and its state is in health, without SQL")
    void setAside(TestDatabase database, @TempDir Path home) throws Exception {
        String statements = database == TestDatabase.H2 ? "outbox-h2" : "outbox-postgresql";
        posel = RunningPosel.on(database, home)
                .with("POSEL_SOURCE_OUTBOX_ENABLED", "true")
                .with("POSEL_SOURCE_OUTBOX_INTERVAL", "PT0.1S")
                .with("POSEL_SOURCE_OUTBOX_MAX_DELAY", "PT0.5S")
                .with("POSEL_SOURCE_OUTBOX_STATEMENTS", statements);
        try (Connection connection = posel.connect()) {
            for (String sql : Files.readString(Path.of("routes/sql", statements, "create.sql"))
                    .split(";\\s*\n")) {
                execute(connection, sql);
            }
            for (String type : new String[] {"", "order.placed", ""}) {
                execute(
                        connection,
                        "insert into event_outbox (type, entity_type, entity_id) values ('" + type
                                + "', 'order', '1')");
            }
            posel.start();
            client = posel.client();
            await().atMost(PATIENCE)
                    .until(() -> client.get("/api/set-aside").all("items", "id").size() == 2);

            HttpAnswer newest = client.get("/api/set-aside?limit=1");
            assertThat(newest.at("items.0.key")).isEqualTo("3");
            assertThat(newest.at("items.0.source")).isEqualTo("outbox");
            assertThat(newest.at("items.0.reason")).isEqualTo("/type: This must not be an empty string.");
            assertThat(client.get("/api/set-aside?limit=1&cursor=" + newest.at("next"))
                            .at("items.0.key"))
                    .isEqualTo("1");
            assertThat(client.get(itemOf("1")).at("data.entity_type")).isEqualTo("order");
            assertThat(client.get("/api/set-aside?source=feed").all("items", "id"))
                    .isEmpty();

            HttpAnswer refused = client.post(itemOf("1") + "/retry", "");
            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.errors()).containsExactly("/type empty");
            try (var update = connection.prepareStatement("update set_aside set data = ? where item = '1'")) {
                update.setBytes(
                        1,
                        "{\"id\":1,\"type\":\"order.paid\",\"entity_type\":\"order\",\"entity_id\":\"1\",\"data\":{}}"
                                .getBytes(UTF_8));
                update.executeUpdate();
            }
            HttpAnswer retried = client.post(itemOf("1") + "/retry", "");
            assertThat(retried.status()).isEqualTo(202);
            assertThat(retried.at("events.0.id")).isEqualTo("outbox:1");
            assertThat(retried.at("events.0.status")).isEqualTo("accepted");
            assertThat(posel.rows("select type from event order by no")).containsExactly("order.placed", "order.paid");

            execute(
                    connection,
                    "update event_outbox set entity_id = 'changed', sent_at = null where type = 'order.placed'");
            String again = await().atMost(PATIENCE).until(() -> itemIfAny("2"), item -> !item.isEmpty());
            assertThat(client.get(again).at("reason")).contains("outbox:2").contains("other content");
            assertThat(client.get(again).at("data.entity_id")).isEqualTo("changed");
            HttpAnswer conflict = client.post(again + "/retry", "");
            assertThat(conflict.status()).isEqualTo(409);
            assertThat(conflict.errors()).containsExactly(" event-conflict");
            assertThat(itemOf("2")).isEqualTo(again);
            assertThat(posel.rows("select entity_id from event where id = 'outbox:2'"))
                    .containsExactly("1");
            assertThat(client.get("/api/stats").at("events.conflicts")).isEqualTo("2");
            assertThat(client.delete(again).status()).isEqualTo(204);

            String last = itemOf("3");
            assertThat(client.delete(last).status()).isEqualTo(204);
            assertThat(client.delete(last).status()).isEqualTo(404);
            assertThat(client.get("/api/set-aside").all("items", "id")).isEmpty();
            assertThat(client.get("/api/audit").all("items", "action"))
                    .startsWith("set-aside-discarded", "set-aside-discarded", "set-aside-retried");
            assertThat(client.get("/api/audit").at("items.0.subject")).isEqualTo("outbox:3");

            await().atMost(PATIENCE).until(() -> !health("lastSuccess").equals("null"));
            // the next poll forgets what was set aside in the one before
            await().atMost(PATIENCE).until(() -> health("status").equals("UP"));
            execute(connection, "drop table event_outbox");
            await().atMost(PATIENCE).until(() -> health("status").equals("DEGRADED"));
            assertThat(health("error")).containsIgnoringCase("event_outbox");
            assertThat(client.get("/observe/health/ready").status()).isEqualTo(200);
        } finally {
            posel.close();
        }
    }
}
