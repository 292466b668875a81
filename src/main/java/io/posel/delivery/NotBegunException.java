package io.posel.delivery;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A request that did not leave, for want of something in Posel itself: a connection of the pool, a socket, a thread, time.
 * That says nothing about the receiver, and is no attempt (F2).
 */
final class NotBegunException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param reason one line for people */
    NotBegunException(String reason, @Nullable Throwable cause) {
        super(reason, cause);
    }
}
