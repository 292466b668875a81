package io.posel.access;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A token that an administrator made, without its value.
 *
 * @param createdBy the name of the token that made it
 * @param lastUsedAt to the minute; may be lost by a crash. Null if it was never used.
 */
public record AccessToken(
        String id,
        String name,
        Role role,
        Instant createdAt,
        String createdBy,
        @Nullable Instant lastUsedAt) {

    /** The same, used then. */
    public AccessToken usedAt(Instant minute) {
        return new AccessToken(id, name, role, createdAt, createdBy, minute);
    }
}
