package io.posel.source;

import io.posel.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server answered, as far as it is JSON.
 *
 * @param whole with an empty list in place of one that had items that cannot be read
 * @param items in their order
 * @param remark what may be a mistake in the configuration, though it need not be; null if nothing is odd
 */
public record Answer(Json whole, List<Item> items, @Nullable String remark) {
    public Answer {
        items = List.copyOf(items);
    }

    /** Nothing to read. */
    public static final Answer NOTHING = new Answer(Json.Null.NULL, List.of(), null);
}
