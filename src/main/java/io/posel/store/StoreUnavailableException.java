package io.posel.store;

/**
 * The store did not answer, or its answer to a commit is unclear: whether something was stored is unknown. Repeat with
 * the same id.
 */
public final class StoreUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }

    public StoreUnavailableException(String message) {
        super(message);
    }
}
