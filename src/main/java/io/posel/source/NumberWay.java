package io.posel.source;

import io.posel.json.Json;
import java.net.URI;
import java.util.List;

/**
 * By a number in a query parameter, which counts the pages, or the items in front of the page. The last page that has
 * items is asked for again and again, since new ones may appear on it; how far it goes is seen by the empty page behind
 * it, or by its own size where that is known.
 *
 * @param first number
 * @param items whether it counts these, not pages
 * @param size of a full page, 0 if it is not known
 */
record NumberWay(String parameter, long first, boolean items, int size) implements Way {

    @Override
    public URI request(URI url, Position position) {
        return Query.with(url, parameter, Long.toString(number(position)));
    }

    private long number(Position position) {
        return position.number() == null ? first : position.number();
    }

    @Override
    public Step after(Position asked, URI page, Json answer, List<Json> found, String link) {
        long number = number(asked);
        if (found.isEmpty()) {
            long back = asked.step() == null ? 1 : asked.step();
            return new Step(Position.ofNumber(Math.max(first, number - back), back), false);
        } else if (found.size() < size) {
            return new Step(Position.ofNumber(number, asked.step() == null ? found.size() : asked.step()), false);
        }
        long step = items ? found.size() : 1;
        return new Step(Position.ofNumber(number + step, step), true);
    }

    /** Many servers answer 404 behind the last page. */
    @Override
    public boolean mayEndAt(Position missing) {
        return number(missing) > first;
    }

    @Override
    public boolean counts() {
        return true;
    }
}
