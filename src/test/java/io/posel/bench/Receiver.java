package io.posel.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A receiver that costs as little as one can: one thread, no objects per request unless somebody looks at them, always
 * 200. Speaks just enough HTTP/1.1 for a client that keeps connections and sends {@code Content-Length}.
 */
final class Receiver implements AutoCloseable {
    /** What happens with a request: told on the receiver's only thread, so it must be short. */
    @FunctionalInterface
    interface Script {
        long NEVER = -1;

        /** @return nanoseconds until the answer, or {@link #NEVER} */
        long answerAfter(String target);
    }

    private record Due(SocketChannel channel, long at) {}

    private static final byte[] LENGTH = "content-length:".getBytes(ISO_8859_1);
    private static final byte[] OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1);
    private static final int BUFFER = 16 * 1024;

    private final Selector selector;
    private final ServerSocketChannel server;
    private final Deque<Due> due = new ArrayDeque<>();
    private final List<SocketChannel> held = new ArrayList<>();
    private final ByteBuffer answer = ByteBuffer.allocateDirect(OK.length).put(OK);
    private volatile Script script = target -> 0;
    private volatile boolean looks;
    private volatile boolean releases;
    private final AtomicLong received = new AtomicLong();

    private Receiver(Selector selector, ServerSocketChannel server) {
        this.selector = selector;
        this.server = server;
    }

    static Receiver start() throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 4096);
        server.configureBlocking(false);
        Receiver receiver = new Receiver(Selector.open(), server);
        server.register(receiver.selector, SelectionKey.OP_ACCEPT);
        Thread thread = new Thread(receiver::serve, "bench-receiver");
        thread.setDaemon(true);
        thread.start();
        return receiver;
    }

    int port() {
        return server.socket().getLocalPort();
    }

    String url(String target) {
        return "http://127.0.0.1:" + port() + target;
    }

    /** Requests received so far, of whatever kind. */
    long received() {
        return received.get();
    }

    /** From now on; one that answers in different times must not be faster for later requests. */
    void answer(Script how) {
        script = how;
        looks = true;
    }

    /** From now on, and those that were never to be answered. */
    void answerAtOnce() {
        looks = false;
        releases = true;
        selector.wakeup();
    }

    private void serve() {
        try {
            while (selector.isOpen()) {
                selector.select(this::ready, waitMillis());
                answerDue();
                if (releases) {
                    releases = false;
                    held.forEach(this::answerNow);
                    held.clear();
                }
            }
        } catch (ClosedSelectorException e) {
            // closed
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long waitMillis() {
        Due first = due.peek();
        return first == null ? 1_000 : Math.max(1, (first.at - System.nanoTime()) / 1_000_000);
    }

    private void answerDue() {
        long now = System.nanoTime();
        for (Due first = due.peek(); first != null && first.at - now <= 0; first = due.peek()) {
            due.remove();
            answerNow(first.channel);
        }
    }

    private void ready(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                SocketChannel channel = server.accept();
                if (channel != null) {
                    channel.configureBlocking(false);
                    channel.socket().setTcpNoDelay(true);
                    channel.register(selector, SelectionKey.OP_READ, ByteBuffer.allocate(BUFFER));
                }
            } else {
                read((SocketChannel) key.channel(), (ByteBuffer) key.attachment());
            }
        } catch (IOException e) {
            close((SocketChannel) key.channel());
        }
    }

    private void read(SocketChannel channel, ByteBuffer buffer) throws IOException {
        if (channel.read(buffer) < 0) {
            close(channel);
            return;
        }
        for (int size = requestSize(buffer); size > 0; size = requestSize(buffer)) {
            received.lazySet(received.get() + 1);
            long wait = looks ? script.answerAfter(target(buffer)) : 0;
            if (wait == 0) {
                answerNow(channel);
            } else if (wait > 0) {
                due.add(new Due(channel, System.nanoTime() + wait));
            } else {
                held.add(channel);
            }
            buffer.flip().position(size);
            buffer.compact();
        }
    }

    /** @return bytes of the first request, 0 if it is not complete */
    private static int requestSize(ByteBuffer buffer) {
        byte[] bytes = buffer.array();
        int end = buffer.position();
        int length = 0;
        for (int line = 0; line < end; ) {
            int feed = line;
            while (feed < end && bytes[feed] != '\n') {
                feed++;
            }
            if (feed - line == 1) {
                int size = feed + 1 + length;
                return size <= end ? size : 0;
            }
            if (isLength(bytes, line, feed)) {
                length = Integer.parseInt(
                        new String(bytes, line + LENGTH.length, feed - line - LENGTH.length, ISO_8859_1).strip());
            }
            line = feed + 1;
        }
        return 0;
    }

    private static boolean isLength(byte[] bytes, int from, int to) {
        if (to - from <= LENGTH.length) {
            return false;
        }
        for (int i = 0; i < LENGTH.length; i++) {
            if (bytes[from + i] != LENGTH[i] && (bytes[from + i] | 0x20) != LENGTH[i]) {
                return false;
            }
        }
        return true;
    }

    private static String target(ByteBuffer buffer) {
        String line = new String(buffer.array(), 0, Math.min(200, buffer.position()), ISO_8859_1);
        return line.split(" ", 3)[1].toLowerCase(Locale.ROOT);
    }

    private void answerNow(SocketChannel channel) {
        try {
            answer.rewind();
            channel.write(answer);
        } catch (IOException e) {
            close(channel);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // it is gone
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        selector.close();
    }
}
