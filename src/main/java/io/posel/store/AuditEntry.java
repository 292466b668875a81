package io.posel.store;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that somebody did, for the audit trail.
 *
 * @param who the name of the token that it was done with, of who was signed in, of a file or of a command; the address of whom
 *     was refused
 * @param webhookVersion the one that there is since then
 * @param subject what else it was about: the id of a delivery, an event type, an entity, the name of a token, the id of a key,
 *     source and key of what was set aside
 * @param count how many events or requests it concerned, null where that is not counted
 */
public record AuditEntry(
        UUID id,
        Instant at,
        String who,
        Action action,
        @Nullable String webhookId,
        @Nullable Integer webhookVersion,
        @Nullable String subject,
        @Nullable Integer count) {
    /** Of a subject, in characters. */
    static final int LONGEST_SUBJECT = 400;

    /** What can be done. */
    public enum Action {
        WEBHOOK_CREATED("webhook-created"),
        WEBHOOK_EDITED("webhook-edited"),
        WEBHOOK_DELETED("webhook-deleted"),
        WEBHOOK_RESTORED("webhook-restored"),
        SECRET_ROTATED("secret-rotated"),
        WEBHOOK_TESTED("webhook-tested"),
        DELIVERIES_REPLAYED("deliveries-replayed"),
        EVENT_TYPE_CREATED("event-type-created"),
        EVENT_TYPE_EDITED("event-type-edited"),
        EVENT_TYPE_DELETED("event-type-deleted"),
        ENTITY_ERASED("entity-erased"),
        TOKEN_CREATED("token-created"),
        TOKEN_REVOKED("token-revoked"),
        ACCESS_REFUSED("access-refused"),
        SIGNED_IN("signed-in"),
        SIGNED_OUT("signed-out"),
        KEY_ROTATED("key-rotated"),
        SET_ASIDE_RETRIED("set-aside-retried"),
        SET_ASIDE_DISCARDED("set-aside-discarded");

        private final String code;

        Action(String code) {
            this.code = code;
        }

        /** The name in JSON and on disk. */
        public String code() {
            return code;
        }
    }

    /** The same, done to this webhook. */
    public AuditEntry of(String webhook, int version) {
        return new AuditEntry(id, at, who, action, webhook, version, subject, count);
    }

    /** The same person did this. */
    AuditEntry as(Action done) {
        return new AuditEntry(id, at, who, done, webhookId, webhookVersion, subject, count);
    }

    /** The same, about this too. */
    public AuditEntry about(String what) {
        return new AuditEntry(id, at, who, action, webhookId, webhookVersion, what, count);
    }

    /** The same, concerning so many. */
    public AuditEntry counting(int number) {
        return new AuditEntry(id, at, who, action, webhookId, webhookVersion, subject, number);
    }
}
