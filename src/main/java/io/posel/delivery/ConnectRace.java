package io.posel.delivery;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Connects to whichever of several addresses answers first (RFC 8305, 5): the next one is tried when the last one has
 * failed or has not answered for a moment, the others stay in the race. All of it takes no longer than connecting to one
 * may take. On the thread that calls; {@link #stop} ends it from another one.
 */
final class ConnectRace {
    private static final long STAGGER_NANOS = Duration.ofMillis(250).toNanos();

    private final Selector selector;
    private final List<InetSocketAddress> addresses;
    private final Results results;
    /** With their places in the order, the first one first. */
    private final Map<SocketChannel, Integer> running = new LinkedHashMap<>();

    private @Nullable IOException failure;
    /** When the next one is tried, in nanoseconds from the start. */
    private long nextAfter;

    /** Hears how each address fared. */
    interface Results {
        /** Did not answer, or was so slow that another one was faster. */
        void failed(InetSocketAddress address);

        void connected(InetSocketAddress address);
    }

    /** Opens a channel with the options that it shall have. */
    @FunctionalInterface
    interface Opener {
        SocketChannel open() throws IOException;
    }

    /** @param addresses at least one, in the order in which they are tried */
    ConnectRace(List<InetSocketAddress> addresses, Results results) throws IOException {
        this.selector = Selector.open();
        this.addresses = addresses;
        this.results = results;
    }

    /**
     * @return a connected channel in blocking mode
     * @throws SocketTimeoutException if none has answered in time
     * @throws IOException why the last one failed, if all did
     */
    SocketChannel run(Duration timeout, Opener opener) throws IOException {
        long start = System.nanoTime();
        long stagger = Math.min(STAGGER_NANOS, timeout.toNanos() / (addresses.size() + 1));
        int next = 0;
        SocketChannel winner = null;
        try {
            while (winner == null) {
                long passed = System.nanoTime() - start;
                if (passed >= timeout.toNanos()) {
                    failedBefore(addresses.size());
                    throw new SocketTimeoutException("Connect timed out");
                } else if (next < addresses.size() && (running.isEmpty() || passed >= nextAfter)) {
                    nextAfter = passed + stagger;
                    winner = begin(next++, opener);
                } else if (running.isEmpty() && failure != null) {
                    throw failure;
                } else {
                    await((next < addresses.size() ? Math.min(nextAfter, timeout.toNanos()) : timeout.toNanos())
                            - passed);
                    winner = firstConnected();
                }
            }
            selector.close();
            winner.configureBlocking(true);
            return winner;
        } catch (ClosedSelectorException e) {
            throw new SocketException("Socket closed");
        } catch (IOException e) {
            if (winner != null) {
                winner.close();
            }
            throw e;
        } finally {
            stop();
            for (SocketChannel loser : running.keySet()) {
                loser.close();
            }
        }
    }

    private @Nullable SocketChannel begin(int place, Opener opener) throws IOException {
        SocketChannel channel = opener.open();
        running.put(channel, place);
        try {
            channel.configureBlocking(false);
            if (channel.connect(addresses.get(place))) {
                return won(channel);
            }
            channel.register(selector, SelectionKey.OP_CONNECT);
        } catch (IOException e) {
            failed(channel, e);
        }
        return null;
    }

    private void await(long nanos) throws IOException {
        selector.select(Math.max(1, nanos / 1_000_000));
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted"); // a selector would not wait any more
        }
    }

    private @Nullable SocketChannel firstConnected() throws IOException {
        for (SelectionKey key : selector.selectedKeys()) {
            SocketChannel channel = (SocketChannel) key.channel();
            try {
                if (channel.finishConnect()) {
                    return won(channel);
                }
            } catch (IOException e) {
                failed(channel, e);
            }
        }
        selector.selectedKeys().clear();
        return null;
    }

    private SocketChannel won(SocketChannel channel) {
        int place = running.remove(channel);
        failedBefore(place);
        results.connected(addresses.get(place));
        return channel;
    }

    /** They had more time than the one that was faster. */
    private void failedBefore(int place) {
        running.values().stream()
                .filter(each -> each < place)
                .map(addresses::get)
                .forEach(results::failed);
    }

    private void failed(SocketChannel channel, IOException e) throws IOException {
        results.failed(addresses.get(running.remove(channel)));
        channel.close();
        failure = e;
        nextAfter = 0; // at once
    }

    /** Ends it, at whatever moment. */
    void stop() throws IOException {
        selector.close();
    }
}
