package io.posel.route;

import io.posel.event.Event;
import io.posel.event.EventReader;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Makes a list of valid events of what a route hands over; refuses the whole of it if one is not. An empty list is
 * valid, as an empty batch of CloudEvents is (JSON event format 1.0.2, section 4). Events of Posel's own types it takes
 * only from Posel.
 */
public final class ValidateEvents implements Processor {
    private final EventReader reader;

    public ValidateEvents(EventReader reader) {
        this.reader = reader;
    }

    @Override
    public void process(Exchange exchange) {
        exchange.getMessage().setBody(events(exchange.getMessage().getBody()));
    }

    private List<Event> events(@Nullable Object body) {
        if (body instanceof OwnEvents own) {
            return own.events();
        }
        return body instanceof List<?> list && list.isEmpty() ? List.of() : reader.of(body);
    }
}
