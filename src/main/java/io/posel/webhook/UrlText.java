package io.posel.webhook;

import io.posel.template.VariableName;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A URL template's text, cut where secrets may stand (RFC 3986, section 3). Cutting and joining changes nothing. Works
 * on the text, not on the parsed URL, so that every character comes back as it was written.
 *
 * @param password null if there is no user info with a colon
 * @param query null if there is no {@code ?}; a fragment counts as part of the last parameter
 */
record UrlText(
        String start,
        @Nullable String password,
        String middle,
        @Nullable List<Parameter> query) {

    /**
     * One piece between two {@code &}.
     *
     * @param key the name with its {@code =}; {@code ""} for a piece without one, which is all value
     */
    record Parameter(String key, String value) {
        static Parameter of(String piece) {
            int equals = piece.indexOf('=');
            return new Parameter(piece.substring(0, equals + 1), piece.substring(equals + 1));
        }

        /** Whether the value is a constant, which may be a key for the other side. */
        boolean isSecret() {
            return !value.isEmpty() && !VariableName.occursIn(value);
        }

        Parameter withValue(String other) {
            return new Parameter(key, other);
        }
    }

    static UrlText of(String url) {
        int scheme = url.indexOf("://");
        int authority = scheme < 0 ? 0 : scheme + 3;
        int authorityEnd = authority;
        while (authorityEnd < url.length() && "/?#\\".indexOf(url.charAt(authorityEnd)) < 0) {
            authorityEnd++;
        }
        int at = url.lastIndexOf('@', authorityEnd - 1);
        int colon = url.indexOf(':', authority);
        boolean hasPassword = at > authority && colon >= 0 && colon < at;
        int passwordStart = hasPassword ? colon + 1 : authority;
        int passwordEnd = hasPassword ? at : authority;
        int mark = url.indexOf('?', authorityEnd);
        return new UrlText(
                url.substring(0, passwordStart),
                hasPassword ? url.substring(passwordStart, passwordEnd) : null,
                url.substring(passwordEnd, mark < 0 ? url.length() : mark),
                mark < 0 ? null : parameters(url.substring(mark + 1)));
    }

    private static List<Parameter> parameters(String query) {
        List<Parameter> parameters = new ArrayList<>();
        for (String piece : query.split("&", -1)) {
            parameters.add(Parameter.of(piece));
        }
        return parameters;
    }

    List<Parameter> parameters() {
        return query == null ? List.of() : query;
    }

    UrlText with(@Nullable String otherPassword, List<Parameter> otherParameters) {
        return new UrlText(start, otherPassword, middle, query == null ? null : otherParameters);
    }

    @Override
    public String toString() {
        String head = start + (password == null ? "" : password) + middle;
        return query == null
                ? head
                : head
                        + query.stream()
                                .map(parameter -> parameter.key() + parameter.value())
                                .collect(Collectors.joining("&", "?", ""));
    }
}
