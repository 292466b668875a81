package io.posel.route;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;

/** Message bodies with their types checked. */
final class Bodies {
    private Bodies() {}

    /** @throws IllegalStateException if a route brought something else, which is an error of the route */
    static <T> List<T> listOf(Class<T> type, Exchange exchange) {
        if (!(exchange.getMessage().getBody() instanceof List<?> body)) {
            throw unexpected(type, exchange);
        }
        List<T> items = new ArrayList<>(body.size());
        for (Object item : body) {
            if (!type.isInstance(item)) {
                throw unexpected(type, exchange);
            }
            items.add(type.cast(item));
        }
        return items;
    }

    private static IllegalStateException unexpected(Class<?> type, Exchange exchange) {
        Object body = exchange.getMessage().getBody();
        return new IllegalStateException("route %s: a step expects a list of %s, but the body is %s"
                .formatted(
                        exchange.getFromRouteId(),
                        type.getSimpleName(),
                        body == null ? "empty" : body.getClass().getSimpleName()));
    }
}
