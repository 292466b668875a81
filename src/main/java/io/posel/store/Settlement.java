package io.posel.store;

import io.posel.delivery.Outcome;
import io.posel.delivery.Queued;
import io.posel.delivery.Resent;
import io.posel.webhook.Announcement;
import io.posel.webhook.Announcing;
import io.posel.webhook.Expiry;
import io.posel.webhook.Health;
import io.posel.webhook.Told;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only writer of webhooks and of delivery states after acceptance: outcomes and wishes, one after the other, in
 * batches. A webhook's health is decided in the transaction that settles (F1), and what is to be told of it is written
 * there.
 *
 * <p>Promises: what is handed in is written in that order, also when the database goes away and comes back; writing the
 * same outcome twice changes nothing; an outcome that the database refuses is written without its texts. Not promised: that an outcome is on disk before the lane goes on; what a crash
 * loses is sent again.
 */
public final class Settlement implements AutoCloseable {
    /**
     * All in one statement: for PostgreSQL that is three quarters of the work of one for each. It must not see through the
     * condition on the state: where nothing was queued when it last looked at the table, it expects one row, reads all
     * that are queued now, and compares each of them with each outcome, 20 million times for 2,000 of 10,000.
     */
    static final String SETTLE = "update delivery d set state = s.state, reason = s.reason,"
            + " attempts = s.attempts, settled_at = s.at, status = s.status, duration_ms = s.duration,"
            + " webhook_version = coalesce(s.version, d.webhook_version), pos = null, next_at = null"
            + " from unnest(cast(? as uuid array), cast(? as integer array), cast(? as varchar array),"
            + " cast(? as varchar array), cast(? as integer array), cast(? as timestamp with time zone array),"
            + " cast(? as integer array), cast(? as integer array), cast(? as integer array))"
            + " as s (id, run, state, reason, attempts, at, status, duration, version)"
            + " where d.id = s.id and d.run = s.run and coalesce(d.state, '') in ('queued', 'skipped')";

    static final List<String> SETTLE_TYPES =
            List.of("uuid", "int4", "varchar", "varchar", "int4", "timestamptz", "int4", "int4", "int4");

    private sealed interface Work {}

    private record Result(Outcome outcome) implements Work {}

    private record Wanted(Wish wish) implements Work {}

