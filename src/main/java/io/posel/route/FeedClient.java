package io.posel.route;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.Timeout;

/**
 * Makes camel-http's client one that polls a feed: one request at a time, ended in time, its answer bounded; no hidden
 * repetition, no redirect (the token would go along), no cookies, no unpacking. Its target is the operator's own
 * setting, so the address policy of deliveries does not apply.
 */
public final class FeedClient implements HttpClientConfigurer {
    static final int MAX_ANSWER = 10 * 1024 * 1024;

    private final String token;
    private final String userAgent;
    private final Duration connectTimeout;
    private final Duration timeout;
    private final ScheduledExecutorService alarms;

    /**
     * @param token sent as bearer token; "" for none
     * @param timeout of the whole exchange by the wall clock
     * @param alarms end exchanges that take too long; their work is short
     */
    public FeedClient(
            String token,
            String userAgent,
            Duration connectTimeout,
            Duration timeout,
            ScheduledExecutorService alarms) {
        this.token = token;
        this.userAgent = userAgent;
        this.connectTimeout = connectTimeout;
        this.timeout = timeout;
        this.alarms = alarms;
    }

    @Override
    public void configureHttpClient(HttpClientBuilder builder) {
        builder.setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(Timeout.of(connectTimeout))
                                .setSocketTimeout(Timeout.of(timeout))
                                .build())
                        .build())
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableContentCompression()
                .disableAuthCaching()
                .setUserAgent(userAgent)
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(Timeout.of(connectTimeout))
                        .setResponseTimeout(Timeout.of(timeout))
                        .setRedirectsEnabled(false)
                        .setAuthenticationEnabled(false)
                        .setContentCompressionEnabled(false)
                        .build())
                .addExecInterceptorFirst("posel-feed", this::exchange);
    }

    private ClassicHttpResponse exchange(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        if (!token.isEmpty()) {
            request.setHeader(HttpHeaders.AUTHORIZATION, "Bearer " + token);
        }
        AtomicBoolean late = new AtomicBoolean();
        Future<?> alarm = alarms.schedule(
                () -> {
                    late.set(true);
                    if (scope.originalRequest instanceof Cancellable cancellable) {
                        cancellable.cancel();
                    } else {
                        scope.execRuntime.discardEndpoint();
                    }
                },
                timeout.toNanos(),
                TimeUnit.NANOSECONDS);
        try {
            ClassicHttpResponse response = chain.proceed(request, scope);
            readAnswer(response, scope);
            return response;
        } catch (IOException | HttpException | RuntimeException e) {
            scope.execRuntime.discardEndpoint();
            if (late.get()) {
                SocketTimeoutException timedOut = new SocketTimeoutException("no complete answer within " + timeout);
                timedOut.initCause(e);
                throw timedOut;
            }
            throw e;
        } finally {
            alarm.cancel(false);
        }
    }

    private static void readAnswer(ClassicHttpResponse response, ExecChain.Scope scope) throws IOException {
        HttpEntity entity = response.getEntity();
        if (entity == null) {
            return;
        }
        try (InputStream content = entity.getContent()) {
            byte[] answer = content.readNBytes(MAX_ANSWER + 1);
            if (answer.length > MAX_ANSWER) {
                // closed first: closing the stream alone would read on to the end of an endless body
                scope.execRuntime.discardEndpoint();
                throw new InterruptedIOException("the answer has more than " + MAX_ANSWER + " bytes");
            }
            response.setEntity(new ByteArrayEntity(answer, ContentType.APPLICATION_JSON));
        }
        // or Camel would unpack it, or read it by what it says it is
        response.removeHeaders(HttpHeaders.CONTENT_ENCODING);
        response.setHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    }
}
