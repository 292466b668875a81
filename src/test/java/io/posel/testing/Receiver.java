package io.posel.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ServerSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A receiver of webhooks on 127.0.0.1 that keeps every request as it stood on the wire and answers as told; 200 by
 * default. Speaks just enough HTTP/1.1: kept connections, {@code Content-Length}.
 */
public final class Receiver implements AutoCloseable {
    private final ServerSocket server;
    private final List<ReceivedRequest> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "receiver");
        thread.setDaemon(true);
        return thread;
    });
    private volatile Function<ReceivedRequest, Answer> script = request -> Answer.ok();

    private Receiver(ServerSocket server) {
        this.server = server;
    }

    public static Receiver start() throws IOException {
        return start(ServerSocketFactory.getDefault());
    }

    /** With an SSL factory it speaks HTTPS. */
    public static Receiver start(ServerSocketFactory sockets) throws IOException {
        return start(sockets.createServerSocket(0, 200, InetAddress.getByName("127.0.0.1")));
    }

    /** @param address of this machine */
    public static Receiver startAt(String address, int port) throws IOException {
        return start(new ServerSocket(port, 200, InetAddress.getByName(address)));
    }

    private static Receiver start(ServerSocket server) {
        Receiver receiver = new Receiver(server);
        receiver.threads.execute(receiver::accept);
        return receiver;
    }

    public int port() {
        return server.getLocalPort();
    }

    public String url(String target) {
        return "http://127.0.0.1:" + port() + target;
    }

    /** Decides on the answer to every request from now on. */
    public Receiver answer(Function<ReceivedRequest, Answer> script) {
        this.script = script;
        return this;
    }

    public Receiver answer(Answer answer) {
        return answer(request -> answer);
    }

    /** All so far, in the order in which they were completely read. */
    public List<ReceivedRequest> requests() {
        return List.copyOf(requests);
    }

    public int openConnections() {
        return open.size();
    }

    public int acceptedConnections() {
        return connections.get();
    }

    /** Closes what clients keep open, as a receiver's restart does. */
    public void closeConnections() {
        open.forEach(Receiver::closeQuietly);
    }

    @Override
    public void close() throws IOException {
        closing.countDown();
        server.close();
        closeConnections();
        threads.shutdown();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                int number = connections.incrementAndGet();
                threads.execute(() -> serve(socket, number));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            boolean kept = true;
            while (kept) {
                ReceivedRequest request = read(in, number);
                if (request == null) {
                    return;
                }
                requests.add(request);
                kept = script.apply(request).send(socket, closing);
            }
        } catch (IOException | InterruptedException e) {
            // the sender went away
        } finally {
            open.remove(socket);
        }
    }

    private static @Nullable ReceivedRequest read(InputStream in, int connection) throws IOException {
        String requestLine = line(in);
        if (requestLine.isEmpty()) {
            return null;
        }
        List<String> headers = new ArrayList<>();
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            headers.add(header);
            if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(header.substring(15).strip());
            }
        }
        byte[] body = in.readNBytes(length);
        String[] parts = requestLine.split(" ", 3);
        return new ReceivedRequest(
                parts[0], parts[1], headers, body, InstantSource.system().instant(), connection);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(ISO_8859_1);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone
        }
    }
}
