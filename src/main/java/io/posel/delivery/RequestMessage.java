package io.posel.delivery;

import java.util.Map;
import org.apache.camel.Message;
import org.apache.camel.component.http.HttpConstants;
import org.apache.camel.component.http.HttpMethods;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;

/** A request as camel-http wants it: in the types it asks for, so that nothing is looked up or converted. */
public final class RequestMessage {
    private RequestMessage() {}

    /**
     * Makes this message the request and nothing else: headers that came from outside are gone, but for those by which
     * Camel counts redeliveries.
     *
     * @param attemptHeaders those of this attempt; they win over the request's
     */
    public static void write(Message message, OutgoingRequest request, Map<String, String> attemptHeaders) {
        message.removeHeaders("*", "CamelRedeliver*");
        request.headers().forEach(message::setHeader);
        attemptHeaders.forEach(message::setHeader);
        message.setHeader(HttpConstants.HTTP_METHOD, HttpMethods.valueOf(request.method()));
        message.setHeader(DeliveryHeaders.TARGET, request.url());
        byte[] body = request.body();
        // an entity, or a custom Content-Encoding makes Camel compress; its type stands in the headers
        message.setBody(body == null ? null : new ByteArrayEntity(body, null));
    }
}
