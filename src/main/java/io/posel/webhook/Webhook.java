package io.posel.webhook;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A definition with its history. The version counts the definition's edits from 1.
 *
 * @param expiredAt when the settling of a dead delivery decided that it expires (F1)
 * @param deletedAt when a user deleted it
 * @param signing no part of the definition, which has versions and can be read
 */
public record Webhook(
        String id,
        int version,
        Definition definition,
        Health health,
        @Nullable Instant expiredAt,
        @Nullable Instant deletedAt,
        Instant createdAt,
        Instant updatedAt,
        SigningSecrets signing) {

    /** One that does not sign. */
    public Webhook(
            String id,
            int version,
            Definition definition,
            Health health,
            @Nullable Instant expiredAt,
            @Nullable Instant deletedAt,
            Instant createdAt,
            Instant updatedAt) {
        this(id, version, definition, health, expiredAt, deletedAt, createdAt, updatedAt, SigningSecrets.NONE);
    }

    /** Whether deliveries may be sent now. */
    public boolean sends() {
        return definition.enabled() && expiredAt == null && deletedAt == null;
    }
}
