package io.posel.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy on 127.0.0.1 that knows {@code CONNECT} only, and leads every tunnel to one port of this machine. */
public final class TunnelProxy implements AutoCloseable {
    private final ServerSocket server;
    private final int target;
    private final String answer;
    private final List<String> heads = new CopyOnWriteArrayList<>();

    private TunnelProxy(ServerSocket server, int target, String answer) {
        this.server = server;
        this.target = target;
        this.answer = answer;
    }

    public static TunnelProxy to(int target) throws IOException {
        return start(target, "HTTP/1.1 200 Connection established\r\n\r\n");
    }

    /** @param answer to {@code CONNECT}, in place of a tunnel */
    public static TunnelProxy refusing(String answer) throws IOException {
        return start(0, answer);
    }

    private static TunnelProxy start(int target, String answer) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        TunnelProxy proxy = new TunnelProxy(server, target, answer);
        daemon(proxy::accept);
        return proxy;
    }

    public String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** The heads of all requests, as they stood on the wire. */
    public List<String> heads() {
        return List.copyOf(heads);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                daemon(() -> serve(client));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            heads.add(head(client.getInputStream()));
            client.getOutputStream().write(answer.getBytes(ISO_8859_1));
            if (target > 0) {
                try (Socket receiver = new Socket(InetAddress.getByName("127.0.0.1"), target)) {
                    daemon(() -> pump(receiver, client));
                    pump(client, receiver);
                }
            }
        } catch (IOException e) {
            // one of them went away
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("the head has no end");
            }
            head.write(b);
        }
        return head.toString(ISO_8859_1);
    }

    private static void pump(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
        } catch (IOException e) {
            // one of them went away
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "tunnel");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
