package io.posel.delivery;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.posel.delivery.Failure.Kind;
import io.posel.testing.Answer;
import io.posel.testing.Receiver;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What real servers write, byte by byte, and what becomes of the attempt. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class AnswersTest {
    private static final Duration LIMIT = Duration.ofMillis(1500);

    private final ScheduledThreadPoolExecutor alarms = new ScheduledThreadPoolExecutor(1);
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private DeliveryClient client;
    private Receiver receiver;

    @BeforeAll
    void startCamel() throws Exception {
        DeliveryResolver resolver = new DeliveryResolver(
                new AddressPolicy(Cidr.parseList("127.0.0.0/8"), null, () -> 0),
                InetAddress::getAllByName,
                Runnable::run,
                Duration.ofSeconds(3));
        client = new DeliveryClient(
                new DeliveryClient.Settings(
                        4, Duration.ofSeconds(1), LIMIT, "0.1.0", null, null, false, Duration.ofMinutes(1)),
                resolver,
                alarms);
        camel.getRegistry().bind("deliveryClient", client);
        camel.getRegistry().bind("deliveryHeaders", new DeliveryHeaders());
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:attempt")
                        .errorHandler(noErrorHandler())
                        .to("http://webhook?httpClient=#deliveryClient&headerFilterStrategy=#deliveryHeaders"
                                + "&throwExceptionOnFailure=true&followRedirects=false"
                                + "&copyHeaders=false&clearExpiredCookies=false");
            }
        });
        camel.start();
    }

    @AfterAll
    void stopCamel() {
        camel.stop();
        alarms.shutdown();
    }

    @BeforeEach
    void start() throws IOException {
        receiver = Receiver.start();
    }

    @AfterEach
    void stop() throws IOException {
        await().atMost(Duration.ofSeconds(30)).until(() -> client.leased() == 0);
        receiver.close();
    }

    // ---- delivered

    static Stream<Arguments> taken() {
        return Stream.of(
                arguments("K11 a Content-Length that is too large", "200 OK\r\nContent-Length: 100\r\n\r\nok"),
                arguments("no body at all", "200 OK\r\nContent-Length: 5\r\n\r\n"),
                arguments("no length", "200 OK\r\n\r\nok"),
                arguments("a chunk that is cut off", "200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nok"),
                arguments("chunks without a last one", "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"),
                arguments("no chunks where chunks are said", "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{\"ok\":1}"),
                arguments("a chunk size that is none", "200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n"),
                arguments(
                        "trailers that are none",
                        "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nno trailer\r\n\r\n"),
                arguments(
                        "a very long chunk extension",
                        "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;" + "x".repeat(70_000) + "\r\nok"),
                arguments("an unknown coding", "200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok"),
                arguments("two codings", "200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
                arguments(
                        "chunks and a length",
                        "200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
                arguments("two lengths", "200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok"),
                arguments("the same length twice", "200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok"),
                arguments("a list of lengths", "200 OK\r\nContent-Length: 2, 2\r\n\r\nok"),
                arguments("a length that is no number", "200 OK\r\nContent-Length: two\r\n\r\nok"),
                arguments("a negative length", "200 OK\r\nContent-Length: -1\r\n\r\nok"),
                arguments("a length beyond all numbers", "200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nok"),
                arguments("an empty length", "200 OK\r\nContent-Length:\r\n\r\nok"),
                arguments("gzip that is none", "200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok"),
                arguments(
                        "a made-up charset", "200 OK\r\nContent-Type: a/b;charset=nope\r\nContent-Length: 2\r\n\r\nok"),
                arguments("a Content-Type that is none", "200 OK\r\nContent-Type: ;;;/\r\nContent-Length: 2\r\n\r\nok"),
                arguments("205 without a length", "205 Reset Content\r\n\r\n"),
                arguments("204 with a body", "204 No Content\r\nContent-Length: 2\r\n\r\nok"),
                arguments("no reason phrase", "200 \r\nContent-Length: 0\r\n\r\n"),
                arguments("not even a blank behind the status", "200\r\nContent-Length: 0\r\n\r\n"),
                arguments("a reason of bytes", "200 \u00fe\u00ff\u0001\r\nContent-Length: 0\r\n\r\n"),
                arguments("an unusual success", "299 Fine\r\nContent-Length: 0\r\n\r\n"),
                arguments("bare line feeds", "200 OK\nContent-Length: 2\nX: y\n\nok"),
                arguments("a folded header", "200 OK\r\nX-Long: a\r\n  b\r\n\tc\r\nContent-Length: 0\r\n\r\n"),
                arguments("a fold before any header", "200 OK\r\n folded\r\nContent-Length: 0\r\n\r\n"),
                arguments("a blank before the colon", "200 OK\r\nX-Odd : a\r\nContent-Length : 0\r\n\r\n"),
                arguments(
                        "names of odd characters",
                        "200 OK\r\nX Odd/(č): a\r\n\u00ff\u00fe: b\r\nContent-Length: 0\r\n\r\n"),
                arguments("a header without a name", "200 OK\r\n: nameless\r\nContent-Length: 0\r\n\r\n"),
                arguments(
                        "values that are not ASCII",
                        "200 OK\r\nX: \u00e8\u00e9\u0000\u0001\r\nContent-Length: 0\r\n\r\n"),
                arguments(
                        "K13 a policy of 9 kB",
                        "200 OK\r\nContent-Security-Policy: " + "x".repeat(9_000) + "\r\nContent-Length: 0\r\n\r\n"),
                arguments("one line of 60 kB", "200 OK\r\nX: " + "x".repeat(60_000) + "\r\nContent-Length: 0\r\n\r\n"),
                arguments(
                        "900 headers",
                        "200 OK\r\n" + "Set-Cookie: a=b; Path=/\r\n".repeat(900) + "Content-Length: 0\r\n\r\n"),
                arguments("a head without its end", "200 OK\r\nContent-Type: text/plain\r\n"),
                arguments("a status line and nothing else", "200 OK\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("F2, K11, K13, K46: once the head of a 2xx is there it is delivered, by one request")
    @MethodSource("taken")
    void delivered(String name, String answer) {
        receiver.answer(bytes("HTTP/1.1 " + answer, false));

        Exchange done = post("{}");

        assertThat(done.getException()).isNull();
        assertThat(done.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(status(answer));
        assertThat(receiver.requests()).hasSize(1);
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("F2: with another status the same answers fail by that status, with what came of the body")
    @MethodSource("taken")
    void answered500(String name, String answer) {
        receiver.answer(bytes("HTTP/1.1 500" + answer.substring(3), false));

        Failure failure = failure(post("{}"));

        assertThat(failure.kind()).isEqualTo(Kind.STATUS);
        assertThat(failure.status()).isEqualTo(500);
        assertThat(failure.reason()).isEqualTo("answered 500");
        if (answer.endsWith("\r\n\r\nok")) {
            assertThat(failure.answer()).asString(UTF_8).isEqualTo("ok");
        }
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.substring(0, 3));
    }

    @ParameterizedTest
    @DisplayName("versions and beginnings of answers that older servers write")
    @ValueSource(
            strings = {
                "HTTP/1.0 200 OK\r\n\r\nok",
                "http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1  200  OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1\t200\tOK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.9 200 OK\r\nContent-Length: 0\r\n\r\n",
                "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\nHTTP/1.1 202\r\nContent-Length: 0\r\n\r\n",
            })
    void olderServers(String answer) {
        receiver.answer(bytes(answer, false));

        assertThat(post("{}").getException()).isNull();
    }

    @ParameterizedTest
    @DisplayName("K46, F2: on a connection that stays open, a body without an end is given up at the deadline")
    @ValueSource(
            strings = {
                "200 OK\r\n\r\nok",
                "200 OK\r\nContent-Length: 100\r\n\r\nok",
                "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
                "200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
            })
    void endless(String answer) {
        receiver.answer(bytes("HTTP/1.1 " + answer, true));

        Exchange done = post("{}");

        assertThat(done.getException()).isNull();
        assertThat(done.getMessage().getBody(String.class)).isEqualTo("ok");
        await().until(() -> receiver.openConnections() == 0);

        receiver.answer(bytes("HTTP/1.1 503" + answer.substring(3), true));
        Failure failure = failure(post("{}"));
        assertThat(failure.status()).isEqualTo(503);
        assertThat(failure.answer()).asString(UTF_8).isEqualTo("ok");
    }

    @ParameterizedTest
    @DisplayName("K46: a success without content that names no length waits for nothing")
    @ValueSource(strings = {"204 No Content\r\n\r\n", "205 Reset Content\r\n\r\n"})
    void withoutContent(String answer) {
        receiver.answer(bytes("HTTP/1.1 " + answer, true));

        assertThat(post("{}").getException()).isNull();
        assertThat(post("{}").getException()).isNull();
    }

    @Test
    @DisplayName("F2: a connection that is reset within the body of a 2xx")
    void reset() {
        receiver.answer(Answer.reset(200));
        assertThat(post("{}").getException()).isNull();

        receiver.answer(Answer.reset(500));
        Failure failure = failure(post("{}"));
        assertThat(failure.status()).isEqualTo(500);
    }

    @Test
    @DisplayName("F2: a body that drips beyond the deadline")
    void drips() {
        receiver.answer(Answer.drip(200, 1_000, Duration.ofMillis(300)));
        assertThat(post("{}").getException()).isNull();

        receiver.answer(Answer.drip(502, 1_000, Duration.ofMillis(300)));
        Failure failure = failure(post("{}"));
        assertThat(failure.status()).isEqualTo(502);
        assertThat(failure.answer()).asString(UTF_8).startsWith("x");
    }

    @Test
    @DisplayName("a connection of which nothing is left over is used again, any other is not")
    void reuse() {
        List<String> clean = List.of(
                "200 OK\r\nContent-Length: 2\r\n\r\nok",
                "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                "204 No Content\r\n\r\n");
        for (String answer : clean) {
            receiver.answer(bytes("HTTP/1.1 " + answer, true));
            post("{}");
        }
        assertThat(receiver.acceptedConnections()).isEqualTo(1);

        int connections = 1;
        for (String answer : List.of(
                "200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                "205 Reset Content\r\n\r\n",
                "200 OK\r\nContent-Length: 2, 3\r\n\r\nok")) {
            receiver.answer(bytes("HTTP/1.1 " + answer, true));
            post("{}");
            receiver.answer(Answer.ok());
            post("{}");
            connections++;
            assertThat(receiver.acceptedConnections()).as(answer).isEqualTo(connections);
        }
    }

    // ---- early answers

    @ParameterizedTest
    @DisplayName("an answer before the request was read, and a close, is the answer")
    @ValueSource(ints = {200, 413})
    void early(int status) throws Exception {
        byte[] body = new byte[8_000_000];
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> {
                try (Socket socket = server.accept()) {
                    socket.getInputStream().readNBytes(1_000);
                    socket.getOutputStream()
                            .write(("HTTP/1.1 " + status + " Early\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
                                    .getBytes(ISO_8859_1));
                } catch (IOException e) {
                    // the sender went away
                }
            });
            Exchange done = send(
                    new OutgoingRequest("POST", "http://127.0.0.1:" + server.getLocalPort() + "/", Map.of(), body));

            if (status == 200) {
                assertThat(done.getException()).isNull();
            } else {
                assertThat(failure(done).status()).isEqualTo(status);
            }
            served.join();
        }
    }

    // ---- refused

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments(
                        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nno colon here\r\n\r\n",
                        FailureCause.HEADER_WITHOUT_COLON,
                        "a header line without a colon: no colon here"),
                arguments(
                        "HTTP/2 200\r\ncontent-length: 0\r\n\r\n",
                        FailureCause.OTHER_HTTP_VERSION,
                        "the answer begins with HTTP/2 200, not with HTTP/1.1 and a status"),
                arguments(
                        "HTTP/1.1 200 OK\r\n" + "X-Filler: abcdefgh\r\n".repeat(4_000) + "\r\n",
                        FailureCause.HEAD_TOO_LARGE,
                        "the head of the answer is larger than 64 kB"),
                arguments(
                        "HTTP/1.1 200 OK\r\nX: " + "x".repeat(70_000) + "\r\n\r\n",
                        FailureCause.HEAD_TOO_LARGE,
                        "the head of the answer is larger than 64 kB"),
                arguments(
                        "SSH-2.0-OpenSSH_9.9\r\n",
                        FailureCause.NOT_HTTP,
                        "the answer begins with SSH-2.0-OpenSSH_9.9 and is not HTTP"),
                arguments(
                        "{\"ok\":true}", FailureCause.NOT_HTTP, "the answer begins with {\"ok\":true} and is not HTTP"),
                arguments("HTTP/1.1 OK\r\n\r\n", FailureCause.NOT_HTTP, "the status line has no status: HTTP/1.1 OK"),
                arguments(
                        "HTTP/1.1 2000 OK\r\n\r\n",
                        FailureCause.NOT_HTTP,
                        "the status line has no status: HTTP/1.1 2000 OK"),
                arguments(
                        "HTTP/1.1 099 OK\r\n\r\n",
                        FailureCause.NOT_HTTP,
                        "the status line has no status: HTTP/1.1 099 OK"),
                arguments(
                        "\u0015\u0003\u0001\u0000\u0002\u0002\u0016",
                        FailureCause.SPEAKS_TLS,
                        "this port speaks TLS: the URL must begin with https://"),
                arguments(
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
                        FailureCause.OTHER_PROTOCOL,
                        "the answer is 101, a change of protocol that nobody asked for"));
    }

    @ParameterizedTest
    @DisplayName("K16: what is refused is refused with its cause in words")
    @MethodSource("refused")
    void refused(String answer, FailureCause cause, String reason) {
        receiver.answer(bytes(answer, false));

        Failure failure = failure(post("{}"));

        assertThat(failure.kind()).isEqualTo(Kind.BAD_ANSWER);
        assertThat(failure.cause()).isEqualTo(cause);
        assertThat(failure.reason()).isEqualTo(reason).doesNotContain("Exception");
        assertThat(failure.status()).isNull();
    }

    // ----

    private static Answer bytes(String answer, boolean kept) {
        return (socket, closing) -> {
            OutputStream out = socket.getOutputStream();
            out.write(answer.getBytes(ISO_8859_1));
            return kept;
        };
    }

    private Exchange post(String body) {
        return send(new OutgoingRequest("POST", receiver.url("/"), Map.of(), body.getBytes(UTF_8)));
    }

    private Exchange send(OutgoingRequest request) {
        return camel.createProducerTemplate()
                .send("direct:attempt", exchange -> RequestMessage.write(exchange.getMessage(), request, Map.of()));
    }

    private static Failure failure(Exchange done) {
        assertThat(done.getException()).isNotNull();
        return Failure.of(done.getException(), InstantSource.system());
    }
}
