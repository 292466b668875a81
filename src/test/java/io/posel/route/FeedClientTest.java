package io.posel.route;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.testing.Answer;
import io.posel.testing.Receiver;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client that asks feeds, against a server on a real socket. */
@Timeout(60)
class FeedClientTest {
    private final ScheduledExecutorService alarms = Executors.newSingleThreadScheduledExecutor();
    private Receiver server;
    private CloseableHttpClient client;

    @BeforeEach
    void start() throws IOException {
        server = Receiver.start();
        client = client(Map.of(), "");
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
        alarms.shutdownNow();
    }

    private CloseableHttpClient client(Map<String, String> headers, String token) {
        HttpClientBuilder builder = HttpClientBuilder.create();
        new FeedClient(headers, token, "Posel/test", Duration.ofSeconds(5), Duration.ofSeconds(20), alarms)
                .configureHttpClient(builder);
        return builder.build();
    }

    /** The answer's body in ISO 8859-1, and what was kept from Camel. */
    private record Got(int status, String body, String coding, String type, boolean complete) {
        static Got of(ClassicHttpResponse response) throws IOException {
            byte[] body = response.getEntity() == null ? new byte[0] : EntityUtils.toByteArray(response.getEntity());
            assertThat(response.getFirstHeader("Content-Encoding")).isNull();
            return new Got(
                    response.getCode(),
                    new String(body, ISO_8859_1),
                    header(response, FeedClient.CODING),
                    header(response, FeedClient.TYPE),
                    response.getFirstHeader(FeedClient.INCOMPLETE) == null);
        }

        private static String header(ClassicHttpResponse response, String name) {
            Header header = response.getFirstHeader(name);
            return header == null ? "" : header.getValue();
        }
    }

    private Got get() throws IOException {
        return client.execute(new HttpGet(server.url("/feed")), Got::of);
    }

    private static Answer wire(String text, boolean kept) {
        return (socket, closing) -> {
            socket.getOutputStream().write(text.getBytes(ISO_8859_1));
            return kept;
        };
    }

    @Test
    @DisplayName("K24: gzip is asked for, and what comes is handed on as it is, with what it says of itself")
    void codings() throws IOException {
        server.answer(Answer.ok()
                .header("Content-Encoding", "gzip")
                .header("Content-Encoding", "gzip")
                .header("Content-Type", "text/json; charset=x")
                .header(FeedClient.INCOMPLETE, "made up")
                .body("packed"));

        assertThat(get()).isEqualTo(new Got(200, "packed", "gzip, gzip", "text/json; charset=x", true));
        assertThat(server.requests().get(0).header("Accept-Encoding")).contains("gzip, identity");
    }

    @Test
    @DisplayName("S9: headers of the settings are sent, in UTF-8, and win over the token")
    void headers() throws IOException {
        client = client(Map.of("X-Api-Key", "klíč", "Authorization", "Token abc", "Accept", "text/x"), "other");
        get();

        assertThat(server.requests().get(0).header("X-Api-Key")).contains("klíč");
        assertThat(server.requests().get(0).header("Authorization")).contains("Token abc");
        assertThat(server.requests().get(0).header("Accept")).contains("text/x");
        assertThat(server.requests().get(0).headerNames()).doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("K06: a kept connection that has been closed meanwhile costs one more request at once, and no failure")
    void closedConnection() throws IOException {
        AtomicInteger count = new AtomicInteger();
        // says nothing of closing, and closes after each answer, or instead of one on a kept connection
        server.answer(request ->
                count.incrementAndGet() % 3 == 2 ? Answer.close() : Answer.ok().body("x"));

        for (int i = 0; i < 4; i++) {
            assertThat(get().status()).isEqualTo(200);
        }
        assertThat(server.requests()).hasSizeGreaterThanOrEqualTo(5);
    }

    @Test
    @DisplayName("K06: a new connection that is closed is a failure, and so is a second one in a row")
    void closedAtOnce() throws IOException {
        server.answer(Answer.close());
        assertThatThrownBy(this::get).isInstanceOf(IOException.class);
        assertThat(server.requests()).hasSize(1);

        server.answer(Answer.ok());
        get();
        server.answer(Answer.close());
        assertThatThrownBy(this::get).isInstanceOf(IOException.class);
        assertThat(server.requests()).hasSize(4);
    }

    @Test
    @DisplayName("K11: a body that ends before its announced end is handed on, and said to be incomplete")
    void shortBody() throws IOException {
        server.answer(wire("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[]", false));
        assertThat(get()).isEqualTo(new Got(200, "[]", "", "", false));

        server.answer(wire("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n", false));
        assertThat(get()).isEqualTo(new Got(200, "[]", "", "", false));

        server.answer(wire("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", false));
        assertThatThrownBy(this::get).isInstanceOf(IOException.class);
    }

    @Test
    @DisplayName("K24: chunks, no length at all, 204 and 205 are read as they are")
    void framing() throws IOException {
        server.answer(wire("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n1\r\n]\r\n0\r\n\r\n", true));
        assertThat(get()).isEqualTo(new Got(200, "[]", "", "", true));

        server.answer(wire("HTTP/1.0 200 OK\r\n\r\n[]", false));
        assertThat(get()).isEqualTo(new Got(200, "[]", "", "", true));

        server.answer(wire("HTTP/1.1 204 No Content\r\n\r\n", true));
        assertThat(get()).isEqualTo(new Got(204, "", "", "", true));

        server.answer(wire("HTTP/1.1 205 Reset Content\r\n\r\n", true));
        assertThat(get()).isEqualTo(new Got(205, "", "", "", true));
    }

    @Test
    @DisplayName("K13: a long line in the head is read, an endless one is not")
    void longLine() throws IOException {
        String policy = "x".repeat(20_000);
        server.answer(Answer.ok().header("Content-Security-Policy", policy).body("[]".getBytes(UTF_8)));
        assertThat(get().body()).isEqualTo("[]");

        server.answer(Answer.endlessHeaderLine());
        assertThatThrownBy(this::get).isInstanceOf(IOException.class);
        server.answer(Answer.endlessHeaders());
        assertThatThrownBy(this::get).isInstanceOf(IOException.class);
    }

    @Test
    @DisplayName("G5: an endless answer is given up")
    void endless() {
        server.answer(Answer.endlessBody(200));
        assertThatThrownBy(this::get).hasMessageContaining("the answer has more than");
    }
}
