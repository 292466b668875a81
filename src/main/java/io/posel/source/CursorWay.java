package io.posel.source;

import io.posel.event.JsonPointer;
import io.posel.json.Json;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * By a cursor in a query parameter. Where the answer has a whole URL in its place, that is followed.
 *
 * @param parameter of the query that takes the cursor
 * @param inAnswer to the next cursor in an answer; null: the last item has it
 * @param inItem to the cursor in an item
 */
record CursorWay(
        String parameter,
        @Nullable JsonPointer inAnswer,
        @Nullable JsonPointer inItem) implements Way {

    @Override
    public URI request(URI url, Position position) {
        if (position.cursor() != null) {
            return Query.with(url, parameter, position.cursor());
        }
        return LinkWay.page(url, position);
    }

    @Override
    public Step after(Position asked, URI page, Json answer, List<Json> items, String link) {
        String cursor = inAnswer != null ? text(inAnswer.in(answer)) : ofLast(items);
        Position next = cursor == null
                ? asked
                : inAnswer != null && NextLink.isUrl(cursor)
                        ? Position.ofUrl(NextLink.to(cursor, page).toString())
                        : Position.ofCursor(cursor);
        return new Step(next, next.leadsElsewhereThan(asked) && (!items.isEmpty() || next.url() != null));
    }

    private @Nullable String ofLast(List<Json> items) {
        for (int i = items.size() - 1; i >= 0 && inItem != null; i--) {
            String cursor = text(inItem.in(items.get(i)));
            if (cursor != null) {
                return cursor;
            }
        }
        if (!items.isEmpty()) {
            throw new IllegalStateException("no item of the page has a cursor at \"" + inItem + "\"");
        }
        return null;
    }

    private static @Nullable String text(@Nullable Json value) {
        if (value instanceof Json.Str string) {
            return string.value().isEmpty() ? null : string.value();
        }
        return value instanceof Json.Num number ? number.text() : null;
    }
}
