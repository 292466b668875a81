package io.posel.store;

import io.posel.webhook.Definition;
import io.posel.webhook.Expiry;
import io.posel.webhook.FileDefinition;
import io.posel.webhook.Health;
import io.posel.webhook.SigningSecrets;
import io.posel.webhook.Webhook;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes webhooks what files say, all of them in one transaction: new ones are created, changed ones edited, and those
 * whose file has gone deleted. Applied once more it changes nothing.
 */
final class ApplyFiles implements Wish {
    private final Map<String, FileDefinition> wanted = new LinkedHashMap<>();
    private final WebhookRows rows;
    private final Expiry expiry;
    private final Supplier<Instant> clock;
    private final BiFunction<String, AuditEntry.Action, AuditEntry> entries;
    private final Consumer<Collection<Webhook>> known;
    /** By id. What an earlier run wrote stays: its commit may have had an unclear end, and is not seen as a change then. */
    private final Map<String, Change> changes = new LinkedHashMap<>();

    /** @param action null if only the file is another one, or its text */
    private record Change(Webhook after, AuditEntry.@Nullable Action action) {}

    /**
     * @param entries makes an entry of who does what
     * @param known is told after the commit what is different now
     */
    ApplyFiles(
            List<FileDefinition> definitions,
            WebhookRows rows,
            Expiry expiry,
            Supplier<Instant> clock,
            BiFunction<String, AuditEntry.Action, AuditEntry> entries,
            Consumer<Collection<Webhook>> known) {
        definitions.forEach(each -> wanted.put(each.id(), each));
        this.rows = rows;
        this.expiry = expiry;
        this.clock = clock;
        this.entries = entries;
        this.known = known;
    }

    @Override
    public int apply(Transaction transaction) throws SQLException {
        Map<String, Webhook> present = rows.lockInFiles(transaction.connection(), wanted.keySet());
        for (FileDefinition each : wanted.values()) {
            Webhook before = present.get(each.id());
            if (before == null) {
                Webhook created = created(each);
                rows.insert(transaction.connection(), created);
                record(
                        transaction,
                        new Change(created, AuditEntry.Action.WEBHOOK_CREATED),
                        each.file().name());
            } else {
                Change change = change(before, each);
                if (!change.after.equals(before)) {
                    update(transaction, before, change, each.file().name());
                }
            }
        }
        for (Webhook before : present.values()) {
            if (before.file() != null && !wanted.containsKey(before.id())) {
                Change change = new Change(deleted(before), AuditEntry.Action.WEBHOOK_DELETED);
                update(transaction, before, change, before.file().name());
            }
        }
        return changes.size();
    }

    private void update(Transaction transaction, Webhook before, Change change, String file) throws SQLException {
        rows.update(transaction.connection(), change.after);
        record(transaction, change, file);
        Announcements.afterChange(transaction.connection(), before, change.after);
    }

    private void record(Transaction transaction, Change change, String file) throws SQLException {
        if (change.action != null) {
            AuditEntry entry = entries.apply("file " + file, change.action);
            Audit.write(transaction, entry.of(change.after.id(), change.after.version()));
        }
        changes.put(change.after.id(), change);
    }

    private Webhook created(FileDefinition file) {
        Instant now = clock.get();
        return new Webhook(
                file.id(),
                1,
                file.definition(),
                Health.UNKNOWN,
                null,
                null,
                now,
                now,
                SigningSecrets.NONE,
                file.file(),
                0,
                null);
    }

    /**
     * An expired one comes back with any change of its file, as one does that a user restores; so does one that is off
     * because its receiver answered 410.
     */
    private Change change(Webhook before, FileDefinition file) {
        boolean sameText = before.file() != null
                && before.file().digest().equals(file.file().digest());
        boolean staysOff =
                before.goneAt() != null && (sameText || !file.definition().enabled());
        Definition wantedNow = staysOff ? file.definition().withEnabled(false) : file.definition();
        boolean same = before.file() != null && before.definition().equals(wantedNow);
        boolean gone = before.deletedAt() != null || before.expiredAt() != null;
        if (same && (!gone || sameText && before.deletedAt() == null)) {
            return new Change(before.in(file.file()), null);
        }
        Health health = gone
                ? expiry.afterRestore(before.health())
                : expiry.afterEdit(before.health(), before.definition(), file.definition());
        Webhook after = new Webhook(
                before.id(),
                before.version() + 1,
                file.definition(),
                health,
                null,
                null,
                before.createdAt(),
                clock.get(),
                before.signing(),
                file.file(),
                before.deaths(),
                staysOff ? before.goneAt() : null);
        return new Change(after, gone ? AuditEntry.Action.WEBHOOK_RESTORED : AuditEntry.Action.WEBHOOK_EDITED);
    }

    /** No file has it any more, so a user may restore it. */
    private Webhook deleted(Webhook before) {
        Instant now = clock.get();
        return new Webhook(
                before.id(),
                before.version() + 1,
                before.definition(),
                before.health(),
                before.expiredAt(),
                now,
                before.createdAt(),
                now,
                before.signing(),
                null,
                before.deaths(),
                before.goneAt());
    }

    @Override
    public void committed() {
        known.accept(changes.values().stream().map(Change::after).toList());
    }

    /** To be asked when it is done. */
    FileChanges result() {
        return new FileChanges(
                of(AuditEntry.Action.WEBHOOK_CREATED),
                of(AuditEntry.Action.WEBHOOK_EDITED),
                of(AuditEntry.Action.WEBHOOK_RESTORED),
                of(AuditEntry.Action.WEBHOOK_DELETED),
                wanted.size());
    }

    private List<String> of(AuditEntry.Action action) {
        return changes.values().stream()
                .filter(change -> change.action == action)
                .map(change -> change.after.id())
                .toList();
    }
}
