package io.posel.store;

import io.posel.event.Event;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.webhook.Announcement;
import io.posel.webhook.Definition;
import io.posel.webhook.Expiry;
import io.posel.webhook.FileDefinition;
import io.posel.webhook.Health;
import io.posel.webhook.SigningSecret;
import io.posel.webhook.Webhook;
import io.posel.webhook.WebhookIndex;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All webhooks, in memory as they stand on disk. Reading never asks the database; every change is written first, by the
 * settlement's writer, and known here before the caller is answered. The writer itself makes it known, in the order in
 * which it writes: a caller may have given up waiting by then. Until all are read, every answer is that the store is
 * unavailable.
 */
public final class Webhooks {
    private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);
    private static final long PATIENCE_SECONDS = 10;

    private final DataSource dataSource;
    private final WebhookRows rows;
    private final InstantSource clock;
    private final Supplier<String> ids;
    private final Expiry expiry;
    private final Supplier<Settlement> settlement;
    private final Consumer<String> changed;

    private final Map<String, Webhook> current = new ConcurrentHashMap<>();
    /** Their ids in the order of creation. */
    private volatile List<String> order = List.of();

    /** Knows definitions and who has expired; that health changes with each delivery is nothing to it. */
    private volatile WebhookIndex index = new WebhookIndex(List.of());

    private volatile boolean loaded;
    private volatile int most = Integer.MAX_VALUE;
    private volatile CompletableFuture<Integer> applying = CompletableFuture.completedFuture(0);

    /** @param changed is told the id of each webhook whose queue must be looked at anew */
    public Webhooks(
            DataSource dataSource,
            Vault vault,
            InstantSource clock,
            Supplier<String> ids,
            Expiry expiry,
            Supplier<Settlement> settlement,
            Consumer<String> changed) {
        this.dataSource = dataSource;
        this.rows = new WebhookRows(vault);
        this.clock = clock;
        this.ids = ids;
        this.expiry = expiry;
        this.settlement = settlement;
        this.changed = changed;
    }

    /** How many there may be, without deleted ones; those that are there already stay. */
    public void keepAtMost(int number) {
        most = number;
    }

    /** Reads all from disk. */
    public void load() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            Map<String, Webhook> read = new LinkedHashMap<>();
            rows.all(connection).forEach(each -> read.put(each.id(), each));
            synchronized (this) {
                current.putAll(read);
                current.keySet().retainAll(read.keySet());
                order = List.copyOf(read.keySet());
                index = new WebhookIndex(read.values());
                loaded = true;
            }
        }
    }

    public Optional<Webhook> find(String id) {
        requireLoaded();
        return Optional.ofNullable(current.get(id));
    }

    /** @throws ProblemException 404 if there is none, or if it is deleted */
    public Webhook existing(String id) {
        return find(id).filter(each -> each.deletedAt() == null).orElseThrow(() -> notFound(id));
    }

    /** @throws ProblemException 404 as {@link #existing}, 409 if it stands in a file, which only an edit of it changes */
    public Webhook changeable(String id) {
        Webhook webhook = existing(id);
        requireNotInFile(webhook);
        return webhook;
    }

    private static void requireChangeable(Webhook webhook) {
        if (webhook.deletedAt() != null) {
            throw notFound(webhook.id());
        }
        requireNotInFile(webhook);
    }

    private static void requireNotInFile(Webhook webhook) {
        if (webhook.file() != null) {
            String file = webhook.file().name();
            throw new ProblemException(
                    409,
                    "defined-in-file",
                    Map.of("file", file),
                    "The webhook " + webhook.id() + " stands in the file " + file
                            + " in config/webhooks: change it there.");
        }
    }

    /** In the order of creation, deleted ones too. Fails with {@link StoreUnavailableException} before {@link #load}. */
    public Collection<Webhook> all() {
        requireLoaded();
        return inOrder();
    }

    /**
     * Those that want this event, off and expired ones too. Fails with {@link StoreUnavailableException} before {@link
     * #load}, or an event could be accepted for nobody (G2).
     */
    public List<Webhook> matching(Event event) {
        requireLoaded();
        return index.matching(event);
    }

    private void requireLoaded() {
        if (!loaded) {
            throw new StoreUnavailableException("the webhooks are not read yet");
        }
    }

    /** Those that are made at one moment may be a few too many. */
    private void requireRoom() {
        if (all().stream().filter(each -> each.deletedAt() == null).count() >= most) {
            throw new ProblemException(
                    409,
                    "too-many-webhooks",
                    Map.of("most", most),
                    "There are " + most + " webhooks already: delete one first, or raise POSEL_MAX_WEBHOOKS.");
        }
    }

    /**
     * @param entry who does it, written with it
     * @throws ProblemException 409 if there are too many
     */
    public Webhook create(Definition definition, AuditEntry entry) {
        requireRoom();
        Instant now = now();
        Webhook webhook = new Webhook(ids.get(), 1, definition, Health.UNKNOWN, null, null, now, now);
        await(settlement.get().wish(new Wish() {
            @Override
            public int apply(Transaction transaction) throws SQLException {
                rows.insert(transaction.connection(), webhook);
                Audit.write(transaction, entry.of(webhook.id(), webhook.version()));
                return 1;
            }

            @Override
            public void committed() {
                put(webhook);
            }
        }));
        return webhook;
    }

    /**
     * Changes the definition.
     *
     * @param version the one that the caller has seen (If-Match); null if it does not care
     * @param entry who does it, written with it
     * @throws ProblemException 404 if there is no such webhook, 412 if the version is another one by now
     */
    public Webhook edit(String id, @Nullable Integer version, UnaryOperator<Definition> edit, AuditEntry entry) {
        return change(id, version, entry, webhook -> {
            requireChangeable(webhook);
            Definition after = edit.apply(webhook.definition());
            Health health = expiry.afterEdit(webhook.health(), webhook.definition(), after);
            return with(webhook, after, health, webhook.expiredAt(), null);
        });
    }

    /** Marks as deleted; its queue is skipped by {@link Maintenance}, its history stays until retention ends. */
    public Webhook delete(String id, @Nullable Integer version, AuditEntry entry) {
        return change(id, version, entry, webhook -> {
            requireChangeable(webhook);
            return with(webhook, webhook.definition(), webhook.health(), webhook.expiredAt(), now());
        });
    }

    /** Brings an expired or deleted webhook back, switched off. */
    public Webhook restore(String id, AuditEntry entry) {
        if (find(id).filter(each -> each.deletedAt() != null).isPresent()) {
            requireRoom();
        }
        return change(id, null, entry, webhook -> {
            requireNotInFile(webhook);
            if (webhook.deletedAt() == null && webhook.expiredAt() == null) {
                throw new ProblemException(
                        409,
                        FieldError.of(
                                "",
                                "nothing-to-restore",
                                "This webhook is neither expired nor deleted: nothing to restore."));
            }
            Health health = expiry.afterRestore(webhook.health());
            return with(webhook, webhook.definition().withEnabled(false), health, null, null);
        });
    }

    /**
     * Makes webhooks what files say, see {@link ApplyFiles}.
     *
     * @param entries makes an entry for the audit trail of who does what
     * @throws StoreUnavailableException if the database does not answer in time, or has not done so for the call before:
     *     call again later, nothing is done twice
     */
    public FileChanges apply(
            List<FileDefinition> definitions, BiFunction<String, AuditEntry.Action, AuditEntry> entries) {
        if (!applying.isDone()) {
            throw new StoreUnavailableException("the database does not answer");
        }
        ApplyFiles wish = new ApplyFiles(definitions, rows, expiry, this::now, entries, this::changedByFiles);
        applying = settlement.get().wish(wish);
        await(applying);
        return wish.result();
    }

    private void changedByFiles(Collection<Webhook> webhooks) {
        put(webhooks);
        webhooks.forEach(webhook -> changed.accept(webhook.id()));
    }

    /** A test was delivered: that the webhook works ends its failing (F1). */
    public void testDelivered(String id) {
        await(settlement.get().wish(new Wish() {
            private Settlement.@Nullable State after;

            @Override
            public int apply(Transaction transaction) throws SQLException {
                Connection connection = transaction.connection();
                Instant now = now();
                WebhookRows.Known before = WebhookRows.lockState(connection, id);
                after = new Settlement.State(
                        expiry.afterSuccess(before.state().health(), now),
                        before.state().expiredAt(),
                        before.state().goneAt(),
                        before.state().deaths());
                WebhookRows.Known known = new WebhookRows.Known(after, before.told(), before.gone(), before.version());
                WebhookRows.updateStates(connection, Map.of(id, known));
                if (!before.gone()) {
                    Announcements.over(connection, id, before.told(), now, Announcement.Reason.DELIVERED);
                }
                return 1;
            }

            @Override
            public void committed() {
                settled(id, Objects.requireNonNull(after));
            }
        }));
    }

    /**
     * Gives it another signing secret; the one before signs along for a while. Its version stays, since its definition
     * does.
     *
     * @param entry who does it, written with it
     * @throws ProblemException 404 if there is no such webhook
     */
    public Webhook sign(String id, SigningSecret secret, AuditEntry entry) {
        return change(id, null, entry, webhook -> {
            if (webhook.deletedAt() != null) {
                throw notFound(id);
            }
            Instant now = now();
            return new Webhook(
                    webhook.id(),
                    webhook.version(),
                    webhook.definition(),
                    webhook.health(),
                    webhook.expiredAt(),
                    null,
                    webhook.createdAt(),
                    now,
                    webhook.signing().rotated(secret, now),
                    webhook.file(),
                    webhook.deaths(),
                    webhook.goneAt());
        });
    }

    /** Deletes webhooks for good, unless they were restored meanwhile or deliveries of theirs are kept. */
    void forget(List<String> webhookIds) {
        for (String id : webhookIds) {
            await(settlement.get().wish(new Forgetting(id)));
        }
    }

    private final class Forgetting implements Wish {
        private final String id;
        private boolean gone;

        private Forgetting(String id) {
            this.id = id;
        }

        @Override
        public int apply(Transaction transaction) throws SQLException {
            Connection connection = transaction.connection();
            int count = WebhookRows.delete(connection, id);
            gone |= count > 0;
            return count;
        }

        @Override
        public void committed() {
            if (gone) {
                remove(id);
            }
        }
    }

    /** One that was off because its receiver answered 410 forgets that when it is switched on. */
    private Webhook with(
            Webhook webhook,
            Definition definition,
            Health health,
            @Nullable Instant expired,
            @Nullable Instant deleted) {
        return new Webhook(
                webhook.id(),
                webhook.version() + 1,
                definition,
                health,
                expired,
                deleted,
                webhook.createdAt(),
                now(),
                webhook.signing(),
                webhook.file(),
                webhook.deaths(),
                definition.enabled() ? null : webhook.goneAt());
    }

    private Webhook change(String id, @Nullable Integer version, AuditEntry entry, UnaryOperator<Webhook> change) {
        Change wish = new Change(id, version, entry, change);
        await(settlement.get().wish(wish));
        return wish.result();
    }

    private final class Change implements Wish {
        private final String id;
        private final @Nullable Integer version;
        private final AuditEntry entry;
        private final UnaryOperator<Webhook> change;
        private volatile @Nullable Webhook result;

        private Change(String id, @Nullable Integer version, AuditEntry entry, UnaryOperator<Webhook> change) {
            this.id = id;
            this.version = version;
            this.entry = entry;
            this.change = change;
        }

        @Override
        public int apply(Transaction transaction) throws SQLException {
            Connection connection = transaction.connection();
            Webhook before = rows.lock(connection, id).orElseThrow(() -> notFound(id));
            if (wasWritten(before)) {
                return 1;
            }
            if (version != null && version != before.version()) {
                throw changedMeanwhile();
            }
            Webhook after = change.apply(before);
            rows.update(connection, after);
            Audit.write(transaction, entry.of(id, after.version()));
            Announcements.afterChange(connection, before, after);
            result = after;
            return 1;
        }

        /** By an earlier commit of this very wish, whose end was unclear. */
        private boolean wasWritten(Webhook before) {
            Webhook earlier = result;
            return earlier != null
                    && earlier.version() == before.version()
                    && earlier.updatedAt().equals(before.updatedAt())
                    && earlier.signing().equals(before.signing());
        }

        @Override
        public void committed() {
            put(result());
            changed.accept(id);
        }

        private Webhook result() {
            return Objects.requireNonNull(result);
        }
    }

    /** 404: no webhook has this id. */
    public static ProblemException notFound(String id) {
        return new ProblemException(404, "unknown-webhook", Map.of("webhook", id), "There is no webhook " + id + ".");
    }

    /** 412: the caller has not seen the newest version. */
    public static ProblemException changedMeanwhile() {
        return new ProblemException(
                412,
                FieldError.of(
                        "",
                        "changed-meanwhile",
                        "This webhook was changed by somebody else meanwhile: read it again, then repeat."));
    }

    private List<Webhook> inOrder() {
        return order.stream().map(current::get).filter(Objects::nonNull).toList();
    }

    private void put(Webhook webhook) {
        put(List.of(webhook));
    }

    /** Events find them as they are now, and all at once, before anybody is told so. */
    private synchronized void put(Collection<Webhook> webhooks) {
        Map<String, Webhook> all = new LinkedHashMap<>();
        inOrder().forEach(each -> all.put(each.id(), each));
        webhooks.forEach(each -> all.put(each.id(), each));
        index = new WebhookIndex(all.values());
        order = List.copyOf(all.keySet());
        webhooks.forEach(each -> current.put(each.id(), each));
    }

    private synchronized void remove(String id) {
        order = order.stream().filter(each -> !each.equals(id)).toList();
        index = new WebhookIndex(inOrder());
        current.remove(id);
    }

    /**
     * The receiver answered 410 to a request of this version (F9): nothing more starts from now on. The transaction that
     * settles that delivery writes it; an edit in between wins.
     */
    public synchronized void gone(String id, int version, Instant at) {
        Webhook webhook = current.get(id);
        if (webhook == null || webhook.version() != version || !webhook.sends()) {
            return;
        }
        LOG.warn("Webhook {} is switched off: its receiver answered 410 (Gone). What is queued waits", id);
        put(new Webhook(
                id,
                version,
                webhook.definition(),
                webhook.health(),
                null,
                null,
                webhook.createdAt(),
                webhook.updatedAt(),
                webhook.signing(),
                webhook.file(),
                webhook.deaths(),
                at));
        changed.accept(id);
    }

    /** What settling decided; called by the settlement's writer. */
    public void settled(String id, Settlement.State state) {
        Webhook before = current.get(id);
        if (before == null) {
            return;
        }
        Webhook after = new Webhook(
                id,
                before.version(),
                before.definition(),
                state.health(),
                state.expiredAt(),
                before.deletedAt(),
                before.createdAt(),
                before.updatedAt(),
                before.signing(),
                before.file(),
                state.deaths(),
                state.goneAt() == null ? before.goneAt() : state.goneAt());
        if (Objects.equals(before.expiredAt(), after.expiredAt()) && Objects.equals(before.goneAt(), after.goneAt())) {
            current.put(id, after);
        } else {
            put(after);
            changed.accept(id);
        }
    }

    /** A definition as it was in a version, empty if it is gone. */
    public Optional<Definition> version(String id, int version) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return rows.version(connection, id, version);
        }
    }

    /**
     * Waits for a wish.
     *
     * @throws StoreUnavailableException if the database does not answer in time: unknown whether it was done
     */
    static int await(CompletableFuture<Integer> wish) {
        try {
            return wish.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new StoreUnavailableException("the database does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("Posel is stopping", e);
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
