package io.posel.delivery;

import static java.nio.charset.CodingErrorAction.REPLACE;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** Makes the connections to receivers: who may be connected to, how long each step may take, how much is read. */
final class DeliveryConnections {
    // a receiver that closes kept connections is noticed; a check costs up to 1 ms, so not on a busy one
    private static final TimeValue CHECK_AFTER = TimeValue.ofMilliseconds(100);
    private static final int MAX_HEADERS = 100;
    private static final int MAX_LINE = 8 * 1024;

    private DeliveryConnections() {}

    static PoolingHttpClientConnectionManager of(DeliveryClient.Settings settings, DeliveryResolver targets) {
        OutgoingProxy proxy = settings.proxy();
        Timeout timeout = Timeout.of(settings.timeout());
        Http1Config limits = Http1Config.custom()
                .setMaxHeaderCount(MAX_HEADERS)
                .setMaxLineLength(MAX_LINE)
                .build();
        return PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(proxy == null ? targets : new ProxyLookup(proxy, targets))
                .setTlsSocketStrategy(
                        settings.tls() == null
                                ? DefaultClientTlsStrategy.createDefault()
                                : new DefaultClientTlsStrategy(settings.tls()))
                .setMaxConnTotal(settings.maxConnections())
                .setMaxConnPerRoute(settings.maxConnections())
                .setDefaultSocketConfig(SocketConfig.custom()
                        .setSoTimeout(timeout)
                        .setTcpNoDelay(true)
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(settings.connectTimeout()))
                        .setSocketTimeout(timeout)
                        .setValidateAfterInactivity(CHECK_AFTER)
                        .build())
                .setDefaultTlsConfig(
                        TlsConfig.custom().setHandshakeTimeout(timeout).build())
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(limits)
                        .requestWriterFactory(RequestHead::new)
                        .responseParserFactory(new InterimAnswers(limits))
                        // an answer in another charset is no reason to fail
                        .charCodingConfig(CharCodingConfig.custom()
                                .setCharset(UTF_8)
                                .setMalformedInputAction(REPLACE)
                                .setUnmappableInputAction(REPLACE)
                                .build())
                        .build())
                .build();
    }
}
