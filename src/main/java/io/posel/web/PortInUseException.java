package io.posel.web;

/** The address to listen on is taken; the message says which and what to set. */
public final class PortInUseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PortInUseException(String host, int port, Throwable cause) {
        super("port " + port + " on " + host + " is in use; set POSEL_HTTP_PORT", cause);
    }
}
