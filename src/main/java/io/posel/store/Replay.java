package io.posel.store;

import io.posel.event.EntityRef;
import io.posel.problem.ProblemException;
import io.posel.webhook.LaneKey;
import io.posel.webhook.Ordering;
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
 * <p>Promises: oldest first, and of one entity in the order of the producer's numbers; each delivery once at most, though
 * some of them may be settled only while it runs; what tells of something erased is not replayed at all. It looks through
 * the history in portions and holds no transaction open meanwhile. Not promised: all or nothing; a replay that is cut short has put back its oldest part, and
 * repeating it does the rest. After a commit whose end was unclear the count may be too low.
 */
public final class Replay {
    /** What can be sent again. */
    public static final Set<String> STATES = Set.of("dead", "skipped", "delivered");

    /** What is looked at with one statement, whether or not it is to be replayed. */
    static final int LOOK = 2_000;

    private static final int CHUNK = 1_000;

    private static final String COUNT = "select count(*) from delivery d join event e on e.no = d.event_no";

    /** By an index, and nothing but that. */
    private static final String LAST_OF_LOOK = "select event_no from delivery where webhook_id = ? and event_no > ?"
            + " and event_no <= ? order by event_no offset " + (LOOK - 1) + " rows fetch first 1 rows only";

    private static final String RANGE_OF_ALL = "select min(no), max(no) from event";

    /** The sum keeps the database from looking for the first one in the order of numbers. */
    private static final String RANGE = "select min(e.no + 0), max(e.no + 0) from event e";

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
            update delivery set state = 'queued', reason = null, pos = ?, lane_key = ?, run = run + 1, attempts = 0,
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
            count += each(request, webhookId, this::count);
        }
        return count;
    }

    private int count(Conditions conditions) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement(COUNT + conditions.where())) {
            conditions.bind(select);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    /**
     * @param entries one for each webhook, written with the first of its deliveries that are put back
     * @return how many deliveries were put back
     * @throws ProblemException 404 for an unknown webhook, 409 for a deleted or expired one
     */
    public int replay(ReplayRequest request, Supplier<AuditEntry> entries) {
        int count = 0;
        for (String webhookId : targets(request)) {
            AuditEntry entry = entryOf(webhookId, entries.get());
            count += each(request, webhookId, conditions -> queue(webhookId, find(conditions), entry));
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
                List.of(new Settled(delivery.id(), delivery.run(), delivery.entity(), null)),
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

    private interface Look {
        int at(Conditions conditions) throws SQLException;
    }

    /** Goes through what the webhook was sent, portion by portion. */
    private int each(ReplayRequest request, String webhookId, Look look) {
        int count = 0;
        try {
            Range left = range(request);
            while (left.first <= left.last) {
                long end = endOfLook(webhookId, left);
                count += look.at(
                        conditions(request, webhookId).andAll("d.event_no >= ? and d.event_no <= ?", left.first, end));
                left = new Range(end + 1, left.last);
            }
        } catch (SQLException e) {
            throw unavailable(e);
        }
        return count;
    }

    /** Numbers of events. */
    private record Range(long first, long last) {}

    private Range range(ReplayRequest request) throws SQLException {
        Conditions times =
                new Conditions().and("e.accepted_at >= ?", request.from()).and("e.accepted_at < ?", request.to());
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select =
                        connection.prepareStatement(times.where().isEmpty() ? RANGE_OF_ALL : RANGE + times.where())) {
            times.bind(select);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                long first = row.getLong(1);
                return row.wasNull() ? new Range(1, 0) : new Range(first, row.getLong(2));
            }
        }
    }

    private long endOfLook(String webhookId, Range left) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement(LAST_OF_LOOK)) {
            select.setString(1, webhookId);
            select.setLong(2, left.first - 1);
            select.setLong(3, left.last);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getLong(1) : left.last;
            }
        }
    }

    private List<Settled> find(Conditions conditions) throws SQLException {
        List<Settled> found = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select =
                        connection.prepareStatement(SELECT + conditions.where() + " order by d.event_no, d.id")) {
            conditions.bind(select);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    found.add(settled(row));
                }
            }
        }
        return found;
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
                new EntityRef(row.getString("entity_type"), row.getString("entity_id")),
                row.getObject("sequence", Long.class));
    }

    /** The run makes sure that a delivery is put back once, should the wish be carried out twice. */
    private int queue(String webhookId, List<Settled> deliveries, AuditEntry entry) {
        if (deliveries.isEmpty()) {
            return 0;
        }
        List<Settled> inOrder = Settled.inOrder(deliveries);
        int count = 0;
        for (int from = 0; from < inOrder.size(); from += CHUNK) {
            count += write(webhookId, inOrder.subList(from, Math.min(from + CHUNK, inOrder.size())), entry);
        }
        return count;
    }

    private int write(String webhookId, List<Settled> deliveries, AuditEntry entry) {
        return Webhooks.await(settlement.wish(Wish.queueing(deliveries.size(), transaction -> {
            Places places = transaction.places();
            places.announced().addUnread(webhookId);
            // in the lanes of today: in those that they had they would wait until all others of the webhook are done
            Ordering ordering = webhooks.find(webhookId)
                    .map(webhook -> webhook.definition().ordering())
                    .orElse(Ordering.ENTITY);
            int count;
            try (PreparedStatement update = transaction.connection().prepareStatement(QUEUE)) {
                for (Settled each : deliveries) {
                    update.setLong(1, places.next());
                    update.setString(2, LaneKey.of(ordering, each.entity()));
                    update.setObject(3, each.id());
                    update.setInt(4, each.run());
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
