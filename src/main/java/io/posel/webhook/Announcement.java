package io.posel.webhook;

import io.posel.event.EntityRef;
import io.posel.event.Event;
import io.posel.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is told of a webhook's health.
 *
 * @param at when it happened
 * @param failingSince of the failing that it is about
 * @param expiresAt from when it can expire, or when it did; null if it cannot
 * @param deaths deliveries that have died in it
 * @param reason why it is over, or the webhook off; null for the other kinds
 * @param wrong what was wrong with the delivery that died; null where none did
 */
public record Announcement(
        Kind kind,
        Instant at,
        Instant failingSince,
        @Nullable Instant expiresAt,
        int deaths,
        @Nullable Reason reason,
        @Nullable Wrong wrong) {
    /**
     * @param error the code of a failure
     * @param detail one line for people
     */
    public record Wrong(String error, String detail) {}

    /** Of the event, and the beginning of its id. */
    public static final String SOURCE = "posel";

    /** What can be told. */
    public enum Kind {
        FAILING("failing"),
        EXPIRING("expiring"),
        EXPIRED("expired"),
        RECOVERED("recovered"),
        DISABLED("disabled");

        private final String code;

        Kind(String code) {
            this.code = code;
        }

        public static Kind of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }

        /** The name on disk. */
        public String code() {
            return code;
        }

        /** The type of the event. */
        public String type() {
            return "posel.webhook." + code;
        }
    }

    /** Why a failing is over, of which only the first says that the webhook works; the last, why it is off. */
    public enum Reason {
        DELIVERED("delivered"),
        EDITED("edited"),
        RESTORED("restored"),
        QUIET("quiet"),
        GONE("gone");

        private final String code;

        Reason(String code) {
            this.code = code;
        }

        public static Reason of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }

        /** The name in JSON and on disk. */
        public String code() {
            return code;
        }
    }

    /**
     * The event that tells it.
     *
     * @param id the same whenever the same announcement is handed in, and nobody else can guess it
     * @param name of the webhook
     */
    public Event toEvent(String id, String webhookId, String name, Duration expireAfter) {
        Map<String, Object> data = new LinkedHashMap<>();
        Map<String, Object> webhook = new LinkedHashMap<>();
        webhook.put("id", webhookId);
        webhook.put("name", name);
        data.put("webhook", webhook);
        data.put("failingSince", failingSince);
        // of a failing that is over it tells when it could have expired at the earliest
        Instant expires = kind == Kind.RECOVERED ? failingSince.plus(expireAfter) : expiresAt;
        if (expires != null) {
            data.put("expiresAt", expires);
        }
        data.put("deadCount", deaths);
        if (reason != null) {
            data.put("reason", reason.code());
        }
        if (wrong != null) {
            data.put("error", wrong.error());
            data.put("detail", wrong.detail());
        }
        return new Event(SOURCE, id, kind.type(), new EntityRef("webhook", webhookId), null, at.toString(), (Json.Obj)
                Json.of(data));
    }
}
