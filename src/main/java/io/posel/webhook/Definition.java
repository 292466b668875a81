package io.posel.webhook;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a user says about a webhook, valid in every part.
 *
 * @param events the types on which it sends
 * @param filter variable path to the values allowed, compared as text; every entry must hold
 * @param url template, may carry user info
 * @param body JSON template; null or blank means GET
 * @param headers name to template
 * @param concurrency requests in flight at most; null for the setting
 * @param rateLimit requests per second at most; null for none
 */
public record Definition(
        String name,
        boolean enabled,
        List<String> events,
        Map<String, List<String>> filter,
        String url,
        @Nullable String body,
        Map<String, String> headers,
        Ordering ordering,
        @Nullable Integer concurrency,
        @Nullable Double rateLimit) {
    public Definition {
        events = List.copyOf(events);
        filter = Collections.unmodifiableMap(new LinkedHashMap<>(filter));
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    public Definition withEnabled(boolean on) {
        return new Definition(name, on, events, filter, url, body, headers, ordering, concurrency, rateLimit);
    }

    /** As it may be shown, since texts like this one end up in logs. */
    @Override
    public String toString() {
        return WebhookJson.definitionToJson(Secrets.masked(this)).toString();
    }
}
