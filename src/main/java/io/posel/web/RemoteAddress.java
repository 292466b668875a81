package io.posel.web;

import org.apache.camel.Message;
import org.apache.camel.component.platform.http.vertx.HttpMessage;

/** Where a message came from that was a request of HTTP. */
public final class RemoteAddress {
    private RemoteAddress() {}

    /** The address; "unknown" for a message that came in another way. */
    public static String of(Message message) {
        return message instanceof HttpMessage http
                ? String.valueOf(http.getRequest().remoteAddress().hostAddress())
                : "unknown";
    }
}
