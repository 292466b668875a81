package io.posel.template;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An http or https URL (RFC 3986) with variables in path and query, compiled once and rendered for each delivery.
 *
 * <ul>
 *   <li>Scheme, user info, host and port are constant. An international host is converted to ASCII; a host that
 *       readers of URLs disagree about is refused. Scheme and host are in lower case.
 *   <li>What is rendered never holds user info ({@link #userInfo} has it) nor a fragment: a {@code #} that begins no
 *       variable is refused, one in data is encoded.
 *   <li>A variable is percent-encoded in UTF-8, all but unreserved characters. So data never adds a segment or a
 *       parameter; an empty value leaves an empty segment. A variable may stand in the name of a parameter too.
 *   <li>Constant parts keep their escapes. What a URL cannot hold there, such as spaces, braces, quotes and non-ASCII,
 *       is percent-encoded; control characters, backslashes and spaces at either end are refused.
 *   <li>No path segment is ever {@code .} or {@code ..}, however its dots are written, also in front of a
 *       {@code ;parameter}: refused when compiled or, where data makes it one, when rendered.
 *   <li>A URL without a path gets {@code /}. One pass: what a variable brings in is never read as template.
 * </ul>
 *
 * <p>Not promised: that the host exists or may be delivered to.
 */
public final class UrlTemplate {
    private final Origin origin;
    private final String prefix;
    private final UrlPart[] parts;
    private final Set<String> variables;

    private UrlTemplate(Origin origin, List<UrlPart> parts, Set<String> variables) {
        this.origin = origin;
        this.prefix = origin.scheme() + "://" + origin.host() + (origin.port() < 0 ? "" : ":" + origin.port());
        this.parts = parts.toArray(UrlPart[]::new);
        this.variables = variables;
    }

    public static UrlTemplate compile(String text) throws TemplateException {
        if (text.isBlank()) {
            throw TemplateException.at(text, 0, "url-empty", "The URL is empty, write where to send to.");
        }
        int i = 0;
        while (i < text.length()) {
            i = requireAllowed(text, i);
        }
        Origin origin = Origin.parse(text);
        List<UrlPart> parts = new PathAndQueryParser(text).parse(origin.end());
        return new UrlTemplate(origin, parts, Variable.paths(Variable.in(text, 0, text.length())));
    }

    /** Checks one character, escape or variable; where the next one begins. */
    private static int requireAllowed(String text, int i) throws TemplateException {
        int c = text.codePointAt(i);
        int end = i + Character.charCount(c);
        boolean atAnEnd = i == 0 || end == text.length();
        if (c == '#') {
            Variable variable = Variable.startingAt(text, i);
            if (variable == null) {
                throw TemplateException.at(
                        text,
                        i,
                        "url-fragment",
                        "This # begins no variable (#name#), and a URL to send to has no fragment; a # itself is"
                                + " written %23.");
            }
            return variable.end();
        } else if (c == '%' && !PercentEncoding.isEscape(text, i)) {
            throw TemplateException.at(
                    text,
                    i,
                    "url-percent-escape",
                    "Two hexadecimal digits must follow a %; a % itself is written %25.");
        } else if (c == '\\') {
            throw TemplateException.ofCharacter(
                    text, i, "url-character", "is a backslash, which a URL cannot hold; write / or, for itself, %5C.");
        } else if (Character.isISOControl(c)
                || atAnEnd && Character.isSpaceChar(c)
                || i == 0 && CodePoints.isInvisible(c)) {
            throw TemplateException.ofCharacter(
                    text,
                    i,
                    "url-character",
                    "cannot stand here: a URL has no line breaks and control characters, and no blank or invisible"
                            + " character in front or behind; remove it.");
        } else if (Surrogates.isLone(c)) {
            throw Surrogates.refused(text, i);
        }
        return end;
    }

    /** @throws RenderException if data brings in half a surrogate pair, makes a path segment of dots or is too long */
    public String render(Variables values) throws RenderException {
        StringBuilder out = new StringBuilder(prefix.length() + 32 * parts.length).append(prefix);
        for (UrlPart part : parts) {
            part.appendTo(out, values);
        }
        return out.toString();
    }

    /** The paths of all variables, in the order in which they first appear. */
    public Set<String> variables() {
        return variables;
    }

    /** {@code http} or {@code https}. */
    public String scheme() {
        return origin.scheme();
    }

    /** A name or address in lower case and ASCII; an IPv6 address stands in brackets. */
    public String host() {
        return origin.host();
    }

    /** As written, else the scheme's own. */
    public int port() {
        if (origin.port() > 0) {
            return origin.port();
        }
        return isHttps() ? 443 : 80;
    }

    /** Decoded; empty too if the URL has an {@code @} with neither user nor password. */
    public Optional<UserInfo> userInfo() {
        return Optional.ofNullable(origin.userInfo());
    }

    public boolean isHttps() {
        return origin.scheme().equals("https");
    }
}
