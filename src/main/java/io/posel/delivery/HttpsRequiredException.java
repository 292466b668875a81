package io.posel.delivery;

import java.io.IOException;

/** Nothing is sent over plain HTTP where the operator enforces HTTPS (F7). */
final class HttpsRequiredException extends IOException {
    private static final long serialVersionUID = 1L;

    HttpsRequiredException() {
        super("only https:// addresses are delivered to here (POSEL_DELIVERY_HTTPS_ONLY)");
    }
}
