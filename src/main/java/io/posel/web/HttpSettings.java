package io.posel.web;

import java.time.Duration;

/**
 * Where and within which bounds the server listens.
 *
 * @param host a name or address of this machine
 * @param port 0 for any free one
 * @param maxBody the largest request body, in bytes
 * @param headTimeout how long a new connection may take to send its first request's head
 * @param idleTimeout how long a connection may be silent, also while a request is worked on
 * @param workers how many requests are worked on at once
 */
public record HttpSettings(
        String host, int port, long maxBody, Duration headTimeout, Duration idleTimeout, int workers) {

    /** The defaults of everything that has no setting. */
    public static HttpSettings of(String host, int port, long maxBody) {
        return new HttpSettings(host, port, maxBody, Duration.ofSeconds(10), Duration.ofSeconds(60), 64);
    }
}
