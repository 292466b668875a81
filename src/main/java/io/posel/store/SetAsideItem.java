package io.posel.store;

import io.posel.json.Json;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a source brought and no event could be made of.
 *
 * @param key what tells it from others of its source
 * @param size of its data, in bytes
 * @param data null in a list where it is large
 */
public record SetAsideItem(
        long no,
        String source,
        String key,
        String reason,
        Instant at,
        int size,
        @Nullable Json data) {}
