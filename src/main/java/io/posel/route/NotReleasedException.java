package io.posel.route;

import io.posel.store.Accepted;
import java.util.List;

/** Events that are on disk could not be released; they are tried again. */
final class NotReleasedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Accepted.Held> held;

    NotReleasedException(List<Accepted.Held> held, RuntimeException cause) {
        super(String.valueOf(cause.getMessage()), cause);
        this.held = List.copyOf(held);
    }

    /** Those that were not released, or of which it is not known. */
    List<Accepted.Held> held() {
        return held;
    }
}
