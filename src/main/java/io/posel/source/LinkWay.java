package io.posel.source;

import io.posel.event.JsonPointer;
import io.posel.json.Json;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * By the address of the next page.
 *
 * @param inAnswer to it in an answer: a URL, also a relative one, or an object with one as {@code href}; null: it is in
 *     the header {@code Link}
 */
record LinkWay(@Nullable JsonPointer inAnswer) implements Way {

    @Override
    public URI request(URI url, Position position) {
        return page(url, position);
    }

    static URI page(URI url, Position position) {
        if (position.url() == null) {
            return url;
        }
        URI page = URI.create(position.url());
        // the setting may lead to another server since then
        return NextLink.sameOrigin(page, url) ? page : url;
    }

    @Override
    public Step after(Position asked, URI page, Json answer, List<Json> items, String link) {
        URI next = inAnswer == null ? NextLink.of(link, page).orElse(null) : linked(inAnswer.in(answer), page);
        Position position = next == null || next.equals(page) ? asked : Position.ofUrl(next.toString());
        return new Step(position, position.leadsElsewhereThan(asked));
    }

    private @Nullable URI linked(@Nullable Json value, URI page) {
        Json target = value instanceof Json.Obj object ? object.get("href") : value;
        if (target == null || target == Json.Null.NULL || target == Json.Bool.FALSE) {
            return null;
        }
        if (target instanceof Json.Str url) {
            return url.value().isBlank() ? null : NextLink.to(url.value().strip(), page);
        }
        throw new IllegalStateException("the link to the next page, at \"" + inAnswer + "\", is not a URL");
    }
}
