package io.posel.store;

import static io.posel.webhook.Ordering.ENTITY;
import static org.assertj.core.api.Assertions.assertThat;

import io.posel.delivery.Failure;
import io.posel.delivery.HandOver;
import io.posel.delivery.Outcome;
import io.posel.delivery.Queued;
import io.posel.event.Event;
import io.posel.testing.MovableClock;
import io.posel.testing.OneKey;
import io.posel.testing.TestDatabase;
import io.posel.webhook.Definition;
import io.posel.webhook.Expiry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What is to be told of webhooks, on real databases, without routes. */
class AnnouncementsIT {

    @Nested
    class OnH2 extends Cases {
        OnH2() {
            super(TestDatabase.H2);
        }
    }

    @Nested
    class OnPostgresql extends Cases {
        OnPostgresql() {
            super(TestDatabase.POSTGRESQL);
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class Cases {
        private static final Expiry EXPIRY = new Expiry(Duration.ofDays(3));
        private static final Duration MOMENT = Duration.ofMillis(1);

        private final TestDatabase kind;
        private final MovableClock clock = new MovableClock();
        private Database database;
        private Settlement settlement;
        private Webhooks webhooks;
        private Audit audit;
        private Announcements announcements;
        private String webhook;
        private int count;

        Cases(TestDatabase kind) {
            this.kind = kind;
        }

        @BeforeAll
        void open(@TempDir Path folder) throws SQLException {
            database = OpenDatabase.migrated(kind, folder);
            Fence fence = OpenDatabase.takeOver(database);
            Transactions transactions = new Transactions(database.dataSource(), fence, new HandOver(queued -> {}));
            settlement = new Settlement(
                    transactions, EXPIRY, (id, state) -> webhooks.settled(id, state), deliveries -> {}, outcome -> {});
            Vault vault = new Vault(new OneKey(), new SecureRandom());
            vault.unlock(transactions);
            webhooks = new Webhooks(
                    database.dataSource(), vault, clock, () -> "wh_" + ++count, EXPIRY, () -> settlement, id -> {});
            audit = new Audit(database.dataSource(), settlement, clock, UUID::randomUUID);
            announcements = new Announcements(database.dataSource(), settlement, webhooks, EXPIRY, clock);
            webhooks.load();
        }

        @AfterAll
        void close() {
            settlement.close();
            database.close();
        }

        @BeforeEach
        void defineWebhook() throws SQLException {
            execute("delete from announcement");
            execute("delete from webhook");
            webhooks.load();
            webhook = webhooks.create(
                            new Definition(
                                    "Shop",
                                    true,
                                    List.of("t"),
                                    Map.of(),
                                    "http://localhost/",
                                    null,
                                    Map.of(),
                                    ENTITY,
                                    null,
                                    null),
                            entry())
                    .id();
        }

        private AuditEntry entry() {
            return audit.entry("somebody", AuditEntry.Action.WEBHOOK_EDITED);
        }

        @Test
        @DisplayName("F1: what changes the health has written what is to be told of it")
        void written() throws SQLException {
            Outcome dead = dead(queued("t"));
            Instant since = clock.instant();
            settle(dead, dead(queued("t")), delivered(queued("t")));

            List<Event> waiting = announcements.waiting();
            assertThat(waiting)
                    .extracting(Event::type)
                    .containsExactly("posel.webhook.failing", "posel.webhook.recovered");
            assertThat(waiting).extracting(each -> each.entity().toString()).containsOnly("webhook:" + webhook);
            assertThat(waiting)
                    .extracting(Event::occurredAt)
                    .containsExactly(since.toString(), clock.instant().toString());
            assertThat(waiting.get(1).data())
                    .hasToString(("{\"webhook\":{\"id\":\"%s\",\"name\":\"Shop\"},\"failingSince\":\"%s\","
                                    + "\"expiresAt\":\"%s\",\"deadCount\":2,\"reason\":\"delivered\"}")
                            .formatted(webhook, since, since.plus(Duration.ofDays(3))));
        }

        @Test
        @DisplayName("F1: outcomes whose commit had an unclear end are told once when they are written again")
        void writtenAgain() throws SQLException {
            settle(dead(queued("t")));
            Outcome[] batch = {delivered(queued("t")), dead(queued("t")), delivered(queued("t")), dead(queued("t"))};
            settle(batch);
            List<Event> told = announcements.waiting();
            assertThat(told).hasSize(5);

            settle(batch);

            assertThat(announcements.waiting()).isEqualTo(told);
        }

        @Test
        @DisplayName("F1: what was handed in is the same when it is read again, and gone when it is accepted")
        void forgotten() throws SQLException {
            settle(dead(queued("t")), delivered(queued("t")), dead(queued("t")));
            List<Event> waiting = announcements.waiting();
            assertThat(announcements.waiting()).isEqualTo(waiting).hasSize(3);
            assertThat(waiting).extracting(Event::id).doesNotHaveDuplicates().allMatch(id -> id.startsWith("posel:"));

            announcements.forget(List.of(waiting.get(0).id(), waiting.get(1).id()));
            assertThat(announcements.waiting()).containsExactly(waiting.get(2));
            announcements.forget(List.of(waiting.get(0).id()));
            assertThat(announcements.waiting()).containsExactly(waiting.get(2));
        }

        @Test
        @DisplayName("F1: deliveries of what is told make nothing to be told, others of the same webhook do")
        void ofItself() throws SQLException {
            settle(dead(queued("posel.webhook.failing")), dead(queued("posel.webhook.recovered")));
            assertThat(announcements.waiting()).isEmpty();

            settle(dead(queued("t")));
            assertThat(announcements.waiting()).extracting(Event::type).containsExactly("posel.webhook.failing");

            settle(delivered(queued("posel.webhook.failing")));
            assertThat(announcements.waiting()).hasSize(1);
        }

        @Test
        @DisplayName("F1: how many died is known at once, and after a restart")
        void counted() throws SQLException {
            settle(dead(queued("t")), delivered(queued("t")), dead(queued("t")), dead(queued("t")));
            settle(dead(queued("t")), new Outcome.Dead(queued("t"), 1, 1, clock.instant(), "render", false, null));
            assertThat(webhooks.existing(webhook).deaths()).isEqualTo(4);

            webhooks.edit(webhook, null, definition -> definition.withEnabled(false), entry());
            assertThat(webhooks.existing(webhook).deaths()).isEqualTo(4);
            webhooks.load();
            assertThat(webhooks.existing(webhook).deaths()).isEqualTo(4);
        }

        @Test
        @DisplayName("K01, F10: deliveries that were never sent are told, with what is wrong, and expire nobody")
        void unsent() throws SQLException {
            settle(unsent("render"));
            for (int i = 0; i < 5; i++) {
                clock.move(Duration.ofDays(1));
                settle(unsent("internal"));
            }

            List<Event> waiting = announcements.waiting();
            assertThat(waiting).extracting(Event::type).containsExactly("posel.webhook.failing");
            assertThat(waiting.get(0).data().get("error")).hasToString("\"render\"");
            assertThat(waiting.get(0).data().get("detail")).hasToString("\"what is wrong\"");
            assertThat(waiting.get(0).data().members()).doesNotContainKey("expiresAt");
            assertThat(webhooks.existing(webhook).expiredAt()).isNull();
            assertThat(webhooks.existing(webhook).deaths()).isEqualTo(6);
        }

        private Outcome unsent(String kind) throws SQLException {
            Queued delivery = queued("t");
            Failure failure = new Failure(
                    kind.equals("render") ? Failure.Kind.RENDER : Failure.Kind.INTERNAL,
                    null,
                    null,
                    "what is wrong",
                    new byte[0],
                    null,
                    false,
                    false);
            Instant now = clock.instant();
            return new Outcome.Dead(
                    delivery, 1, 1, now, kind, false, new Outcome.AttemptFailed(delivery, 1, 1, now, 0, failure, null));
        }

        @Test
        @DisplayName("K29, F9: a 410 switches off, and is told once; what is switched on again forgets it")
        void gone() throws SQLException {
            Outcome gone = gone(1);
            settle(gone, gone(1));
            settle(gone);

            assertThat(webhooks.existing(webhook).goneAt()).isNotNull();
            assertThat(webhooks.existing(webhook).sends()).isFalse();
            assertThat(announcements.waiting())
                    .extracting(each -> each.type() + " " + each.data().get("reason") + " "
                            + each.data().get("error") + " " + each.data().get("detail"))
                    .containsExactly("posel.webhook.disabled \"gone\" \"status\" \"answered 410\"");
            webhooks.load();
            assertThat(webhooks.existing(webhook).sends()).isFalse();

            webhooks.edit(webhook, null, Cases::withAnotherName, entry());
            assertThat(webhooks.existing(webhook).goneAt()).isNotNull();
            webhooks.testDelivered(webhook);
            settle(delivered(queued("t")));
            assertThat(webhooks.existing(webhook).goneAt()).isNotNull();

            webhooks.edit(webhook, null, each -> each.withEnabled(true), entry());
            assertThat(webhooks.existing(webhook).goneAt()).isNull();
            assertThat(webhooks.existing(webhook).sends()).isTrue();

            settle(gone(1), gone(2));
            assertThat(webhooks.existing(webhook).sends())
                    .as("requests made before it was switched on")
                    .isTrue();
            settle(gone(3));
            assertThat(webhooks.existing(webhook).sends()).isFalse();
        }

        private static Definition withAnotherName(Definition before) {
            return new Definition(
                    before.name() + "a",
                    before.enabled(),
                    before.events(),
                    before.filter(),
                    before.url(),
                    null,
                    Map.of(),
                    ENTITY,
                    null,
                    null);
        }

        private Outcome gone(int version) throws SQLException {
            Queued delivery = queued("t");
            Failure failure =
                    new Failure(Failure.Kind.STATUS, null, 410, "answered 410", new byte[0], null, true, false);
            Instant now = clock.instant();
            return new Outcome.Dead(
                    delivery,
                    version,
                    1,
                    now,
                    "status",
                    true,
                    new Outcome.AttemptFailed(delivery, version, 1, now, 0, failure, null));
        }

        @Test
        @DisplayName("F1: of a webhook that was deleted nothing is told")
        void untold() throws SQLException {
            settle(dead(queued("posel.x")), dead(queued("posel.x")));
            webhooks.delete(webhook, null, entry());
            settle(dead(queued("t")));

            assertThat(announcements.waiting()).isEmpty();
        }

        @Test
        @DisplayName("F1: an edit, a restore and a test that is delivered end what was told, each once")
        void ended() throws SQLException {
            settle(dead(queued("t")));
            webhooks.edit(webhook, null, Cases::withAnotherUrl, entry());
            webhooks.edit(webhook, null, Cases::withAnotherUrl, entry());
            settle(dead(queued("t")));
            webhooks.testDelivered(webhook);
            webhooks.testDelivered(webhook);
            expire();
            webhooks.testDelivered(webhook);
            webhooks.restore(webhook, entry());

            assertThat(announcements.waiting())
                    .extracting(each -> each.type() + " " + each.variables().at("reason"))
                    .containsExactly(
                            "posel.webhook.failing null",
                            "posel.webhook.recovered \"edited\"",
                            "posel.webhook.failing null",
                            "posel.webhook.recovered \"delivered\"",
                            "posel.webhook.failing null",
                            "posel.webhook.expired null",
                            "posel.webhook.recovered \"restored\"");
        }

        private static Definition withAnotherUrl(Definition before) {
            return new Definition(
                    before.name(),
                    true,
                    before.events(),
                    before.filter(),
                    before.url() + "a",
                    null,
                    Map.of(),
                    ENTITY,
                    null,
                    null);
        }

        private void expire() throws SQLException {
            settle(dead(queued("t")));
            for (int gap = 0; gap < 3; gap++) {
                clock.move(Duration.ofDays(1));
                settle(dead(queued("t")));
            }
        }

        @Test
        @DisplayName("F1: time that passes warns once, and ends what was told in the end")
        void passingTime() throws SQLException {
            settle(dead(queued("t")));
            clock.move(Duration.ofHours(24));
            settle(dead(queued("t")));
            clock.move(Duration.ofHours(24).minusSeconds(1));
            assertThat(announcements.look()).isZero();
            clock.move(Duration.ofSeconds(1));
            assertThat(announcements.look()).isEqualTo(1);
            assertThat(announcements.look()).isZero();
            clock.move(Duration.ofDays(5));
            assertThat(announcements.look()).isEqualTo(1);
            assertThat(announcements.look()).isZero();

            assertThat(announcements.waiting())
                    .extracting(Event::type)
                    .containsExactly("posel.webhook.failing", "posel.webhook.expiring", "posel.webhook.recovered");
        }

        @Test
        @DisplayName("F1: of what is off, expired or deleted nobody is warned")
        void noWarning() throws SQLException {
            settle(dead(queued("t")));
            clock.move(Duration.ofHours(24));
            settle(dead(queued("t")));
            clock.move(Duration.ofHours(26));
            webhooks.edit(webhook, null, each -> each.withEnabled(false), entry());
            assertThat(announcements.look()).isZero();
            webhooks.edit(webhook, null, each -> each.withEnabled(true), entry());
            assertThat(announcements.look()).isEqualTo(1);

            settle(delivered(queued("t")), dead(queued("t")));
            clock.move(Duration.ofHours(24));
            settle(dead(queued("t")));
            clock.move(Duration.ofHours(26));
            webhooks.delete(webhook, null, entry());
            assertThat(announcements.look()).isZero();
        }

        @Test
        @DisplayName("F1: nobody is warned of a webhook that is deleted while it is looked at")
        void deletedMeanwhile() throws SQLException {
            settle(dead(queued("t")));
            clock.move(Duration.ofHours(24));
            settle(dead(queued("t")));
            clock.move(Duration.ofHours(26));
            AtomicBoolean deleted = new AtomicBoolean();
            Announcements looking = new Announcements(database.dataSource(), settlement, webhooks, EXPIRY, () -> {
                if (!deleted.getAndSet(true)) { // it was found to be one to warn of, and is not locked yet
                    webhooks.delete(webhook, null, entry());
                }
                return clock.instant();
            });

            assertThat(looking.look()).isZero();

            assertThat(deleted).isTrue();
        }

        private void settle(Outcome... outcomes) {
            List.of(outcomes).forEach(settlement::settle);
            Webhooks.await(settlement.wish(transaction -> 1)); // written after them
        }

        private Outcome dead(Queued delivery) {
            clock.move(MOMENT);
            return new Outcome.Dead(delivery, 1, 3, clock.instant(), "status", true, null);
        }

        private Outcome delivered(Queued delivery) {
            clock.move(MOMENT);
            return new Outcome.Delivered(delivery, 1, 1, clock.instant(), 200, 5);
        }

        private Queued queued(String type) throws SQLException {
            long no = ++count;
            Queued row = new Queued(UUID.randomUUID(), webhook, no, no, "lane", 1, 0, null, 10);
            try (Connection connection = database.dataSource().getConnection();
                    PreparedStatement event = connection.prepareStatement("insert into event (no, source, id, type,"
                            + " entity_type, entity_id, accepted_at, data) values (?, '', ?, ?, 'e', '1',"
                            + " current_timestamp, ?)");
                    PreparedStatement delivery = connection.prepareStatement("insert into delivery"
                            + " (id, event_no, webhook_id, lane_key, pos, state, run, attempts)"
                            + " values (?, ?, ?, 'lane', ?, 'queued', 1, 0)")) {
                event.setLong(1, no);
                event.setString(2, "e" + no);
                event.setString(3, type);
                event.setBytes(4, "{}".getBytes(StandardCharsets.UTF_8));
                event.executeUpdate();
                delivery.setObject(1, row.id());
                delivery.setLong(2, no);
                delivery.setString(3, webhook);
                delivery.setLong(4, no);
                delivery.executeUpdate();
            }
            return row;
        }

        private void execute(String sql) throws SQLException {
            try (Connection connection = database.dataSource().getConnection();
                    var statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }
}
