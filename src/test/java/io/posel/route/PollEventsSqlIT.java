package io.posel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The shipped SQL source in the whole of Posel. */
@Timeout(120)
class PollEventsSqlIT {
    private static final String TYPE = "customer.credit.changed";
    private static final String SENT = "select source, id, entity_id from event order by no";

    @TempDir
    Path home;

    @BeforeEach
    void patience() {
        org.awaitility.Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    private RunningPosel polling(TestDatabase database) {
        return RunningPosel.on(database, home)
                .with("POSEL_SOURCE_OUTBOX_ENABLED", "true")
                .with("POSEL_SOURCE_OUTBOX_INTERVAL", "PT0.1S")
                .with("POSEL_SOURCE_OUTBOX_MAX_DELAY", "PT0.5S");
    }

    /** Posel's own database has the outbox; it is there before Posel looks. */
    private Outbox own(RunningPosel posel) throws Exception {
        return Outbox.create(posel.connect());
    }

    private static RunningPosel reading(RunningPosel posel, Map<String, String> access, String statements) {
        return posel.with("POSEL_SOURCE_OUTBOX_DB_URL", access.get("POSEL_DB_URL"))
                .with("POSEL_SOURCE_OUTBOX_DB_USER", access.get("POSEL_DB_USER"))
                .with("POSEL_SOURCE_OUTBOX_STATEMENTS", statements);
    }

    private static List<String> ids(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(i -> "outbox outbox:" + i + " 42")
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("C4: rows of Posel's own database become events in the order of the query, and are marked")
    void ownDatabase(TestDatabase database) throws Exception {
        try (RunningPosel posel = polling(database);
                Outbox outbox = own(posel)) {
            posel.with("POSEL_SOURCE_OUTBOX_STATEMENTS", Outbox.statements(outbox.connection()));
            for (int i = 1; i <= 3; i++) {
                outbox.insert(TYPE, "42", i);
            }
            posel.start();

            await().until(() -> outbox.unsent() == 0);
            assertThat(posel.rows(SENT)).isEqualTo(ids(1, 3));

            outbox.insert(TYPE, "42", 4);
            await().until(() -> outbox.unsent() == 0);
            assertThat(posel.rows(SENT)).isEqualTo(ids(1, 4));
        }
    }

    @Test
    @DisplayName("C4: the table may be in another database than Posel's own")
    void anotherDatabase() throws Exception {
        Map<String, String> other = TestDatabase.POSTGRESQL.create(home);
        try (Outbox outbox = Outbox.create(Outbox.connect(other));
                RunningPosel posel = reading(polling(TestDatabase.H2), other, "outbox-postgresql")) {
            outbox.insert(TYPE, "42", 1);
            posel.start();

            await().until(() -> outbox.unsent() == 0);
            assertThat(posel.rows("select source, id, type, entity_type, entity_id from event"))
                    .containsExactly("outbox outbox:1 customer.credit.changed customer 42");
            assertThat(posel.rows("select data from event")).hasSize(1);
        }
    }
}
