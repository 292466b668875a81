package io.posel.store;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The store did not answer, or its answer to a commit is unclear: whether something was stored is unknown. Repeat with
 * the same id. Or it answered, and refused what was asked for: then nothing of it was done.
 */
public final class StoreUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean refusal;

    public StoreUnavailableException(String message, Throwable cause) {
        this(message, cause, false);
    }

    public StoreUnavailableException(String message) {
        this(message, null, false);
    }

    private StoreUnavailableException(String message, @Nullable Throwable cause, boolean refusal) {
        super(message, cause);
        this.refusal = refusal;
    }

    /** @param cause says why */
    static StoreUnavailableException refusal(String message, SQLException cause) {
        return new StoreUnavailableException(message, cause, true);
    }

    /** Whether the store refused it: nothing of it was done. */
    public boolean isRefusal() {
        return refusal;
    }
}
