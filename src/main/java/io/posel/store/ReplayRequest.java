package io.posel.store;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which deliveries shall be sent again.
 *
 * @param webhook null for all that can send
 * @param states of {@code dead}, {@code skipped}, {@code delivered}
 * @param from of acceptance, inclusive; null for the oldest
 * @param to of acceptance, exclusive; null for the newest
 * @param onlyLatest per webhook, entity and type only the newest, and only where nothing newer was or will be delivered
 */
public record ReplayRequest(
        @Nullable String webhook,
        Set<String> states,
        @Nullable Instant from,
        @Nullable Instant to,
        boolean onlyLatest) {

    LogFilter filter(String webhookId) {
        return new LogFilter(webhookId, null, null, null, states, from, to);
    }
}
