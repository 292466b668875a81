package io.posel.web;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The host names that this server answers to, so that a page whose name was rebound in the DNS to our address gets
 * nothing. The port in a {@code Host} header (RFC 9110, 7.2) is not looked at.
 *
 * <p>Loopback names and the listening address are always among them. A server that listens on all addresses answers to
 * every literal address as well: rebinding needs a name.
 */
public final class AllowedHosts {
    private static final Pattern HOST = Pattern.compile("(\\[[0-9a-f:.]+]|[a-z0-9._-]+)(:[0-9]{0,5})?");
    private static final Pattern LITERAL = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[.*]");

    private final Set<String> names = new HashSet<>();
    private final boolean literals;

    /**
     * @param listening the address that the server listens on
     * @param more further names, without port
     */
    public AllowedHosts(String listening, Set<String> more) {
        names.addAll(Set.of("localhost", "127.0.0.1", "[::1]"));
        names.add(normal(listening));
        more.forEach(name -> names.add(normal(name)));
        literals = Set.of("0.0.0.0", "[::]", "[0:0:0:0:0:0:0:0]").contains(normal(listening));
    }

    /** @param header the value of a {@code Host} header */
    public boolean allows(String header) {
        Matcher host = HOST.matcher(header.toLowerCase(Locale.ROOT));
        if (!host.matches()) {
            return false;
        }
        String name = withoutDot(host.group(1));
        return names.contains(name) || literals && LITERAL.matcher(name).matches();
    }

    private static String normal(String name) {
        String lower = withoutDot(name.strip().toLowerCase(Locale.ROOT));
        return lower.indexOf(':') >= 0 && !lower.startsWith("[") ? "[" + lower + "]" : lower;
    }

    private static String withoutDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }
}
