package io.posel.store;

import io.posel.delivery.Queued;
import io.posel.event.Event;
import io.posel.webhook.Announcement;
import io.posel.webhook.Announcement.Reason;
import io.posel.webhook.Announcing;
import io.posel.webhook.Expiry;
import io.posel.webhook.Health;
import io.posel.webhook.Told;
import io.posel.webhook.Webhook;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;

/**
 * What is to be told of webhooks, from the transaction that makes it so until it is accepted as an event.
 *
 * <p>Promises: written with the change that it tells of, so there is none without the other; kept, in the order in which
 * it was written, until it is forgotten; the event is the same each time, so that one that was accepted but not
 * forgotten is a duplicate.
 */
public final class Announcements {
    private static final int PAGE = 500;
    /** What an outcome changes; one that was skipped while its request was in flight counts. */
    private static final Set<String> UNSETTLED = Set.of("queued", "skipped");

    private final DataSource dataSource;
    private final Settlement settlement;
    private final Webhooks webhooks;
    private final Expiry expiry;
    private final Announcing announcing;
    private final InstantSource clock;

    public Announcements(
            DataSource dataSource, Settlement settlement, Webhooks webhooks, Expiry expiry, InstantSource clock) {
        this.dataSource = dataSource;
        this.settlement = settlement;
        this.webhooks = webhooks;
        this.expiry = expiry;
        this.announcing = new Announcing(expiry);
        this.clock = clock;
    }

    /** The oldest, in the order in which they are to be accepted. Fails with {@link StoreUnavailableException}. */
    public List<Event> waiting() {
        List<Event> waiting = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("select id, webhook_id, kind, at,"
                        + " failing_since, expires_at, dead_count, reason, error, detail from announcement order by no"
                        + " fetch first " + PAGE + " rows only");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                waiting.add(event(row));
            }
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
        return waiting;
    }

    private Event event(ResultSet row) throws SQLException {
        String webhookId = row.getString("webhook_id");
        String name = webhooks.find(webhookId)
                .map(webhook -> webhook.definition().name())
                .orElse("");
        String reason = row.getString("reason");
        String error = row.getString("error");
        OffsetDateTime expires = row.getObject("expires_at", OffsetDateTime.class);
        Announcement announcement = new Announcement(
                Announcement.Kind.of(row.getString("kind")),
                instant(row, "at"),
                instant(row, "failing_since"),
                expires == null ? null : expires.toInstant(),
                row.getInt("dead_count"),
                reason == null ? null : Reason.of(reason),
                error == null ? null : new Announcement.Wrong(error, row.getString("detail")));
        return announcement.toEvent(row.getString("id"), webhookId, name, expiry.expireAfter());
    }

    /**
     * After they were accepted.
     *
     * @param ids of the events
     */
    public void forget(List<String> ids) {
        Webhooks.await(settlement.wish(transaction -> {
            Connection connection = transaction.connection();
            try (PreparedStatement delete = connection.prepareStatement("delete from announcement where id = any(?)")) {
                delete.setArray(1, connection.createArrayOf("varchar", ids.toArray()));
                return delete.executeUpdate();
            }
        }));
    }

    /**
     * Looks what time has made of the failings that were told: warns of webhooks that expire next, tells of those that
     * are forgotten.
     *
     * @return how many were told
     */
    public int look() {
        List<CompletableFuture<Integer>> wishes = candidates().stream()
                .map(id -> settlement.wish(transaction -> look(transaction.connection(), id)))
                .toList();
        return wishes.stream().mapToInt(Webhooks::await).sum();
    }

    private List<String> candidates() {
        List<String> ids = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select =
                        connection.prepareStatement("select id, told_since, warned_since, dead_count from webhook"
                                + " where told_since is not null and expired_at is null and deleted_at is null");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                Told told = WebhookRows.told(row);
                String id = row.getString("id");
                webhooks.find(id)
                        .filter(each ->
                                !change(told, each, each.health()).news().isEmpty())
                        .ifPresent(each -> ids.add(id));
            }
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
        return ids;
    }

    private int look(Connection connection, String id) throws SQLException {
        WebhookRows.Known known = WebhookRows.lockState(connection, id);
        Webhook webhook = webhooks.find(id).orElse(null);
        if (known.gone() || webhook == null) {
            return 0;
        }
        Announcing.Change change = change(known.told(), webhook, known.state().health());
        tell(connection, id, change);
        return change.news().size();
    }

    private Announcing.Change change(Told told, Webhook webhook, Health health) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return announcing.afterTime(told, health, webhook.definition().enabled(), now);
    }

    /** Tells that a failing is over, if it was told. */
    static void over(Connection connection, String webhookId, Told told, Instant at, Reason reason)
            throws SQLException {
        tell(connection, webhookId, Announcing.over(told, at, reason));
    }

    /** After a user changed the webhook, which is written already. */
    static void afterChange(Connection connection, Webhook before, Webhook after) throws SQLException {
        Reason reason = Announcing.ends(before, after);
        if (reason != null) {
            Told told = WebhookRows.lockState(connection, after.id()).told();
            over(connection, after.id(), told, after.updatedAt(), reason);
        }
    }

    private static void tell(Connection connection, String webhookId, Announcing.Change change) throws SQLException {
        if (!change.news().isEmpty()) {
            WebhookRows.updateTold(connection, webhookId, change.told());
            write(connection, webhookId, change.news());
        }
    }

    /**
     * Whether how a delivery ended may be told: it is not one of an announcement, and was not written before, by an
     * earlier commit whose end was unclear.
     */
    static boolean mayTell(Connection connection, Queued.Run run) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select e.type, d.run, d.state from delivery d"
                + " join event e on e.no = d.event_no where d.id = ?")) {
            select.setObject(1, run.id());
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        && !Event.isOwn(row.getString("type"))
                        && row.getInt("run") == run.number()
                        && UNSETTLED.contains(row.getString("state"));
            }
        }
    }

    static void write(Connection connection, String webhookId, List<Announcement> news) throws SQLException {
        if (news.isEmpty()) {
            return;
        }
        try (PreparedStatement insert =
                connection.prepareStatement("insert into announcement (id, webhook_id, kind, at,"
                        + " failing_since, dead_count, reason, expires_at, error, detail)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (Announcement each : news) {
                Announcement.Wrong wrong = each.wrong();
                insert.setString(1, Announcement.SOURCE + ":" + UUID.randomUUID());
                insert.setString(2, webhookId);
                insert.setString(3, each.kind().code());
                insert.setObject(4, time(each.at()));
                insert.setObject(5, time(each.failingSince()));
                insert.setInt(6, each.deaths());
                insert.setObject(7, each.reason() == null ? null : each.reason().code(), Types.VARCHAR);
                insert.setObject(
                        8, each.expiresAt() == null ? null : time(each.expiresAt()), Types.TIMESTAMP_WITH_TIMEZONE);
                insert.setString(9, wrong == null ? null : wrong.error());
                insert.setString(10, wrong == null ? null : wrong.detail());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
