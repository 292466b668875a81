package io.posel.webhook;

import io.posel.json.Json;
import io.posel.problem.FieldError;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Webhooks as JSON: to users with every secret masked, to the store complete. */
public final class WebhookJson {
    private static final String ACTIVE = "active";
    private static final String DISABLED = "disabled";
    private static final String FAILING = "failing";
    private static final String EXPIRED = "expired";
    private static final String GONE = "gone";

    /** What {@link #state} may be. */
    public static final List<String> STATES = List.of(ACTIVE, DISABLED, FAILING, EXPIRED);

    private final Expiry expiry;
    private final Function<String, Optional<Instant>> pausedUntil;

    /** @param pausedUntil until when nothing is sent to the receiver of a webhook, by its id */
    public WebhookJson(Expiry expiry, Function<String, Optional<Instant>> pausedUntil) {
        this.expiry = expiry;
        this.pausedUntil = pausedUntil;
    }

    /**
     * What GET answers. {@code expiresAt} is the earliest moment at which the webhook can expire, or when it did expire;
     * while it is off, it is null.
     */
    public Json.Obj toJson(Webhook webhook, List<FieldError> warnings, Instant now) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("id", webhook.id());
        members.put("version", webhook.version());
        members.put("file", webhook.file() == null ? null : webhook.file().name());
        members.putAll(definitionToJson(Secrets.masked(webhook.definition())).members());
        Instant failingSince = webhook.expiredAt() != null
                ? webhook.health().failingSince()
                : expiry.failingSince(webhook.health(), now);
        members.put("signed", !webhook.signing().isEmpty());
        String state = state(webhook, now);
        members.put("state", state);
        members.put("reason", state.equals(DISABLED) && webhook.goneAt() != null ? GONE : null);
        members.put("failingSince", failingSince);
        members.put("deadCount", failingSince == null ? 0 : webhook.deaths());
        members.put("expiresAt", expiresAt(webhook, now));
        members.put("pausedUntil", pausedUntil.apply(webhook.id()).orElse(null));
        members.put("lastSuccessAt", webhook.health().lastSuccessAt());
        members.put("createdAt", webhook.createdAt());
        members.put("updatedAt", webhook.updatedAt());
        if (webhook.deletedAt() != null) {
            members.put("deletedAt", webhook.deletedAt());
        }
        members.put("warnings", warnings.stream().map(WebhookJson::warning).toList());
        return (Json.Obj) Json.of(members);
    }

    /** Whether it sends, and why not. */
    public String state(Webhook webhook, Instant now) {
        if (webhook.expiredAt() != null) {
            return EXPIRED;
        } else if (!webhook.definition().enabled()) {
            return DISABLED;
        }
        return expiry.failingSince(webhook.health(), now) == null ? ACTIVE : FAILING;
    }

    private @Nullable Instant expiresAt(Webhook webhook, Instant now) {
        if (webhook.expiredAt() != null) {
            return webhook.expiredAt();
        }
        return webhook.sends() ? expiry.expiresAt(webhook.health(), now) : null;
    }

    /** A warning as it stands in a webhook or a preview. */
    public static Json warning(FieldError warning) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("pointer", warning.pointer());
        members.put("code", warning.code());
        members.put("params", warning.params());
        members.put("detail", warning.detail());
        return Json.of(members);
    }

    /** The whole definition, secrets included: what the store encrypts and keeps. */
    public static Json.Obj definitionToJson(Definition definition) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("name", definition.name());
        members.put("enabled", definition.enabled());
        members.put("events", definition.events());
        members.put("filter", definition.filter());
        members.put("url", definition.url());
        members.put("body", definition.body());
        members.put("headers", definition.headers());
        members.put("ordering", definition.ordering().json());
        members.put("concurrency", definition.concurrency());
        members.put("rateLimit", plain(definition.rateLimit()));
        return (Json.Obj) Json.of(members);
    }

    /** Ten stays 10 and does not come back as 10.0. */
    private static @Nullable Number plain(@Nullable Double number) {
        return number != null && number == Math.rint(number) ? (Number) number.longValue() : number;
    }

    /**
     * Reads what {@link #definitionToJson} wrote, perhaps under an older version's rules; so nothing is validated again.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static Definition fromStored(Json stored) {
        if (!(stored instanceof Json.Obj object)) {
            throw new IllegalArgumentException("a stored definition is an object");
        }
        return new Definition(
                text(member(object, "name")),
                member(object, "enabled") == Json.Bool.TRUE,
                texts(member(object, "events")),
                map(member(object, "filter"), WebhookJson::texts),
                text(member(object, "url")),
                object.get("body") instanceof Json.Str body ? body.value() : null,
                map(member(object, "headers"), WebhookJson::text),
                Arrays.stream(Ordering.values())
                        .filter(ordering -> ordering.json().equals(text(member(object, "ordering"))))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("unknown ordering in a stored definition")),
                object.get("concurrency") instanceof Json.Num number ? Integer.valueOf(number.text()) : null,
                object.get("rateLimit") instanceof Json.Num number ? Double.valueOf(number.text()) : null);
    }

    private static Json member(Json.Obj object, String name) {
        Json value = object.get(name);
        if (value == null) {
            throw new IllegalArgumentException("a stored definition lacks " + name);
        }
        return value;
    }

    private static String text(Json value) {
        if (value instanceof Json.Str text) {
            return text.value();
        }
        throw new IllegalArgumentException("a stored definition has no text where one is needed");
    }

    private static List<String> texts(Json value) {
        if (value instanceof Json.Arr list) {
            return list.items().stream().map(WebhookJson::text).collect(Collectors.toUnmodifiableList());
        }
        throw new IllegalArgumentException("a stored definition has no list where one is needed");
    }

    private static <T> Map<String, T> map(Json value, Function<Json, T> reader) {
        if (!(value instanceof Json.Obj object)) {
            throw new IllegalArgumentException("a stored definition has no object where one is needed");
        }
        Map<String, T> map = new LinkedHashMap<>();
        object.members().forEach((name, member) -> map.put(name, reader.apply(member)));
        return map;
    }
}
