package io.posel.web;

import io.posel.access.Caller;
import java.util.Map;

/** What the door says to one request. */
public sealed interface Verdict {

    /** Go on to the routes. */
    record Pass(Caller caller) implements Verdict {}

    /** A health path: open to everybody, answered by the door itself, so no route is ever reached without a token. */
    record Health(boolean readiness) implements Verdict {}

    /**
     * @param code what is wrong, stable and kebab-case
     * @param headers headers of the answer, besides those that every answer has
     */
    record Refusal(int status, String code, String detail, Map<String, String> headers) implements Verdict {
        public Refusal {
            headers = Map.copyOf(headers);
        }

        Refusal(int status, String code, String detail) {
            this(status, code, detail, Map.of());
        }
    }
}
