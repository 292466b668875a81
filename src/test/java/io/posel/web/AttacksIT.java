package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.event.EventReader;
import io.posel.route.AnswerProblem;
import io.posel.route.ReadEvents;
import io.posel.testing.Heap;
import io.posel.testing.RawClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What callers do who mean harm, each while a well-behaved producer hands in events, one after the other: they are refused
 * or closed, the producer gets nothing but 202, and little of the heap is taken.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttacksIT {
    private static final int MB = 1024 * 1024;
    private static final int MAX_BODY = MB;
    private static final int CONNECTIONS = 600;
    private static final String EVENT = "{\"type\":\"a.b\",\"entity\":{\"type\":\"c\",\"id\":\"1\"},\"data\":%s}";
    private static final String GOOD = EVENT.formatted("{}");

    private RunningServer posel;
    private Producer producer;
    private long before;
    private final AtomicInteger taken = new AtomicInteger();
    private final List<AutoCloseable> open = new ArrayList<>();

    /** The intake up to the store. */
    private final RouteBuilder intake = new RouteBuilder() {
        @Override
        public void configure() {
            from("platform-http:/events?httpMethodRestrict=POST")
                    .onException(Exception.class)
                    .handled(true)
                    .process(new AnswerProblem(503, Clock.systemUTC()))
                    .end()
                    .process(new ReadEvents(
                            new EventReader(() -> "id"),
                            name -> Optional.empty(),
                            new RefusedAccess(InstantSource.system(), () -> {}, count -> true)))
                    .process(exchange -> taken.incrementAndGet())
                    .setHeader("CamelHttpResponseCode", constant(202))
                    .setBody(constant("{}"));
        }
    };

    @BeforeAll
    void start() throws Exception {
        HttpSettings settings = new HttpSettings(
                "127.0.0.1",
                0,
                new HttpSettings.Bounds(MAX_BODY, 8L * MAX_BODY, CONNECTIONS, 64),
                new HttpSettings.Times(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3)));
        posel = new RunningServer(settings, () -> HealthReport.of(), intake).start();
        assertThat(post(GOOD)).isEqualTo(202);
    }

    @AfterAll
    void stop() {
        posel.close();
    }

    /** Hands in an event after the other, each on the same connection if that is left open. */
    private final class Producer extends Thread {
        private final AtomicBoolean ends = new AtomicBoolean();
        private final AtomicInteger accepted = new AtomicInteger();
        private volatile String failure = "";

        @Override
        public void run() {
            while (!ends.get()) {
                try {
                    int status = post(GOOD);
                    if (status != 202) {
                        failure = "answered " + status;
                    }
                    accepted.incrementAndGet();
                } catch (Exception e) {
                    failure = e.toString();
                }
            }
        }

        void requireServed() {
            int so = accepted.get();
            await().atMost(Duration.ofSeconds(20)).until(() -> accepted.get() >= so + 5 || !failure.isEmpty());
            assertThat(failure).isEmpty();
        }
    }

    private int post(String body) throws Exception {
        return posel.send(posel.asAdmin("/events")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)))
                .statusCode();
    }

    @BeforeEach
    void begin(TestInfo test) {
        if (test.getTags().contains("heap")) { // collecting garbage for each of the others would take a minute
            before = Heap.used();
        }
        producer = new Producer();
        producer.start();
        producer.requireServed();
    }

    @AfterEach
    void end() throws Exception {
        producer.requireServed();
        producer.ends.set(true);
        producer.join();
        for (AutoCloseable each : open) {
            each.close();
        }
        open.clear();
    }

    private void requireLittleHeap(int megabytes) {
        assertThat((Heap.used() - before) / MB).as("MB").isLessThan(megabytes);
    }

    private RawClient connect() {
        RawClient client = new RawClient(posel.port());
        open.add(client);
        return client;
    }

    private String head(String more) {
        return posel.adminHead("POST /events") + "Content-Type: application/json\r\n" + more + "\r\n";
    }

    private String answer(String request) {
        RawClient client = connect();
        client.write(request);
        return client.rest();
    }

    private static Stream<Arguments> misframed() {
        String chunked = "Transfer-Encoding: chunked\r\n";
        return Stream.of(
                Arguments.of("length and coding", "Content-Length: 6\r\n" + chunked, "0\r\n\r\nGET /smuggled"),
                Arguments.of("coding and length", chunked + "Content-Length: 6\r\n", "0\r\n\r\nGET /smuggled"),
                Arguments.of("two lengths", "Content-Length: 2\r\nContent-Length: 3\r\n", "{}"),
                Arguments.of("one length twice", "Content-Length: 2\r\nContent-Length: 2\r\n", "{}"),
                Arguments.of("a list of lengths", "Content-Length: 2, 2\r\n", "{}"),
                Arguments.of("length with a sign", "Content-Length: +2\r\n", "{}"),
                Arguments.of("negative length", "Content-Length: -2\r\n", "{}"),
                Arguments.of("hexadecimal length", "Content-Length: 0x2\r\n", "{}"),
                Arguments.of("length with a blank", "Content-Length: 1 0\r\n", "{}"),
                Arguments.of("length of 20 digits", "Content-Length: 99999999999999999999\r\n", "{}"),
                Arguments.of("no length", "Content-Length: \r\n", "{}"),
                Arguments.of("folded line", "X: a\r\n b\r\nContent-Length: 2\r\n", "{}"),
                Arguments.of("line folded by a tab", "X: a\r\n\tb\r\nContent-Length: 2\r\n", "{}"),
                Arguments.of("folded length", "Content-Length:\r\n 2\r\n", "{}"),
                Arguments.of("folded coding", "Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"),
                Arguments.of("bare line feed", "X: a\nContent-Length: 2\r\n", "{}"),
                Arguments.of("bare line feeds at the end", "Content-Length: 2\n\n", "{}"),
                Arguments.of("bare carriage return", "X: a\rContent-Length: 2\r\n", "{}"),
                Arguments.of("blank before the colon", "Content-Length : 2\r\n", "{}"),
                Arguments.of("tab before the colon", "Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n"),
                Arguments.of("blank in a name", "X Y: 1\r\nContent-Length: 2\r\n", "{}"),
                Arguments.of("no name", ": 1\r\nContent-Length: 2\r\n", "{}"),
                Arguments.of("no colon", "Nothing\r\nContent-Length: 2\r\n", "{}"),
                Arguments.of("NUL in a name", "X\0: 1\r\nContent-Length: 2\r\n", "{}"),
                Arguments.of("NUL in a value", "X: 1\0\r\nContent-Length: 2\r\n", "{}"),
                Arguments.of("unknown coding", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
                Arguments.of("coding identity", "Transfer-Encoding: identity\r\n", "{}"),
                Arguments.of("compressed chunks", "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
                Arguments.of("chunked twice", "Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"),
                Arguments.of("two codings", chunked + chunked, "0\r\n\r\n"),
                Arguments.of("chunked and identity", chunked + "Transfer-Encoding: identity\r\n", "0\r\n\r\n"),
                Arguments.of("chunk of no size", chunked, "\r\n{}\r\n0\r\n\r\n"),
                Arguments.of("chunk of a negative size", chunked, "-2\r\n{}\r\n0\r\n\r\n"),
                Arguments.of("chunk of a signed size", chunked, "+2\r\n{}\r\n0\r\n\r\n"),
                Arguments.of("chunk of a size with 0x", chunked, "0x2\r\n{}\r\n0\r\n\r\n"),
                Arguments.of("chunk of an endless size", chunked, "ffffffffffffffff2\r\n{}\r\n0\r\n\r\n"),
                Arguments.of("chunk longer than its size", chunked, "1\r\n{}\r\n0\r\n\r\n"),
                Arguments.of("chunks with bare line feeds", chunked, "2\n{}\n0\n\n"));
    }

    /** Whatever it is, no second request is seen in it, and the connection ends. */
    @ParameterizedTest(name = "{0}")
    @MethodSource
    void misframed(String name, String headers, String body) {
        String answer = answer(head(headers)
                + body
                + (body.endsWith("smuggled") ? " HTTP/1.1\r\nHost: localhost\r\n\r\n" : "\r\n\r\n"));

        assertThat(answer).matches("(?s)|HTTP/1\\.[01] (400 .*malformed-request.*|413 .*|501 .*)");
        assertThat(answer.split("HTTP/1\\.[01] ", -1)).as("answers").hasSizeLessThanOrEqualTo(2);
    }

    private static Stream<Arguments> noRequests() {
        return Stream.of(
                Arguments.of("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                Arguments.of("HTTP/0.9", "GET /events\r\n\r\n"),
                Arguments.of("no version", "GET /events FTP/1.1\r\n\r\n"),
                Arguments.of("TLS", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003\r\n\r\n"),
                Arguments.of("bytes", "\0\u00ff\0\u00ff\r\n\r\n"),
                Arguments.of("a long method", "G".repeat(20_000) + " / HTTP/1.1\r\n\r\n"),
                Arguments.of("a long line", "GET /" + "x".repeat(200_000) + " HTTP/1.1\r\n\r\n"),
                Arguments.of("a long header", "GET / HTTP/1.1\r\nX: " + "x".repeat(200_000) + "\r\n\r\n"),
                Arguments.of("a long name", "GET / HTTP/1.1\r\n" + "x".repeat(200_000) + ": 1\r\n\r\n"),
                Arguments.of("many headers", "GET / HTTP/1.1\r\n" + "X: 1\r\n".repeat(20_000) + "\r\n"),
                Arguments.of("empty lines", "\r\n".repeat(20_000)),
                Arguments.of("another server", "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
                Arguments.of(
                        "upgrade", "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
                Arguments.of(
                        "web socket",
                        "GET /events HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void noRequests(String name, String bytes) {
        assertThat(answer(bytes)).matches("(?s)|(HTTP/[12]|FTP/1)\\.[01] (4\\d\\d|501|505) .*");
    }

    private static Stream<Arguments> bodies() {
        String colliding = IntStream.range(0, 1 << 12)
                .mapToObj(i -> "\""
                        + Integer.toBinaryString(i + (1 << 12))
                                .replace("0", "Aa")
                                .replace("1", "BB") + "\":1")
                .reduce((a, b) -> a + "," + b)
                .orElseThrow();
        return Stream.of(
                Arguments.of("deep arrays", "[".repeat(500_000), 400),
                Arguments.of("deep objects", "{\"a\":".repeat(150_000), 400),
                Arguments.of(
                        "deep and complete", EVENT.formatted("{\"a\":" + "[".repeat(200) + "]".repeat(200) + "}"), 400),
                Arguments.of("a huge array", "[" + "0,".repeat(500_000) + "0]", 400),
                Arguments.of("a huge array in data", EVENT.formatted("{\"a\":[" + "0,".repeat(500_000) + "0]}"), 400),
                Arguments.of("many empty objects", "[" + "{},".repeat(300_000) + "{}]", 400),
                Arguments.of("many members", EVENT.formatted("{" + "\"a\":1,".repeat(150_000) + "\"b\":1}"), 400),
                Arguments.of("names of one hash", EVENT.formatted("{" + colliding + "}"), 202),
                Arguments.of("a number too large", EVENT.formatted("{\"a\":1e999999,\"b\":-1e-999999}"), 202),
                Arguments.of("a sequence too large", "{\"sequence\":1e999999," + GOOD.substring(1), 400),
                Arguments.of("a long sequence", "{\"sequence\":" + "9".repeat(900) + "," + GOOD.substring(1), 400),
                Arguments.of("a number of 10,000 digits", EVENT.formatted("{\"a\":" + "9".repeat(10_000) + "}"), 400),
                Arguments.of(
                        "a number of a million digits", EVENT.formatted("{\"a\":" + "9".repeat(1_000_000) + "}"), 400),
                Arguments.of("a fraction of a million digits", "[0." + "9".repeat(1_000_000) + "]", 400),
                Arguments.of("a long name of a member", EVENT.formatted("{\"" + "n".repeat(900_000) + "\":1}"), 400),
                Arguments.of("a long string", EVENT.formatted("{\"a\":\"" + "x".repeat(900_000) + "\"}"), 202),
                Arguments.of(
                        "a string of escapes", EVENT.formatted("{\"a\":\"" + "\\u0000".repeat(150_000) + "\"}"), 202),
                Arguments.of("a string without end", "{\"a\":\"" + "x".repeat(900_000), 400),
                Arguments.of("a long id", "{\"id\":\"" + "x".repeat(900_000) + "\"," + GOOD.substring(1), 400),
                Arguments.of("a thousand and one events", "[" + (GOOD + ",").repeat(1_000) + GOOD + "]", 400),
                Arguments.of("blanks", " ".repeat(1_000_000), 400),
                Arguments.of("a thousand errors", "[" + "{},".repeat(999) + "{}]", 400),
                Arguments.of("not UTF-8", "{\"a\":\"\u00ff\u00fe\"}", 400));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void bodies(String name, String json, int status) {
        String answer = answer(head("Connection: close\r\nContent-Length: " + json.length() + "\r\n") + json);

        assertThat(answer).startsWith("HTTP/1.1 " + status);
        assertThat(answer.length()).isLessThan(20_000);
    }

    @Test
    @Tag("heap")
    void manyHugeArraysAtOnceTakeLittle() throws Exception {
        String array = "[" + "10,".repeat(300_000) + "10]";
        for (int i = 0; i < 64; i++) {
            connect().write(head("Connection: close\r\nContent-Length: " + array.length() + "\r\n") + array);
        }
        for (AutoCloseable each : open) {
            assertThat(((RawClient) each).rest()).matches("(?s)|HTTP/1.1 (400|503) .*");
        }
        requireLittleHeap(30);
    }

    @Test
    @Tag("heap")
    void compressedBodiesAreNotInflated() throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
            for (int i = 0; i < 200; i++) {
                gzip.write(new byte[MB]);
            }
        }
        for (String coding : List.of("gzip", "deflate", "br", "gzip, gzip", "x")) {
            RawClient client = connect();
            client.write(head("Content-Encoding: " + coding + "\r\nContent-Length: " + bomb.size() + "\r\n"));
            client.write(bomb.toByteArray());

            assertThat(client.rest())
                    .startsWith("HTTP/1.1 415 ")
                    .contains("unsupported-encoding", "Accept-Encoding: identity");
        }
        assertThat(answer(head("Content-Encoding: identity\r\nConnection: close\r\nContent-Length: " + GOOD.length()
                                + "\r\n")
                        + GOOD))
                .startsWith("HTTP/1.1 202 ");
        requireLittleHeap(10);
    }

    @Test
    void whoAsksFirstAndMayNotIsToldSo() {
        assertThat(answer(head("Expect: 100-continue\r\nContent-Length: 1000000000\r\n")))
                .startsWith("HTTP/1.1 413 ");
        assertThat(answer(head("Expect: a-miracle\r\nContent-Length: 2\r\n") + "{}"))
                .startsWith("HTTP/1.1 417 ");
        assertThat(answer(head("Expect: 100-continue\r\nConnection: close\r\nContent-Length: " + GOOD.length() + "\r\n")
                        + GOOD))
                .startsWith("HTTP/1.1 100 ")
                .contains("HTTP/1.1 202 ");
        RawClient silent = connect();
        silent.write(head("Expect: 100-continue\r\nContent-Length: 2\r\n"));
        assertThat(silent.rest()).startsWith("HTTP/1.1 100 ").contains("HTTP/1.1 408 ", "request-timeout");
    }

    @Test
    void headsThatComeByteByByteAreClosed() {
        List<RawClient> slow = IntStream.range(0, 50).mapToObj(i -> connect()).toList();
        slow.forEach(each -> each.write("POST /events HTTP/1.1\r\nX-"));

        await().pollInterval(Duration.ofMillis(50)).until(() -> slow.stream().noneMatch(each -> each.write("a")));
    }

    @Test
    void theNextHeadMayNotComeByteByByteEither() {
        RawClient kept = connect();
        kept.write(head("Content-Length: " + GOOD.length() + "\r\n") + GOOD);
        await().until(() -> taken.get() > 0);
        kept.write("POST /events HTTP/1.1\r\nX-");

        await().pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofSeconds(15))
                .until(() -> !kept.write("a"));
    }

    @Test
    void bodiesThatComeByteByByteAreRefused() {
        List<RawClient> slow = IntStream.range(0, 6).mapToObj(i -> connect()).toList();
        slow.forEach(each -> each.write(head("Content-Length: 900000\r\n")));

        await().pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofSeconds(15))
                .until(() -> slow.stream().noneMatch(each -> each.write("[")));
    }

    @Test
    void aBodyThatStopsIsToldTheTimeIsOver() {
        assertThat(answer(head("Content-Length: 100\r\n") + "["))
                .startsWith("HTTP/1.1 408 ")
                .contains("request-timeout");
        assertThat(answer(head("Transfer-Encoding: chunked\r\n") + "1\r\n[\r\n"))
                .startsWith("HTTP/1.1 408 ");
    }

    @Test
    void halfOpenConnectionsAreClosed() {
        RawClient nothing = connect();
        nothing.endOutput();
        RawClient half = connect();
        half.write("POST /ev");
        half.endOutput();
        RawClient halfBody = connect();
        halfBody.write(head("Content-Length: 100\r\n") + "[");
        halfBody.endOutput();

        assertThat(nothing.rest()).isEmpty();
        half.rest();
        assertThat(halfBody.rest()).doesNotContain(" 202 ");
    }

    @Test
    @Tag("heap")
    void bodiesOverTheLimitAreRefusedHoweverTheyCome() {
        assertThat(answer(head("Content-Length: " + (MAX_BODY + 1) + "\r\n"))).startsWith("HTTP/1.1 413 ");
        RawClient declared = connect();
        declared.write(head("Content-Length: 100000000\r\n"));
        declared.flood("x".repeat(100_000), 1_000);
        RawClient chunked = connect();
        chunked.write(head("Transfer-Encoding: chunked\r\n"));
        chunked.flood("10000\r\n" + "x".repeat(0x10000) + "\r\n", 3_000);
        RawClient tiny = connect();
        tiny.write(head("Transfer-Encoding: chunked\r\n"));
        tiny.flood("1\r\nx\r\n".repeat(10_000), 1_000);
        RawClient trailers = connect();
        trailers.write(head("Transfer-Encoding: chunked\r\n") + "2\r\n{}\r\n0\r\n");
        trailers.flood("X-More: and more\r\n".repeat(1_000), 1_000);
        RawClient extension = connect();
        extension.write(head("Transfer-Encoding: chunked\r\n") + "2;");
        extension.flood("x".repeat(100_000), 1_000);

        for (RawClient each : List.of(declared, chunked, tiny, trailers, extension)) {
            assertThat(each.write("x") && each.write("x") ? each.rest() : "").doesNotContain(" 202 ");
        }
        requireLittleHeap(20);
    }

    @Test
    @Tag("heap")
    void manyBodiesThatNeverEndTakeNoMoreThanTheirRoom() {
        String part = "x".repeat(MAX_BODY - 1);
        for (int i = 0; i < 60; i++) {
            RawClient client = connect();
            if (client.write(head("Content-Length: " + MAX_BODY + "\r\n"))) {
                client.write(part);
            }
        }

        assertThat(open).hasSize(60);
        assertThat((Heap.used() - before) / MB).as("MB").isLessThan(25);
        long busy = open.stream()
                .map(each -> ((RawClient) each).rest())
                .filter(answer -> answer.contains("too-busy"))
                .count();
        assertThat(busy).isGreaterThan(30);
        await().until(() -> post("[" + GOOD + "]" + " ".repeat(MAX_BODY - 1_000)) == 202);
    }

    @Test
    @Tag("heap")
    void idleConnectionsPushOutEachOtherAndNoProducer() {
        for (int i = 0; i < CONNECTIONS + 200; i++) {
            connect();
        }

        assertThat(answer(head("Connection: close\r\nContent-Length: " + GOOD.length() + "\r\n") + GOOD))
                .startsWith("HTTP/1.1 202 ");
        open.remove(open.size() - 1);
        requireLittleHeap(40);
        int closed = 0;
        for (AutoCloseable each : open) {
            closed += ((RawClient) each).rest().isEmpty() ? 1 : 0;
        }
        assertThat(closed).isEqualTo(CONNECTIONS + 200);
    }

    @Test
    void whoKeepsConnectionsWithATokenKeepsThem() throws Exception {
        List<RawClient> kept = IntStream.range(0, 20).mapToObj(i -> connect()).toList();
        int so = taken.get();
        kept.forEach(each -> each.write(head("Content-Length: " + GOOD.length() + "\r\n") + GOOD));
        await().until(() -> taken.get() >= so + 20);
        for (int i = 0; i < CONNECTIONS; i++) {
            connect();
        }

        kept.forEach(each -> each.write(head("Connection: close\r\nContent-Length: " + GOOD.length() + "\r\n") + GOOD));

        for (RawClient each : kept) {
            assertThat(each.rest().split("HTTP/1.1 202 ", -1)).hasSize(3);
        }
    }

    @Test
    @Tag("heap")
    void pipelinedFloodsAreCutOff() {
        String one = head("Content-Length: " + GOOD.length() + "\r\n") + GOOD;
        RawClient known = connect();
        int written = known.flood(one.repeat(100), 2_000);
        RawClient unknown = connect();
        unknown.flood("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(1_000), 1_000);

        assertThat(written).isLessThan(2_000);
        await().until(() -> !known.write("x") && !unknown.write("x"));
        requireLittleHeap(20);
    }

    @Test
    @Tag("heap")
    void whoReadsNoAnswersGetsNoMore() {
        RawClient deaf = connect();
        String one = posel.adminHead("GET /" + "x".repeat(50)) + "\r\n";
        int so = 0;
        for (int i = 0; i < 200_000 && deaf.write(one); i++) {
            so++;
        }

        assertThat(so).as("requests before it was stopped").isLessThan(200_000);
        requireLittleHeap(20);
    }
}
