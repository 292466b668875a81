package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.HttpAnswer;
import io.posel.testing.JarPosel;
import io.posel.testing.OwnPostgres;
import io.posel.testing.Producer;
import io.posel.testing.Receipts;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes on one PostgreSQL: one owns it, the other waits. */
class OwnershipIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    /** 5 s are promised; this machine may be busy. */
    private static final Duration TAKEOVER = Duration.ofSeconds(30);

    private static final String KEY = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";

    private Map<String, String> database;
    private Receiver receiver;
    private JarPosel first;
    private JarPosel second;
    private volatile JarPosel owner;
    private final List<Producer> producers = new ArrayList<>();

    @BeforeEach
    void prepare(@TempDir Path home) throws IOException {
        database = TestDatabase.POSTGRESQL.create(home);
        receiver = Receiver.start();
        first = posel(home.resolve("first"));
        second = posel(home.resolve("second"));
        owner = first;
    }

    private JarPosel posel(Path home) throws IOException {
        return JarPosel.on(TestDatabase.H2, Files.createDirectories(home))
                .with("POSEL_DB_URL", database.get("POSEL_DB_URL"))
                .with("POSEL_DB_USER", database.get("POSEL_DB_USER"))
                .with("POSEL_SECRET_KEY", KEY)
                .with("POSEL_DELIVERY_REDELIVERY_DELAY", "PT60S");
    }

    @AfterEach
    void end() throws IOException {
        producers.forEach(Producer::close);
        first.close();
        second.close();
        receiver.close();
    }

    @Test
    @DisplayName("a second Posel says why it waits, and takes over when the first is killed or ends in order")
    void takesOver() throws IOException {
        first.start();
        waits(second);
        assertRefuses(second);

        first.client().createWebhook(webhook());
        produce(6);
        Producer.awaitMore(producers, 20);
        first.kill();
        takesOver(second, "kill -9");
        Producer.awaitMore(producers, 20);
        assertThat(rows("select epoch from owner")).containsExactly("2");

        waits(first);
        assertThat(second.stop()).isZero();
        takesOver(first, "SIGTERM");
        Producer.awaitMore(producers, 20);
        producers.forEach(Producer::close);

        Receipts.allOf(producers, receiver, 2);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        rows("select state, count(*) from delivery where state <> 'delivered' group by state"))
                .isEmpty());
    }

    @Test
    @DisplayName("an owner that was stopped sends and settles nothing more when it goes on after a takeover")
    void stoppedOwner() throws IOException {
        int entities = 20;
        int each = 8;
        CountDownLatch stopped = new CountDownLatch(1);
        receiver.answer(request -> request.target().equals("/x-1")
                ? Receipts.count(receiver, "/x-1") == 1
                        ? (socket, closing) -> stopped.await(60, TimeUnit.SECONDS)
                                && Answer.ok().send(socket, closing)
                        : Answer.status(500)
                : Answer.after(Duration.ofMillis(200), Answer.ok()));
        for (JarPosel posel : List.of(first, second)) {
            posel.with("POSEL_DELIVERY_REDELIVERY_DELAY", "PT10M");
        }
        first.start();
        waits(second);
        first.client().createWebhook(webhook());
        for (int number = 1; number <= each; number++) {
            for (int entity = 0; entity < entities; entity++) {
                event("e" + entity, number);
            }
        }
        event("x", 1);
        await().atMost(PATIENCE).until(() -> Receipts.count(receiver, "/x-1") == 1);

        first.signal("STOP");
        stopped.countDown();
        takesOver(second, "SIGSTOP");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(rows("select state, attempts from delivery where state <> 'delivered'"))
                        .containsExactly("queued 1"));
        for (int entity = 0; entity < entities; entity++) {
            String prefix = "/e" + entity + "-";
            assertThat(receiver.requests().stream()
                            .map(ReceivedRequest::target)
                            .filter(target -> target.startsWith(prefix))
                            .distinct())
                    .containsExactly(
                            prefix + 1,
                            prefix + 2,
                            prefix + 3,
                            prefix + 4,
                            prefix + 5,
                            prefix + 6,
                            prefix + 7,
                            prefix + 8);
        }
        int requests = receiver.requests().size();
        assertThat(requests).isBetween(entities * each + 2, entities * each + 2 + entities);
        String deliveries = "select id, state, attempts, settled_at, duration_ms from delivery order by pos, event_no";
        List<String> settled = rows(deliveries);

        first.signal("CONT");

        assertThat(first.await()).isEqualTo(1);
        assertThat(Files.readString(first.log())).containsOnlyOnce("Another Posel has taken over the database");
        assertThat(receiver.requests().stream().skip(requests)).isEmpty();
        assertThat(rows(deliveries)).isEqualTo(settled);
    }

    @Test
    @DisplayName("an owner whose lock alone is lost gets it again and goes on, unless another one waits")
    void lostLock() throws IOException {
        first.start();
        first.client().createWebhook(webhook());
        produce(6);
        Producer.awaitMore(producers, 20);

        for (int i = 1; i <= 3; i++) {
            int times = i;
            assertThat(rows("select pg_terminate_backend(pid) from pg_stat_activity"
                            + " where datname = current_database() and application_name like 'posel %'"))
                    .containsExactly("t");
            await().atMost(TAKEOVER)
                    .until(() -> Files.readAllLines(first.log()).stream()
                                    .filter(line -> line.contains("has the ownership") && line.contains("again"))
                                    .count()
                            == times);
            Producer.awaitMore(producers, 20);
        }
        producers.forEach(Producer::close);

        assertThat(producers).allMatch(each -> each.refused() == 0);
        assertThat(rows("select epoch from owner")).containsExactly("1");
        Receipts.allOf(producers, receiver, 1);
    }

    @Test
    @DisplayName("an owner that cannot reach its database starts no redelivery either: another one may have taken over")
    void withoutDatabase(@TempDir Path folder) throws IOException {
        try (OwnPostgres postgres = new OwnPostgres(folder).start()) {
            first.with("POSEL_DB_URL", postgres.url())
                    .with("POSEL_DELIVERY_REDELIVERY_DELAY", "PT8S")
                    .start();
            first.client().createWebhook(webhook());
            receiver.answer(request ->
                    request.header("webhook-attempt").orElse("").equals("1") ? Answer.status(500) : Answer.ok());
            event("x", 1);
            await().atMost(PATIENCE).until(() -> receiver.requests().size() == 1);

            postgres.crash();
            await().during(Duration.ofSeconds(12))
                    .atMost(PATIENCE)
                    .until(() -> receiver.requests().size() == 1);

            postgres.start();
            await().atMost(PATIENCE).until(() -> receiver.requests().size() == 2);
            await().atMost(PATIENCE)
                    .until(() -> first.client()
                                    .get("/api/deliveries?state=delivered")
                                    .all("items", "id")
                                    .size()
                            == 1);
        }
    }

    @Test
    @DisplayName("a second Posel that has not the key of the secrets does not start, rather than to fail at a takeover")
    void withoutTheKey() throws IOException {
        first.start();

        assertThat(second.with("POSEL_SECRET_KEY", "").launch().await()).isEqualTo(1);

        assertThat(Files.readString(second.log()))
                .contains("Posel cannot start: the secrets in the database are encrypted with the key ")
                .contains("set POSEL_SECRET_KEY")
                .doesNotContain("\tat ");
    }

    private void waits(JarPosel posel) throws IOException {
        int before = Files.exists(posel.log()) ? Files.readAllLines(posel.log()).size() : 0;
        posel.launch();
        await().atMost(PATIENCE).until(() -> Files.readAllLines(posel.log()).stream()
                .skip(before)
                .anyMatch(line -> line.contains("Another Posel (posel ") && line.contains("this one waits")));
        await().atMost(PATIENCE)
                .ignoreException(UncheckedIOException.class)
                .until(() -> posel.client().get("/observe/health/live").status() == 200);
    }

    private static void assertRefuses(JarPosel posel) {
        HttpAnswer health = posel.client().get("/observe/health/ready");
        assertThat(health.status()).isEqualTo(503);
        assertThat(health.text()).contains("{\"name\":\"owner\",\"status\":\"DOWN\"}");
        for (HttpAnswer refusal : List.of(
                posel.client().post("/events", "{}"),
                posel.client().post("/api/webhooks", "{}"),
                posel.client().get("/api/webhooks"))) {
            assertThat(refusal.status()).isEqualTo(503);
            assertThat(refusal.errors()).containsExactly(" not-ready");
            assertThat(refusal.header("Retry-After")).isPresent();
            assertThat(refusal.at("detail")).contains("Another Posel owns the database");
        }
    }

    private void takesOver(JarPosel posel, String after) {
        long began = System.nanoTime();
        int requests = receiver.requests().size();
        await().atMost(TAKEOVER)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> posel.client().get("/observe/health/ready").status() == 200);
        long ready = System.nanoTime();
        owner = posel;
        await().atMost(TAKEOVER)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> receiver.requests().size() > requests);
        System.out.printf(
                "OwnershipIT: takeover after %s: ready after %d ms, first request after %d ms%n",
                after,
                Duration.ofNanos(ready - began).toMillis(),
                Duration.ofNanos(System.nanoTime() - began).toMillis());
    }

    private String webhook() {
        return "{\"name\":\"All\",\"events\":[\"user.changed\"],\"url\":\"%s\"}".formatted(receiver.url("/#event.id#"));
    }

    private void event(String entity, int number) {
        first.client()
                .accept(
                        "{\"id\":\"%s-%d\",\"type\":\"user.changed\",\"entity\":{\"type\":\"user\",\"id\":\"%s\"},\"data\":{}}"
                                .formatted(entity, number, entity));
    }

    private void produce(int count) {
        for (int i = 0; i < count; i++) {
            producers.add(Producer.start(() -> owner.client(), "e" + i, i % 2 == 1));
        }
    }

    private List<String> rows(String sql) {
        try (Connection connection =
                        DriverManager.getConnection(database.get("POSEL_DB_URL"), database.get("POSEL_DB_USER"), "");
                var statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (row.next()) {
                List<String> columns = new ArrayList<>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    columns.add(row.getString(i));
                }
                rows.add(String.join(" ", columns.stream().map(String::valueOf).toList()));
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
