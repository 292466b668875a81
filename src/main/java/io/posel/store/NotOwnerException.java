package io.posel.store;

/** This process does not own the database: nothing was written. */
public final class NotOwnerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NotOwnerException(String message) {
        super(message);
    }
}
