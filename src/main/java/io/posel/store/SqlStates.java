package io.posel.store;

import java.sql.BatchUpdateException;
import java.sql.SQLException;

/** What an SQLSTATE (ISO 9075) says about who is to blame. */
final class SqlStates {
    private SqlStates() {}

    /** Whether a value that was sent is to blame: class 22 (data) or 23 (constraint). */
    static boolean isDataError(SQLException e) {
        for (Throwable cause = e; cause != null; cause = next(cause)) {
            if (cause instanceof SQLException sql
                    && sql.getSQLState() != null
                    && (sql.getSQLState().startsWith("22") || sql.getSQLState().startsWith("23"))) {
                return true;
            }
        }
        return false;
    }

    private static Throwable next(Throwable e) {
        return e instanceof BatchUpdateException batch && batch.getNextException() != null
                ? batch.getNextException()
                : e.getCause();
    }
}
