package io.posel.delivery;

import java.io.IOException;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.io.HttpConnectionFactory;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

/** The connections of one client. Notes in an exchange that it connects, and ends only with {@link #end}. */
final class DeliveryPool extends PoolingHttpClientConnectionManager {
    DeliveryPool(
            HttpClientConnectionOperator operator,
            TimeValue maxAge,
            HttpConnectionFactory<ManagedHttpClientConnection> connections) {
        super(operator, PoolConcurrencyPolicy.STRICT, PoolReusePolicy.LIFO, maxAge, connections);
    }

    @Override
    public void connect(ConnectionEndpoint endpoint, @Nullable TimeValue timeout, HttpContext exchange)
            throws IOException {
        Progress.connects(exchange);
        super.connect(endpoint, timeout, exchange);
    }

    /** Does nothing, since the pool is shared: after an {@link Error} in one exchange the client would close it for all. */
    @Override
    public void close(CloseMode mode) {
        // see end
    }

    @Override
    public void close() {
        // see end
    }

    void end(CloseMode mode) {
        super.close(mode);
    }
}
