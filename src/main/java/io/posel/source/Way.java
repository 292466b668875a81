package io.posel.source;

import io.posel.json.Json;
import java.net.URI;
import java.util.List;

/** How one page of a list leads to the next. */
sealed interface Way permits CursorWay, LinkWay, NumberWay {

    /**
     * Where to read on.
     *
     * @param next as asked where the list ends, for now
     * @param more whether to do so at once
     */
    record Step(Position next, boolean more) {}

    /**
     * The address of a page.
     *
     * @param url of the list
     */
    URI request(URI url, Position position);

    /**
     * Where a page leads.
     *
     * @param page its address
     * @param link its header {@code Link}, "" for none
     * @throws IllegalStateException if that cannot be followed
     */
    Step after(Position asked, URI page, Json answer, List<Json> items, String link);

    /** Whether a page that the server does not have is the end of the list. */
    default boolean mayEndAt(Position missing) {
        return false;
    }

    /** Whether pages are found by numbers, so that one with the same items as the one before it is behind the end. */
    default boolean counts() {
        return false;
    }
}
