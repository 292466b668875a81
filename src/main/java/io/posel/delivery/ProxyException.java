package io.posel.delivery;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The outgoing proxy did not pass a request on, which says nothing about the receiver. */
final class ProxyException extends IOException {
    private static final long serialVersionUID = 1L;

    ProxyException(String reason, @Nullable Throwable cause) {
        super(reason, cause);
    }
}
