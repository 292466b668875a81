package io.posel.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Listens on one port of 127.0.0.1, 127.0.0.2 and ::1 (where there is IPv6) and counts who comes. Tells them that all
 * went well, so that no failure hides a visit.
 */
public final class Canary implements AutoCloseable {
    private final List<ServerSocket> listeners = new ArrayList<>();
    private final AtomicInteger visits = new AtomicInteger();

    private Canary() {}

    public static Canary start() throws IOException {
        for (int tries = 1; ; tries++) {
            Canary canary = new Canary();
            try {
                int port = canary.listen("127.0.0.1", 0);
                canary.listen("127.0.0.2", port);
                if (hasIpv6()) {
                    canary.listen("::1", port);
                }
                return canary;
            } catch (IOException e) {
                canary.close();
                if (tries == 20) {
                    throw e;
                }
            }
        }
    }

    private int listen(String address, int port) throws IOException {
        ServerSocket listener = new ServerSocket(port, 50, InetAddress.getByName(address));
        listeners.add(listener);
        Thread thread = new Thread(() -> accept(listener), "canary");
        thread.setDaemon(true);
        thread.start();
        return listener.getLocalPort();
    }

    private static boolean hasIpv6() {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
            return any.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private void accept(ServerSocket listener) {
        while (!listener.isClosed()) {
            try (Socket visitor = listener.accept()) {
                visits.incrementAndGet();
                visitor.setSoTimeout(2_000);
                visitor.getInputStream().read(new byte[8192]);
                visitor.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".getBytes());
            } catch (IOException e) {
                // closed, or the visitor has gone
            }
        }
    }

    public int port() {
        return listeners.get(0).getLocalPort();
    }

    /** Whoever connected, whether or not it said anything. */
    public int visits() {
        return visits.get();
    }

    @Override
    public void close() throws IOException {
        for (ServerSocket listener : listeners) {
            listener.close();
        }
    }
}
