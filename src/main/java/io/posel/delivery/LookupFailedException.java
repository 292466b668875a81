package io.posel.delivery;

import java.net.UnknownHostException;

/** The name service did not answer in time: an attempt, though the receiver may know nothing of it. */
final class LookupFailedException extends UnknownHostException {
    private static final long serialVersionUID = 1L;

    LookupFailedException(String reason) {
        super(reason);
    }
}
