package io.posel.route;

import io.posel.event.EventReader;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Makes a list of valid events of what a route hands over; refuses the whole of it if one is not. An empty list is
 * valid, as an empty batch of CloudEvents is (JSON event format 1.0.2, section 4).
 */
public final class ValidateEvents implements Processor {
    private final EventReader reader;

    public ValidateEvents(EventReader reader) {
        this.reader = reader;
    }

    @Override
    public void process(Exchange exchange) {
        Object body = exchange.getMessage().getBody();
        boolean none = body instanceof List<?> list && list.isEmpty();
        exchange.getMessage().setBody(none ? List.of() : reader.of(body));
    }
}
