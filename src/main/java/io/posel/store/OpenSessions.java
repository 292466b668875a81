package io.posel.store;

import io.posel.access.LoginTicket;
import io.posel.access.Session;
import io.posel.access.Sessions;
import io.posel.access.TokenHash;
import io.posel.problem.ProblemException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The sessions, in memory as they stand on disk: at most {@value #MOST}, beyond which the one that was not used for the
 * longest time ends. Only the owner of the database answers, so its memory is all there is.
 *
 * <p>When each was last used is known to the minute, and written by {@link #tidy} for all together. Not promised: that a
 * use in the last minute before a crash is known after it.
 */
public final class OpenSessions implements Sessions {
    static final int MOST = 100;

    private static final int BYTES = 32;
    private static final long PATIENCE_SECONDS = 10;

    private final DataSource dataSource;
    private final Settlement writer;
    private final Audit audit;
    private final InstantSource clock;
    private final SecureRandom random;
    private final AtomicBoolean tidying = new AtomicBoolean();
    private volatile @Nullable List<KnownSession> known;
    private volatile boolean usedBefore;

    public OpenSessions(
            DataSource dataSource, Settlement writer, Audit audit, InstantSource clock, SecureRandom random) {
        this.dataSource = dataSource;
        this.writer = writer;
        this.audit = audit;
        this.clock = clock;
        this.random = random;
    }

    /** Reads all from disk. */
    public void load() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            List<KnownSession> read = SessionRows.all(connection);
            boolean before = SessionRows.hasAnybodySignedIn(connection);
            synchronized (this) {
                known = List.copyOf(read);
                usedBefore = before;
            }
        }
    }

    @Override
    public boolean areRead() {
        return known != null;
    }

    /** Whether somebody has signed in on this database, now or ever. */
    public boolean hasAnybodySignedIn() {
        return usedBefore;
    }

    @Override
    public Optional<Session> sessionOf(TokenHash presented) {
        KnownSession found = null;
        for (KnownSession each : current()) {
            if (each.hash().matches(presented)) {
                found = each; // and goes on, to take the same time for each
            }
        }
        Instant now = clock.instant();
        if (found == null || found.isOverAt(now)) {
            return Optional.empty();
        }
        found.use(now);
        return Optional.of(found.shown());
    }

    private List<KnownSession> current() {
        List<KnownSession> list = known;
        return list == null ? List.of() : list;
    }

    @Override
    public CompletionStage<String> signIn(LoginTicket ticket, @Nullable Session former) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        String value = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        KnownSession made = new KnownSession(
                UUID.randomUUID(),
                ticket.name(),
                ticket.role(),
                TokenHash.of(value),
                now,
                now.truncatedTo(ChronoUnit.MINUTES));
        return written(new Beginning(ticket, made, former)).thenApply(count -> value);
    }

    /** Settled or not when the patience ends, the writer goes on with it. */
    private CompletableFuture<Integer> written(Wish wish) {
        return writer.wish(wish).copy().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private final class Beginning implements Wish {
        private final LoginTicket ticket;
        private final KnownSession made;
        private final @Nullable Session former;
        private final AuditEntry signedIn;
        private final @Nullable AuditEntry signedOut;
        private List<UUID> ended = List.of();

        private Beginning(LoginTicket ticket, KnownSession made, @Nullable Session former) {
            this.ticket = ticket;
            this.made = made;
            this.former = former;
            this.signedOut = former == null ? null : audit.entry(former.name(), AuditEntry.Action.SIGNED_OUT);
            this.signedIn = audit.entry(made.name(), AuditEntry.Action.SIGNED_IN)
                    .about(made.role().code());
        }

        @Override
        public int apply(Transaction transaction) throws SQLException {
            Connection connection = transaction.connection();
            SessionRows.forgetLinks(connection, made.createdAt());
            if (!SessionRows.use(connection, ticket, made.id())) {
                throw new ProblemException(
                        410,
                        "login-link-used",
                        Map.of(),
                        "This login link has been used: it works once. Make another one.");
            }
            List<UUID> over = new ArrayList<>();
            if (former != null && signedOut != null && SessionRows.delete(connection, Set.of(former.id())) > 0) {
                Audit.write(transaction, signedOut);
            }
            List<UUID> others = SessionRows.othersByUse(connection, made.id());
            over.addAll(others.subList(0, Math.max(0, others.size() - (MOST - 1))));
            SessionRows.delete(connection, over);
            if (former != null) {
                over.add(former.id());
            }
            ended = over;
            SessionRows.insert(connection, made);
            Audit.write(transaction, signedIn);
            return 1;
        }

        @Override
        public void committed() {
            put(made, ended);
        }
    }

    @Override
    public CompletionStage<Void> signOut(Session session) {
        AuditEntry entry = audit.entry(session.name(), AuditEntry.Action.SIGNED_OUT);
        Set<UUID> ids = Set.of(session.id());
        forget(ids); // whatever the database says
        return written(transaction -> {
                    int count = SessionRows.delete(transaction.connection(), ids);
                    if (count > 0) { // or it has ended meanwhile
                        Audit.write(transaction, entry);
                    }
                    return count;
                })
                .thenAccept(count -> {});
    }

    private synchronized void put(KnownSession made, Collection<UUID> ended) {
        forget(ended);
        List<KnownSession> all = new ArrayList<>(current());
        all.removeIf(each -> each.id().equals(made.id()));
        all.add(made);
        known = List.copyOf(all);
        usedBefore = true;
    }

    private synchronized void forget(Collection<UUID> ids) {
        known = current().stream().filter(each -> !ids.contains(each.id())).toList();
    }

    /** Hands in when sessions were last used, and deletes those that are over; does not wait for the disk. */
    public void tidy() {
        Instant now = clock.instant();
        Map<KnownSession, Instant> uses = new HashMap<>();
        List<UUID> over = new ArrayList<>();
        for (KnownSession each : current()) {
            if (each.isOverAt(now)) {
                over.add(each.id());
            } else {
                each.unsavedUse().ifPresent(used -> uses.put(each, used));
            }
        }
        if (uses.isEmpty() && over.isEmpty() || !tidying.compareAndSet(false, true)) {
            return;
        }
        writer.wish(new Wish() {
                    @Override
                    public int apply(Transaction transaction) throws SQLException {
                        return SessionRows.saveUses(transaction.connection(), uses)
                                + SessionRows.delete(transaction.connection(), over);
                    }

                    @Override
                    public void committed() {
                        uses.forEach(KnownSession::saved);
                        forget(over);
                    }
                })
                .whenComplete((count, failure) -> tidying.set(false));
    }
}
