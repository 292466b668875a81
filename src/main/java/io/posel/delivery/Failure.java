package io.posel.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.posel.template.RenderException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.jspecify.annotations.Nullable;

/**
 * Why an attempt failed (F2). Holds nothing secret: no URL, no header, no body of ours.
 *
 * @param kind stable, for programs and translations
 * @param cause what it came from, where that is known
 * @param status what the receiver answered, null if it did not
 * @param reason one line for people
 * @param answer the beginning of what the receiver said, in UTF-8, at most {@value #ANSWER_LIMIT} bytes
 * @param retryAfter how long the receiver asks to wait, as it says; null if it does not. Never negative.
 * @param sent whether the receiver was really tried: only such failures let a webhook expire (F1)
 * @param retryable whether sending the same again can help
 */
public record Failure(
        Kind kind,
        @Nullable FailureCause cause,
        @Nullable Integer status,
        String reason,
        byte[] answer,
        @Nullable Duration retryAfter,
        boolean sent,
        boolean retryable) {
    static final int ANSWER_LIMIT = 2 * 1024;
    private static final int DETAIL_LIMIT = 200;
    private static final int MOST_CAUSES = 20;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;
    /** These two, and what gateways say of what is behind them. */
    private static final Set<Integer> BUSY = Set.of(TOO_MANY_REQUESTS, 502, UNAVAILABLE, 504);
    /** F9: the receiver wants nothing more. */
    static final int GONE = 410;

    /** RFC 9110, 5.6.7: who receives a date understands the two obsolete forms too. */
    private static final List<DateTimeFormatter> DATES = List.of(
            DateTimeFormatter.RFC_1123_DATE_TIME,
            DateTimeFormatter.ofPattern("EEEE, dd-MMM-yy HH:mm:ss 'GMT'", Locale.US)
                    .withZone(ZoneOffset.UTC),
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US).withZone(ZoneOffset.UTC));

    public enum Kind {
        STATUS("status"),
        TIMEOUT("timeout"),
        CONNECT_TIMEOUT("connect-timeout"),
        CONNECT_REFUSED("connect-refused"),
        UNREACHABLE("unreachable"),
        CONNECTION_CLOSED("connection-closed"),
        TLS("tls"),
        UNKNOWN_HOST("unknown-host"),
        NAME_SERVICE("name-service"),
        ADDRESS_REFUSED("address-refused"),
        HTTPS_REQUIRED("https-required"),
        PROXY("proxy"),
        BAD_ANSWER("bad-answer"),
        OVERLOAD("overload"),
        RENDER("render"),
        ROUTE("route"),
        INTERNAL("internal");

        private final String code;

        Kind(String code) {
            this.code = code;
        }

        /** The name in JSON and metrics. */
        public String code() {
            return code;
        }
    }

    /** The same, of an attempt whose request was sent twice. */
    Failure resent() {
        return new Failure(kind, cause, status, reason + "; " + Resent.NOTE, answer, retryAfter, sent, retryable);
    }

    /** How long the receiver asks to wait, but no longer than this; null if it asks for nothing. */
    public @Nullable Duration retryAfterUpTo(Duration max) {
        return retryAfter == null || retryAfter.compareTo(max) < 0 ? retryAfter : max;
    }

    /** Whether it says of the receiver, not of what was sent, that it takes nothing now: too much to do, or not there (F8). */
    public boolean saysBusy() {
        return switch (kind) {
            case TIMEOUT, CONNECT_TIMEOUT, CONNECT_REFUSED, UNREACHABLE, CONNECTION_CLOSED -> true;
            case STATUS -> status != null && BUSY.contains(status);
            default -> false;
        };
    }

    /**
     * Whether it counts as an attempt (F2). What Posel itself had no means to begin does not: it is begun later, as often as
     * it takes.
     */
    public boolean isAttempt() {
        return kind != Kind.OVERLOAD;
    }

    /** Whether the receiver let it wait too long. */
    boolean isTimeout() {
        return kind == Kind.TIMEOUT || kind == Kind.CONNECT_TIMEOUT;
    }

    /** Whether the receiver wants nothing at all for {@link #retryAfter} (F8). */
    boolean asksForPause() {
        return retryAfter != null && status != null && (status == TOO_MANY_REQUESTS || status == UNAVAILABLE);
    }

    /** Whether the receiver wants nothing more (F9). */
    public boolean saysGone() {
        return status != null && status == GONE;
    }

    /** The whole matrix: which failure is which. The first match in the chain of causes decides. */
    public static Failure of(Throwable thrown, InstantSource clock) {
        Failure failure = judged(thrown, clock);
        return Resent.isIn(thrown) ? failure.resent() : failure;
    }

    private static Failure judged(Throwable thrown, InstantSource clock) {
        NotBegunException notBegun = notBegun(thrown);
        if (notBegun != null) {
            return neverSent(Kind.OVERLOAD, detail(notBegun), true);
        }
        Throwable e = thrown;
        for (int depth = 0; e != null && depth < MOST_CAUSES; depth++, e = e.getCause()) {
            if (e instanceof HttpOperationFailedException answered) {
                return ofAnswer(answered, clock.instant());
            } else if (e instanceof RenderException) {
                return neverSent(Kind.RENDER, "cannot be rendered: " + detail(e), false);
            } else if (e instanceof AddressRefusedException) {
                return neverSent(Kind.ADDRESS_REFUSED, detail(e), false);
            } else if (e instanceof HttpsRequiredException) {
                return neverSent(Kind.HTTPS_REQUIRED, detail(e), false);
            } else if (e instanceof ProxyException) {
                return neverSent(Kind.PROXY, detail(e), true);
            } else if (e instanceof LookupFailedException) {
                return neverSent(Kind.NAME_SERVICE, detail(e), true);
            } else if (e instanceof UnknownHostException) {
                return tried(Kind.UNKNOWN_HOST, "the host name has no address");
            } else if (e instanceof DeliveryTimeoutException) {
                return tried(Kind.TIMEOUT, detail(e));
            } else if (e instanceof ConnectTimeoutException) {
                return tried(Kind.CONNECT_TIMEOUT, "no connection in time");
            } else if (e instanceof SocketTimeoutException) {
                return tried(Kind.TIMEOUT, "no answer in time");
            } else if (e instanceof NoRouteToHostException) {
                return tried(Kind.UNREACHABLE, "no network route to the host");
            } else if (e instanceof ConnectException) {
                return String.valueOf(e.getMessage()).contains("unreachable")
                        ? tried(Kind.UNREACHABLE, "no network route to the host")
                        : tried(Kind.CONNECT_REFUSED, "the connection was refused");
            } else if (e instanceof TlsException tls) {
                return tried(Kind.TLS, tls.code(), detail(tls) + inJavasWords(tls.getCause()));
            } else if (e instanceof SSLException) {
                return tried(Kind.TLS, "TLS failed: " + detail(e));
            } else if (e instanceof BadAnswerException bad) {
                return tried(Kind.BAD_ANSWER, bad.code(), detail(bad));
            } else if (e instanceof NoHttpResponseException
                    || e instanceof ConnectionClosedException
                    || e instanceof SocketException) {
                return tried(Kind.CONNECTION_CLOSED, "the connection was closed before an answer came");
            } else if (e instanceof InterruptedIOException) {
                return neverSent(Kind.INTERNAL, "interrupted", true);
            } else if (e instanceof IOException) {
                return tried(Kind.BAD_ANSWER, "the answer is not valid HTTP: " + detail(e));
            }
        }
        return neverSent(Kind.INTERNAL, "internal error, which the log of Posel describes", true);
    }

    /** Wherever it is in the chain: what is around it only says where it was noticed. */
    private static @Nullable NotBegunException notBegun(Throwable thrown) {
        Throwable e = thrown;
        for (int depth = 0; e != null && depth < MOST_CAUSES; depth++, e = e.getCause()) {
            if (e instanceof NotBegunException notBegun) {
                return notBegun;
            }
        }
        return null;
    }

    private static Failure ofAnswer(HttpOperationFailedException answered, Instant now) {
        int status = answered.getStatusCode();
        String reason = "answered " + status + (status / 100 == 3 ? "; redirects are not followed" : "");
        String body = answered.getResponseBody();
        byte[] answer = body == null ? new byte[0] : body.getBytes(UTF_8);
        Failure failure = new Failure(
                Kind.STATUS,
                null,
                status,
                reason,
                first(answer),
                retryAfter(answered.getResponseHeaders(), now),
                true,
                status != GONE);
        return Resent.isIn(answered.getResponseHeaders()) ? failure.resent() : failure;
    }

    /**
     * A route ended without an answer that counts and without an outcome of its own. Nothing threw, so nothing is
     * repeated.
     *
     * @param status what was answered all the same
     * @param sent whether the receiver was really tried
     */
    public static Failure ofRoute(@Nullable Integer status, String reason, boolean sent) {
        return new Failure(Kind.ROUTE, null, status, reason, new byte[0], null, sent, false);
    }

    private static Failure tried(Kind kind, String reason) {
        return tried(kind, null, reason);
    }

    private static Failure tried(Kind kind, @Nullable FailureCause cause, String reason) {
        return new Failure(kind, cause, null, reason, new byte[0], null, true, true);
    }

    private static Failure neverSent(Kind kind, String reason, boolean retryable) {
        return new Failure(kind, null, null, reason, new byte[0], null, false, retryable);
    }

    private static String inJavasWords(@Nullable Throwable e) {
        return e == null || e.getMessage() == null ? "" : " (" + detail(e) + ")";
    }

    private static String detail(Throwable e) {
        String message = e.getMessage() == null ? "no details are known" : e.getMessage();
        String line = message.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() <= DETAIL_LIMIT ? line : line.substring(0, DETAIL_LIMIT) + "…";
    }

    /** Not in the middle of a character. */
    private static byte[] first(byte[] utf8) {
        int end = Math.min(utf8.length, ANSWER_LIMIT);
        while (end > 0 && end < utf8.length && (utf8[end] & 0xc0) == 0x80) {
            end--;
        }
        return Arrays.copyOf(utf8, end);
    }

    /** Seconds or a date (RFC 9110, 10.2.3); anything else is as if it were not there. */
    private static @Nullable Duration retryAfter(@Nullable Map<String, String> headers, Instant now) {
        if (headers == null) {
            return null;
        }
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (header.getKey().equalsIgnoreCase("Retry-After") && header.getValue() != null) {
                return retryAfter(header.getValue().strip(), now);
            }
        }
        return null;
    }

    private static @Nullable Duration retryAfter(String value, Instant now) {
        if (value.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        for (DateTimeFormatter form : DATES) {
            try {
                Instant then = form.parse(value, Instant::from);
                return then.isBefore(now) ? null : Duration.between(now, then);
            } catch (DateTimeException e) {
                continue;
            }
        }
        return null;
    }
}
