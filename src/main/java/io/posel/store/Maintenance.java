package io.posel.store;

import io.posel.webhook.Webhook;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done now and then: taking removed webhooks out of the queue, and deleting what retention no longer covers. */
public final class Maintenance {
    private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);
    private static final int CHUNK = 2_000;

    /** What ends with the retention, apart from events; a portion of each, and what has the same time. */
    private static final List<String> REST = List.of(
            portion("event_key", "accepted_at", ""),
            portion("set_aside", "at", ""),
            portion("audit", "at", ""),
            portion(
                    "entity_sequence",
                    "updated_at",
                    " and not exists (select 1 from held_event h where h.entity_type = entity_sequence.entity_type"
                            + " and h.entity_id = entity_sequence.entity_id)"));

    private static String portion(String table, String time, String condition) {
        return "delete from " + table + " where " + time + " <= (select max(t) from (select " + time + " as t from "
                + table + " where " + time + " < ?" + condition + " order by " + time + " fetch first " + CHUNK
                + " rows only) oldest)" + condition;
    }

    /** How a webhook goes until it is restored. */
    public enum Removal {
        DELETED("deleted", "deleted_at"),
        EXPIRED("expired", "expired_at");

        private final String reason;
        private final String column;

        Removal(String reason, String column) {
            this.reason = reason;
            this.column = column;
        }
    }

    private final Webhooks webhooks;
    private final Settlement settlement;
    private final InstantSource clock;
    private final Duration retention;
    private final IntConsumer skipped;

    /** @param skipped is told how many deliveries left the queue without being sent */
    public Maintenance(
            Webhooks webhooks, Settlement settlement, InstantSource clock, Duration retention, IntConsumer skipped) {
        this.webhooks = webhooks;
        this.settlement = settlement;
        this.clock = clock;
        this.retention = retention;
        this.skipped = skipped;
    }

    /**
     * Takes the queued deliveries of expired and deleted webhooks out of the queue, as skipped.
     *
     * @return how many webhooks were found expired for the first time
     */
    public int purgeWebhooks() {
        int purged = 0;
        for (Webhook webhook : webhooks.all()) {
            if (webhook.deletedAt() != null) {
                skipQueue(webhook.id(), Removal.DELETED);
            } else if (webhook.expiredAt() != null) {
                int count = skipQueue(webhook.id(), Removal.EXPIRED);
                if (markPurged(webhook.id()) > 0) {
                    purged++;
                    LOG.warn(
                            "Webhook {} \"{}\" is removed: nothing could be delivered since {}; {} queued deliveries"
                                    + " are skipped and can be replayed after a restore",
                            webhook.id(),
                            webhook.definition().name(),
                            webhook.health().failingSince(),
                            count);
                }
            }
        }
        return purged;
    }

    private int markPurged(String webhookId) {
        return Webhooks.await(settlement.wish(transaction -> {
            try (PreparedStatement update = transaction
                    .connection()
                    .prepareStatement("update webhook set purged_at = ? where id = ? and expired_at is not null"
                            + " and (purged_at is null or purged_at < expired_at)")) {
                update.setObject(1, clock.instant().atOffset(ZoneOffset.UTC));
                update.setString(2, webhookId);
                return update.executeUpdate();
            }
        }));
    }

    /**
     * Takes what is queued for a webhook that is removed in this way out of the queue.
     *
     * @return how many deliveries left it; none if the webhook has been restored meanwhile
     */
    public int skipQueue(String webhookId, Removal removal) {
        int count = 0;
        int last;
        do {
            last = Webhooks.await(settlement.wish(
                    Wish.of(2 * CHUNK, transaction -> skip(transaction.connection(), webhookId, removal))));
            skipped.accept(last);
            count += last;
        } while (last > 0);
        return count;
    }

    private int skip(Connection connection, String webhookId, Removal removal) throws SQLException {
        return skip(
                        connection,
                        "select id from delivery where webhook_id = ? and pos > 0 order by pos fetch first " + CHUNK
                                + " rows only",
                        webhookId,
                        removal)
                + skip(
                        connection,
                        "select d.id from held_event h join delivery d on d.event_no = h.event_no"
                                + " where d.webhook_id = ? and d.state = 'held' fetch first " + CHUNK + " rows only",
                        webhookId,
                        removal);
    }

    private int skip(Connection connection, String which, String webhookId, Removal removal) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("update delivery set state = 'skipped', reason = ?,"
                + " pos = null, next_at = null, settled_at = ? where id in (" + which + ") and exists (select 1"
                + " from webhook w where w.id = ? and w." + removal.column + " is not null)")) {
            update.setString(1, removal.reason);
            update.setObject(2, clock.instant().atOffset(ZoneOffset.UTC));
            update.setString(3, webhookId);
            update.setString(4, webhookId);
            return update.executeUpdate();
        }
    }

    /**
     * Deletes what is older than the retention: events whose deliveries are all settled, with these, their keys,
     * the audit trail, and webhooks that expired or were deleted then.
     *
     * @return how many events went
     */
    public int purgeHistory() {
        Instant before = clock.instant().minus(retention);
        AtomicInteger events = new AtomicInteger();
        untilNone(transaction -> purgeEvents(transaction.connection(), before, events));
        for (String delete : REST) {
            untilNone(transaction -> purge(transaction.connection(), delete, before));
        }
        webhooks.forget(webhooks.all().stream()
                .filter(webhook -> isGoneSince(webhook, before))
                .map(Webhook::id)
                .toList());
        if (events.get() > 0) {
            LOG.info("{} events from before {} are deleted, as their retention has ended", events, before);
        }
        return events.get();
    }

    /** Portion by portion, so that nobody waits for long behind it. */
    private void untilNone(Wish portion) {
        int last;
        do {
            last = Webhooks.await(settlement.wish(Wish.of(2 * CHUNK, portion)));
        } while (last > 0);
    }

    /** Not one in a file: forgotten, it would come back as a new one, and an expired one would send again. */
    private static boolean isGoneSince(Webhook webhook, Instant before) {
        if (webhook.file() != null) {
            return false;
        }
        Instant gone = webhook.deletedAt() != null ? webhook.deletedAt() : webhook.expiredAt();
        return gone != null && gone.isBefore(before);
    }

    /**
     * Of old events first their deliveries, as many as go into a portion, then themselves.
     *
     * @param gone counts those that were deleted
     * @return how many rows were deleted
     */
    private static int purgeEvents(Connection connection, Instant before, AtomicInteger gone) throws SQLException {
        String events = "select no from event e where e.accepted_at < ? and not exists (select 1 from delivery d"
                + " where d.event_no = e.no and (d.state in ('held', 'queued') or d.settled_at >= ?))"
                + " order by e.accepted_at fetch first " + CHUNK + " rows only";
        OffsetDateTime time = before.atOffset(ZoneOffset.UTC);
        List<Object> numbers = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(events)) {
            select.setObject(1, time);
            select.setObject(2, time);
            addAll(numbers, select);
        }
        List<Object> deliveries = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select id from delivery where event_no = any(?) fetch first " + CHUNK + " rows only")) {
            select.setArray(1, connection.createArrayOf("bigint", numbers.toArray()));
            addAll(deliveries, select);
        }
        int rows = delete(connection, "attempt where delivery_id", "uuid", deliveries)
                + delete(connection, "delivery where id", "uuid", deliveries);
        if (deliveries.size() < CHUNK) {
            gone.addAndGet(delete(connection, "event where no", "bigint", numbers));
            rows += numbers.size();
        }
        return rows;
    }

    private static void addAll(List<Object> values, PreparedStatement select) throws SQLException {
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                values.add(row.getObject(1));
            }
        }
    }

    private static int delete(Connection connection, String which, String type, List<Object> values)
            throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from " + which + " = any(?)")) {
            delete.setArray(1, connection.createArrayOf(type, values.toArray()));
            return delete.executeUpdate();
        }
    }

    private static int purge(Connection connection, String delete, Instant before) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(delete)) {
            statement.setObject(1, before.atOffset(ZoneOffset.UTC));
            return statement.executeUpdate();
        }
    }
}
