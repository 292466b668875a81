package io.posel.access;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a token entitles to. Decided on the request as it was sent, byte by byte: what only resembles it is not it. */
public enum Role {
    ADMIN("admin", "do everything") {
        @Override
        public boolean permits(String method, String path) {
            return true;
        }
    },
    VIEWER("viewer", "GET what is below /api") {
        @Override
        public boolean permits(String method, String path) {
            return method.equals("GET") && BELOW_API.matcher(path).matches();
        }
    },
    INTAKE("intake", "POST to /events") {
        @Override
        public boolean permits(String method, String path) {
            return method.equals("POST") && path.equals("/events");
        }
    };

    /** Nothing that a router decodes, joins or shortens into another path. */
    private static final Pattern BELOW_API = Pattern.compile("/api(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)+");

    private final String code;
    private final String scope;

    Role(String code, String scope) {
        this.code = code;
        this.scope = scope;
    }

    /** @param path as it was sent, without the query */
    public abstract boolean permits(String method, String path);

    /** The name in JSON and on disk. */
    public String code() {
        return code;
    }

    /** What it permits, to follow "may" or "may only". */
    public String scope() {
        return scope;
    }

    public static Optional<Role> of(String code) {
        return Arrays.stream(values()).filter(role -> role.code.equals(code)).findFirst();
    }
}
