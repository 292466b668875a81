package io.posel.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.cookie.StandardCookieSpec;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.CloseableHttpResponse;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HeaderElements;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.net.URIAuthority;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * camel-http's client for deliveries. Sends one request per attempt, but for one that a kept connection lost: no retry, no redirect, no cookie, no
 * compression. Ends the whole exchange (lease, connect, TLS, headers, body) when its time by the wall clock is over; the
 * timeouts of a connection are per read. Reads the answer's body here, at most {@value #ANSWER_LIMIT} bytes of it
 * and as far as it comes in this time, so that nothing behind can hang on it; once the head is there, the status decides. Where HTTPS is enforced (F7) it refuses anything else itself, since a
 * webhook may be older than that setting.
 *
 * <p>Bean {@code deliveryClient} of the step that sends. Closed by the endpoint that uses it.
 */
public final class DeliveryClient extends CloseableHttpClient {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryClient.class);

    static final int ANSWER_LIMIT = 64 * 1024;

    private static final Timeout LEASE = Timeout.ofSeconds(1);
    private static final TimeValue IDLE = TimeValue.ofSeconds(30);
    private static final int CLEANING_SECONDS = 10;
    private static final String STOPPING = "Posel is stopping";

    private final Duration limit;
    private final boolean httpsOnly;
    private final boolean keepsNone;
    private final ScheduledExecutorService alarms;
    private final String userAgent;
    private final RequestConfig config;
    private final ConnectionLosses losses = new ConnectionLosses(System::nanoTime);
    private final DeliveryPool kept;
    private final DeliveryPool unkept;
    private final CloseableHttpClient client;
    /** Opens a connection for each request. */
    private final CloseableHttpClient single;

    private final Future<?> cleaning;

    /**
     * @param maxConnections in all and per host; more than the sum of permits, so that no attempt waits for another
     * @param timeout of the whole exchange by the wall clock, name resolution included
     * @param version of Posel, for {@code User-Agent}
     * @param proxy through which everything goes; null for none
     * @param authorities trusted besides those of the JDK; null for none
     * @param httpsOnly whether plain HTTP is refused
     * @param maxAge of a connection that is used again; with zero none is
     */
    public record Settings(
            int maxConnections,
            Duration connectTimeout,
            Duration timeout,
            String version,
            @Nullable OutgoingProxy proxy,
            @Nullable PrivateCas authorities,
            boolean httpsOnly,
            Duration maxAge) {}

    /** @param alarms end exchanges that take too long; their work is short. Remove cancelled tasks at once. */
    public DeliveryClient(Settings settings, DeliveryResolver targets, ScheduledExecutorService alarms) {
        this.limit = settings.timeout();
        this.httpsOnly = settings.httpsOnly();
        this.keepsNone = settings.maxAge().isZero();
        this.alarms = alarms;
        this.userAgent = "Posel/" + settings.version();
        this.config = RequestConfig.custom()
                .setConnectionRequestTimeout(LEASE)
                .setConnectionKeepAlive(IDLE)
                .setCookieSpec(StandardCookieSpec.IGNORE)
                .setRedirectsEnabled(false)
                .setAuthenticationEnabled(false)
                .setContentCompressionEnabled(false)
                .setExpectContinueEnabled(false)
                .setProtocolUpgradeEnabled(false)
                .build();
        DeliveryConnections connections = new DeliveryConnections(settings, targets, System::nanoTime);
        this.kept = connections.pool();
        this.unkept = connections.pool();
        this.client = clientOf(kept, settings.proxy(), targets);
        this.single = clientOf(unkept, settings.proxy(), targets);
        this.cleaning =
                alarms.scheduleWithFixedDelay(this::closeUnused, CLEANING_SECONDS, CLEANING_SECONDS, TimeUnit.SECONDS);
    }

    private CloseableHttpClient clientOf(
            DeliveryPool connections, @Nullable OutgoingProxy proxy, DeliveryResolver targets) {
        // the minimal client knows no tunnels
        return proxy == null
                ? HttpClients.createMinimal(connections)
                : ProxyClient.of(proxy, connections, targets, userAgent);
    }

    private void closeUnused() {
        kept.closeIdle(IDLE);
        kept.closeExpired();
    }

    @Override
    protected CloseableHttpResponse doExecute(
            @Nullable HttpHost target, ClassicHttpRequest request, @Nullable HttpContext context) throws IOException {
        if (!(request instanceof HttpUriRequestBase cancellable)) {
            throw new IllegalArgumentException("a request that cannot be cancelled");
        }
        Target where = takeTarget(cancellable);
        target = where == null ? target : where.httpHost();
        if (httpsOnly && (target == null || !URIScheme.HTTPS.same(target.getSchemeName()))) {
            throw new HttpsRequiredException();
        }
        Deadline deadline = new Deadline(cancellable, limit);
        Future<?> alarm = begin(deadline);
        HttpClientContext exchange = HttpClientContext.castOrCreate(context);
        String shownScheme = request.getScheme();
        URIAuthority shownAuthority = request.getAuthority();
        String shownPath = request.getPath();
        try {
            prepare(cancellable, where);
            CloseableHttpResponse response = open(target, cancellable, exchange);
            NoClientKeys.answered(exchange.getSSLSession());
            // its status has decided: the alarm ends the reading of the body, not the attempt
            readAnswer(response, cancellable);
            deadline.end();
            response.setHeader(DeliveryHeaders.ANSWERED, response.getCode());
            return response;
        } catch (IOException | RuntimeException e) {
            cancellable.cancel();
            boolean alarmed = !deadline.end();
            String ownFault = Progress.hasWritten(exchange) ? null : ownFault(e, exchange, alarmed, deadline);
            if (ownFault != null) {
                throw new NotBegunException(ownFault, e);
            } else if (!(e instanceof DeliveryTimeoutException) && (alarmed || ranOut(e))) {
                DeliveryTimeoutException timeout = new DeliveryTimeoutException(limit);
                timeout.addSuppressed(e);
                throw timeout;
            }
            if (e instanceof IOException failed && exchange.getSSLSession() != null) {
                throw ReceiverTls.explained(failed, NoClientKeys.wereAsked(exchange.getSSLSession()));
            }
            throw e;
        } catch (Error e) {
            cancellable.cancel(); // gives its connection back
            throw e;
        } finally {
            alarm.cancel(false);
            // Camel puts them into exception texts
            request.setScheme(shownScheme);
            request.setAuthority(shownAuthority);
            request.setPath(shownPath);
        }
    }

    private Future<?> begin(Deadline deadline) throws NotBegunException {
        try {
            return alarms.schedule(deadline, limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            throw new NotBegunException(STOPPING, e);
        }
    }

    /** Why a request that has not been written is no fault of its receiver; null if it is, or if nobody knows. */
    private @Nullable String ownFault(Exception e, HttpClientContext exchange, boolean alarmed, Deadline deadline) {
        if (Thread.currentThread().isInterrupted()) {
            return "Posel interrupted it";
        } else if (deadline.isLongOver()) {
            return "Posel stood still for longer than a request may take";
        } else if (Progress.hasBegun(exchange)) {
            return null;
        } else if (kept.isClosed()) {
            return STOPPING;
        }
        return alarmed || e instanceof InterruptedIOException
                ? "no free connection: Posel sends too much at once"
                : null;
    }

    /**
     * A request that a kept connection lost is sent once more, on a new one. Its receiver must know repeats anyway, by
     * their id (F5). Nothing else is ever repeated here.
     */
    private CloseableHttpResponse open(
            @Nullable HttpHost target, HttpUriRequestBase request, @Nullable HttpContext context) throws IOException {
        if (target != null && (keepsNone || losses.areTooMany(target))) {
            return openSingle(target, request, context);
        }
        try {
            return Resent.no((CloseableHttpResponse) client.executeOpen(target, request, context));
        } catch (RequestLostException lost) {
            if (request.isCancelled() || !Resent.isPossible(request)) {
                throw lost.ending();
            }
            losses.add(target, lost.openedAt());
            Resent.prepare(request);
            LOG.info("{} closed a kept connection and lost a request; sent again on a new one", target);
            try {
                return Resent.yes(openSingle(target, request, context));
            } catch (IOException | RuntimeException e) {
                e.addSuppressed(lost);
                throw e;
            }
        }
    }

    private CloseableHttpResponse openSingle(HttpHost target, HttpUriRequestBase request, @Nullable HttpContext context)
            throws IOException {
        request.setHeader(HttpHeaders.CONNECTION, HeaderElements.CLOSE);
        return Resent.no((CloseableHttpResponse) single.executeOpen(target, request, context));
    }

    /** On a busy machine the socket may notice before the alarm does. */
    private static boolean ranOut(Exception e) {
        return e instanceof SocketTimeoutException && !(e instanceof ConnectTimeoutException);
    }

    /** Null for a request that did not come by {@link RequestMessage}. */
    private static @Nullable Target takeTarget(HttpUriRequestBase request) {
        Header url = request.getFirstHeader(DeliveryHeaders.TARGET);
        request.removeHeaders(DeliveryHeaders.TARGET);
        return url == null ? null : Target.of(url.getValue());
    }

    private void prepare(HttpUriRequestBase request, @Nullable Target where) {
        if (where != null) {
            request.setScheme(where.scheme());
            request.setAuthority(new URIAuthority(where.host(), where.port()));
            request.setPath(where.pathAndQuery());
        }
        HttpEntity body = request.getEntity();
        if (body != null) {
            request.setEntity(new PatientBody(body, request));
        }
        if (!request.containsHeader(HttpHeaders.USER_AGENT)) {
            request.setHeader(HttpHeaders.USER_AGENT, userAgent);
        }
        request.setConfig(config);
    }

    private static void readAnswer(ClassicHttpResponse response, HttpUriRequestBase request) {
        HttpEntity entity = response.getEntity();
        if (entity == null) {
            return;
        }
        response.setEntity(new ByteArrayEntity(new byte[0], null));
        try (InputStream content = entity.getContent()) {
            AnswerBody body = AnswerBody.read(content, entity.getContentLength(), ANSWER_LIMIT);
            response.setEntity(new ByteArrayEntity(body.content(), null));
            if (!body.whole()) {
                // before the stream is closed, which would read on to the end of an endless body
                request.cancel();
            }
        } catch (IOException e) {
            // of closing what is gone
        }
        describeAsRead(response);
    }

    /** Takes off what would make Camel unpack a gzip bomb or fail on a made-up charset. */
    private static void describeAsRead(ClassicHttpResponse response) {
        response.removeHeaders(HttpHeaders.CONTENT_ENCODING);
        Header type = response.getFirstHeader(HttpHeaders.CONTENT_TYPE);
        if (type != null) {
            ContentType readable = ContentType.parseLenient(type.getValue());
            Charset charset = readable == null ? null : readable.getCharset();
            response.setHeader(
                    HttpHeaders.CONTENT_TYPE,
                    readable == null
                            ? "application/octet-stream"
                            : ContentType.create(readable.getMimeType(), charset)
                                    .toString());
        }
    }

    /** Connections in use. */
    int leased() {
        return kept.getTotalStats().getLeased() + unkept.getTotalStats().getLeased();
    }

    @Override
    public void close(CloseMode mode) {
        cleaning.cancel(false);
        client.close(mode);
        single.close(mode);
        kept.end(mode);
        unkept.end(mode);
    }

    @Override
    public void close() {
        close(CloseMode.GRACEFUL);
    }
}
