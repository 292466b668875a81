package io.posel.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports that a test must know before something listens there, after it has ended, or because nothing ever does. */
public final class Ports {
    // below those that systems hand out, to clients and to servers that ask for any: none of these gets it meanwhile
    private static final int FIRST = 20_000;
    private static final int END = 30_000;

    private Ports() {}

    /** One that nobody listens on. */
    public static int free() {
        for (int tries = 1; ; tries++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                if (tries == 100) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
