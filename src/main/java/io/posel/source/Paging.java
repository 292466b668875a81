package io.posel.source;

import io.posel.event.JsonPointer;
import io.posel.json.Json;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way through a list that comes in pages, oldest items first. At its end the last page is asked for again and again;
 * what it brings twice is a duplicate.
 */
public final class Paging {
    private final URI url;
    private final Way way;

    private Paging(URI url, Way way) {
        this.url = url;
        this.way = way;
    }

    /**
     * One page.
     *
     * @param next where to read on once its items are accepted
     * @param more whether to do so at once
     * @param problem why there is no way on behind it, null if there is none or the list just ends
     */
    public record Page(
            List<Item> items,
            Position next,
            boolean more,
            @Nullable String problem) {
        public Page {
            items = List.copyOf(items);
        }

        /** The same page, behind which nothing is read until it has been asked for again. */
        public Page stoppedBy(String reason, Position asked) {
            return new Page(items, asked.with(null), false, reason);
        }

        /** The same page, found out to be the last. */
        public Page endingAt(Position last) {
            return new Page(items, last, false, null);
        }
    }

    /**
     * How pages are found, in the words of the route file; null for what it does not mention. Without any of it the
     * header {@code Link} leads on.
     */
    public record Properties(
            @Nullable String cursorParameter,
            @Nullable String nextCursor,
            @Nullable String itemCursor,
            @Nullable String nextLink,
            @Nullable String pageParameter,
            @Nullable String offsetParameter,
            @Nullable Integer firstPage,
            @Nullable Integer pageSize) {
        public static final Properties NONE = new Properties(null, null, null, null, null, null, null, null);
    }

    /**
     * @param url of the first page
     * @throws IllegalArgumentException for properties that contradict each other, in the words of the route file
     */
    public static Paging of(URI url, Properties by) {
        List<String> ways = new ArrayList<>();
        named(ways, "cursorParameter", by.cursorParameter);
        named(ways, "nextLink", by.nextLink);
        named(ways, "pageParameter", by.pageParameter);
        named(ways, "offsetParameter", by.offsetParameter);
        if (ways.size() > 1) {
            throw new IllegalArgumentException(String.join(" and ", ways) + " cannot be combined; keep one of them");
        } else if (by.cursorParameter != null && (by.nextCursor == null) == (by.itemCursor == null)) {
            throw new IllegalArgumentException(
                    "cursorParameter needs either nextCursor (where the answer has it) or itemCursor");
        } else if (by.cursorParameter == null && (by.nextCursor != null || by.itemCursor != null)) {
            throw new IllegalArgumentException(
                    "nextCursor and itemCursor need cursorParameter; a URL in the answer is followed by nextLink");
        } else if (by.firstPage != null && (by.pageParameter == null || by.firstPage < 0)) {
            throw new IllegalArgumentException("firstPage needs pageParameter and cannot be negative");
        } else if (by.pageSize != null && (by.pageParameter == null && by.offsetParameter == null || by.pageSize < 1)) {
            throw new IllegalArgumentException("pageSize needs pageParameter or offsetParameter and is at least 1");
        }
        return new Paging(url, way(by));
    }

    private static void named(List<String> names, String name, @Nullable String value) {
        if (value != null) {
            names.add(name);
        }
    }

    private static Way way(Properties by) {
        int size = by.pageSize == null ? 0 : by.pageSize;
        if (by.cursorParameter != null) {
            return new CursorWay(by.cursorParameter, pointer(by.nextCursor), pointer(by.itemCursor));
        } else if (by.pageParameter != null) {
            return new NumberWay(by.pageParameter, by.firstPage == null ? 1 : by.firstPage, false, size);
        } else if (by.offsetParameter != null) {
            return new NumberWay(by.offsetParameter, 0, true, size);
        }
        return new LinkWay(pointer(by.nextLink));
    }

    private static @Nullable JsonPointer pointer(@Nullable String text) {
        return text == null ? null : new JsonPointer(text);
    }

    /** The address to ask. */
    public URI request(Position position) {
        return way.request(url, position);
    }

    /** The server says that nothing changed. */
    public Page unchanged(Position position) {
        return new Page(List.of(), position, false, null);
    }

    /**
     * The server says that it has no such page.
     *
     * @throws IllegalStateException unless that is how the list ends
     */
    public Page missing(Position asked, int status) {
        if (way.mayEndAt(asked)) {
            return page(asked, Answer.NOTHING, "", null);
        }
        throw new IllegalStateException("answered " + status
                + (asked.equals(Position.START)
                        ? "; check the URL"
                        : ": the server no longer has the page from which to read on; delete the source's row in"
                                + " source_cursor to read from the beginning"));
    }

    /**
     * The page that this answer is.
     *
     * @param link its header, "" for none
     */
    public Page page(Position asked, Answer answer, String link, @Nullable String etag) {
        List<Json> items = answer.items().stream().map(Item::json).toList();
        Way.Step step;
        try {
            step = way.after(asked, request(asked), answer.whole(), items, link);
        } catch (IllegalStateException e) {
            // its items are good, and without the ETag it is asked for again
            return new Page(answer.items(), asked.with(null), false, e.getMessage());
        }
        boolean again = request(step.next()).equals(request(asked));
        return new Page(answer.items(), again ? step.next().with(etag) : step.next(), step.more() && !again, null);
    }

    /** Whether pages are found by numbers, so that one with the same items as the one before it is behind the end. */
    public boolean counts() {
        return way.counts();
    }
}
