package io.posel.delivery;

import java.io.IOException;
import java.time.Duration;

/** The exchange was not over when its time was. */
public final class DeliveryTimeoutException extends IOException {
    private static final long serialVersionUID = 1L;

    DeliveryTimeoutException(Duration limit) {
        super("no complete answer within " + limit);
    }
}
