package io.posel.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The page that follows, by the header {@code Link: <…>; rel="next"} (RFC 8288) or a link in the answer. */
final class NextLink {
    private static final String VALUE = "\"[^\"]*\"|[^\\s\",;]*";
    private static final String PARAMETER = "\\s*;\\s*([^\\s=,;\"<>]+)\\s*(?:=\\s*(" + VALUE + "))?";
    /** Possessive, or the stack would grow with the header. */
    private static final Pattern LINK = Pattern.compile("<([^<>]*)>((?:" + PARAMETER + ")*+)");

    private static final Pattern NEXT_PARAMETER = Pattern.compile(PARAMETER);

    private static final Pattern STRAY_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");

    private NextLink() {}

    /**
     * Resolved against the page's own address.
     *
     * @throws IllegalStateException if it is no URL, or leads to another origin (RFC 6454), where the token must not go
     */
    static Optional<URI> of(String header, URI page) {
        Matcher link = LINK.matcher(header);
        while (link.find()) {
            if (leadsOn(NEXT_PARAMETER.matcher(link.group(2)))) {
                return Optional.of(to(link.group(1).strip(), page));
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

    static boolean isUrl(String text) {
        return text.regionMatches(true, 0, "https://", 0, 8) || text.regionMatches(true, 0, "http://", 0, 7);
    }

    /**
     * The same of a link that is given by itself.
     *
     * @throws IllegalStateException if it is no URL, or leads to another origin
     */
    static URI to(String target, URI page) {
        URI next;
        try {
            String legal = legal(target);
            next = legal.isEmpty()
                    ? page
                    : legal.startsWith("?")
                            // RFC 3986, 5.4: keeps the path, which java.net.URI would cut
                            ? URI.create(page.toString().split("[?#]", 2)[0] + legal)
                            : page.resolve(legal);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("the link to the next page is not a URL", e);
        }
        if (next.getHost() != null && next.getRawUserInfo() == null && differsInScheme(next, page)) {
            // written by a server that does not know of the TLS in front of it; asked for at the feed's own address
            next = URI.create(page.getScheme() + "://" + page.getRawAuthority() + afterAuthority(next));
        }
        if (!sameOrigin(next, page)) {
            throw new IllegalStateException("the link to the next page leads to another server, " + next.getScheme()
                    + "://" + next.getHost() + (next.getPort() < 0 ? "" : ":" + next.getPort())
                    + ", and is not followed");
        }
        return next;
    }

    /** Without a fragment, and with what a URL cannot hold percent-encoded: many servers write {@code page[number]=2}. */
    private static String legal(String target) {
        StringBuilder legal = new StringBuilder();
        for (byte b :
                STRAY_PERCENT.matcher(target.split("#", 2)[0]).replaceAll("%25").getBytes(UTF_8)) {
            char c = (char) (b & 0xff);
            if (c <= ' ' || c >= 0x7f || "\"<>\\^`{|}[]".indexOf(c) >= 0) {
                legal.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            } else {
                legal.append(c);
            }
        }
        return legal.toString();
    }

    private static boolean differsInScheme(URI a, URI b) {
        return isDefaultPort(a)
                && isDefaultPort(b)
                && a.getHost().equalsIgnoreCase(b.getHost())
                && isUrl(a.toString())
                && !a.getScheme().equalsIgnoreCase(b.getScheme());
    }

    private static boolean isDefaultPort(URI uri) {
        return uri.getPort() < 0 || uri.getPort() == ("https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80);
    }

    private static String afterAuthority(URI uri) {
        return (uri.getRawPath() == null ? "" : uri.getRawPath())
                + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
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
