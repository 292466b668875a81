package io.posel.store;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.Set;

/**
 * Tells the connection pool which connections are of no use any more. H2 closes its file for everybody when it cannot
 * write to it, for instance to a full disk; only a new connection opens it again.
 */
public final class ClosedByDatabase implements SQLExceptionOverride {
    /** CONNECTION_BROKEN_1, DATABASE_CALLED_AT_SHUTDOWN, DATABASE_IS_CLOSED, OBJECT_CLOSED. */
    private static final Set<Integer> H2_CLOSED = Set.of(90067, 90121, 90098, 90007);

    @java.lang.Override
    public Override adjudicate(SQLException e) {
        return H2_CLOSED.contains(e.getErrorCode()) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
    }
}
