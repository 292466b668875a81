package io.posel.delivery;

import javax.net.ssl.SSLException;

/** Why there is no encrypted connection; the message is the reason for people, the cause has Java's own words. */
final class TlsException extends SSLException {
    private static final long serialVersionUID = 1L;

    private final FailureCause code;

    TlsException(FailureCause code, String reason, Throwable cause) {
        super(reason, cause);
        this.code = code;
    }

    FailureCause code() {
        return code;
    }
}
