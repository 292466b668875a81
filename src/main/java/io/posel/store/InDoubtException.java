package io.posel.store;

import java.sql.SQLException;

/** The database was asked to commit and did not answer: it may have done so, or may yet do so. */
public final class InDoubtException extends SQLException {
    private static final long serialVersionUID = 1L;

    public InDoubtException(SQLException cause) {
        super(cause.getMessage(), cause.getSQLState(), cause.getErrorCode(), cause);
    }
}
