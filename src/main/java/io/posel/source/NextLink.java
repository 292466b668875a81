package io.posel.source;

import java.net.URI;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The page that follows by the header {@code Link: <…>; rel="next"} (RFC 8288). */
final class NextLink {
    private static final String VALUE = "\"[^\"]*\"|[^\\s\",;]*";
    private static final String PARAMETER = "\\s*;\\s*([^\\s=,;\"<>]+)\\s*(?:=\\s*(" + VALUE + "))?";
    /** Possessive, or the stack would grow with the header. */
    private static final Pattern LINK = Pattern.compile("<([^<>]*)>((?:" + PARAMETER + ")*+)");

    private static final Pattern NEXT_PARAMETER = Pattern.compile(PARAMETER);

    private NextLink() {}

    /**
     * Resolved against the page's own address.
     *
     * @throws IllegalStateException if it leads to another origin (RFC 6454), where the token must not go
     */
    static Optional<URI> of(String header, URI page) {
        Matcher link = LINK.matcher(header);
        while (link.find()) {
            if (leadsOn(NEXT_PARAMETER.matcher(link.group(2)))) {
                return Optional.of(resolved(link.group(1).strip(), page));
            }
        }
        return Optional.empty();
    }

    /** By the first parameter rel; the value of another may look like one. */
    private static boolean leadsOn(Matcher parameter) {
        while (parameter.find()) {
            if (parameter.group(1).equalsIgnoreCase("rel")) {
                String value = parameter.group(2) == null ? "" : parameter.group(2);
                return Arrays.stream(value.replace("\"", "").split("\\s+")).anyMatch("next"::equalsIgnoreCase);
            }
        }
        return false;
    }

    private static URI resolved(String target, URI page) {
        URI next;
        try {
            next = target.startsWith("?")
                    // RFC 3986, 5.4: keeps the path, which java.net.URI would cut
                    ? URI.create(page.toString().split("[?#]", 2)[0] + target)
                    : page.resolve(target);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("the link to the next page is not a URL", e);
        }
        if (!sameOrigin(next, page)) {
            throw new IllegalStateException("the link to the next page leads to another server, " + next.getScheme()
                    + "://" + next.getHost() + (next.getPort() < 0 ? "" : ":" + next.getPort())
                    + ", and is not followed");
        }
        return next;
    }

    static boolean sameOrigin(URI a, URI b) {
        return a.getScheme() != null
                && a.getHost() != null
                && a.getRawUserInfo() == null
                && a.getScheme().equalsIgnoreCase(b.getScheme())
                && a.getHost().equalsIgnoreCase(b.getHost())
                && port(a) == port(b);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }
}
