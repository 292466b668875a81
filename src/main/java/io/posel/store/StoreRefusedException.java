package io.posel.store;

import java.sql.SQLException;

/** The store answered, and refused what was asked for: nothing of it was done. The cause says why. */
public final class StoreRefusedException extends StoreUnavailableException {
    private static final long serialVersionUID = 1L;

    public StoreRefusedException(String message, SQLException cause) {
        super(message, cause);
    }
}
