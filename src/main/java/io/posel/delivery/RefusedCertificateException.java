package io.posel.delivery;

import java.security.cert.CertificateException;

/** Why the certificate of a receiver is not trusted; the message is the reason for people. */
final class RefusedCertificateException extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final FailureCause code;

    RefusedCertificateException(FailureCause code, String reason, CertificateException cause) {
        super(reason, cause);
        this.code = code;
    }

    FailureCause code() {
        return code;
    }
}
