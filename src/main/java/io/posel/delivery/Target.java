package io.posel.delivery;

import java.net.IDN;
import org.apache.hc.core5.http.HttpHost;

/**
 * Where a request goes: the parts of a URL that a template has checked and written, cut apart again and not judged anew.
 *
 * <p>HttpClient keeps a host that begins with {@code xn--} in Unicode, whoever hands it in; {@link #ascii} is what that
 * host was: {@link IDN#toUnicode} converts only what becomes the same ASCII again.
 *
 * @param host in ASCII, an IPv6 address in brackets
 * @param port −1 for the scheme's own
 * @param pathAndQuery the request target of RFC 9112, 3.2.1
 */
record Target(String scheme, String host, int port, String pathAndQuery) {

    /** @param url absolute, without user info and fragment */
    static Target of(String url) {
        int schemeEnd = url.indexOf("://");
        int begin = schemeEnd + 3;
        int end = endOfOrigin(url);
        int colon = url.lastIndexOf(':', end - 1);
        boolean hasPort = colon >= begin && colon > url.lastIndexOf(']', end - 1);
        String rest = url.substring(end);
        return new Target(
                url.substring(0, schemeEnd),
                url.substring(begin, hasPort ? colon : end),
                hasPort ? Integer.parseInt(url, colon + 1, end, 10) : -1,
                rest.startsWith("/") ? rest : "/" + rest);
    }

    /** Where path or query begins. */
    static int endOfOrigin(String url) {
        int i = url.indexOf("://") + 3;
        while (i < url.length() && url.charAt(i) != '/' && url.charAt(i) != '?') {
            i++;
        }
        return i;
    }

    HttpHost httpHost() {
        return new HttpHost(scheme, host, port);
    }

    /** The host that HttpClient was given, from what it gives back. */
    static String ascii(String host) {
        for (int i = 0; i < host.length(); i++) {
            if (host.charAt(i) >= 0x80) {
                return IDN.toASCII(host);
            }
        }
        return host;
    }
}
