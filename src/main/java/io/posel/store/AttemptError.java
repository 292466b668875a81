package io.posel.store;

import io.posel.delivery.Failure;
import io.posel.delivery.FailureCause;
import org.jspecify.annotations.Nullable;

/**
 * The kind of a failure and, behind a slash in the same column, what it came from.
 *
 * @param cause null if it is not known
 */
record AttemptError(String kind, @Nullable String cause) {

    static AttemptError of(Failure failure) {
        FailureCause cause = failure.cause();
        return new AttemptError(failure.kind().code(), cause == null ? null : cause.code());
    }

    static AttemptError parse(String stored) {
        int slash = stored.indexOf('/');
        return slash < 0
                ? new AttemptError(stored, null)
                : new AttemptError(stored.substring(0, slash), stored.substring(slash + 1));
    }

    String stored() {
        return cause == null ? kind : kind + "/" + cause;
    }
}
