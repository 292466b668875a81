package io.posel.web;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is known of open connections, and when they are closed, so that nobody holds many of them for long.
 *
 * <ul>
 *   <li>A new one has to show a whole request head in time, however busily it sends.
 *   <li>As every refusal closes its connection, only callers with a token or a session keep one. Their requests have to end in time:
 *       a byte of the body now and then would do for the idle timeout. After each, that timeout rules until the next head
 *       is whole, as it counts heads, bodies and answers, and no bytes of a head.
 *   <li>Only so many are open. One more takes the place of the one that has been without a head for the longest time, so
 *       that those who hold connections silently push out each other; if all have shown one, it is closed itself.
 * </ul>
 */
final class Connections {
    private static final Duration ROUND = Duration.ofMillis(250);
    private static final Duration FAREWELL = Duration.ofSeconds(5);
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private static final class Guest {
        private final Context context;
        private volatile boolean knocking = true;
        private volatile boolean leaving;
        /** By System.nanoTime. */
        private volatile long until;
        /** The request whose body is read. */
        private volatile @Nullable HttpServerRequest reading;

        Guest(Context context, Duration patience) {
            this.context = context;
            stay(patience);
        }

        void stay(Duration patience) {
            until = System.nanoTime() + patience.toNanos();
        }
    }

    private final Vertx vertx;
    private final HttpSettings.Times times;
    private final int most;
    private final Map<HttpConnection, Guest> guests = new ConcurrentHashMap<>();
    /** Those that have shown no head yet, the oldest first. */
    private final Set<HttpConnection> knocking = new LinkedHashSet<>();

    Connections(Vertx vertx, HttpSettings.Times times, int most) {
        this.vertx = vertx;
        this.times = times;
        this.most = most;
    }

    /** @param late refuses a request whose body has not come in time */
    void watch(Consumer<HttpServerRequest> late) {
        vertx.setPeriodic(ROUND.toMillis(), round -> {
            long now = System.nanoTime();
            guests.forEach((connection, guest) -> {
                if (now - guest.until > 0) {
                    guest.context.runOnContext(over -> end(connection, guest, late));
                }
            });
        });
    }

    private static void end(HttpConnection connection, Guest guest, Consumer<HttpServerRequest> late) {
        HttpServerRequest reading = guest.reading;
        if (reading == null || guest.leaving || reading.response().headWritten()) {
            connection.close();
        } else {
            late.accept(reading);
        }
    }

    /** @return whether it may stay */
    boolean opened(HttpConnection connection) {
        if (!takePlace(connection)) {
            connection.close();
            return false;
        }
        connection.closeHandler(closed -> forget(connection));
        return true;
    }

    private boolean takePlace(HttpConnection connection) {
        HttpConnection oldest = null;
        synchronized (knocking) {
            if (guests.size() >= most) {
                Iterator<HttpConnection> longest = knocking.iterator();
                if (!longest.hasNext()) {
                    return false;
                }
                oldest = longest.next();
                longest.remove();
                guests.remove(oldest);
            }
            guests.put(connection, new Guest(vertx.getOrCreateContext(), times.head()));
            knocking.add(connection);
        }
        if (oldest != null) {
            oldest.close();
        }
        return true;
    }

    private void forget(HttpConnection connection) {
        synchronized (knocking) {
            knocking.remove(connection);
            guests.remove(connection);
        }
    }

    /** Whether a request that has arrived is to be looked at: not behind one that was refused. */
    boolean requestArrived(HttpServerRequest request) {
        HttpConnection connection = request.connection();
        Guest guest = guests.get(connection);
        if (guest == null || guest.leaving) {
            return false;
        }
        if (guest.knocking) {
            guest.knocking = false;
            synchronized (knocking) {
                knocking.remove(connection);
            }
        }
        guest.reading = request;
        guest.stay(times.body());
        request.end().onComplete(ended -> {
            guest.reading = null;
            guest.stay(FOR_EVER);
        });
        return true;
    }

    /** Whether what comes now is to be answered at all: not behind a request that was refused. */
    boolean listens(HttpConnection connection) {
        Guest guest = guests.get(connection);
        return guest != null && !guest.leaving;
    }

    /** No further request of this connection is looked at. */
    void leaves(HttpConnection connection) {
        Guest guest = guests.get(connection);
        if (guest != null) {
            guest.leaving = true;
            guest.stay(FAREWELL);
        }
    }

    int open() {
        return guests.size();
    }
}
