package io.posel.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.posel.event.JsonPointer;
import io.posel.json.Json;
import java.net.URI;
import java.net.URLEncoder;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way through a list that comes in pages, oldest items first: by a cursor in a query parameter, or by the link to
 * the next page. At its end the last page is asked for again and again; what it brings twice is a duplicate.
 *
 * @param url of the first page
 * @param items to the list in an answer
 * @param parameter of the query that takes the cursor; null: links are followed
 * @param answerCursor to the next cursor in an answer; null: the last item has it
 * @param itemCursor to the cursor in an item
 */
public record Paging(
        URI url,
        JsonPointer items,
        @Nullable String parameter,
        @Nullable JsonPointer answerCursor,
        @Nullable JsonPointer itemCursor) {

    /**
     * One page.
     *
     * @param next where to read on once its items are accepted
     * @param more whether to do so at once
     * @param problem why there is no way on behind it, null if there is none or the list just ends
     */
    public record Page(
            List<Json> items,
            Position next,
            boolean more,
            @Nullable String problem) {
        public Page {
            items = List.copyOf(items);
        }
    }

    public Paging {
        if (url.getHost() == null || url.getScheme() == null || !url.getScheme().matches("(?i)https?")) {
            throw new IllegalArgumentException("the URL of the feed must begin with http:// or https:// and a host");
        } else if (parameter != null && (answerCursor == null) == (itemCursor == null)) {
            throw new IllegalArgumentException(
                    "cursorParameter needs either nextCursor (where the answer tells it) or itemCursor");
        } else if (parameter == null && (answerCursor != null || itemCursor != null)) {
            throw new IllegalArgumentException("nextCursor and itemCursor need cursorParameter");
        }
    }

    /** The address to ask. */
    public URI request(Position position) {
        if (parameter != null) {
            String base = url.toString();
            return position.cursor() == null
                    ? url
                    : URI.create(base + (base.contains("?") ? "&" : "?") + encoded(parameter) + "="
                            + encoded(position.cursor()));
        } else if (position.url() != null) {
            URI page = URI.create(position.url());
            // the setting may lead to another server since then
            return NextLink.sameOrigin(page, url) ? page : url;
        }
        return url;
    }

    /** Without the plus that only forms know. */
    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    /** The server says that nothing changed. */
    public Page unchanged(Position position) {
        return new Page(List.of(), position, false, null);
    }

    /**
     * @param link the header, "" for none
     * @throws IllegalStateException if the answer is not what was configured
     */
    public Page page(Position asked, Json answer, String link, @Nullable String etag) {
        if (!(items.in(answer) instanceof Json.Arr list)) {
            throw new IllegalStateException("the answer has no list at \"" + items + "\"");
        }
        Position next;
        try {
            next = parameter != null ? byCursor(asked, answer, list.items()) : byLink(asked, link);
        } catch (IllegalStateException e) {
            // its items are good, and without the ETag it is asked for again
            return new Page(list.items(), asked, false, e.getMessage());
        }
        boolean moves = next.leadsElsewhereThan(asked);
        boolean more = moves && (parameter == null || !list.items().isEmpty());
        return new Page(list.items(), moves ? next : new Position(next.cursor(), next.url(), etag), more, null);
    }

    private Position byCursor(Position asked, Json answer, List<Json> list) {
        String cursor = answerCursor != null ? text(answerCursor.in(answer)) : lastOf(list);
        return new Position(cursor == null ? asked.cursor() : cursor, null, null);
    }

    private @Nullable String lastOf(List<Json> list) {
        for (int i = list.size() - 1; i >= 0 && itemCursor != null; i--) {
            String cursor = text(itemCursor.in(list.get(i)));
            if (cursor != null) {
                return cursor;
            }
        }
        if (!list.isEmpty()) {
            throw new IllegalStateException("no item of the page has a cursor at \"" + itemCursor + "\"");
        }
        return null;
    }

    private Position byLink(Position asked, String link) {
        Optional<URI> next = NextLink.of(link, request(asked));
        return new Position(null, next.map(URI::toString).orElse(asked.url()), null);
    }

    private static @Nullable String text(@Nullable Json value) {
        if (value instanceof Json.Str string) {
            return string.value().isEmpty() ? null : string.value();
        }
        return value instanceof Json.Num number ? number.text() : null;
    }
}
