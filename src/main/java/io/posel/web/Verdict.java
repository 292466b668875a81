package io.posel.web;

import io.posel.access.Caller;
import io.posel.access.LoginTicket;
import io.posel.access.Session;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the door says to one request. */
public sealed interface Verdict {

    /** Go on to the routes. */
    record Pass(Caller caller) implements Verdict {}

    /** A health path: open to everybody, answered by the door itself, so no route is ever reached without a token. */
    record Health(boolean readiness) implements Verdict {}

    /** To the reception, which answers all that has to do with signing in, so that no route has to. */
    sealed interface Desk extends Verdict {}

    /** Where a login link leads, or who has none: open to everybody. Changes nothing. */
    record LoginPage(boolean withLink) implements Desk {}

    /**
     * @param former the session that ends with it
     * @param tls whether the cookie may travel encrypted only
     */
    record SignIn(LoginTicket ticket, @Nullable Session former, boolean tls) implements Desk {}

    record SignOut(Session session, boolean tls) implements Desk {}

    /** The settings page. */
    record Home() implements Desk {}

    /** What stands below {@code /web}, if anything does: files that the settings page loads. */
    record PageFile() implements Desk {}

    /** @param expiresAt null for a token */
    record WhoIsIt(Caller caller, @Nullable Instant expiresAt) implements Desk {}

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
