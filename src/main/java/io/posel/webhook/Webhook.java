package io.posel.webhook;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A definition with its history. The version counts the definition's edits from 1.
 *
 * @param expiredAt when the settling of a dead delivery decided that it expires (F1)
 * @param deletedAt when a user deleted it
 * @param signing no part of the definition, which has versions and can be read
 * @param file the one that the definition stands in; null if it was made over HTTP
 * @param deaths deliveries that died since it began to fail, or in the failing that is over
 * @param goneAt when the receiver answered 410 (F9): it is off since then; null if it did not, or was switched on again
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
        SigningSecrets signing,
        @Nullable DefinitionFile file,
        int deaths,
        @Nullable Instant goneAt) {

    public Webhook {
        definition = goneAt == null ? definition : definition.withEnabled(false);
    }

    /** One that does not sign, made over HTTP, of which nothing died. */
    public Webhook(
            String id,
            int version,
            Definition definition,
            Health health,
            @Nullable Instant expiredAt,
            @Nullable Instant deletedAt,
            Instant createdAt,
            Instant updatedAt) {
        this(
                id,
                version,
                definition,
                health,
                expiredAt,
                deletedAt,
                createdAt,
                updatedAt,
                SigningSecrets.NONE,
                null,
                0,
                null);
    }

    /** The same, in this file. */
    public Webhook in(DefinitionFile other) {
        return new Webhook(
                id,
                version,
                definition,
                health,
                expiredAt,
                deletedAt,
                createdAt,
                updatedAt,
                signing,
                other,
                deaths,
                goneAt);
    }

    /** Whether deliveries may be sent now. */
    public boolean sends() {
        return definition.enabled() && expiredAt == null && deletedAt == null;
    }
}
