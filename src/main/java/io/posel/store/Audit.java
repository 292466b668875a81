package io.posel.store;

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
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The audit trail: who did what when, kept until the retention ends.
 *
 * <p>Promises: an entry is in the transaction of the change that it tells of, so there is none without the other. Not
 * promised: that somebody who can write to the database cannot change it.
 */
public final class Audit {
    private static final String SELECT =
            "select a.id, a.at, a.who, a.action, a.webhook_id, a.webhook_version, a.subject, a.amount from audit a";

    private final DataSource dataSource;
    private final Settlement writer;
    private final InstantSource clock;
    private final Supplier<UUID> ids;
    private final AtomicBoolean noting = new AtomicBoolean();

    /** @param ids later ones are greater: they order what was done in the same millisecond */
    public Audit(DataSource dataSource, Settlement writer, InstantSource clock, Supplier<UUID> ids) {
        this.dataSource = dataSource;
        this.writer = writer;
        this.clock = clock;
        this.ids = ids;
    }

    /** To be written with what is done. */
    public AuditEntry entry(String who, AuditEntry.Action action) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return new AuditEntry(ids.get(), now, who, action, null, null, null, null);
    }

    /**
     * Writes an entry about something that writes nothing else, and waits for the disk.
     *
     * @throws StoreUnavailableException if the database does not answer
     */
    public void record(AuditEntry entry) {
        Webhooks.await(writer.wish(transaction -> write(transaction, entry)));
    }

    /**
     * Hands in an entry about something that writes nothing else, and does not wait for the disk.
     *
     * @return false while the one before is not written
     */
    public boolean note(AuditEntry entry) {
        if (!noting.compareAndSet(false, true)) {
            return false;
        }
        writer.wish(transaction -> write(transaction, entry)).whenComplete((count, failure) -> noting.set(false));
        return true;
    }

    /** Does nothing if it was written before, by a commit whose end was unclear. */
    static int write(Transaction transaction, AuditEntry entry) throws SQLException {
        try (PreparedStatement insert = transaction
                .connection()
                .prepareStatement("insert into audit (id, at, who, action, webhook_id, webhook_version, subject,"
                        + " amount) values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing")) {
            insert.setObject(1, entry.id());
            insert.setObject(2, entry.at().atOffset(ZoneOffset.UTC));
            insert.setString(3, entry.who());
            insert.setString(4, entry.action().code());
            insert.setString(5, entry.webhookId());
            insert.setObject(6, entry.webhookVersion(), Types.INTEGER);
            insert.setString(7, entry.subject());
            insert.setObject(8, entry.count(), Types.INTEGER);
            return insert.executeUpdate();
        }
    }

    /** An entry that was written concerns so many more. */
    static void count(Transaction transaction, AuditEntry written, int more) throws SQLException {
        try (PreparedStatement update =
                transaction.connection().prepareStatement("update audit set amount = amount + ? where id = ?")) {
            update.setInt(1, more);
            update.setObject(2, written.id());
            update.executeUpdate();
        }
    }

    /**
     * Newest first.
     *
     * @param webhook null for all
     * @throws IllegalArgumentException for a cursor of another list
     */
    public Page<AuditEntry> page(
            @Nullable String webhook, @Nullable Instant from, @Nullable Instant to, @Nullable Cursor after, int limit) {
        Conditions conditions = new Conditions()
                .and("a.webhook_id = ?", webhook)
                .and("a.at >= ?", from)
                .and("a.at < ?", to);
        if (after != null) {
            OffsetDateTime last = Instant.ofEpochMilli(after.key()).atOffset(ZoneOffset.UTC);
            conditions.andAll("a.at <= ? and (a.at < ? or a.id < ?)", last, last, UUID.fromString(after.id()));
        }
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement(
                        SELECT + conditions.where() + " order by a.at desc, a.id desc limit ?")) {
            select.setInt(conditions.bind(select), limit + 1);
            List<AuditEntry> found = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    found.add(entry(row));
                }
            }
            return found.size() <= limit
                    ? new Page<>(found, null)
                    : new Page<>(found.subList(0, limit), place(found.get(limit - 1)));
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
    }

    private static Cursor place(AuditEntry entry) {
        return new Cursor(entry.at().toEpochMilli(), entry.id().toString());
    }

    private static AuditEntry entry(ResultSet row) throws SQLException {
        String action = row.getString("action");
        return new AuditEntry(
                row.getObject("id", UUID.class),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("who"),
                Arrays.stream(AuditEntry.Action.values())
                        .filter(each -> each.code().equals(action))
                        .findFirst()
                        .orElseThrow(() -> new SQLException("the audit trail has the unknown action " + action)),
                row.getString("webhook_id"),
                row.getObject("webhook_version", Integer.class),
                row.getString("subject"),
                row.getObject("amount", Integer.class));
    }
}
