package io.posel.web;

import java.time.Duration;

/**
 * Where and within which bounds the server listens.
 *
 * @param host a name or address of this machine
 * @param port 0 for any free one
 */
public record HttpSettings(String host, int port, Bounds bounds, Times times) {
    /** Of the heap, what bodies of requests may take. */
    private static final int BODY_SHARE = 8;

    private static final int WORKERS = 64;
    private static final Times TIMES =
            new Times(Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(60));

    /**
     * @param maxBody the largest request body, in bytes
     * @param bodies of all requests together, in bytes, unless there is one only
     * @param connections that are open at once
     * @param workers how many requests are worked on at once
     */
    public record Bounds(long maxBody, long bodies, int connections, int workers) {}

    /**
     * How long callers are waited for.
     *
     * @param head of the first request, from the opening of its connection
     * @param body from the head of a request to its end
     * @param idle how long a connection may be silent, also while a request is worked on
     */
    public record Times(Duration head, Duration body, Duration idle) {}

    /** The defaults of everything that has no setting. */
    public static HttpSettings of(String host, int port, long maxBody, int connections) {
        long bodies = Runtime.getRuntime().maxMemory() / BODY_SHARE;
        return new HttpSettings(host, port, new Bounds(maxBody, bodies, connections, WORKERS), TIMES);
    }
}
