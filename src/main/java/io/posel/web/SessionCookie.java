package io.posel.web;

import io.posel.access.TokenHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The cookie of a session, for HTTP with TLS in front or without: two names, so that neither passes for the other. The
 * one for TLS begins with {@code __Host-}: no other host of the domain, and nobody on an unencrypted line, can set it
 * (RFC 6265bis, 4.1.3.2).
 */
enum SessionCookie {
    PLAIN("posel-session", ""),
    TLS("__Host-posel-session", "; Secure");

    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_-]{43}");

    private final String cookie;
    private final String secure;

    SessionCookie(String cookie, String secure) {
        this.cookie = cookie;
        this.secure = secure;
    }

    /**
     * What a proxy says about the line in front of it decides about the cookie, and about nothing else: who says it
     * wrongly, harms himself.
     */
    static SessionCookie of(RequestHead head) {
        List<String> values = head.header("X-Forwarded-Proto");
        return !values.isEmpty() && values.get(0).split(",", 2)[0].strip().equalsIgnoreCase("https") ? TLS : PLAIN;
    }

    static SessionCookie of(boolean tls) {
        return tls ? TLS : PLAIN;
    }

    boolean isTls() {
        return this == TLS;
    }

    /** Whether the request has such a cookie at all, be it a good one or not. */
    boolean isIn(RequestHead head) {
        return !values(head).isEmpty();
    }

    /** The hash of its value; empty if there is none, no possible one, or more than one. */
    Optional<TokenHash> hashIn(RequestHead head) {
        List<String> values = values(head);
        return values.size() == 1 && VALUE.matcher(values.get(0)).matches()
                ? Optional.of(TokenHash.of(values.get(0)))
                : Optional.empty();
    }

    private List<String> values(RequestHead head) {
        List<String> values = new ArrayList<>();
        for (String line : head.header("Cookie")) {
            for (String pair : line.split(";")) {
                int equals = pair.indexOf('=');
                if (equals > 0 && pair.substring(0, equals).strip().equals(cookie)) {
                    values.add(pair.substring(equals + 1).strip());
                }
            }
        }
        return values;
    }

    /** For {@code Set-Cookie}: until the browser is closed, or the session ends. */
    String set(String value) {
        return cookie + "=" + value + "; Path=/; HttpOnly; SameSite=Strict" + secure;
    }

    /** For {@code Set-Cookie}. */
    String clear() {
        return cookie + "=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict" + secure;
    }
}
