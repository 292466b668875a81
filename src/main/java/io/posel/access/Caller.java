package io.posel.access;

import java.util.regex.Pattern;

/**
 * Who sends a request, as far as its token or session says.
 *
 * @param name of the token, no two of which share one while they are valid; or of who is signed in
 */
public record Caller(String name, Role role) {
    /** The tokens of the settings and of the data directory, by the names of their files. */
    public static final Caller ADMIN = new Caller("admin-token", Role.ADMIN);

    public static final Caller INTAKE = new Caller("intake-token", Role.INTAKE);

    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N} ._-]{0,59}");

    /** Whether a token or a session may have such a name. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** Whether this is the name of a token of the settings, for which no other may pass. */
    public static boolean isReserved(String name) {
        return name.equals(ADMIN.name) || name.equals(INTAKE.name);
    }
}
