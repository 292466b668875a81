package io.posel.delivery;

import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.protocol.HttpContext;

/** How far an exchange with a receiver has come, as its context tells: it connects, then it writes its request. */
final class Progress {
    private static final String CONNECTS = "posel-connects";

    private Progress() {}

    static void connects(HttpContext exchange) {
        exchange.setAttribute(CONNECTS, true);
    }

    /** Whether the receiver was turned to at all: on a new connection or on one that was kept. */
    static boolean hasBegun(HttpClientContext exchange) {
        return hasWritten(exchange) || exchange.getAttribute(CONNECTS) != null;
    }

    /** Whether a byte of a request may have left. The client notes the connection just before it writes. */
    static boolean hasWritten(HttpClientContext exchange) {
        return exchange.getEndpointDetails() != null;
    }
}
