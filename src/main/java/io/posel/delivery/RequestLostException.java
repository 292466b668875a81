package io.posel.delivery;

import java.io.IOException;

/** A connection that had served before ended before any byte of an answer to this request. */
final class RequestLostException extends IOException {
    private static final long serialVersionUID = 1L;

    private final IOException ending;
    private final long openedAt;

    /**
     * @param ending how the connection ended
     * @param openedAt when it was opened, in {@link System#nanoTime}
     */
    RequestLostException(IOException ending, long openedAt) {
        super(ending.getMessage(), ending);
        this.ending = ending;
        this.openedAt = openedAt;
    }

    IOException ending() {
        return ending;
    }

    long openedAt() {
        return openedAt;
    }
}
