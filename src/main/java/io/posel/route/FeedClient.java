package io.posel.route;

import static java.nio.charset.CodingErrorAction.REPLACE;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.posel.source.AnswerReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.NameValuePair;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Makes camel-http's client one that polls a feed: one request at a time, ended in time, its answer bounded; no redirect
 * (the token would go along), no cookies, no unpacking. A request is repeated only where a kept connection turns out to
 * have been closed: at once, on a new one. Its target is the operator's own setting, so the address policy of deliveries
 * does not apply.
 */
public final class FeedClient implements HttpClientConfigurer {
    /** How the answer is coded and what it is; kept from Camel, which would act on it. */
    static final String CODING = "posel-answer-coding";

    static final String TYPE = "posel-answer-type";
    /** There if the body ended before its announced end. */
    static final String INCOMPLETE = "posel-answer-incomplete";

    private static final int MAX_ANSWER = AnswerReader.MAX_BYTES;
    private static final int MAX_LINE = 64 * 1024;
    private static final int MAX_HEADERS = 1_000;
    /** A server that moves by DNS is followed. */
    private static final TimeValue MAX_AGE = TimeValue.ofMinutes(1);

    private final Map<String, String> headers;
    private final String token;
    private final String userAgent;
    private final Duration connectTimeout;
    private final Duration timeout;
    private final ScheduledExecutorService alarms;

    /**
     * @param headers sent with each request; they win over any other
     * @param token sent as bearer token; "" for none
     * @param timeout of the whole exchange by the wall clock
     * @param alarms end exchanges that take too long; their work is short
     */
    public FeedClient(
            Map<String, String> headers,
            String token,
            String userAgent,
            Duration connectTimeout,
            Duration timeout,
            ScheduledExecutorService alarms) {
        this.headers = Map.copyOf(headers);
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
                                .setTimeToLive(MAX_AGE)
                                .build())
                        .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                                .http1Config(Http1Config.custom()
                                        .setMaxHeaderCount(MAX_HEADERS)
                                        .setMaxLineLength(MAX_LINE)
                                        .build())
                                .charCodingConfig(CharCodingConfig.custom()
                                        .setCharset(UTF_8)
                                        .setMalformedInputAction(REPLACE)
                                        .setUnmappableInputAction(REPLACE)
                                        .build())
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
        request.setHeader(HttpHeaders.ACCEPT_ENCODING, "gzip, identity");
        headers.forEach(request::setHeader);
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
            ClassicHttpResponse response = send(request, scope, chain);
            readAnswer(response, scope, late);
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

    private static ClassicHttpResponse send(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        ClassicHttpRequest again = ClassicRequestBuilder.copy(request).build();
        try {
            return chain.proceed(request, scope);
        } catch (NoHttpResponseException | ConnectionClosedException | SocketException | SSLException e) {
            EndpointDetails connection = scope.clientContext.getEndpointDetails();
            // one that has answered before: it was kept, and closed meanwhile
            if (connection == null || connection.getResponseCount() == 0) {
                throw e;
            }
            scope.execRuntime.discardEndpoint();
            return chain.proceed(again, scope);
        }
    }

    private static void readAnswer(ClassicHttpResponse response, ExecChain.Scope scope, AtomicBoolean late)
            throws IOException {
        response.setHeader(CODING, joined(response, HttpHeaders.CONTENT_ENCODING));
        response.setHeader(TYPE, joined(response, HttpHeaders.CONTENT_TYPE));
        response.removeHeaders(INCOMPLETE);
        HttpEntity entity = response.getEntity();
        if (entity == null) {
            return;
        }
        boolean empty = response.getCode() == HttpStatus.SC_RESET_CONTENT; // whatever its head says
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (InputStream content = empty ? InputStream.nullInputStream() : entity.getContent()) {
            byte[] buffer = new byte[16 * 1024];
            for (int n = content.read(buffer); n >= 0 && answer.size() <= MAX_ANSWER; n = content.read(buffer)) {
                answer.write(buffer, 0, n);
            }
            if (empty || answer.size() > MAX_ANSWER) {
                // closed first: closing the stream alone would read on to the end of an endless body
                scope.execRuntime.discardEndpoint();
            }
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            if (late.get() || answer.size() == 0) {
                throw e;
            }
            scope.execRuntime.discardEndpoint();
            response.setHeader(INCOMPLETE, "true");
        }
        if (answer.size() > MAX_ANSWER) {
            throw new InterruptedIOException("the answer has more than " + MAX_ANSWER + " bytes");
        }
        response.setEntity(new ByteArrayEntity(answer.toByteArray(), ContentType.APPLICATION_JSON));
        // or Camel would unpack it, or read it by what it says it is
        response.removeHeaders(HttpHeaders.CONTENT_ENCODING);
        response.setHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    }

    private static String joined(ClassicHttpResponse response, String name) {
        return Arrays.stream(response.getHeaders(name))
                .map(NameValuePair::getValue)
                .collect(Collectors.joining(", "));
    }
}
