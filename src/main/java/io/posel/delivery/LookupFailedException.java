package io.posel.delivery;

import java.net.UnknownHostException;

/** The name service did not answer in time, which says nothing about the receiver. */
final class LookupFailedException extends UnknownHostException {
    private static final long serialVersionUID = 1L;

    LookupFailedException(String reason) {
        super(reason);
    }
}
