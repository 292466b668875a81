package io.posel.store;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an SQLSTATE (ISO 9075, and those of PostgreSQL and H2) says about what failed. The one place that decides it. */
public final class SqlStates {

    /** Why the database did not do what it was asked for. */
    public enum Fault {
        /** It did not answer, or the connection is lost: nothing is known of what was asked. */
        OUTAGE,
        /** Two transactions met; the same again may well succeed. */
        CONFLICT,
        /** A value that was sent is to blame: the same again never succeeds. */
        DATA,
        /** A time-out, a lock that somebody holds, a full disk: it may succeed later. */
        BUSY,
        /** Whatever else it answered, such as that a right is missing. */
        REFUSAL;

        /** Whether the same is worth trying once more right away. */
        public boolean passes() {
            return this == OUTAGE || this == CONFLICT;
        }
    }

    /** Connection; the server ends it (its stop, an idle transaction); it only reads, as after a fail-over. */
    private static final Set<String> OUTAGES = Set.of("08", "57P", "25P03", "25006");
    /** What H2 says of a file or database that is closed, being closed, or cannot be written. */
    private static final Set<String> H2_OUTAGES =
            Set.of("90007", "90013", "90020", "90028", "90030", "90031", "90067", "90098", "90121", "90135");

    private static final Set<String> CONFLICTS = Set.of("40");
    /** Data, integrity, a view's condition, a limit such as the length of an index entry, and what a trigger raises. */
    private static final Set<String> DATA = Set.of("22", "23", "44", "54", "P0");

    private static final Set<String> BUSY = Set.of("53", "55", "57", "58", "HYT");

    private SqlStates() {}

    static Fault faultOf(SQLException e) {
        Fault found = Fault.OUTAGE;
        boolean known = false;
        for (Throwable cause = e; cause != null; cause = next(cause)) {
            if (isOfConnection(cause)) {
                return Fault.OUTAGE;
            } else if (cause instanceof SQLException sql && sql.getSQLState() != null && !known) {
                found = faultOf(sql.getSQLState());
                known = true;
            }
        }
        return found;
    }

    private static Fault faultOf(String state) {
        if (begins(state, OUTAGES) || H2_OUTAGES.contains(state)) {
            return Fault.OUTAGE;
        } else if (begins(state, CONFLICTS)) {
            return Fault.CONFLICT;
        } else if (begins(state, DATA)) {
            return Fault.DATA;
        }
        return begins(state, BUSY) ? Fault.BUSY : Fault.REFUSAL;
    }

    private static boolean begins(String state, Set<String> classes) {
        return classes.stream().anyMatch(state::startsWith);
    }

    private static boolean isOfConnection(Throwable e) {
        return e instanceof SQLTransientConnectionException
                || e instanceof SQLRecoverableException
                || e instanceof SQLNonTransientConnectionException;
    }

    /** Whether a value that was sent is to blame for what failed, as far as it came of a database at all. */
    public static boolean isDataError(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException e) {
                return faultOf(e) == Fault.DATA;
            }
        }
        return false;
    }

    /** Whether it stopped a statement because that took too long: H2 has the code of PostgreSQL. */
    static boolean isCancelled(SQLException e) {
        return "57014".equals(e.getSQLState());
    }

    private static @Nullable Throwable next(Throwable e) {
        return e instanceof BatchUpdateException batch && batch.getNextException() != null
                ? batch.getNextException()
                : e.getCause();
    }
}
