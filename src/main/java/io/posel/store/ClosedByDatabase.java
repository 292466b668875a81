package io.posel.store;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.util.Set;

/**
 * Tells the connection pool which connections are of no use any more. One that got no answer in time says that the others
 * get none either. H2 closes its file for everybody when it cannot
 * write to it, for instance to a full disk; only a new connection opens it again.
 */
final class ClosedByDatabase implements SQLExceptionOverride {
    /** CONNECTION_BROKEN_1, DATABASE_CALLED_AT_SHUTDOWN, DATABASE_IS_CLOSED, OBJECT_CLOSED. */
    private static final Set<Integer> H2_CLOSED = Set.of(90067, 90121, 90098, 90007);

    private final Runnable noAnswer;

    /** @param noAnswer is called when one of the connections got no answer in time */
    ClosedByDatabase(Runnable noAnswer) {
        this.noAnswer = noAnswer;
    }

    @java.lang.Override
    public Override adjudicate(SQLException e) {
        if (e.getCause() instanceof SocketTimeoutException) {
            noAnswer.run();
        }
        return H2_CLOSED.contains(e.getErrorCode()) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
    }
}
