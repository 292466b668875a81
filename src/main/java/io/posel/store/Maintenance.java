package io.posel.store;

import io.posel.webhook.Webhook;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done now and then: taking removed webhooks out of the queue, and deleting what retention no longer covers. */
public final class Maintenance {
    private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);
    private static final int CHUNK = 2_000;

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
            last = Webhooks.await(settlement.wish(transaction -> skip(transaction.connection(), webhookId, removal)));
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
        int events = 0;
        int last;
        do {
            last = Webhooks.await(settlement.wish(transaction -> purgeEvents(transaction.connection(), before)));
            events += last;
        } while (last > 0);
        Webhooks.await(settlement.wish(transaction -> purgeRest(transaction.connection(), before)));
        webhooks.forget(webhooks.all().stream()
                .filter(webhook -> isGoneSince(webhook, before))
                .map(Webhook::id)
                .toList());
        if (events > 0) {
            LOG.info("{} events from before {} are deleted, as their retention has ended", events, before);
        }
        return events;
    }

    /** Not one in a file: forgotten, it would come back as a new one, and an expired one would send again. */
    private static boolean isGoneSince(Webhook webhook, Instant before) {
        if (webhook.file() != null) {
            return false;
        }
        Instant gone = webhook.deletedAt() != null ? webhook.deletedAt() : webhook.expiredAt();
        return gone != null && gone.isBefore(before);
    }

    private static int purgeEvents(Connection connection, Instant before) throws SQLException {
        String events = "select no from event e where e.accepted_at < ? and not exists (select 1 from delivery d"
                + " where d.event_no = e.no and (d.state in ('held', 'queued') or d.settled_at >= ?))"
                + " order by e.accepted_at fetch first " + CHUNK + " rows only";
        OffsetDateTime time = before.atOffset(ZoneOffset.UTC);
        List<Long> numbers = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(events)) {
            select.setObject(1, time);
            select.setObject(2, time);
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    numbers.add(row.getLong(1));
                }
            }
        }
        for (String delete : new String[] {
            "delete from attempt where delivery_id in (select id from delivery where event_no = any(?))",
            "delete from delivery where event_no = any(?)",
            "delete from event where no = any(?)"
        }) {
            try (PreparedStatement statement = connection.prepareStatement(delete)) {
                statement.setArray(1, connection.createArrayOf("bigint", numbers.toArray()));
                statement.executeUpdate();
            }
        }
        return numbers.size();
    }

    private static int purgeRest(Connection connection, Instant before) throws SQLException {
        int count = 0;
        for (String delete : new String[] {
            "delete from event_key where accepted_at < ?",
            "delete from set_aside where at < ?",
            "delete from audit where at < ?",
            "delete from entity_sequence where updated_at < ? and not exists (select 1 from held_event h"
                    + " where h.entity_type = entity_sequence.entity_type and h.entity_id = entity_sequence.entity_id)"
        }) {
            try (PreparedStatement statement = connection.prepareStatement(delete)) {
                statement.setObject(1, before.atOffset(ZoneOffset.UTC));
                count += statement.executeUpdate();
            }
        }
        return count;
    }
}
