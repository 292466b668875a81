package io.posel.access;

/**
 * Who sends a request, as far as its token says.
 *
 * @param name of the token; no two tokens that are valid at the same time share one
 */
public record Caller(String name, Role role) {
    /** The tokens of the settings and of the data directory, by the names of their files. */
    public static final Caller ADMIN = new Caller("admin-token", Role.ADMIN);

    public static final Caller INTAKE = new Caller("intake-token", Role.INTAKE);
}
