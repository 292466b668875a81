package io.posel.delivery;

import java.util.Map;
import org.apache.hc.client5.http.impl.classic.CloseableHttpResponse;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Whether the request of an attempt was sent twice because a kept connection lost it (F2): how the client tells what
 * stands behind it. An answer says it in a header of ours, a failure in what it suppresses.
 */
public final class Resent {
    /** What an attempt's record says then. */
    public static final String NOTE = "sent twice: the receiver had closed the kept connection";

    /** What the row of a delivered one says then. */
    public static final String REASON = "resent";

    private static final String HEADER = "posel-resent";

    private Resent() {}

    static boolean isPossible(ClassicHttpRequest request) {
        HttpEntity body = request.getEntity();
        return body == null || body.isRepeatable();
    }

    static CloseableHttpResponse yes(CloseableHttpResponse answer) {
        answer.setHeader(HEADER, true);
        return answer;
    }

    /** Whatever the receiver says. */
    static CloseableHttpResponse no(CloseableHttpResponse answer) {
        answer.removeHeaders(HEADER);
        return answer;
    }

    /** Readies a request that was sent for being sent again: the client sets these headers itself, once. */
    static void prepare(ClassicHttpRequest request) {
        request.removeHeaders(HttpHeaders.CONTENT_LENGTH);
        request.removeHeaders(HttpHeaders.TRANSFER_ENCODING);
    }

    /** @param headers of an answer, as they stand in a message or an exception */
    public static boolean isIn(@Nullable Map<String, ?> headers) {
        return headers != null && headers.containsKey(HEADER);
    }

    /** Whether this is the name of the header. */
    public static boolean isHeader(String name) {
        return name.equalsIgnoreCase(HEADER);
    }

    /** Whether the attempt failed without an answer although it was sent twice. */
    static boolean isIn(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            for (Throwable suppressed : e.getSuppressed()) {
                if (suppressed instanceof RequestLostException || isIn(suppressed)) {
                    return true;
                }
            }
        }
        return false;
    }
}
