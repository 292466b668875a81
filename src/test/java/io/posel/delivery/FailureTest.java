package io.posel.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.posel.delivery.Failure.Kind;
import io.posel.json.Json;
import io.posel.template.RenderException;
import io.posel.template.UrlTemplate;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.TruncatedChunkException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FailureTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    static Stream<Arguments> failures() throws Exception {
        return Stream.of(
                arguments(answered(500, Map.of(), null), Kind.STATUS, true, true),
                arguments(answered(301, Map.of("Location", "http://x/"), null), Kind.STATUS, true, true),
                arguments(renderException(), Kind.RENDER, false, false),
                arguments(new AddressRefusedException("10.0.0.1 is not public"), Kind.ADDRESS_REFUSED, false, false),
                arguments(new HttpsRequiredException(), Kind.HTTPS_REQUIRED, false, false),
                arguments(
                        new ProxyException("no connection", new ConnectException("Connection refused")),
                        Kind.PROXY,
                        false,
                        true),
                arguments(new LookupFailedException("no answer"), Kind.NAME_SERVICE, false, true),
                arguments(new UnknownHostException("gone.example"), Kind.UNKNOWN_HOST, true, true),
                arguments(new NotBegunException("lease", new IOException("overdue")), Kind.OVERLOAD, false, true),
                arguments(
                        new ProxyException("no connection", new NotBegunException("lease", null)),
                        Kind.OVERLOAD,
                        false,
                        true),
                arguments(
                        new UnknownHostException("busy.example").initCause(new NotBegunException("names", null)),
                        Kind.OVERLOAD,
                        false,
                        true),
                arguments(new InterruptedIOException("own step"), Kind.INTERNAL, false, true),
                arguments(new DeliveryTimeoutException(Duration.ofSeconds(10)), Kind.TIMEOUT, true, true),
                arguments(new ConnectTimeoutException("connect"), Kind.CONNECT_TIMEOUT, true, true),
                arguments(new SocketTimeoutException("read"), Kind.TIMEOUT, true, true),
                arguments(new ConnectException("Connection refused"), Kind.CONNECT_REFUSED, true, true),
                arguments(new ConnectException("Network is unreachable"), Kind.UNREACHABLE, true, true),
                arguments(new NoRouteToHostException("No route"), Kind.UNREACHABLE, true, true),
                arguments(new SSLHandshakeException("PKIX"), Kind.TLS, true, true),
                arguments(new NoHttpResponseException("closed"), Kind.CONNECTION_CLOSED, true, true),
                arguments(new ConnectionClosedException(), Kind.CONNECTION_CLOSED, true, true),
                arguments(new SocketException("Connection reset"), Kind.CONNECTION_CLOSED, true, true),
                arguments(new TruncatedChunkException("cut"), Kind.BAD_ANSWER, true, true),
                arguments(new MessageConstraintException("headers"), Kind.BAD_ANSWER, true, true),
                arguments(new ClientProtocolException("x", new ProtocolException("bad")), Kind.BAD_ANSWER, true, true),
                arguments(new IllegalStateException("bug"), Kind.INTERNAL, false, true));
    }

    @ParameterizedTest
    @DisplayName("F2: the failure matrix")
    @MethodSource("failures")
    void matrix(Throwable thrown, Kind kind, boolean sent, boolean retryable) {
        for (Throwable e : new Throwable[] {thrown, new RuntimeCamelException(thrown)}) {
            Failure failure = of(e);

            assertThat(failure.kind()).isEqualTo(kind);
            assertThat(failure.sent()).isEqualTo(sent);
            assertThat(failure.retryable()).isEqualTo(retryable);
            assertThat(failure.isAttempt()).isEqualTo(kind != Kind.OVERLOAD);
            assertThat(failure.reason()).isNotBlank().hasSizeLessThan(300).doesNotContain("\n");
        }
    }

    @Test
    void keepsStatusAndTheBeginningOfTheAnswer() {
        Failure failure = of(answered(503, Map.of(), "x" + "č".repeat(2000)));

        assertThat(failure.status()).isEqualTo(503);
        assertThat(failure.answer()).hasSize(2047);
        assertThat(new String(failure.answer(), UTF_8)).isEqualTo("x" + "č".repeat(1023));
    }

    @Test
    @DisplayName("S9: no key of the URL gets into the reason")
    void reasonHoldsNoUrl() {
        assertThat(of(answered(404, Map.of(), "no")).reason()).isEqualTo("answered 404");
        assertThat(of(answered(302, Map.of("Location", "http://x/?key=s3cret"), "no"))
                        .reason())
                .isEqualTo("answered 302; redirects are not followed");
    }

    @Test
    void aReasonIsOneShortLine() {
        assertThat(of(new IOException("a\r\nb" + "x".repeat(5000))).reason())
                .startsWith("the answer is not valid HTTP: a b")
                .hasSizeLessThan(300);
    }

    @ParameterizedTest
    @DisplayName("Retry-After is read as seconds or as a date (RFC 9110, 10.2.3), anything else is ignored")
    @CsvSource(
            delimiter = '|',
            value = {
                "Retry-After | 120 | PT2M",
                "retry-after | 0 | PT0S",
                "Retry-After | Sun, 22 Nov 2026 10:00:30 GMT | PT30S",
                "Retry-After | Sunday, 22-Nov-26 10:00:30 GMT | PT30S",
                "Retry-After | Sun Nov 22 10:00:30 2026 | PT30S",
                "Retry-After | Sun Nov  8 10:00:30 2026 | ",
                "Retry-After | Sun, 22 Nov 2026 10:00:00 GMT | PT0S",
                "Retry-After | Sun, 22 Nov 2026 09:59:59 GMT | ",
                "Retry-After | Sun, 22 Nov 999999999 10:00:00 GMT | ",
                "Retry-After | Sun, 22 Nov 2026 25:00:00 GMT | ",
                "Retry-After | Sunday, 22-Nov-26 25:00:30 GMT | ",
                "Retry-After | Sunday, 22-Nov-26 10:00:30 CET | ",
                "Retry-After | Sun, 22 Nov 2026 10:00:30 XYZ | ",
                "Retry-After | 22 Nov | ",
                "Retry-After | -5 | ",
                "Retry-After | 1.5 | ",
                "Retry-After | soon | ",
                "Retry-After | 99999999999999999999 | ",
                "Retry-After | '' | ",
                "X-Retry | 120 | "
            })
    void retryAfter(String name, String value, @Nullable Duration wait) {
        assertThat(of(answered(503, Map.of(name, value), null)).retryAfter()).isEqualTo(wait);
    }

    @Test
    void retryAfterIsHonouredUpToALimit() {
        Duration max = Duration.ofMinutes(5);

        assertThat(of(answered(503, Map.of("Retry-After", "3600"), null)).retryAfterUpTo(max))
                .isEqualTo(max);
        assertThat(of(answered(503, Map.of("Retry-After", "60"), null)).retryAfterUpTo(max))
                .isEqualTo(Duration.ofMinutes(1));
        assertThat(of(answered(503, Map.of(), null)).retryAfterUpTo(max)).isNull();
    }

    private static Failure of(Throwable thrown) {
        return Failure.of(thrown, InstantSource.fixed(NOW));
    }

    private static HttpOperationFailedException answered(
            int status, Map<String, String> headers, @Nullable String body) {
        return new HttpOperationFailedException(
                "http://h/p?key=s3cret", status, "Text", headers.get("Location"), headers, body);
    }

    private static RenderException renderException() throws Exception {
        try {
            UrlTemplate.compile("http://h/#x#").render(path -> new Json.Str(".."));
            throw new AssertionError("rendered");
        } catch (RenderException e) {
            return e;
        }
    }

    @Test
    @DisplayName("F8: what says that a receiver is busy or not there, and what says more about what was sent")
    void busy() {
        for (Kind kind : Kind.values()) {
            boolean busy = Set.of(
                            Kind.TIMEOUT,
                            Kind.CONNECT_TIMEOUT,
                            Kind.CONNECT_REFUSED,
                            Kind.UNREACHABLE,
                            Kind.CONNECTION_CLOSED)
                    .contains(kind);
            assertThat(failure(kind, null, null).saysBusy()).as(kind.code()).isEqualTo(busy);
        }
        for (int status = 300; status < 600; status++) {
            assertThat(failure(Kind.STATUS, status, null).saysBusy())
                    .as("%d", status)
                    .isEqualTo(Set.of(429, 502, 503, 504).contains(status));
            assertThat(failure(Kind.STATUS, status, Duration.ZERO).asksForPause())
                    .as("%d with Retry-After", status)
                    .isEqualTo(status == 429 || status == 503);
            assertThat(failure(Kind.STATUS, status, null).asksForPause()).isFalse();
        }
    }

    private static Failure failure(Kind kind, @Nullable Integer status, @Nullable Duration retryAfter) {
        return new Failure(kind, null, status, "no", new byte[0], retryAfter, true, true);
    }
}
