package io.posel.web;

import io.posel.access.LoginLinks;
import io.posel.access.LoginTicket;
import io.posel.access.Session;
import io.posel.access.Sessions;
import io.posel.access.TokenHash;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Decides about requests that have to do with signing in, and about those that come with the cookie of a session.
 *
 * <p>Promised: a cookie opens {@code /} and the files of that page below {@code /web}, {@code /logout}, and what its role
 * permits of plain paths below {@code /api}, and nothing else; never the intake. It changes something only where the
 * browser says that a page of this server sends the request, and where that has the header {@value #CSRF_HEADER}, which a
 * page of another origin cannot set without asking first; nobody who asks is told yes.
 */
public final class SignInDesk {
    static final String CSRF_HEADER = "X-Posel-CSRF";
    static final String SESSION = "/api/session";

    private static final String LOGIN = "/login";
    private static final String LOGOUT = "/logout";
    private static final String HOME = "/";
    private static final String READ_ONLY = "GET, HEAD";
    private static final Map<String, String> METHODS =
            Map.of(HOME, READ_ONLY, LOGIN, "GET, HEAD, POST", LOGOUT, "POST");
    private static final Set<String> SAFE = Set.of("GET", "HEAD");
    /** No router decodes a slash, a dot or another path out of it: what is escaped are bytes of letters beyond ASCII. */
    private static final Pattern BELOW_API =
            Pattern.compile("/api(/(?!\\.{1,2}(/|$))([A-Za-z0-9._~-]|%[89A-Fa-f][0-9A-Fa-f])+)+");

    private static final Pattern BELOW_WEB = Pattern.compile("/web(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)+");

    private final Sessions sessions;
    private final LoginLinks links;
    private final RateLimits limits;
    private final InstantSource clock;

    public SignInDesk(Sessions sessions, LoginLinks links, RateLimits limits, InstantSource clock) {
        this.sessions = sessions;
        this.links = links;
        this.limits = limits;
        this.clock = clock;
    }

    /** Whether this is asked for by people, who rather read a page than a problem. */
    static boolean isForPeople(String path) {
        return METHODS.containsKey(path);
    }

    /** About what needs no credentials: the page that a login link opens, and the button on it. */
    Optional<Verdict> withoutCredentials(RequestHead head, WrongTokens wrongTokens) {
        if (!head.path().equals(LOGIN)) {
            return Optional.empty();
        } else if (SAFE.contains(head.method())) {
            return Optional.of(new Verdict.LoginPage(head.query().contains("ticket=")));
        }
        return head.method().equals("POST") ? Optional.of(signIn(head, wrongTokens)) : Optional.empty();
    }

    private Verdict signIn(RequestHead head, WrongTokens wrongTokens) {
        if (!sessions.areRead()) {
            return Refusals.tooEarly();
        } else if (!Provenance.isOwn(head)) {
            return Refusals.crossSite();
        }
        Optional<LoginTicket> ticket = links.read(head.query());
        if (ticket.isEmpty()) {
            return Refusals.wrong(wrongTokens.count(head.remoteAddress()), Refusals.invalidLink());
        } else if (ticket.get().isOverAt(clock.instant())) {
            return Refusals.expiredLink();
        }
        SessionCookie cookie = SessionCookie.of(head);
        return new Verdict.SignIn(ticket.get(), session(cookie, head).orElse(null), cookie.isTls());
    }

    private Optional<Session> session(SessionCookie cookie, RequestHead head) {
        Optional<TokenHash> hash = cookie.hashIn(head);
        return hash.isEmpty() ? Optional.empty() : sessions.sessionOf(hash.get());
    }

    /** Whether a cookie decides about this request, which has no {@code Authorization}. */
    boolean isForCookie(RequestHead head) {
        return SessionCookie.of(head).isIn(head)
                && (isForPeople(head.path())
                        || isOfPage(head)
                        || BELOW_API.matcher(head.path()).matches());
    }

    private static boolean isOfPage(RequestHead head) {
        return BELOW_WEB.matcher(head.path()).matches();
    }

    Verdict withCookie(RequestHead head) {
        if (!sessions.areRead()) {
            return Refusals.tooEarly();
        }
        SessionCookie cookie = SessionCookie.of(head);
        Optional<Session> session = session(cookie, head);
        if (session.isEmpty()) {
            return Refusals.unknownSession();
        }
        if (isOfPage(head)) {
            return file(head); // not counted: to show the page once takes more of them than a second is worth
        }
        return limits.count("session " + session.get().id(), false)
                .<Verdict>map(refusal -> refusal)
                .orElseGet(() -> within(session.get(), cookie, head));
    }

    private static Verdict within(Session session, SessionCookie cookie, RequestHead head) {
        if (!isForPeople(head.path())) {
            return api(session, head);
        } else if (head.path().equals(HOME) && SAFE.contains(head.method())) {
            return new Verdict.Home();
        } else if (head.path().equals(LOGOUT) && head.method().equals("POST")) {
            // a form without a script can set no header, and nothing is lost by a logout
            return Provenance.isOwn(head) ? new Verdict.SignOut(session, cookie.isTls()) : Refusals.crossSite();
        }
        return Refusals.unknownMethod(METHODS.getOrDefault(head.path(), ""));
    }

    private static Verdict file(RequestHead head) {
        if (!isAskedByOwnPage(head)) {
            return Refusals.crossSite();
        }
        return SAFE.contains(head.method()) ? new Verdict.PageFile() : Refusals.unknownMethod(READ_ONLY);
    }

    /** Reading needs less of a proof, or nobody could type an address. */
    private static boolean isAskedByOwnPage(RequestHead head) {
        return SAFE.contains(head.method()) ? !Provenance.isForeign(head) : Provenance.isOwn(head);
    }

    private static Verdict api(Session session, RequestHead head) {
        if (!isAskedByOwnPage(head)) {
            return Refusals.crossSite();
        } else if (!SAFE.contains(head.method()) && !head.header(CSRF_HEADER).equals(List.of("1"))) {
            return Refusals.csrfHeaderRequired();
        } else if (!session.role().permits(head.method(), head.path())) {
            return Refusals.notPermitted(session);
        } else if (head.path().equals(SESSION) && head.method().equals("GET")) {
            return new Verdict.WhoIsIt(session.caller(), session.expiresAt());
        }
        return new Verdict.Pass(session.caller());
    }
}
