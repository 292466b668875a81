package io.posel.store;

import io.posel.problem.ProblemException;
import io.posel.webhook.Webhook;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * Puts settled deliveries back into the queue, behind what it holds, as another run with the same id.
 *
 * <p>Promises: oldest first, and of one entity in the order of the producer's numbers; what is settled while a replay
 * runs is not replayed by it; what tells of something erased is not replayed at all. Not promised: all or nothing; a replay that is cut short has put back its oldest part, and
 * repeating it does the rest. After a commit whose end was unclear the count may be too low.
 */
public final class Replay {
    /** What can be sent again. */
    public static final Set<String> STATES = Set.of("dead", "skipped", "delivered");

    private static final int CHUNK = 1_000;

    private static final String COUNT = "select count(*) from delivery d join event e on e.no = d.event_no";

    private static final String SELECT = """
            select d.id, d.run, e.entity_type, e.entity_id, e.sequence
            from delivery d join event e on e.no = d.event_no""";

    /** Newer is what the producer's numbers say, else acceptance; what waits will be delivered. */
    private static final String NOTHING_NEWER = """
            not exists (select 1 from event e2 join delivery d on d.event_no = e2.no
              where e2.entity_type = e.entity_type and e2.entity_id = e.entity_id and e2.type = e.type
              and d.webhook_id = ?
              and (case when e2.sequence <> e.sequence then e2.sequence > e.sequence else e2.no > e.no end)
              and (d.state in ('delivered', 'queued', 'held') or %s))""";

    private static final String QUEUE = """
            update delivery set state = 'queued', reason = null, pos = ?, run = run + 1, attempts = 0,
              webhook_version = null, next_at = null, settled_at = null, status = null, duration_ms = null
            where id = ? and run = ? and state in ('dead', 'skipped', 'delivered')
              and exists (select 1 from event e where e.no = delivery.event_no and octet_length(e.data) > 0)""";

    private final DataSource dataSource;
    private final Webhooks webhooks;
    private final Settlement settlement;

    public Replay(DataSource dataSource, Webhooks webhooks, Settlement settlement) {
        this.dataSource = dataSource;
        this.webhooks = webhooks;
        this.settlement = settlement;
    }

