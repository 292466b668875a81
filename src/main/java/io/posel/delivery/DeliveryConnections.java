package io.posel.delivery;

import static java.nio.charset.CodingErrorAction.REPLACE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.impl.CharCodingSupport;
import org.apache.hc.core5.http.io.HttpConnectionFactory;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Makes the connections to receivers: who may be connected to, how long each step may take, how much is read, how long
 * they are kept.
 */
final class DeliveryConnections implements HttpConnectionFactory<ManagedHttpClientConnection> {
    private static final Http1Config LIMITS =
            Http1Config.custom().setMaxLineLength(AnswerHead.LIMIT).build();
    // an answer in another charset is no reason to fail
    private static final CharCodingConfig CHARSET = CharCodingConfig.custom()
            .setCharset(UTF_8)
            .setMalformedInputAction(REPLACE)
            .setUnmappableInputAction(REPLACE)
            .build();

    private final DeliveryClient.Settings settings;
    private final HttpClientConnectionOperator operator;
    private final LongSupplier nanos;
    private final AtomicLong numbers = new AtomicLong();

    /** @param nanos the time, as {@link System#nanoTime} counts it */
    DeliveryConnections(DeliveryClient.Settings settings, DeliveryResolver targets, LongSupplier nanos) {
        OutgoingProxy proxy = settings.proxy();
        AddressOrder addresses = new AddressOrder(proxy == null ? targets : new ProxyLookup(proxy, targets), nanos);
        this.settings = settings;
        this.nanos = nanos;
        this.operator = new DefaultHttpClientConnectionOperator(
                socks -> new ChannelSocket(addresses),
                DefaultSchemePortResolver.INSTANCE,
                addresses,
                RegistryBuilder.<TlsSocketStrategy>create()
                        .register(URIScheme.HTTPS.id, new ReceiverTls(settings.authorities()))
                        .build());
    }

    /** A pool of its own. What it gives out is looked at before, each time, and not older than the settings allow. */
    DeliveryPool pool() {
        TimeValue maxAge = TimeValue.of(settings.maxAge());
        DeliveryPool pool = new DeliveryPool(operator, maxAge, this);
        pool.setMaxTotal(settings.maxConnections());
        pool.setDefaultMaxPerRoute(settings.maxConnections());
        // reads wait as long as the exchange may take: its alarm closes the connection
        pool.setDefaultSocketConfig(SocketConfig.custom().setTcpNoDelay(true).build());
        pool.setDefaultConnectionConfig(ConnectionConfig.custom()
                .setConnectTimeout(Timeout.of(settings.connectTimeout()))
                .setValidateAfterInactivity(TimeValue.ZERO_MILLISECONDS)
                .setTimeToLive(maxAge)
                .build());
        pool.setDefaultTlsConfig(TlsConfig.custom()
                .setHandshakeTimeout(Timeout.of(settings.timeout()))
                .build());
        return pool;
    }

    @Override
    public ManagedHttpClientConnection createConnection(@Nullable Socket none) {
        return new DeliveryConnection(
                "delivery-" + numbers.incrementAndGet(),
                CharCodingSupport.createDecoder(CHARSET),
                CharCodingSupport.createEncoder(CHARSET),
                LIMITS,
                RequestHead::new,
                config -> new AnswerHead(),
                nanos);
    }
}
