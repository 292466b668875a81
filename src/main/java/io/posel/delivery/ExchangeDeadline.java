package io.posel.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;

/**
 * Ends a whole exchange (lease, connect, TLS, headers, body) when its time by the wall clock is over, and reads the
 * answer here, at most {@value #ANSWER_LIMIT} bytes of it, so that nothing behind can hang on a dripping body. The
 * client's own timeouts are per read.
 */
final class ExchangeDeadline implements ExecChainHandler {
    static final int ANSWER_LIMIT = 64 * 1024;

    private final Duration limit;
    private final ScheduledExecutorService alarms;

    ExchangeDeadline(Duration limit, ScheduledExecutorService alarms) {
        this.limit = limit;
        this.alarms = alarms;
    }

    @Override
    public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        // whoever sets it first, the alarm or the answer, decides how the exchange ends
        AtomicBoolean over = new AtomicBoolean();
        Future<?> alarm = alarms.schedule(
                () -> {
                    if (over.compareAndSet(false, true)) {
                        abort(scope);
                    }
                },
                limit.toNanos(),
                TimeUnit.NANOSECONDS);
        try {
            restoreTarget(request);
            ClassicHttpResponse response = chain.proceed(request, scope);
            readAnswer(response, scope);
            if (!over.compareAndSet(false, true)) {
                throw new DeliveryTimeoutException(limit);
            }
            return response;
        } catch (IOException | HttpException | RuntimeException e) {
            scope.execRuntime.discardEndpoint();
            if (!(e instanceof DeliveryTimeoutException) && !over.compareAndSet(false, true)) {
                DeliveryTimeoutException timeout = new DeliveryTimeoutException(limit);
                timeout.addSuppressed(e);
                throw timeout;
            }
            throw e;
        } finally {
            alarm.cancel(false);
        }
    }

    private static void abort(ExecChain.Scope scope) {
        if (scope.originalRequest instanceof Cancellable request) {
            // holds for every stage, also for one that has not begun yet
            request.cancel();
        } else {
            scope.execRuntime.discardEndpoint();
        }
    }

    private static void restoreTarget(ClassicHttpRequest request) {
        Header target = request.getFirstHeader(DeliveryHeaders.TARGET);
        if (target != null) {
            request.setPath(target.getValue());
            request.removeHeaders(DeliveryHeaders.TARGET);
        }
    }

    private static void readAnswer(ClassicHttpResponse response, ExecChain.Scope scope) throws IOException {
        HttpEntity entity = response.getEntity();
        if (entity == null) {
            return;
        }
        try (InputStream content = entity.getContent()) {
            long length = entity.getContentLength();
            byte[] answer = content.readNBytes(length < 0 ? ANSWER_LIMIT : (int) Math.min(length, ANSWER_LIMIT));
            if (answer.length == ANSWER_LIMIT) {
                // closed first: closing the stream alone would read on to the end of an endless body
                scope.execRuntime.discardEndpoint();
            }
            response.setEntity(new ByteArrayEntity(answer, null));
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
}
