package io.posel.delivery;

import static java.nio.charset.CodingErrorAction.REPLACE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import javax.net.ssl.SSLContext;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.cookie.StandardCookieSpec;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Makes camel-http's client one that sends exactly one request per attempt, ends it in time and keeps nothing from one
 * receiver to the next. Wins over what the route file says of redirects, retries, cookies and compression.
 *
 * <p>Bean {@code deliveryClient} of the step that sends; {@link #connections()} is {@code deliveryConnections}.
 */
public final class DeliveryClient implements HttpClientConfigurer {
    private static final Timeout LEASE = Timeout.ofSeconds(1);
    private static final TimeValue IDLE = TimeValue.ofSeconds(30);
    // a receiver that closes kept connections is noticed; a check costs up to 1 ms, so not on a busy one
    private static final TimeValue CHECK_AFTER = TimeValue.ofMilliseconds(100);
    private static final int MAX_HEADERS = 100;
    private static final int MAX_LINE = 8 * 1024;

    private final Settings settings;
    private final DeliveryResolver targets;
    private final ScheduledExecutorService alarms;
    private final PoolingHttpClientConnectionManager connections;

    /**
     * @param maxConnections in all and per host; more than the sum of permits, so that no attempt waits for another
     * @param timeout of the whole exchange by the wall clock, name resolution included
     * @param version of Posel, for {@code User-Agent}
     * @param proxy through which everything goes; null for none
     * @param tls null for the JDK's trust
     */
    public record Settings(
            int maxConnections,
            Duration connectTimeout,
            Duration timeout,
            String version,
            @Nullable HttpHost proxy,
            @Nullable SSLContext tls) {}

    /** @param alarms end exchanges that take too long; their work is short. Remove cancelled tasks at once. */
    public DeliveryClient(Settings settings, DeliveryResolver targets, ScheduledExecutorService alarms) {
        this.settings = settings;
        this.targets = targets;
        this.alarms = alarms;
        this.connections = connect();
    }

    /** Closed by the endpoint that uses it. */
    public PoolingHttpClientConnectionManager connections() {
        return connections;
    }

    @Override
    public void configureHttpClient(HttpClientBuilder builder) {
        builder.disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableContentCompression()
                .disableAuthCaching()
                .disableConnectionState()
                .setUserAgent("Posel/" + settings.version())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(LEASE)
                        .setResponseTimeout(Timeout.of(settings.timeout()))
                        .setConnectionKeepAlive(IDLE)
                        .setCookieSpec(StandardCookieSpec.IGNORE)
                        .setRedirectsEnabled(false)
                        .setAuthenticationEnabled(false)
                        .setContentCompressionEnabled(false)
                        .setExpectContinueEnabled(false)
                        .setProtocolUpgradeEnabled(false)
                        .build())
                .evictExpiredConnections()
                .evictIdleConnections(IDLE);
        HttpHost proxy = settings.proxy();
        if (proxy != null) {
            builder.setProxy(proxy);
            // the connection goes to the proxy, so its resolver never sees the target
            builder.addExecInterceptorFirst("posel-target", (request, scope, chain) -> {
                HttpHost target = scope.route.getTargetHost();
                targets.resolve(target.getHostName(), target.getPort());
                return chain.proceed(request, scope);
            });
        }
        builder.addExecInterceptorFirst("posel-deadline", new ExchangeDeadline(settings.timeout(), alarms));
    }

    private PoolingHttpClientConnectionManager connect() {
        Timeout connectTimeout = Timeout.of(settings.connectTimeout());
        DnsResolver resolver = settings.proxy() == null ? targets : SystemDefaultDnsResolver.INSTANCE;
        SSLContext tls = settings.tls();
        Http1Config limits = Http1Config.custom()
                .setMaxHeaderCount(MAX_HEADERS)
                .setMaxLineLength(MAX_LINE)
                .build();
        return PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(resolver)
                .setTlsSocketStrategy(
                        tls == null ? DefaultClientTlsStrategy.createDefault() : new DefaultClientTlsStrategy(tls))
                .setMaxConnTotal(settings.maxConnections())
                .setMaxConnPerRoute(settings.maxConnections())
                .setDefaultSocketConfig(SocketConfig.custom()
                        .setSoTimeout(Timeout.of(settings.timeout()))
                        .setTcpNoDelay(true)
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(connectTimeout)
                        .setSocketTimeout(Timeout.of(settings.timeout()))
                        .setValidateAfterInactivity(CHECK_AFTER)
                        .build())
                .setDefaultTlsConfig(TlsConfig.custom()
                        .setHandshakeTimeout(Timeout.of(settings.timeout()))
                        .build())
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(limits)
                        .responseParserFactory(new InterimAnswers(limits))
                        // headers leave as UTF-8; an answer in another charset is no reason to fail
                        .charCodingConfig(CharCodingConfig.custom()
                                .setCharset(UTF_8)
                                .setMalformedInputAction(REPLACE)
                                .setUnmappableInputAction(REPLACE)
                                .build())
                        .build())
                .build();
    }
}
