package io.posel.route;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.store.Database;
import io.posel.testing.JarPosel;
import io.posel.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The jar reads an outbox that is written all the time, and is killed again and again. */
@Timeout(600)
class OutboxCrashIT {
    private static final int ROWS = 10_000;
    private static final int KILLS = 5;
    private static final int AHEAD = 1_500;
    private static final int WRITERS = 8;

    @TempDir
    Path home;

    @ParameterizedTest
    @EnumSource
    @DisplayName("C4, G1, G7, F6: over five kill -9 every row of an outbox is accepted exactly once, in commit order")
    void killedAgainAndAgain(TestDatabase database) throws Exception {
        Map<String, String> access = TestDatabase.POSTGRESQL.create(home.resolve("data"));
        try (Outbox outbox = Outbox.create(Outbox.connect(access));
                OutboxWriters writers = new OutboxWriters(access, ROWS, AHEAD, WRITERS);
                JarPosel posel = JarPosel.on(database, home)) {
            configure(posel, database, access);

            int sent = 0;
            for (int kill = 1; kill <= KILLS; kill++) {
                posel.start();
                sent = awaitSent(outbox, writers, sent, ROWS * kill / (KILLS + 1));
                assertThat(writers.done()).as("still written at kill " + kill).isFalse();
                posel.kill();
            }
            posel.start();
            awaitSent(outbox, writers, sent, ROWS);
            await("all rows are written").atMost(Duration.ofSeconds(60)).until(writers::done);
            await("all rows are read").atMost(Duration.ofSeconds(60)).until(() -> outbox.unsent() == 0);
            assertThat(posel.stop()).isZero();

            assertAccepted(database, access, outbox, writers);
        }
    }

    /** Posel's own database too on PostgreSQL, another one on H2. */
    private static void configure(JarPosel posel, TestDatabase database, Map<String, String> access) {
        posel.with("POSEL_SOURCE_OUTBOX_ENABLED", "true")
                .with("POSEL_SOURCE_OUTBOX_STATEMENTS", "outbox-postgresql")
                .with("POSEL_SOURCE_OUTBOX_INTERVAL", "PT0.05S");
        if (database == TestDatabase.POSTGRESQL) {
            posel.with("POSEL_DB_URL", access.get("POSEL_DB_URL"));
        } else {
            posel.with("POSEL_SOURCE_OUTBOX_DB_URL", access.get("POSEL_DB_URL"))
                    .with("POSEL_SOURCE_OUTBOX_DB_USER", access.get("POSEL_DB_USER"));
        }
    }

    /** Lets the writers stay ahead by as much as is read, but for what reaches the goal: the next call lets that. */
    private static int awaitSent(Outbox outbox, OutboxWriters writers, int before, int goal) {
        int[] sent = {before};
        await(goal + " rows are read")
                .atMost(Duration.ofSeconds(120))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    int now = outbox.sent();
                    if (now >= goal) {
                        return true;
                    }
                    writers.allow(now - sent[0]);
                    sent[0] = now;
                    return false;
                });
        return sent[0];
    }

    private void assertAccepted(TestDatabase database, Map<String, String> access, Outbox outbox, OutboxWriters writers)
            throws Exception {
        Map<String, List<String>> numbers = new TreeMap<>();
        List<String> ids = new ArrayList<>();
        try (Connection store = store(database, access);
                var statement = store.createStatement();
                var row = statement.executeQuery("select id, entity_id, data from event order by no")) {
            while (row.next()) {
                ids.add(row.getString(1));
                numbers.computeIfAbsent(row.getString(2), entity -> new ArrayList<>())
                        .add(new String(row.getBytes(3), UTF_8));
            }
        }

        assertThat(ids)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(outbox.column("select 'outbox:' || id from event_outbox"))
                .hasSize(writers.rows())
                .hasSizeGreaterThanOrEqualTo(ROWS);
        int[] committed = writers.committed();
        for (int entity = 0; entity < committed.length; entity++) {
            assertThat(numbers.get("e" + entity))
                    .as("entity " + entity + " in commit order")
                    .isEqualTo(IntStream.rangeClosed(1, committed[entity])
                            .mapToObj(n -> "{\"n\":" + n + "}")
                            .toList());
        }
    }

    private Connection store(TestDatabase database, Map<String, String> access) throws SQLException {
        if (database == TestDatabase.POSTGRESQL) {
            return Outbox.connect(access);
        }
        var embedded = Database.Access.embedded(home.resolve("data"));
        return DriverManager.getConnection(embedded.url(), embedded.user(), embedded.password());
    }
}