    private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);
    private static final int ANSWER_DETAIL = 1_000;
    /** No lane waits for its outcome to be written, and a commit for each costs more than the delivery. */
    private static final Duration PATIENCE = Duration.ofMillis(5);

    private final Transactions transactions;
    private final Expiry expiry;
    private final Announcing announcing;
    private final BiConsumer<String, State> changed;
    private final Consumer<List<Queued>> settled;
    private final Consumer<Outcome> happened;
    private final GroupCommit<Work, Integer> writer;

    /**
     * What settling decided about a webhook.
     *
     * @param goneAt when the receiver answered 410 (F9), null if it did not
     * @param deaths in the failing, or in the last one: what is told of it counts them ({@link Told})
     */
    public record State(
            Health health,
            @Nullable Instant expiredAt,
            @Nullable Instant goneAt,
            int deaths) {
        State with(Told told) {
            return new State(health, expiredAt, goneAt, told.deaths());
        }
    }

    /**
     * @param changed is told each webhook whose health changed, after the commit
     * @param settled is told the deliveries whose outcome is on disk
     * @param happened is told each outcome when it is handed in
     */
    public Settlement(
            Transactions transactions,
            Expiry expiry,
            BiConsumer<String, State> changed,
            Consumer<List<Queued>> settled,
            Consumer<Outcome> happened) {
        this.transactions = transactions;
        this.expiry = expiry;
        this.announcing = new Announcing(expiry);
        this.changed = changed;
        this.settled = settled;
        this.happened = happened;
        this.writer = new GroupCommit<>("posel-settle", true, new Group()).start();
    }

    public void settle(Outcome outcome) {
        happened.accept(outcome);
        writer.submit(new Result(outcome)).whenComplete((written, failure) -> {
            if (failure != null
                    && !(failure instanceof StoreUnavailableException)
                    && !(failure instanceof NotOwnerException)) {
                LOG.error(
                        "How delivery {} ended cannot be written; it is sent again when its queue is read anew, at the"
                                + " latest after the next start: {}",
                        outcome.delivery().id(),
                        failure.toString());
                if (!(outcome instanceof Outcome.AttemptFailed)) {
                    settled.accept(List.of(outcome.delivery()));
                }
            }
        });
    }

    public CompletableFuture<Integer> wish(Wish wish) {
        return writer.submit(new Wanted(wish));
    }

    /** Whether outcomes and wishes are written, or will be. */
    public boolean isAlive() {
        return writer.isAlive();
    }

    /** How many outcomes and wishes wait to be written. */
    public int waiting() {
        return writer.waiting();
    }

    /** Writes what has been handed in, then ends. */
    @Override
    public void close() {
        writer.close();
    }

    private final class Group implements GroupCommit.Batch<Work, Integer> {
        private final List<Runnable> effects = new ArrayList<>();
        private final List<Queued> done = new ArrayList<>();

        @Override
        public List<Integer> write(List<Work> batch) throws SQLException {
            try {
                return writeAll(batch);
            } catch (SQLException | RuntimeException e) {
                if (batch.size() == 1 && batch.get(0) instanceof Result result && isRefused(e)) {
                    writeBare(result.outcome, e);
                    return List.of(1);
                }
                throw e;
            }
        }

        @Override
        public Duration patience(Work item) {
            return item instanceof Result ? PATIENCE : Duration.ZERO;
        }

        private boolean isRefused(Exception e) {
            return e instanceof SQLException sql
                    ? !(e instanceof InDoubtException) && SqlStates.isDataError(sql)
                    : !(e instanceof NotOwnerException);
        }

        /** Leaves the webhook's health alone, which may be what was refused. */
        private void writeBare(Outcome outcome, Exception cause) throws SQLException {
            try (Transaction transaction = transactions.begin()) {
                try (Updates updates = new Updates(transaction.connection())) {
                    updates.add(outcome.bare());
                    updates.flush();
                }
                transaction.commit();
            }
            LOG.warn(
                    "The database refused how delivery {} ended; that is kept without its texts: {}",
                    outcome.delivery().id(),
                    cause.toString());
            if (!(outcome instanceof Outcome.AttemptFailed)) {
                settled.accept(List.of(outcome.delivery()));
            }
        }

        private List<Integer> writeAll(List<Work> batch) throws SQLException {
            effects.clear();
            done.clear();
            List<Integer> results;
            try (Transaction transaction = transactions.begin()) {
                results = write(transaction, batch);
                transaction.commit();
            }
            effects.forEach(Runnable::run);
            settled.accept(List.copyOf(done));
            return results;
        }

        private List<Integer> write(Transaction transaction, List<Work> batch) throws SQLException {
            if (batch.stream().anyMatch(work -> work instanceof Wanted wanted && wanted.wish.queues())) {
                // before the outcomes of the same batch lock their deliveries, or the intake could wait in a circle
                transaction.places();
            }
            List<Integer> results = new ArrayList<>(batch.size());
            List<Outcome> outcomes = new ArrayList<>();
            for (Work work : batch) {
                if (work instanceof Result result) {
                    outcomes.add(result.outcome);
                    results.add(1);
                } else if (work instanceof Wanted wanted) {
                    record(transaction.connection(), outcomes);
                    results.add(wanted.wish.apply(transaction));
                    effects.add(wanted.wish::committed);
                }
            }
            record(transaction.connection(), outcomes);
            return results;
        }

        private void record(Connection connection, List<Outcome> outcomes) throws SQLException {
            if (outcomes.isEmpty()) {
                return;
            }
            decideHealth(connection, outcomes); // while it can be seen which of them were written before
            try (Updates updates = new Updates(connection)) {
                for (Outcome outcome : outcomes) {
                    updates.add(outcome);
                    if (!(outcome instanceof Outcome.AttemptFailed)) {
                        done.add(outcome.delivery());
                    }
                }
                updates.flush();
            }
            outcomes.clear();
        }

        private void decideHealth(Connection connection, List<Outcome> outcomes) throws SQLException {
            Map<String, WebhookRows.Known> known = new LinkedHashMap<>();
            for (Outcome outcome : outcomes) {
                String webhookId = outcome.delivery().webhookId();
                if (outcome instanceof Outcome.Delivered || outcome instanceof Outcome.Dead) {
                    WebhookRows.Known before = known.get(webhookId);
                    if (before == null) {
                        before = WebhookRows.lockState(connection, webhookId);
                    }
                    State after = after(outcome, before);
                    Announcing.Change told = told(connection, outcome, before, after);
                    Announcements.write(connection, webhookId, told.news());
                    known.put(
                            webhookId,
                            new WebhookRows.Known(
                                    after.with(told.told()),
                                    told.told(),
                                    before.gone() || after.expiredAt() != null,
                                    before.version()));
                }
            }
            WebhookRows.updateStates(connection, known);
            known.forEach((id, each) -> effects.add(() -> changed.accept(id, each.state())));
        }

        private State after(Outcome outcome, WebhookRows.Known before) {
            State state = before.state();
            if (outcome instanceof Outcome.Delivered delivered) {
                Health works = expiry.afterSuccess(state.health(), delivered.at());
                return new State(works, state.expiredAt(), state.goneAt(), state.deaths());
            }
            Outcome.Dead dead = (Outcome.Dead) outcome;
            Expiry.Verdict verdict = expiry.afterDeath(state.health(), dead.at(), dead.sent());
            Instant expired = verdict.expires() && state.expiredAt() == null ? dead.at() : state.expiredAt();
            Instant gone = expired == null && isGone(dead, before) ? dead.at() : state.goneAt();
            return new State(verdict.health(), expired, gone, state.deaths());
        }

        /** Who was edited or switched on since that request was made has not been answered yet. */
        private boolean isGone(Outcome.Dead dead, WebhookRows.Known before) {
            return dead.saysGone()
                    && !before.gone()
                    && before.state().goneAt() == null
                    && dead.webhookVersion() == before.version();
        }

        /** Asks the database only when what has been told is no longer so. */
        private Announcing.Change told(Connection connection, Outcome outcome, WebhookRows.Known before, State after)
                throws SQLException {
            Told told = before.told();
            if (before.gone()) {
                return new Announcing.Change(told, List.of());
            }
            boolean wasGone = before.state().goneAt() != null;
            boolean tells = !(wasGone && outcome instanceof Outcome.Dead)
                    && announcing.isNews(told, after.health())
                    && Announcements.mayTell(connection, outcome.delivery().identity());
            if (outcome instanceof Outcome.Dead dead) {
                boolean expires = after.expiredAt() != null;
                boolean disables = after.goneAt() != null && !wasGone;
                Announcing.Death death = new Announcing.Death(dead.at(), wrong(dead), tells, expires, disables);
                return announcing.afterDeath(told, before.state().health(), after.health(), death);
            }
            Instant at = ((Outcome.Delivered) outcome).at();
            return tells
                    ? Announcing.over(told, at, Announcement.Reason.DELIVERED)
                    : new Announcing.Change(told, List.of());
        }

        private Announcement.Wrong wrong(Outcome.Dead dead) {
            Outcome.AttemptFailed last = dead.last();
            return new Announcement.Wrong(
                    dead.reason(), last == null ? "" : storable(last.failure().reason()));
        }
    }

    private static String storable(String text) {
        String clean = text.replace('\0', ' ');
        return clean.length() <= ANSWER_DETAIL ? clean : clean.substring(0, ANSWER_DETAIL - 1) + "…";
    }

    private static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    /**
     * The batched updates of one transaction. An outcome of an older run changes nothing; one whose delivery was skipped
     * while its request was in flight counts, because it happened.
     */
    private static final class Updates implements AutoCloseable {
        /** What became of a request that was in flight when what it told of was erased: only the result is kept. */
        private static final String BLANK = "update attempt set detail = '', answer = null where delivery_id = any(?)";

        private static final String ERASED = "select no from event where no = any(?) and octet_length(data) = 0";

        private final PreparedStatement attempt;
        private final PreparedStatement failed;
        private final PreparedStatement settled;
        private final Connection connection;
        /** Those of which attempts that failed are to be written, with their events. */
        private final Map<UUID, Long> failing = new HashMap<>();
        /** Their values in the order of the statement, by delivery. */
        private final Map<UUID, @Nullable Object[]> settling = new LinkedHashMap<>();

        Updates(Connection connection) throws SQLException {
            this.attempt = connection.prepareStatement(
                    "insert into attempt (delivery_id, run, number, at, status, error,"
                            + " detail, duration_ms, answer) values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing");
            this.failed =
                    connection.prepareStatement("update delivery set attempts = ?, next_at = ?, webhook_version = ?"
                            + " where id = ? and run = ? and state in ('queued', 'skipped')");
            this.connection = connection;
            this.settled = connection.prepareStatement(SETTLE);
        }

        void add(Outcome outcome) throws SQLException {
            Queued delivery = outcome.delivery();
            if (outcome instanceof Outcome.Dead dead && dead.last() != null) {
                add(dead.last());
            }
            if (outcome instanceof Outcome.AttemptFailed each) {
                attempt.setObject(1, delivery.id());
                attempt.setInt(2, delivery.run());
                attempt.setInt(3, each.number());
                attempt.setObject(4, time(each.at()));
                attempt.setObject(5, each.failure().status(), Types.INTEGER);
                attempt.setString(6, AttemptError.of(each.failure()).stored());
                attempt.setString(7, storable(each.failure().reason()));
                attempt.setInt(8, each.durationMs());
                attempt.setBytes(9, each.failure().answer());
                attempt.addBatch();
                failing.put(delivery.id(), delivery.eventNo());
                failed.setInt(1, each.number());
                failed.setObject(2, time(each.nextAt()), Types.TIMESTAMP_WITH_TIMEZONE);
                failed.setInt(3, each.webhookVersion());
                failed.setObject(4, delivery.id());
                failed.setInt(5, delivery.run());
                failed.addBatch();
            } else if (outcome instanceof Outcome.Delivered each) {
                settle(
                        delivery,
                        "delivered",
                        each.resent() ? Resent.REASON : null,
                        each.attempts(),
                        each.at(),
                        each.status(),
                        each.durationMs(),
                        each.webhookVersion());
            } else if (outcome instanceof Outcome.Dead each) {
                settle(delivery, "dead", each.reason(), each.attempts(), each.at(), null, null, each.webhookVersion());
            } else if (outcome instanceof Outcome.Skipped each) {
                settle(delivery, "skipped", each.reason(), delivery.attempts(), each.at(), null, null, null);
            }
        }

        private void settle(
                Queued delivery,
                String state,
                @Nullable String reason,
                int attempts,
                Instant at,
                @Nullable Integer status,
                @Nullable Integer durationMs,
                @Nullable Integer webhookVersion)
                throws SQLException {
            if (settling.containsKey(delivery.id())) {
                flush(); // the first counts, and a statement would take any of them
            }
            settling.put(delivery.id(), new @Nullable Object[] {
                delivery.id(), delivery.run(), state, reason, attempts, time(at), status, durationMs, webhookVersion
            });
        }

        /** Attempts first: they change only a delivery that is not settled. */
        void flush() throws SQLException {
            attempt.executeBatch();
            blankErased();
            failed.executeBatch();
            flushSettled();
        }

        private void blankErased() throws SQLException {
            if (failing.isEmpty()) {
                return;
            }
            Set<Long> erased = erased();
            if (!erased.isEmpty()) {
                failing.values().retainAll(erased);
                try (PreparedStatement blank = connection.prepareStatement(BLANK)) {
                    blank.setArray(
                            1, connection.createArrayOf("uuid", failing.keySet().toArray()));
                    blank.executeUpdate();
                }
            }
            failing.clear();
        }

        private Set<Long> erased() throws SQLException {
            Set<Long> erased = new HashSet<>();
            try (PreparedStatement select = connection.prepareStatement(ERASED)) {
                select.setArray(
                        1, connection.createArrayOf("bigint", failing.values().toArray()));
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        erased.add(row.getLong(1));
                    }
                }
            }
            return erased;
        }

        private void flushSettled() throws SQLException {
            if (settling.isEmpty()) {
                return;
            }
            for (int column = 0; column < SETTLE_TYPES.size(); column++) {
                @Nullable Object[] values = new @Nullable Object[settling.size()];
                int row = 0;
                for (@Nullable Object[] each : settling.values()) {
                    values[row++] = each[column];
                }
                settled.setArray(column + 1, connection.createArrayOf(SETTLE_TYPES.get(column), values));
            }
            settled.executeUpdate();
            settling.clear();
        }

        @Override
        public void close() throws SQLException {
            attempt.close();
            failed.close();
            settled.close();
        }
    }
}
