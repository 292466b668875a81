package io.posel.source;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells a row that is at fault from a database that is away: the one is set aside, the other waited for. */
public final class RowFaults {
    /** Connection, transaction, resources, operator; time-outs; H2 closed or gone. */
    private static final List<String> OUTAGES =
            List.of("08", "25", "40", "53", "57", "58", "HYT", "90007", "90067", "90098", "90121", "90135");

    private static final String SYNTAX_OR_ACCESS = "42";

    private RowFaults() {}

    /** Whether a statement failed because of what it was about, so that another row may well succeed. */
    public static boolean isOfRow(Throwable failure) {
        SQLException found = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException e) {
                found = e;
                if (isOutage(e)) {
                    return false;
                }
            }
        }
        return found != null;
    }

    /** Whether a value that was written is to blame: class 22 (data) or 23 (constraint). */
    public static boolean isOfValue(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException e
                    && e.getSQLState() != null
                    && (e.getSQLState().startsWith("22") || e.getSQLState().startsWith("23"))) {
                return true;
            }
        }
        return false;
    }

    /** Whether a query failed because of what it found in some row, rather than because of what is asked for. */
    static boolean isOfData(SQLException failure) {
        String state = failure.getSQLState();
        return isOfRow(failure) && (state == null || !state.startsWith(SYNTAX_OR_ACCESS));
    }

    private static boolean isOutage(SQLException e) {
        String state = e.getSQLState();
        return e instanceof SQLTransientException
                || e instanceof SQLRecoverableException
                || e instanceof SQLNonTransientConnectionException
                || state != null && OUTAGES.stream().anyMatch(state::startsWith);
    }

    /** The innermost message, on one line. */
    public static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        @Nullable String message = cause.getMessage();
        return message == null ? "the driver gave no reason" : message.strip().replaceAll("\\s+", " ");
    }
}
