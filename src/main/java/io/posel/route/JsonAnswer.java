package io.posel.route;

import io.posel.json.Json;
import java.nio.ByteBuffer;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Answers of the HTTP routes. */
final class JsonAnswer {
    private JsonAnswer() {}

    static void write(Exchange exchange, int status, Json body) {
        write(exchange, status, "application/json", body.toBytes());
    }

    /** 204. */
    static void writeNothing(Exchange exchange) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, 204);
        message.setBody(null);
    }

    static void write(Exchange exchange, int status, String mediaType, byte[] body) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        message.setHeader(Exchange.CONTENT_TYPE, mediaType);
        // as it is written at once: camel-platform-http-vertx pumps an array through a stream and several threads
        message.setBody(ByteBuffer.wrap(body));
    }
}
