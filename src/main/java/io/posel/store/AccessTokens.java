package io.posel.store;

import io.posel.access.AccessToken;
import io.posel.access.Caller;
import io.posel.access.NamedTokens;
import io.posel.access.Role;
import io.posel.access.TokenHash;
import io.posel.event.EventScope;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that administrators made, in memory as they stand on disk: at most {@value #MOST}, so that comparing with
 * all of them takes no time. A token that was revoked is refused from the answer on, one that ends from that instant.
 *
 * <p>When each was last used is known to the minute, and written by {@link #saveUses} for all together. Not promised: that
 * a use in the last minute before a crash is known after it.
 */
public final class AccessTokens implements NamedTokens {
    static final int MOST = 100;

    private static final int BYTES = 32;
    private static final String PREFIX = "posel_"; // by which scanners for leaked secrets find it

    private final DataSource dataSource;
    private final Settlement writer;
    private final InstantSource clock;
    private final SecureRandom random;
    private final AtomicBoolean saving = new AtomicBoolean();
    private volatile @Nullable List<KnownToken> known;

    /** @param value shown this one time */
    public record Made(AccessToken token, String value) {}

    public AccessTokens(DataSource dataSource, Settlement writer, InstantSource clock, SecureRandom random) {
        this.dataSource = dataSource;
        this.writer = writer;
        this.clock = clock;
        this.random = random;
    }

    /** Reads all from disk. */
    public void load() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            List<KnownToken> read = AccessTokenRows.all(connection);
            synchronized (this) {
                known = List.copyOf(read);
            }
        }
    }

    @Override
    public boolean areRead() {
        return known != null;
    }

    @Override
    public Optional<Caller> callerOf(TokenHash presented) {
        Instant now = clock.instant();
        Optional<KnownToken> found =
                known(presented).filter(each -> !each.token().isOverAt(now));
        found.ifPresent(each -> each.use(now.truncatedTo(ChronoUnit.MINUTES)));
        return found.map(each -> new Caller(each.token().name(), each.token().role()));
    }

    @Override
    public boolean hasEnded(TokenHash presented) {
        return known(presented)
                .filter(each -> each.token().isOverAt(clock.instant()))
                .isPresent();
    }

    private Optional<KnownToken> known(TokenHash presented) {
        KnownToken found = null;
        for (KnownToken each : current()) {
            if (each.hash().matches(presented)) {
                found = each; // and goes on, to take the same time for each
            }
        }
        return Optional.ofNullable(found);
    }

    /** The one of this name; empty if it was revoked meanwhile. */
    public Optional<AccessToken> named(String name) {
        return current().stream()
                .map(KnownToken::token)
                .filter(each -> each.name().equals(name))
                .findFirst();
    }

    private List<KnownToken> current() {
        List<KnownToken> list = known;
        return list == null ? List.of() : list;
    }

    /**
     * In the order of creation, those of the same millisecond in that of their ids. Fails with {@link
     * StoreUnavailableException} before {@link #load}.
     */
    public List<AccessToken> all() {
        requireRead();
        return current().stream()
                .map(KnownToken::shown)
                .sorted(Comparator.comparing(AccessToken::createdAt).thenComparing(AccessToken::id))
                .toList();
    }

    private void requireRead() {
        if (!areRead()) {
            throw new StoreUnavailableException("the tokens are not read yet");
        }
    }

    /**
     * Makes a token.
     *
     * @param scope what it may hand in
     * @param expiresAt from when on it is refused; null for never
     * @param entry who does it, written with it
     * @throws ProblemException 409 if the name is taken, or if there are too many
     */
    public Made create(String name, Role role, EventScope scope, @Nullable Instant expiresAt, AuditEntry entry) {
        if (Caller.isReserved(name)) {
            throw nameTaken(name);
        }
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        String value = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        AccessToken token = new AccessToken(
                UUID.randomUUID().toString(),
                name,
                role,
                scope.sources(),
                scope.types(),
                expiresAt,
                now,
                entry.who(),
                null);
        KnownToken made = new KnownToken(token, TokenHash.of(value));
        Webhooks.await(writer.wish(new Wish() {
            @Override
            public int apply(Transaction transaction) throws SQLException {
                requireRoom(transaction.connection(), token);
                Audit.write(transaction, entry.about(described(token)));
                return AccessTokenRows.insert(transaction.connection(), made);
            }

            @Override
            public void committed() {
                put(made);
            }
        }));
        return new Made(token, value);
    }

    /** Its name, and what is not so of all tokens. */
    private static String described(AccessToken token) {
        List<String> limits = new ArrayList<>();
        if (!token.sources().isEmpty()) {
            limits.add("sources: " + String.join(", ", token.sources()));
        }
        if (!token.types().isEmpty()) {
            limits.add("types: " + String.join(", ", token.types()));
        }
        if (token.expiresAt() != null) {
            limits.add("until " + token.expiresAt());
        }
        return limits.isEmpty()
                ? token.name()
                : SetAside.fitting(token.name() + " (" + String.join("; ", limits) + ")", AuditEntry.LONGEST_SUBJECT);
    }

    /** The token itself does not count: it is there if the wish is carried out a second time. */
    private static void requireRoom(Connection connection, AccessToken token) throws SQLException {
        Set<String> others = AccessTokenRows.namesBut(connection, token.id());
        if (others.contains(token.name())) {
            throw nameTaken(token.name());
        }
        if (others.size() >= MOST) {
            throw new ProblemException(
                    409,
                    "too-many-tokens",
                    Map.of("most", MOST),
                    "There are " + MOST + " tokens already: revoke one first.");
        }
    }

    private static ProblemException nameTaken(String name) {
        return new ProblemException(
                409,
                new FieldError(
                        "/name",
                        "name-taken",
                        Map.of("name", name),
                        "Another token is named " + name + ": give it another name, or revoke the other one first."));
    }

    /**
     * Revokes a token.
     *
     * @param entry who does it, written with it
     * @throws ProblemException 404 if there is none of this id
     */
    public void delete(String id, AuditEntry entry) {
        requireRead();
        AccessToken token = current().stream()
                .map(KnownToken::token)
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new ProblemException(
                        404, "unknown-access-token", Map.of("token", id), "There is no token with the id " + id + "."));
        Webhooks.await(writer.wish(new Wish() {
            @Override
            public int apply(Transaction transaction) throws SQLException {
                int count = AccessTokenRows.delete(transaction.connection(), id);
                if (count > 0) { // or somebody else revoked it meanwhile
                    Audit.write(transaction, entry.about(token.name()));
                }
                return count;
            }

            @Override
            public void committed() {
                forget(id);
            }
        }));
    }

    private synchronized void put(KnownToken made) {
        List<KnownToken> all = new ArrayList<>(current());
        all.removeIf(each -> each.token().id().equals(made.token().id()));
        all.add(made);
        known = List.copyOf(all);
    }

    private synchronized void forget(String id) {
        known = current().stream().filter(each -> !each.token().id().equals(id)).toList();
    }

    /** Hands in when tokens were last used, if that changed; does not wait for the disk. */
    public void saveUses() {
        Map<KnownToken, Instant> uses = new HashMap<>();
        for (KnownToken each : current()) {
            each.unsavedUse().ifPresent(used -> uses.put(each, used));
        }
        if (uses.isEmpty() || !saving.compareAndSet(false, true)) {
            return;
        }
        writer.wish(new Wish() {
                    @Override
                    public int apply(Transaction transaction) throws SQLException {
                        return AccessTokenRows.saveUses(transaction.connection(), uses);
                    }

                    @Override
                    public void committed() {
                        uses.forEach(KnownToken::saved);
                    }
                })
                .whenComplete((count, failure) -> saving.set(false));
    }
}
