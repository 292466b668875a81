package io.posel.store;

import io.posel.delivery.Queued;
import io.posel.webhook.Announcement;
import io.posel.webhook.Health;
import io.posel.webhook.Told;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts a crash, in the transaction of the takeover that follows it, with each delivery that was on its way. One that was
 * on its way alone, after {@code Caution.ALONE_AFTER} crashes, is dead with the reason {@code poison}; since nobody knows
 * whether it was sent, that does not count against its webhook (F1).
 */
final class CrashCount {
    /** Of deliveries that were settled, or whose attempt is over. */
    static final String FORGET_ENDED = "delete from started where not exists (select 1 from delivery d"
            + " where d.id = started.delivery_id and d.run = started.run and d.attempts <= started.attempts and d.pos > 0)";

    private static final Logger LOG = LoggerFactory.getLogger(CrashCount.class);

    private static final String DETAIL =
            "Posel died while this was the only delivery on its way, after it had died three times with it";

    private CrashCount() {}

    /** @param died whether the owner before did not end in order */
    static void takeOver(Connection connection, boolean died) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(FORGET_ENDED);
            if (died) {
                condemn(connection, statement);
                statement.executeUpdate("update started set crashes = crashes + 1 where in_flight");
            }
            statement.executeUpdate("update started set in_flight = false, alone = false");
            statement.executeUpdate("delete from started where crashes = 0");
            statement.executeUpdate("update owner set died_at_place = "
                    + (died ? "coalesce(died_at_place, (select last from place where name = 'queue'))" : "null")
                    + " where partition_no = 0");
        }
    }

    private static void condemn(Connection connection, Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("select d.id, d.run, d.webhook_id, current_timestamp as died"
                + " from started s join delivery d on d.id = s.delivery_id where s.alone")) {
            while (row.next()) {
                UUID id = row.getObject("id", UUID.class);
                LOG.error(
                        "dead letter, delivery {}: Posel died when nothing else was on its way, and at three starts before."
                                + " It is sent again only if it is replayed",
                        id);
                Instant died = row.getObject("died", OffsetDateTime.class).toInstant();
                tell(connection, new Queued.Run(id, row.getInt("run")), row.getString("webhook_id"), died);
            }
        }
        statement.executeUpdate("insert into attempt (delivery_id, run, number, at, error, detail, duration_ms)"
                + " select d.id, d.run, d.attempts + 1, current_timestamp, 'poison',"
                + " '" + DETAIL + "', 0"
                + " from started s join delivery d on d.id = s.delivery_id where s.alone");
        statement.executeUpdate("update delivery set state = 'dead', reason = 'poison', attempts = attempts + 1,"
                + " settled_at = current_timestamp, status = null, duration_ms = null, pos = null, next_at = null"
                + " where id in (select delivery_id from started where alone)");
        statement.executeUpdate("delete from started where alone");
    }

    /** Its webhook is failing since then; that counts nothing to its expiry. */
    private static void tell(Connection connection, Queued.Run run, String webhookId, Instant died)
            throws SQLException {
        WebhookRows.Known before = WebhookRows.lockState(connection, webhookId);
        if (before.gone()) {
            return;
        }
        Health health = before.state().health().failedUnsent(died);
        Told told = before.told();
        boolean news = told.since() == null && Announcements.mayTell(connection, run);
        Told now = new Told(news ? health.failingSince() : told.since(), told.warned(), told.deaths() + 1);
        if (news) {
            Announcement.Wrong wrong = new Announcement.Wrong("poison", DETAIL);
            Instant since = Objects.requireNonNull(health.failingSince());
            Announcement failing =
                    new Announcement(Announcement.Kind.FAILING, died, since, null, now.deaths(), null, wrong);
            Announcements.write(connection, webhookId, List.of(failing));
        }
        Settlement.State state =
                new Settlement.State(health, null, before.state().goneAt(), now.deaths());
        WebhookRows.updateStates(
                connection, Map.of(webhookId, new WebhookRows.Known(state, now, false, before.version())));
    }
}
