package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.uuid.Generators;
import io.posel.delivery.HandOver;
import io.posel.delivery.Outcome;
import io.posel.delivery.Queued;
import io.posel.delivery.RecentEvents;
import io.posel.event.EntityRef;
import io.posel.event.Event;
import io.posel.json.Json;
import io.posel.testing.SilentNetwork;
import io.posel.testing.TestDatabase;
import io.posel.webhook.Expiry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Connections to PostgreSQL on which nothing comes back any more, while both writers work. */
class SilentConnectionsIT {
    private static final int PRODUCERS = 4;
    private static final Pattern PORT = Pattern.compile(":(\\d+)/");

    @TempDir
    Path folder;

    @Test
    @DisplayName("E2: connections that go silent under load are given up, with what they had locked; nothing is lost")
    void goesOn() throws Exception {
        // the server ends nothing by itself
        comesBack(new SessionLimits(Duration.ZERO, Duration.ofSeconds(15), Duration.ZERO, Duration.ofSeconds(2)), 90);
    }

    @Test
    @EnabledIfSystemProperty(named = "posel.soak", matches = "true")
    @DisplayName("E2: and with the usual limits within a minute")
    void goesOnInAMinute() throws Exception {
        comesBack(SessionLimits.OWN, 60);
    }

    private void comesBack(SessionLimits limits, int seconds) throws Exception {
        Map<String, String> environment = TestDatabase.POSTGRESQL.create(folder);
        Matcher port = PORT.matcher(environment.get("POSEL_DB_URL"));
        assertThat(port.find()).isTrue();
        try (SilentNetwork network = new SilentNetwork(Integer.parseInt(port.group(1)));
                Database database = new Database(
                        new Database.Access(port.replaceFirst(":" + network.port() + "/"), "postgres", ""), limits)) {
            database.migrate();
            Deliveries deliveries = new Deliveries();
            Transactions transactions = new Transactions(
                    database.dataSource(), OpenDatabase.takeOver(database), new HandOver(deliveries::accept));
            AtomicBoolean stop = new AtomicBoolean();
            AtomicInteger accepted = new AtomicInteger();
            ExecutorService threads = Executors.newFixedThreadPool(PRODUCERS);
            try (Intake intake = new Intake(
                            database.dataSource(),
                            transactions,
                            new RecentEvents(0),
                            InstantSource.system(),
                            Generators.timeBasedEpochGenerator());
                    Settlement settlement = new Settlement(
                            transactions,
                            new Expiry(Duration.ofDays(3)),
                            (webhook, state) -> {},
                            settled -> {},
                            outcome -> {})) {
                deliveries.settlement = settlement;
                List<Future<?>> producers = new ArrayList<>();
                for (int p = 0; p < PRODUCERS; p++) {
                    String producer = "p" + p;
                    producers.add(threads.submit(() -> produce(intake, producer, stop, accepted)));
                }
                await().until(() -> accepted.get() > 200);

                network.loseConnections();
                int before = accepted.get();
                await().until(() -> intake.standsStill().toMillis() > 200);
                await().atMost(Duration.ofSeconds(seconds)).until(() -> accepted.get() > before + 200);
                stop.set(true);
                for (Future<?> each : producers) {
                    each.get(60, TimeUnit.SECONDS);
                }
            } finally {
                threads.shutdownNow();
            }
            assertThat(rows(database, "select count(*) from event")).containsExactly("" + accepted.get());
            assertThat(rows(database, "select id from delivery where state = 'delivered'"))
                    .containsExactlyInAnyOrderElementsOf(deliveries.ended);
            assertThat(rows(
                            database,
                            "select a.id from event a join event b on a.source = b.source"
                                    + " where a.no < b.no and a.sequence is null"
                                    + " and cast(a.id as integer) > cast(b.id as integer)"))
                    .isEmpty();
        }
    }

    /** Each is delivered as soon as it is handed over. */
    private static final class Deliveries {
        private final List<String> ended = Collections.synchronizedList(new ArrayList<>());
        private volatile Settlement settlement;

        void accept(Map<String, List<Queued>> queued) {
            queued.values()
                    .forEach(each -> each.forEach(delivery -> {
                        ended.add(delivery.id().toString());
                        settlement.settle(new Outcome.Delivered(delivery, 1, 1, Instant.EPOCH, 200, 5));
                    }));
        }
    }

    /** One after the other, each again until it is accepted. */
    private static void produce(Intake intake, String producer, AtomicBoolean stop, AtomicInteger accepted) {
        for (int i = 1; !stop.get(); i++) {
            Event event =
                    new Event(producer, String.valueOf(i), "t", new EntityRef("e", producer), null, null, Json.EMPTY);
            Acceptance acceptance = new Acceptance(event, List.of(new Acceptance.Match("w", "e:" + producer, null)));
            while (!isAccepted(intake, acceptance)) {
                Thread.onSpinWait();
            }
            accepted.incrementAndGet();
        }
    }

    private static boolean isAccepted(Intake intake, Acceptance acceptance) {
        try {
            return !intake.accept(List.of(acceptance)).get(40, TimeUnit.SECONDS).isEmpty();
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> rows(Database database, String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                ResultSet row = connection.createStatement().executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (row.next()) {
                rows.add(row.getString(1));
            }
            return rows;
        }
    }
}