    /** How many deliveries {@link #replay} would put back now. */
    public int count(ReplayRequest request) {
        int count = 0;
        for (String webhookId : targets(request)) {
            Conditions conditions = conditions(request, webhookId);
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement select = connection.prepareStatement(COUNT + conditions.where())) {
                conditions.bind(select);
                try (ResultSet row = select.executeQuery()) {
                    row.next();
                    count += row.getInt(1);
                }
            } catch (SQLException e) {
                throw unavailable(e);
            }
        }
        return count;
    }

    /**
     * @param entries one for each webhook, written with the first of its deliveries that are put back
     * @return how many deliveries were put back
     * @throws ProblemException 404 for an unknown webhook, 409 for a deleted or expired one
     */
    public int replay(ReplayRequest request, Supplier<AuditEntry> entries) {
        int count = 0;
        for (String webhookId : targets(request)) {
            count += replay(webhookId, conditions(request, webhookId), entries.get());
        }
        return count;
    }

    /**
     * Puts one delivery back.
     *
     * @param entry who does it, written with it
     * @throws ProblemException 409 while it still waits, if its data was erased, or if its webhook is deleted or expired
     */
    public int replay(LoggedDelivery delivery, AuditEntry entry) {
        if (!STATES.contains(delivery.state())) {
            throw new ProblemException(
                    409,
                    "still-waiting",
                    Map.of("state", delivery.state()),
                    "This delivery is " + delivery.state() + ": it is going to be sent anyway.");
        }
        if (delivery.erased()) {
            throw new ProblemException(
                    409,
                    "erased",
                    Map.of("entity", delivery.entity().toString()),
                    "The data of this delivery was erased: there is nothing to send.");
        }
        Webhook webhook = requireSendable(delivery.webhookId());
        return queue(
                webhook.id(),
                List.of(new Settled(delivery.id(), delivery.run(), "", null)),
                entry.of(webhook.id(), webhook.version()).about(delivery.id().toString()));
    }

    private List<String> targets(ReplayRequest request) {
        String webhook = request.webhook();
        if (webhook != null) {
            requireSendable(webhook);
            return List.of(webhook);
        }
        return webhooks.all().stream()
                .filter(each -> each.deletedAt() == null && each.expiredAt() == null)
                .map(Webhook::id)
                .toList();
    }

    private Webhook requireSendable(String webhookId) {
        Webhook webhook = webhooks.find(webhookId).orElseThrow(() -> Webhooks.notFound(webhookId));
        if (webhook.deletedAt() != null || webhook.expiredAt() != null) {
            String state = webhook.deletedAt() != null ? "deleted" : "expired";
            throw new ProblemException(
                    409,
                    "webhook-" + state,
                    Map.of("webhook", webhookId),
                    "The webhook " + webhookId + " is " + state + ": restore it first.");
        }
        return webhook;
    }

    private static Conditions conditions(ReplayRequest request, String webhookId) {
        LogFilter filter = request.filter(webhookId);
        Conditions conditions = filter.onDeliveries().andAll("octet_length(e.data) > 0");
        if (request.onlyLatest()) {
            Conditions chosen = new Conditions()
                    .andAll("d.state = any(?)", (Object) request.states().toArray())
                    .and("e2.accepted_at >= ?", request.from())
                    .and("e2.accepted_at < ?", request.to());
            conditions.andAll(NOTHING_NEWER.formatted("(" + chosen.text() + ")"), webhookId);
            conditions.addValuesOf(chosen);
        }
        return conditions;
    }

    /** Reads with one scan while it writes, so that the last chunk costs no more than the first. */
    private int replay(String webhookId, Conditions conditions, AuditEntry entry) {
        int count = 0;
        AuditEntry named = entryOf(webhookId, entry);
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false); // or PostgreSQL's driver would fetch all rows at once
            try (PreparedStatement select =
                    connection.prepareStatement(SELECT + conditions.where() + " order by d.event_no, d.id")) {
                conditions.bind(select);
                select.setFetchSize(CHUNK);
                try (ResultSet row = select.executeQuery()) {
                    List<Settled> chunk = new ArrayList<>(CHUNK);
                    while (row.next()) {
                        chunk.add(settled(row));
                        if (chunk.size() == CHUNK) {
                            count += queue(webhookId, chunk, named);
                            chunk.clear();
                        }
                    }
                    count += queue(webhookId, chunk, named);
                }
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw unavailable(e);
        }
        return count;
    }

    private AuditEntry entryOf(String webhookId, AuditEntry entry) {
        return webhooks.find(webhookId)
                .map(webhook -> entry.of(webhookId, webhook.version()))
                .orElse(entry);
    }

    private static Settled settled(ResultSet row) throws SQLException {
        return new Settled(
                row.getObject("id", UUID.class),
                row.getInt("run"),
                row.getString("entity_type") + ":" + row.getString("entity_id"),
                row.getObject("sequence", Long.class));
    }

    /** The run makes sure that a delivery is put back once, should the wish be carried out twice. */
    private int queue(String webhookId, List<Settled> deliveries, AuditEntry entry) {
        if (deliveries.isEmpty()) {
            return 0;
        }
        List<Settled> inOrder = Settled.inOrder(deliveries);
        return Webhooks.await(settlement.wish(Wish.queueing(transaction -> {
            Places places = transaction.places();
            places.announced().addUnread(webhookId);
            int count;
            try (PreparedStatement update = transaction.connection().prepareStatement(QUEUE)) {
                for (Settled each : inOrder) {
                    update.setLong(1, places.next());
                    update.setObject(2, each.id());
                    update.setInt(3, each.run());
                    update.addBatch();
                }
                count = Arrays.stream(update.executeBatch()).sum();
            }
            if (count > 0) {
                Audit.write(transaction, entry); // once, however many portions there are
            }
            return count;
        })));
    }

    private static StoreUnavailableException unavailable(SQLException e) {
        return new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
    }
}
