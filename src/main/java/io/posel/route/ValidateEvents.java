package io.posel.route;

import io.posel.event.EventReader;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Makes a list of valid events of what a route hands over; refuses the whole of it if one is not. */
public final class ValidateEvents implements Processor {
    private final EventReader reader;

    public ValidateEvents(EventReader reader) {
        this.reader = reader;
    }

    @Override
    public void process(Exchange exchange) {
        exchange.getMessage().setBody(reader.of(exchange.getMessage().getBody()));
    }
}
