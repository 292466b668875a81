package io.posel.delivery;

import java.net.UnknownHostException;

/**
 * An address that nothing is sent to; the message is the reason for people. An {@link UnknownHostException} because
 * that is what a resolver may throw.
 */
public final class AddressRefusedException extends UnknownHostException {
    private static final long serialVersionUID = 1L;

    AddressRefusedException(String reason) {
        super(reason);
    }
}
