package io.posel.delivery;

import io.posel.event.EntityRef;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The headers that each attempt adds, after the Standard Webhooks specification. A type or entity that is not printable
 * ASCII is left out rather than mangled.
 */
public final class StandardHeaders {
    private final InstantSource clock;

    public StandardHeaders(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * @param id the delivery's, the same on every attempt and replay
     * @param attempt from 1
     * @param late whether the event came after its place in the order was given up
     * @return a map that the caller may add to
     */
    public Map<String, String> of(String id, int attempt, String eventType, EntityRef entity, boolean late) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("webhook-id", id);
        headers.put("webhook-timestamp", Long.toString(clock.instant().getEpochSecond()));
        headers.put("webhook-attempt", Integer.toString(attempt));
        putPrintable(headers, "webhook-event", eventType);
        putPrintable(headers, "webhook-entity", entity.toString());
        if (late) {
            headers.put("webhook-late", "true");
        }
        return headers;
    }

    private static void putPrintable(Map<String, String> headers, String name, String value) {
        if (value.equals(value.strip()) && value.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            headers.put(name, value);
        }
    }
}
