package io.posel.template;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The host of a URL template, which only one address can be meant by: a name in ASCII, a dotted IPv4 address or an IPv6
 * address in brackets.
 *
 * <p>{@link URI} has the last word: where it finds no host, or another one, others would too.
 */
final class Host {
    /** With the underscore that name services accept and RFC 1123 does not: Docker's services have it. */
    private static final String LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";
    /** Possessive, or the stack would grow with the name. */
    private static final Pattern NAME = Pattern.compile(LABEL + "(?:\\." + LABEL + ")*+\\.?");

    private static final Pattern NUMBER_LAST = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)\\.?");
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-f:.]+]");
    /** Sharp s, final sigma and the joiners name different hosts under IDNA 2003 and 2008. */
    private static final Pattern AMBIGUOUS = Pattern.compile("[ß\u1e9eς\u200c\u200d]");

    private static final Pattern DOT = Pattern.compile("[.\u3002\uff0e\uff61]");

    private static final int MAX_NAME_LENGTH = 253;

    private Host() {}

    /** The host in lower case, an international name converted; null if this is none. */
    static @Nullable String parse(String written) {
        String host = written.startsWith("[") ? written : toAscii(written);
        if (host == null) {
            return null;
        }
        host = host.toLowerCase(Locale.ROOT);
        return isHost(host) && isReadAlike(host) ? host : null;
    }

    private static @Nullable String toAscii(String written) {
        if (AMBIGUOUS.matcher(written).find()) {
            return null;
        }
        try {
            return Arrays.stream(DOT.split(written, -1))
                    .map(label -> isAscii(label) ? label : IDN.toASCII(label, IDN.USE_STD3_ASCII_RULES))
                    .collect(Collectors.joining("."));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private static boolean isHost(String host) {
        if (NUMBER_LAST.matcher(host).matches()) {
            // 2130706433, 127.1 and 0177.0.0.1 are addresses to some resolvers and names to others
            return IPV4.matcher(host).matches();
        }
        return isIpv6(host)
                || NAME.matcher(host).matches() && host.length() - (host.endsWith(".") ? 1 : 0) <= MAX_NAME_LENGTH;
    }

    /** An IPv4 address at its end must be one by itself: in {@code [::ffff:0177.0.0.1]} some read an octal number. */
    private static boolean isIpv6(String host) {
        return IPV6.matcher(host).matches()
                && (host.indexOf('.') < 0
                        || IPV4.matcher(host.substring(host.lastIndexOf(':') + 1, host.length() - 1))
                                .matches());
    }

    /** {@link URI} knows no underscores. */
    private static boolean isReadAlike(String host) {
        String plain = host.replace('_', 'u');
        try {
            return plain.equals(new URI("http://" + plain + "/").getHost());
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
