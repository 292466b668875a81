package io.posel.delivery;

import java.io.IOException;

/** What answered does not speak HTTP/1 as it must; the message is the reason for people. */
final class BadAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    private final FailureCause code;

    BadAnswerException(FailureCause code, String reason) {
        super(reason);
        this.code = code;
    }

    FailureCause code() {
        return code;
    }
}
