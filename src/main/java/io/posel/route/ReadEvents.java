package io.posel.route;

import io.posel.event.EventReader;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Reads the events of an HTTP request: JSON or one of the CloudEvents forms. */
public final class ReadEvents implements Processor {
    private final EventReader reader;

    public ReadEvents(EventReader reader) {
        this.reader = reader;
    }

    @Override
    public void process(Exchange exchange) {
        var message = exchange.getMessage();
        Map<String, String> headers = new TreeMap<>();
        message.getHeaders().forEach((name, value) -> {
            if (value instanceof String text) {
                headers.put(name.toLowerCase(Locale.ROOT), text);
            }
        });
        byte[] body = message.getBody(byte[].class);
        message.setBody(reader.read(headers.get("content-type"), headers, body == null ? new byte[0] : body));
    }
}
