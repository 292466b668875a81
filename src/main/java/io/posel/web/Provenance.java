package io.posel.web;

import java.util.List;

/** What a browser says about the page that sends a request, in headers that no page can set. */
final class Provenance {
    private Provenance() {}

    /**
     * Whether it is proven that the request comes from a page of this server. {@code Sec-Fetch-Site} decides where there
     * is one (W3C Fetch Metadata); browsers leave it out on unencrypted lines to other than loopback names. Then it is
     * {@code Origin}, which must be the host that the request is for.
     */
    static boolean isOwn(RequestHead head) {
        List<String> site = head.header("Sec-Fetch-Site");
        return site.isEmpty() ? originIsHost(head) : site.equals(List.of("same-origin"));
    }

    /** Whether it is known that the request comes from a page of another origin. */
    static boolean isForeign(RequestHead head) {
        List<String> site = head.header("Sec-Fetch-Site");
        if (site.isEmpty()) {
            return !head.header("Origin").isEmpty() && !originIsHost(head);
        }
        return !site.equals(List.of("same-origin")) && !site.equals(List.of("none")); // none: the user typed it
    }

    private static boolean originIsHost(RequestHead head) {
        List<String> origin = head.header("Origin");
        List<String> host = head.header("Host");
        return origin.size() == 1
                && host.size() == 1
                && (origin.get(0).equalsIgnoreCase("http://" + host.get(0))
                        || origin.get(0).equalsIgnoreCase("https://" + host.get(0)));
    }
}
