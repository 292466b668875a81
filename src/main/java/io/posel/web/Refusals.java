package io.posel.web;

import io.posel.access.Caller;
import io.posel.access.Session;
import java.time.Duration;
import java.util.Map;

/** What the door says to those whom it does not let in. */
final class Refusals {
    static final String TOO_MANY_WRONG = "too-many-wrong-tokens";

    private static final String SCHEME = "Bearer realm=\"posel\"";

    private Refusals() {}

    static Verdict.Refusal tokenRequired() {
        return new Verdict.Refusal(
                401, "token-required", "a bearer token is required", Map.of("WWW-Authenticate", SCHEME));
    }

    static Verdict.Refusal unknownToken() {
        return invalidToken("unknown-token", "this bearer token is not known");
    }

    static Verdict.Refusal endedToken() {
        return invalidToken(
                "token-expired", "this bearer token has ended; ask an administrator of Posel for another one");
    }

    private static Verdict.Refusal invalidToken(String code, String detail) {
        return new Verdict.Refusal(401, code, detail, Map.of("WWW-Authenticate", SCHEME + ", error=\"invalid_token\""));
    }

    static Verdict.Refusal unknownSession() {
        return new Verdict.Refusal(
                401,
                "unknown-session",
                "this session has ended; sign in with another login link",
                Map.of("WWW-Authenticate", SCHEME));
    }

    static Verdict.Refusal notPermitted(Caller caller) {
        return new Verdict.Refusal(
                403,
                "token-not-permitted",
                "the token \"%s\" has the role %s: it may only %s; use one of another role"
                        .formatted(
                                caller.name(),
                                caller.role().code(),
                                caller.role().scope()));
    }

    static Verdict.Refusal notPermitted(Session session) {
        return new Verdict.Refusal(
                403,
                "session-not-permitted",
                "\"%s\" is signed in with the role %s: it may only %s; sign in with another role"
                        .formatted(
                                session.name(),
                                session.role().code(),
                                session.role().scope()));
    }

    /** It may be a token that was made, or a session, and these are in the database. */
    static Verdict.Refusal tooEarly() {
        return new Verdict.Refusal(
                503,
                "not-ready",
                "the tokens and sessions are not read yet; repeat it later",
                Map.of("Retry-After", "1"));
    }

    /** @param wait until the address may try again; zero for the plain refusal */
    static Verdict.Refusal wrong(Duration wait, Verdict.Refusal plain) {
        return wait.isZero()
                ? plain
                : new Verdict.Refusal(429, TOO_MANY_WRONG, "too many wrong tokens from this address", retryAfter(wait));
    }

    /** @param setting that says how many are not too many */
    static Verdict.Refusal tooMany(Duration wait, String setting) {
        return new Verdict.Refusal(
                429,
                "too-many-requests",
                "too many requests per second with this token or session; " + setting + " sets how many",
                retryAfter(wait));
    }

    private static Map<String, String> retryAfter(Duration wait) {
        return Map.of(
                "Retry-After", Long.toString(Math.max(1, wait.plusMillis(999).toSeconds())));
    }

    static Verdict.Refusal invalidLink() {
        return new Verdict.Refusal(403, "login-link-invalid", "this is no login link of this Posel; make another one");
    }

    static Verdict.Refusal expiredLink() {
        return new Verdict.Refusal(410, "login-link-expired", "this login link is too old; make another one");
    }

    static Verdict.Refusal crossSite() {
        return new Verdict.Refusal(
                403,
                "cross-site-request",
                "it is not known that a page of this Posel sends this: Sec-Fetch-Site must be same-origin, or Origin the"
                        + " host that is asked");
    }

    static Verdict.Refusal csrfHeaderRequired() {
        return new Verdict.Refusal(
                403, "csrf-header-required", "what changes something in a session needs the header X-Posel-CSRF: 1");
    }

    static Verdict.Refusal unknownPath() {
        return new Verdict.Refusal(404, "unknown-path", "there is nothing at this path");
    }

    static Verdict.Refusal unknownMethod(String allowed) {
        return new Verdict.Refusal(
                405, "unknown-method", "this path does not know that method", Map.of("Allow", allowed));
    }
}
