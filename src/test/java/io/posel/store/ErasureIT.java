package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.delivery.HandOver;
import io.posel.delivery.RecentEvents;
import io.posel.event.EntityRef;
import io.posel.testing.OneKey;
import io.posel.testing.TestDatabase;
import io.posel.webhook.Definition;
import io.posel.webhook.Expiry;
import io.posel.webhook.Ordering;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Portions of an erasure on real databases, without routes. */
class ErasureIT {
    private static final EntityRef JANA = new EntityRef("person", "jana");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path folder;

    private final List<String> changed = new CopyOnWriteArrayList<>();
    private final RecentEvents recent = new RecentEvents(100_000);
    private Database database;
    private Transactions transactions;
    private Settlement settlement;
    private Audit audit;

    private void open(TestDatabase kind) throws SQLException {
        database = OpenDatabase.migrated(kind, folder);
        Fence fence = OpenDatabase.takeOver(database);
        transactions = new Transactions(database.dataSource(), fence, new HandOver(queued -> {}));
        settlement = new Settlement(
                transactions, new Expiry(Duration.ofDays(3)), (webhook, state) -> {}, deliveries -> {}, outcome -> {});
        audit = new Audit(database.dataSource(), settlement, InstantSource.fixed(NOW), UUID::randomUUID);
    }

    @AfterEach
    void close() {
        settlement.close();
        database.close();
    }

    private Erasure erasure(InstantSource clock) {
        return new Erasure(database.dataSource(), settlement, recent, changed::add, clock);
    }

    private AuditEntry entry() {
        return audit.entry("somebody", AuditEntry.Action.ENTITY_ERASED);
    }

    /** Each with as many deliveries as this, queued. */
    private void events(EntityRef entity, int first, int last, int deliveries) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement event = connection.prepareStatement("insert into event (no, source, id, type,"
                        + " entity_type, entity_id, accepted_at, data) values (?, '', ?, 't', ?, ?, now(), ?)");
                PreparedStatement delivery = connection.prepareStatement("insert into delivery (id, event_no,"
                        + " webhook_id, pos, state, run, attempts) values (?, ?, ?, ?, 'queued', 1, 0)")) {
            connection.setAutoCommit(false);
            for (int no = first; no <= last; no++) {
                event.setLong(1, no);
                event.setString(2, "e" + no);
                event.setString(3, entity.type());
                event.setString(4, entity.id());
                event.setBytes(5, "{\"a\":1}".getBytes(StandardCharsets.UTF_8));
                event.addBatch();
                for (int i = 0; i < deliveries; i++) {
                    delivery.setObject(1, UUID.randomUUID());
                    delivery.setLong(2, no);
                    delivery.setString(3, "w" + i);
                    delivery.setObject(4, no * 100L + i, Types.BIGINT);
                    delivery.addBatch();
                }
            }
            event.executeBatch();
            delivery.executeBatch();
            connection.createStatement().execute("update place set last = " + (last * 100L + 99));
            connection.commit();
        }
    }

    private List<String> rows(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = database.dataSource().getConnection();
                var statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                rows.add(row.getString(1));
            }
        }
        return rows;
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void whereThereIsNoTimeForAllItGoesOnWithTheNextCall(TestDatabase kind) throws SQLException {
        open(kind);
        events(JANA, 1, 1_200, 1);
        events(new EntityRef("person", "jan"), 1_201, 1_210, 1);
        AtomicLong seconds = new AtomicLong();
        Erasure slow = erasure(() -> NOW.plusSeconds(seconds.addAndGet(6)));

        Erasure.Result first = slow.erase(JANA, entry());
        assertThat(first).isEqualTo(new Erasure.Result(500, 500, false));
        assertThat(rows("select count(*) from event where octet_length(data) = 0"))
                .containsExactly("500");
        assertThat(rows("select count(*) from delivery where state = 'skipped' and reason = 'erased' and pos is null"))
                .containsExactly("500");

        assertThat(slow.erase(JANA, entry())).isEqualTo(new Erasure.Result(500, 500, false));
        assertThat(slow.erase(JANA, entry())).isEqualTo(new Erasure.Result(200, 200, true));
        assertThat(slow.erase(JANA, entry())).isEqualTo(new Erasure.Result(0, 0, true));

        assertThat(rows("select amount from audit order by amount")).containsExactly("0", "200", "500", "500");
        assertThat(rows("select distinct subject from audit")).containsExactly("person:jana");
        assertThat(rows("select count(*) from event where octet_length(data) > 0"))
                .containsExactly("10");
        assertThat(rows("select count(*) from delivery where state = 'queued'")).containsExactly("10");
        assertThat(recent.erasures()).isGreaterThanOrEqualTo(3);
        assertThat(changed).containsOnly("w0");
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void oneEntryCountsAllPortions(TestDatabase kind) throws SQLException {
        open(kind);
        events(JANA, 1, 3, 1_500);

        Erasure.Result result = erasure(InstantSource.fixed(NOW)).erase(JANA, entry());

        assertThat(result).isEqualTo(new Erasure.Result(3, 4_500, true));
        assertThat(recent.erasures()).as("portions").isEqualTo(3);
        assertThat(rows("select amount from audit")).containsExactly("3");
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void whatIsErasedWhileItIsLookedAtIsNotReplayed(TestDatabase kind) throws SQLException {
        open(kind);
        events(JANA, 1, 1, 1);
        Vault vault = new Vault(new OneKey(), new SecureRandom());
        vault.unlock(transactions);
        Webhooks webhooks = new Webhooks(
                database.dataSource(),
                vault,
                InstantSource.fixed(NOW),
                () -> "w0",
                new Expiry(Duration.ofDays(3)),
                () -> settlement,
                id -> {});
        webhooks.load();
        webhooks.create(
                new Definition(
                        "w",
                        true,
                        List.of("t"),
                        Map.of(),
                        "http://localhost/",
                        null,
                        Map.of(),
                        Ordering.NONE,
                        null,
                        null),
                entry());
        try (Connection connection = database.dataSource().getConnection()) {
            connection.createStatement().execute("update delivery set state = 'dead', pos = null");
        }
        LoggedDelivery seen = new DeliveryLog(database.dataSource())
                .delivery(UUID.fromString(rows("select id from delivery").get(0)))
                .orElseThrow();
        assertThat(seen.erased()).isFalse();

        erasure(InstantSource.fixed(NOW)).erase(JANA, entry());

        assertThat(new Replay(database.dataSource(), webhooks, settlement).replay(seen, entry()))
                .isZero();
        assertThat(rows("select state from delivery")).containsExactly("dead");
    }
}
