package io.posel.bench;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/** Posts over many connections at once, each on a thread. */
final class Load {
    private static final int CONNECTIONS = 64;

    private final int port;
    private final String path;

    Load(int port, String path) {
        this.port = port;
        this.path = path;
    }

    private interface Turn {
        void go(Connection connection, int request) throws IOException;
    }

    /** As fast as answers come. */
    void closed(int requests, IntFunction<String> body) throws Exception {
        each(requests, (connection, request) -> post(connection, body.apply(request)));
    }

    /**
     * At fixed times, whether answers come or not, so that time spent waiting for a connection counts too.
     *
     * @param intended filled with the nanoTime at which each request was to be sent
     * @param answered filled with the nanoTime of each answer
     */
    void open(double perSecond, IntFunction<String> body, long[] intended, long[] answered) throws Exception {
        long start = System.nanoTime() + 50_000_000;
        for (int i = 0; i < intended.length; i++) {
            intended[i] = start + (long) (i * 1e9 / perSecond);
        }
        each(intended.length, (connection, request) -> {
            for (long wait = intended[request] - System.nanoTime();
                    wait > 0;
                    wait = intended[request] - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            post(connection, body.apply(request));
            answered[request] = System.nanoTime();
        });
    }

    private static void post(Connection connection, String body) throws IOException {
        int status = connection.post(body);
        if (status / 100 != 2) {
            throw new IOException("answered " + status);
        }
    }

    private void each(int requests, Turn turn) throws Exception {
        AtomicInteger next = new AtomicInteger();
        AtomicReference<Exception> failure = new AtomicReference<>();
        CountDownLatch end = new CountDownLatch(CONNECTIONS);
        for (int i = 0; i < CONNECTIONS; i++) {
            Thread thread = new Thread(() -> {
                try (Connection connection = new Connection(port, path)) {
                    for (int request = next.getAndIncrement();
                            request < requests && failure.get() == null;
                            request = next.getAndIncrement()) {
                        turn.go(connection, request);
                    }
                } catch (IOException | RuntimeException e) {
                    failure.compareAndSet(null, e);
                } finally {
                    end.countDown();
                }
            });
            thread.setDaemon(true);
            thread.start();
        }
        end.await();
        Exception failed = failure.get();
        if (failed != null) {
            throw failed;
        }
    }
}
