package io.posel.access;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A token that an administrator made, without its value.
 *
 * @param sources of which it may hand in events; empty for all
 * @param types of which it may hand in events, perhaps with a wildcard; empty for all
 * @param expiresAt from then on it is refused; null for never
 * @param createdBy the name of the token that made it
 * @param lastUsedAt to the minute; may be lost by a crash. Null if it was never used.
 */
public record AccessToken(
        String id,
        String name,
        Role role,
        List<String> sources,
        List<String> types,
        @Nullable Instant expiresAt,
        Instant createdAt,
        String createdBy,
        @Nullable Instant lastUsedAt) {

    public AccessToken {
        sources = List.copyOf(sources);
        types = List.copyOf(types);
    }

    /** Whether it can no longer be used. */
    public boolean isOverAt(Instant now) {
        return expiresAt != null && !expiresAt.isAfter(now);
    }

    /** The same, used then. */
    public AccessToken usedAt(Instant minute) {
        return new AccessToken(id, name, role, sources, types, expiresAt, createdAt, createdBy, minute);
    }
}
