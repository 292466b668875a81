package io.posel;

import org.jspecify.annotations.Nullable;

/** Posel cannot start; the message is for the operator: what is wrong, where, what to do. */
public final class StartFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StartFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
