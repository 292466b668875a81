package io.posel.delivery;

/** What a failure of one kind came from, where Posel can tell: stable, for programs and translations. */
public enum FailureCause {
    // bad-answer
    NOT_HTTP("not-http"),
    SPEAKS_TLS("speaks-tls"),
    OTHER_HTTP_VERSION("other-http-version"),
    HEADER_WITHOUT_COLON("header-without-colon"),
    HEAD_TOO_LARGE("head-too-large"),
    TOO_MANY_INTERIM_ANSWERS("too-many-interim-answers"),
    OTHER_PROTOCOL("other-protocol"),
    // tls
    CERTIFICATE_EXPIRED("certificate-expired"),
    CERTIFICATE_NOT_YET_VALID("certificate-not-yet-valid"),
    CERTIFICATE_SELF_SIGNED("certificate-self-signed"),
    CERTIFICATE_CHAIN_INCOMPLETE("certificate-chain-incomplete"),
    CERTIFICATE_UNKNOWN_AUTHORITY("certificate-unknown-authority"),
    CERTIFICATE_WRONG_HOST("certificate-wrong-host"),
    CERTIFICATE_REFUSED("certificate-refused"),
    CLIENT_CERTIFICATE_REQUIRED("client-certificate-required"),
    NO_COMMON_PROTOCOL("no-common-protocol"),
    SPEAKS_PLAIN_HTTP("speaks-plain-http"),
    HOST_NOT_SERVED("host-not-served");

    private final String code;

    FailureCause(String code) {
        this.code = code;
    }

    /** The name in JSON. */
    public String code() {
        return code;
    }
}
