package io.posel.web;

import io.posel.access.LoginTicket;
import io.posel.access.Role;
import io.posel.access.Session;
import io.posel.access.Sessions;
import io.posel.access.TokenHash;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Sessions for tests, in memory. */
final class MadeSessions implements Sessions {
    private record Made(TokenHash hash, Session session) {}

    private final List<Made> all = new ArrayList<>();
    private boolean read = true;

    /** @param cookie its value */
    MadeSessions with(String name, String cookie, Role role) {
        all.add(new Made(
                TokenHash.of(cookie),
                new Session(UUID.randomUUID(), name, role, Instant.parse("2026-11-29T10:00:00Z"))));
        return this;
    }

    void unread() {
        read = false;
    }

    @Override
    public boolean areRead() {
        return read;
    }

    @Override
    public Optional<Session> sessionOf(TokenHash presented) {
        return all.stream()
                .filter(each -> each.hash.matches(presented))
                .map(Made::session)
                .findFirst();
    }

    @Override
    public CompletionStage<String> signIn(LoginTicket ticket, @Nullable Session former) {
        String cookie = "c".repeat(42) + all.size();
        with(ticket.name(), cookie, ticket.role());
        return CompletableFuture.completedFuture(cookie);
    }

    @Override
    public CompletionStage<Void> signOut(Session session) {
        all.removeIf(each -> each.session.equals(session));
        return CompletableFuture.completedFuture(null);
    }
}
