package io.posel;

/** Posel cannot start; the message is for the operator: what is wrong, where, what to do. */
public final class StartFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StartFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
