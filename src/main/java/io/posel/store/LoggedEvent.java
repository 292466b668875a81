package io.posel.store;

import io.posel.event.EntityRef;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event as people look at it, without its data, of which a list could hold a lot.
 *
 * @param erased whether its data is gone
 */
public record LoggedEvent(
        long no,
        String source,
        String id,
        String type,
        EntityRef entity,
        @Nullable Long sequence,
        @Nullable String occurredAt,
        Instant acceptedAt,
        boolean late,
        boolean erased) {}
