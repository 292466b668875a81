package io.posel.web;

import io.posel.access.Caller;
import io.posel.access.NamedTokens;
import io.posel.access.Role;
import io.posel.access.TokenHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tokens that administrators made, for tests. */
final class MadeTokens implements NamedTokens {
    private record Made(TokenHash hash, Caller caller) {}

    private final List<Made> all = new ArrayList<>();
    private final List<TokenHash> ended = new ArrayList<>();
    private boolean read = true;

    MadeTokens with(String name, String token, Role role) {
        all.add(new Made(TokenHash.of(token), new Caller(name, role)));
        return this;
    }

    void unread() {
        read = false;
    }

    @Override
    public boolean areRead() {
        return read;
    }

    MadeTokens ended(String token) {
        ended.add(TokenHash.of(token));
        return this;
    }

    @Override
    public boolean hasEnded(TokenHash presented) {
        return ended.stream().anyMatch(each -> read && each.matches(presented));
    }

    @Override
    public Optional<Caller> callerOf(TokenHash presented) {
        return all.stream()
                .filter(each -> read && each.hash.matches(presented))
                .map(Made::caller)
                .findFirst();
    }
}
