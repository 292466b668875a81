package io.posel.delivery;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A rendered request: what all attempts of one delivery have in common.
 *
 * @param method {@code GET} or {@code POST}
 * @param url absolute, without user info and fragment, ASCII as it goes onto the wire; may hold secrets
 * @param headers without those that {@link StandardHeaders} adds; may hold secrets
 * @param body null for none
 */
public record OutgoingRequest(String method, String url, Map<String, String> headers, byte @Nullable [] body) {
    public OutgoingRequest {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /** Scheme, host and port: the part that holds no data and no secret. */
    public String origin() {
        return url.substring(0, Target.endOfOrigin(url));
    }

    /** Names no URL, header or body: they may hold secrets. */
    @Override
    public String toString() {
        return method + " " + origin();
    }
}
