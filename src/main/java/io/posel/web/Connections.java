package io.posel.web;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is known of open connections. A new one has to show a whole request head in time, however busily it sends: an
 * idle timeout alone would let a byte now and then hold it for ever. As every refusal closes its connection, only
 * callers with a token keep one, and for them the idle timeout is enough.
 */
final class Connections {
    private final Vertx vertx;
    private final Duration headTimeout;
    private final Map<HttpConnection, Long> timers = new ConcurrentHashMap<>();
    private final Set<HttpConnection> leaving = ConcurrentHashMap.newKeySet();

    Connections(Vertx vertx, Duration headTimeout) {
        this.vertx = vertx;
        this.headTimeout = headTimeout;
    }

    void opened(HttpConnection connection) {
        timers.put(connection, vertx.setTimer(headTimeout.toMillis(), late -> connection.close()));
        connection.closeHandler(closed -> {
            cancelTimer(connection);
            leaving.remove(connection);
        });
    }

    /** Whether a request that has arrived is to be looked at: not behind one that was refused. */
    boolean requestArrived(HttpConnection connection) {
        cancelTimer(connection);
        return !leaving.contains(connection);
    }

    /** No further request of this connection is looked at. */
    void leaves(HttpConnection connection) {
        leaving.add(connection);
    }

    private void cancelTimer(HttpConnection connection) {
        Long timer = timers.remove(connection);
        if (timer != null) {
            vertx.cancelTimer(timer);
        }
    }
}
