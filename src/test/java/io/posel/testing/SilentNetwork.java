package io.posel.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A way to a server that can lose its connections without a word, as a firewall does that has forgotten them: what is sent
 * on them gets nowhere, and they stay open. New ones work.
 */
public final class SilentNetwork implements AutoCloseable {
    private final ServerSocket listening;
    private final InetSocketAddress server;
    private final List<Way> ways = new CopyOnWriteArrayList<>();

    private final class Way {
        private final Socket near;
        private final Socket far;
        private volatile boolean silent;

        Way(Socket near, Socket far) {
            this.near = near;
            this.far = far;
        }

        void start() {
            thread(() -> pass(near, far));
            thread(() -> pass(far, near));
        }

        private void pass(Socket from, Socket to) {
            byte[] buffer = new byte[8_192];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    if (!silent) {
                        out.write(buffer, 0, n);
                    }
                }
            } catch (IOException e) {
                // its end is that of the way
            }
            if (!silent) {
                close();
            }
        }

        void close() {
            try (near;
                    far) {
                ways.remove(this);
            } catch (IOException e) {
                // closed already
            }
        }
    }

    public SilentNetwork(int serverPort) throws IOException {
        this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort);
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        thread(this::accept);
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket near = listening.accept();
                Socket far = new Socket();
                far.connect(server);
                Way way = new Way(near, far);
                ways.add(way);
                way.start();
            } catch (IOException e) {
                // closed
            }
        }
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "silent-network");
        thread.setDaemon(true);
        thread.start();
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** Of the connections that are open now. */
    public void loseConnections() {
        ways.forEach(way -> way.silent = true);
    }

    @Override
    public void close() throws IOException {
        listening.close();
        ways.forEach(Way::close);
    }
}
