package io.posel.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.posel.delivery.Failure.Kind;
import io.posel.testing.Answer;
import io.posel.testing.KeyTool;
import io.posel.testing.Ports;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client inside a real Camel route and against a real socket: the guards of each trap of camel-http. */
@Timeout(60)
class DeliveryClientIT {
    private static final Duration LIMIT = Duration.ofMillis(1500);
    /** For what is not about time: no pause of a busy machine lasts so long. */
    private static final Duration AMPLE = Duration.ofSeconds(20);

    private static final int MAX_CONNECTIONS = 16;
    private static final Map<String, String> NONE = Map.of();

    private final ScheduledThreadPoolExecutor alarms = new ScheduledThreadPoolExecutor(1);
    private final ExecutorService lookups = Executors.newFixedThreadPool(2);
    private final ExecutorService senders = Executors.newCachedThreadPool();
    private final CountDownLatch end = new CountDownLatch(1);
    private Duration limit = AMPLE;
    private Receiver receiver;
    private DeliveryClient client;
    private DefaultCamelContext camel;
    private ProducerTemplate producer;

    @BeforeEach
    void start() throws Exception {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
        alarms.setRemoveOnCancelPolicy(true);
        receiver = Receiver.start();
        start("127.0.0.0/8", null, null);
    }

    private void limitTo(Duration attempt) throws Exception {
        limit = attempt;
        start("127.0.0.0/8", null, null);
    }

    private void start(String allow, @Nullable OutgoingProxy proxy, @Nullable PrivateCas tls) throws Exception {
        AddressPolicy policy = new AddressPolicy(Cidr.parseList(allow), null, () -> 0);
        DeliveryResolver resolver = new DeliveryResolver(policy, this::lookup, lookups, Duration.ofSeconds(3));
        client = new DeliveryClient(
                new DeliveryClient.Settings(
                        MAX_CONNECTIONS,
                        Duration.ofSeconds(1),
                        limit,
                        "0.1.0",
                        proxy,
                        tls,
                        false,
                        Duration.ofMinutes(1)),
                resolver,
                alarms);
        if (camel != null) {
            camel.stop();
        }
        camel = new DefaultCamelContext();
        camel.getRegistry().bind("deliveryClient", client);
        camel.getRegistry().bind("deliveryHeaders", new DeliveryHeaders());
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:attempt-delivery")
                        .errorHandler(noErrorHandler())
                        .to("http://webhook?httpClient=#deliveryClient"
                                + "&headerFilterStrategy=#deliveryHeaders"
                                + "&throwExceptionOnFailure=true&followRedirects=false"
                                + "&copyHeaders=false&clearExpiredCookies=false");
                from("direct:careless")
                        .errorHandler(noErrorHandler())
                        .to("http://careless?httpClient=#deliveryClient"
                                + "&headerFilterStrategy=#deliveryHeaders&followRedirects=true");
            }
        });
        camel.start();
        producer = camel.createProducerTemplate();
    }

    private InetAddress[] lookup(String host) throws UnknownHostException {
        return switch (host) {
            case "receiver.example" -> InetAddress.getAllByName("127.0.0.1");
            case "internal.example" -> InetAddress.getAllByName("10.0.0.1");
            case "hangs.example" -> {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                throw new UnknownHostException(host);
            }
            default -> InetAddress.getAllByName(host);
        };
    }

    @AfterEach
    void stop() throws Exception {
        end.countDown();
        camel.stop();
        receiver.close();
        alarms.shutdown();
        lookups.shutdown();
        senders.shutdown();
    }

    // ---- what goes out

    @Test
    @DisplayName("S4, F3: a POST carries its body, its type and Posel's name, and nothing that was not asked for")
    void posts() {
        Exchange done = send(post("/hook", "{\"a\":\"č\"}", Map.of("X-Key", "k1")));

        assertThat(done.getException()).isNull();
        ReceivedRequest request = single();
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.text()).isEqualTo("{\"a\":\"č\"}");
        assertThat(request.header("content-type")).hasValue("application/json");
        assertThat(request.header("user-agent")).hasValue("Posel/0.1.0");
        assertThat(request.header("x-key")).hasValue("k1");
        assertThat(request.headerNames().stream().map(String::toLowerCase))
                .containsExactlyInAnyOrder(
                        "content-type", "x-key", "webhook-id", "content-length", "host", "connection", "user-agent");
    }

    @Test
    @DisplayName("trap 'GET by surprise': a URL with a query is a POST where there is a body")
    void postsToAUrlWithQuery() {
        send(post("/hook?a=1", "{}", NONE));

        assertThat(single().method()).isEqualTo("POST");
        assertThat(single().text()).isEqualTo("{}");
    }

    @Test
    @DisplayName("trap 'GET by surprise': Camel's headers from outside change nothing and leave nothing")
    void startsFromAnEmptyHeaderMap() {
        Exchange done = producer.send("direct:attempt-delivery", exchange -> {
            exchange.getMessage().setHeader("CamelHttpPath", "/evil");
            exchange.getMessage().setHeader("camelhttpquery", "evil=1");
            exchange.getMessage().setHeader("CamelHttpRawQuery", "evil=2");
            exchange.getMessage().setHeader("CamelRestHttpUri", "http://127.0.0.1:1/");
            exchange.getMessage().setHeader("Authorization", "Bearer intake");
            exchange.getMessage().setHeader("kafka.OVERRIDE_TOPIC", "evil");
            RequestMessage.write(exchange.getMessage(), get("/good?x=1", NONE), Map.of("webhook-id", "d-1"));
        });

        assertThat(done.getException()).isNull();
        assertThat(single().target()).isEqualTo("/good?x=1");
        assertThat(single().headerNames()).doesNotContain("Authorization", "kafka.OVERRIDE_TOPIC");
    }

    @ParameterizedTest
    @DisplayName("trap CVE-2026-78164, S7: path and query arrive byte for byte")
    @ValueSource(
            strings = {
                "/a%2Fb/%7B%7Benv:HOME%7D%7D?id=a%26b&x=%25&y=%2B",
                "/~user/%7euser/%c4%8d/%C4%8D?q=~",
                "//double//slash?a=//b",
                "/?",
                "/a+b%20c;p=1,2:@!$'()*?a=b=c&&d&=?/",
                "/%7B%7Bno-such-key%7D%7D?x=%24%7Bheader.secret%7D",
                "/p?a=%0D%0AX-Evil:%201&b=%00",
                "/?q=%5B1%5D&a=[1]",
            })
    void keepsTheTarget(String target) {
        Exchange done = send(get(target, NONE));

        assertThat(done.getException()).isNull();
        assertThat(single().target()).isEqualTo(target);
    }

    @Test
    @DisplayName("a header value that is not ASCII goes out as UTF-8")
    void sendsHeadersAsUtf8() {
        send(get("/", Map.of("X-Name", "Žluťoučký 🐎")));

        assertThat(single().header("X-Name")).hasValue("Žluťoučký 🐎");
    }

    @Test
    @DisplayName("custom headers that the stock filter drops do reach the receiver, with the type as written")
    void sendsWhatTheWebhookAsksFor() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Cache-Control", "no-store");
        headers.put("Date", "Sun, 22 Nov 2026 10:00:00 GMT");
        headers.put("Content-Type", "application/vnd.x+json;v=\"1\"; charset=utf-8");
        headers.put("Content-Encoding", "gzip");
        send(post("/", "{}", headers));

        headers.forEach((name, value) -> assertThat(single().header(name)).hasValue(value));
        assertThat(single().headerNames()).doesNotHaveDuplicates();
        assertThat(single().text()).isEqualTo("{}");
    }

    @Test
    @DisplayName("trap 'shared state': nothing invites a packed answer or an upgrade")
    void asksForNoCompression() {
        send(get("/", NONE));

        assertThat(single().header("Accept-Encoding")).isEmpty();
        assertThat(single().header("Upgrade")).isEmpty();
        assertThat(single().header("Expect")).isEmpty();
    }

    // ---- one request is one request

    static Stream<Arguments> refusals() {
        return Stream.of("GET", "POST")
                .flatMap(method -> Stream.of(
                        arguments(method, "500", Answer.status(500)),
                        arguments(method, "503", Answer.status(503)),
                        arguments(
                                method,
                                "503 with Retry-After",
                                Answer.status(503).header("Retry-After", "1")),
                        arguments(
                                method,
                                "429 with Retry-After",
                                Answer.status(429).header("Retry-After", "1")),
                        arguments(method, "closed", Answer.close()),
                        arguments(method, "reset", Answer.reset(500)),
                        arguments(method, "401", Answer.status(401).header("WWW-Authenticate", "Basic realm=x")),
                        arguments(method, "redirect", Answer.redirect("/elsewhere")),
                        arguments(method, "408", Answer.status(408))));
    }

    @ParameterizedTest(name = "{0} {1}")
    @DisplayName("F2, trap 'hidden retries' and CVE-2026-85251: a failed attempt is one request")
    @MethodSource("refusals")
    void sendsOnce(String method, String name, Answer answer) {
        receiver.answer(answer);

        Exchange done = send(method.equals("GET") ? get("/hook", NONE) : post("/hook", "{}", NONE));

        assertThat(failure(done).sent()).isTrue();
        assertThat(receiver.requests()).hasSize(1);
    }

    @Test
    @DisplayName("trap CVE-2026-85251: a redirect is not followed, whatever the route file says")
    void neverFollowsARedirect() {
        receiver.answer(request -> request.target().equals("/hook") ? Answer.redirect("/elsewhere") : Answer.ok());

        Failure failure = failure(send("direct:careless", get("/hook", Map.of("Authorization", "Basic x"))));

        assertThat(failure.status()).isEqualTo(302);
        assertThat(receiver.requests()).hasSize(1);
    }

    @ParameterizedTest
    @DisplayName(
            "F2, trap 'hidden retries': what a kept connection lost is sent once more, on a new one, and that is all")
    @ValueSource(strings = {"GET", "POST"})
    void repeatsOnceWhatAKeptConnectionLost(String method) {
        OutgoingRequest request = method.equals("GET") ? get("/", NONE) : post("/", "{}", NONE);
        send(request);
        receiver.answer(Answer.close());

        assertThat(failure(send(request)).kind()).isEqualTo(Kind.CONNECTION_CLOSED);
        assertThat(receiver.requests()).extracting(ReceivedRequest::connection).containsExactly(1, 1, 2);
    }

    @Test
    @DisplayName(
            "F2: an answer that is a failure tells that the request was sent twice, whatever the receiver says of it")
    void tellsOfAFailureThatItWasSentTwice() {
        send(get("/", NONE));
        receiver.answer(request ->
                request.connection() == 1 ? Answer.close() : Answer.status(500).header("posel-resent", "no"));

        assertThat(failure(send(get("/", NONE))).reason()).isEqualTo("answered 500; " + Resent.NOTE);
        assertThat(failure(send(get("/", NONE))).reason()).isEqualTo("answered 500");
    }

    @ParameterizedTest
    @DisplayName("F2, trap 'hidden retries': a refused connection fails at once")
    @ValueSource(strings = {"GET", "POST"})
    void refusedConnection(String method) {
        String url = "http://127.0.0.1:" + Ports.free() + "/";

        Failure failure = failure(
                send(new OutgoingRequest(method, url, NONE, method.equals("GET") ? null : "{}".getBytes(UTF_8))));

        assertThat(failure.kind()).isEqualTo(Kind.CONNECT_REFUSED);
        assertThat(failure.sent()).isTrue();
    }

    @Test
    @DisplayName("a receiver that closed its kept connections (a restart) costs no attempt")
    void noticesClosedConnections() {
        send(get("/1", NONE));
        receiver.closeConnections();
        await().until(() -> receiver.openConnections() == 0);

        assertThat(send(get("/2", NONE)).getException()).isNull();
        assertThat(receiver.acceptedConnections()).isEqualTo(2);
    }

    @Test
    void keepsAConnectionForTheNextRequest() {
        send(get("/1", NONE));
        send(post("/2", "{}", NONE));

        assertThat(receiver.acceptedConnections()).isEqualTo(1);
        await().untilAsserted(() -> assertThat(leased()).isZero());
    }

    @Test
    @DisplayName("trap 'shared state': a cookie is not carried over")
    void keepsNoCookies() {
        receiver.answer(Answer.ok().header("Set-Cookie", "sid=1"));
        send(get("/1", NONE));
        send(get("/2", NONE));

        assertThat(receiver.requests()).hasSize(2).allSatisfy(request -> assertThat(request.header("Cookie"))
                .isEmpty());
    }

    // ---- the answer

    @Test
    @DisplayName("F2: the failure says what the receiver said")
    void keepsStatusAnswerAndRetryAfter() {
        receiver.answer(Answer.status(503)
                .header("retry-after", "7")
                .header("Content-Type", "text/plain; charset=ISO-8859-2")
                .body(new byte[] {(byte) 0xe8, 0, 'x'}));

        Failure failure = failure(send(get("/", NONE)));

        assertThat(failure.kind()).isEqualTo(Kind.STATUS);
        assertThat(failure.status()).isEqualTo(503);
        assertThat(new String(failure.answer(), UTF_8)).isEqualTo("č\0x");
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(7));
    }

    @ParameterizedTest
    @DisplayName("G6: an answer that calls itself anything is still the failure that its status says")
    @ValueSource(
            strings = {
                "text/plain; charset=no-such-charset",
                "text/plain; charset=\"",
                "application/x-java-serialized-object",
                "not a type;;;=",
                "; charset=utf-8"
            })
    void survivesStrangeTypes(String type) {
        receiver.answer(Answer.status(500).header("Content-Type", type).body(new byte[] {(byte) 0xff, 0, 1}));

        assertThat(failure(send(get("/", NONE))).status()).isEqualTo(500);
    }

    @Test
    @DisplayName("S9: no exception text holds the URL's path or query")
    void keepsTheUrlOutOfExceptions() {
        receiver.answer(Answer.status(500));
        Exception e = send(get("/s3cret?key=s3cret", NONE)).getException();

        assertThat(e).isInstanceOf(HttpOperationFailedException.class);
        assertThat(e.toString()).doesNotContain("s3cret");
        assertThat(((HttpOperationFailedException) e).getUri()).doesNotContain("s3cret");
    }

    @ParameterizedTest
    @DisplayName("trap 'shared state': a gzip bomb stays packed")
    @ValueSource(ints = {200, 500})
    void unpacksNothing(int status) {
        receiver.answer(Answer.gzipBomb(status, 50 * 1024 * 1024));

        Exchange done = send(get("/", NONE));

        if (status == 200) {
            assertThat(done.getException()).isNull();
            assertThat(done.getMessage().getBody(byte[].class)).hasSizeLessThanOrEqualTo(64 * 1024);
        } else {
            assertThat(((HttpOperationFailedException) done.getException()).getResponseBody())
                    .hasSizeLessThanOrEqualTo(64 * 1024);
        }
    }

    @ParameterizedTest
    @DisplayName("G5: an endless body is cut at 64 kB, its status counts, and its connection is closed")
    @ValueSource(ints = {200, 500})
    void cutsAnEndlessBody(int status) {
        receiver.answer(Answer.endlessBody(status));

        Exchange done = send(get("/", NONE));

        if (status == 200) {
            assertThat(done.getException()).isNull();
            assertThat(done.getMessage().getBody(byte[].class)).hasSize(64 * 1024);
        } else {
            assertThat(failure(done).status()).isEqualTo(500);
        }
        await().until(() -> receiver.openConnections() == 0);
        await().untilAsserted(() -> assertThat(leased()).isZero());
    }

    static Stream<Arguments> endlessHeaders() {
        return Stream.of(
                arguments("lines", Answer.endlessHeaders()), arguments("one line", Answer.endlessHeaderLine()));
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("G5: an endless header is cut and its connection is closed")
    @MethodSource("endlessHeaders")
    void cutsAnEndlessHeader(String name, Answer answer) {
        receiver.answer(answer);

        assertThat(failure(send(get("/", NONE))).kind()).isEqualTo(Kind.BAD_ANSWER);
        await().until(() -> receiver.openConnections() == 0);
        await().untilAsserted(() -> assertThat(leased()).isZero());
    }

    @ParameterizedTest
    @DisplayName(
            "G4, G5: interim answers without end take no processor until the deadline, and the connection is closed")
    @ValueSource(ints = {100, 103})
    void cutsEndlessInterimAnswers(int status) {
        receiver.answer(Answer.endlessInterim(status));

        Failure failure = failure(send(get("/", NONE)));

        assertThat(failure.kind()).isEqualTo(Kind.BAD_ANSWER);
        assertThat(failure.reason()).isEqualTo("more than 20 interim answers");
        await().until(() -> receiver.openConnections() == 0);
        await().untilAsserted(() -> assertThat(leased()).isZero());
    }

    @Test
    @DisplayName("interim answers are no answer: the final one counts, on a kept connection each time anew")
    void readsOnBehindInterimAnswers() {
        Answer announced = Answer.status(500);
        for (int i = 0; i < AnswerHead.MAX_INTERIM; i++) {
            announced = Answer.interim(i % 2 == 0 ? 100 : 103, announced);
        }
        receiver.answer(announced);

        assertThat(failure(send(get("/1", NONE))).status()).isEqualTo(500);
        assertThat(failure(send(get("/2", NONE))).status()).isEqualTo(500);
        assertThat(receiver.acceptedConnections()).isEqualTo(1);
    }

    // ---- time

    static Stream<Arguments> slow() {
        return Stream.of(
                arguments("no answer", Answer.hang()),
                arguments("a dripping header", Answer.dripHeaders(Duration.ofMillis(100))));
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("trap 'responseTimeout': the whole exchange ends at its deadline by the wall clock")
    @MethodSource("slow")
    void endsInTime(String name, Answer answer) throws Exception {
        limitTo(LIMIT);
        receiver.answer(answer);

        long begun = System.nanoTime();
        Failure failure = failure(send(get("/", NONE)));

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(LIMIT, LIMIT.plusSeconds(5));
        assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
        assertThat(failure.reason()).isEqualTo("no complete answer within PT1.5S");
        await().until(() -> receiver.openConnections() == 0);
        await().untilAsserted(() -> assertThat(leased()).isZero());
    }

    @Test
    @DisplayName("a receiver that does not read a large body is given up at the deadline")
    void endsInTimeWhileSending() throws Exception {
        limitTo(LIMIT);
        try (ServerSocket deaf = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            byte[] body = new byte[32 * 1024 * 1024];
            String url = "http://127.0.0.1:" + deaf.getLocalPort() + "/";

            Failure failure = failure(send(new OutgoingRequest("POST", url, NONE, body)));

            assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
            await().untilAsserted(() -> assertThat(leased()).isZero());
        }
    }

    @Test
    @DisplayName("a TLS handshake that hangs is given up at the deadline")
    void endsInTimeInTheHandshake() throws Exception {
        limitTo(LIMIT);
        try (ServerSocket deaf = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            String url = "https://127.0.0.1:" + deaf.getLocalPort() + "/";

            assertThat(failure(send(new OutgoingRequest("GET", url, NONE, null)))
                            .kind())
                    .isEqualTo(Kind.TIMEOUT);
            await().untilAsserted(() -> assertThat(leased()).isZero());
        }
    }

    @Test
    @DisplayName("a name service that hangs does not hold an attempt beyond its limit")
    void endsInTimeInTheLookup() {
        Failure failure = failure(send(new OutgoingRequest("GET", "http://hangs.example/", NONE, null)));

        assertThat(failure.kind()).isEqualTo(Kind.NAME_SERVICE);
        assertThat(failure.sent()).isFalse();
        await().untilAsserted(() -> assertThat(leased()).isZero());
    }

    @Test
    @DisplayName("an attempt in time leaves no alarm behind")
    void removesAlarms() {
        List<Runnable> before = List.copyOf(alarms.getQueue());

        send(get("/", NONE));

        assertThat(alarms.getQueue()).containsExactlyElementsOf(before);
    }

    @Test
    @DisplayName("G4, trap 'defaults': ten hanging requests to one receiver do not delay another")
    void isolatesReceivers() throws Exception {
        limitTo(Duration.ofSeconds(5));
        try (Receiver healthy = Receiver.start()) {
            receiver.answer(Answer.hang());
            List<Future<Exchange>> hanging = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                hanging.add(senders.submit(() -> send(get("/", NONE))));
            }
            await().until(() -> receiver.requests().size() == 10);

            Exchange done = send(new OutgoingRequest("GET", healthy.url("/"), NONE, null));

            assertThat(done.getException()).isNull();
            assertThat(hanging).noneMatch(Future::isDone);
            for (Future<Exchange> attempt : hanging) {
                assertThat(failure(attempt.get()).kind()).isEqualTo(Kind.TIMEOUT);
            }
        }
    }

    @Test
    @DisplayName("trap 'defaults': who finds no connection free fails after a second, as no fault of the receiver")
    void leaseEndsSoon() throws Exception {
        receiver.answer(Answer.hang());
        for (int i = 0; i < MAX_CONNECTIONS; i++) {
            senders.submit(() -> send(get("/", NONE)));
        }
        await().until(() -> receiver.requests().size() == MAX_CONNECTIONS);

        long begun = System.nanoTime();
        Failure failure = failure(send(get("/", NONE)));

        assertThat(failure.kind()).isEqualTo(Kind.OVERLOAD);
        assertThat(failure.sent()).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(AMPLE.dividedBy(2));
        receiver.close(); // ends those that hang
    }

    // ---- where it may go

    @ParameterizedTest
    @DisplayName("G8: a denied address is not connected to, in whatever notation it stands")
    @ValueSource(
            strings = {
                "127.0.0.1",
                "2130706433",
                "localhost",
                "receiver.example",
                "[::ffff:127.0.0.1]",
                "[::ffff:7f00:1]",
                "[::1]",
                "0.0.0.0"
            })
    void refusesDeniedAddresses(String host) throws Exception {
        start("", null, null);

        Failure failure =
                failure(send(new OutgoingRequest("GET", "http://" + host + ":" + receiver.port() + "/", NONE, null)));

        assertThat(failure.kind()).isEqualTo(Kind.ADDRESS_REFUSED);
        assertThat(failure.reason()).contains("POSEL_DELIVERY_ALLOW");
        assertThat(failure.sent()).isFalse();
        assertThat(failure.retryable()).isFalse();
        assertThat(receiver.acceptedConnections()).isZero();
        await().untilAsserted(() -> assertThat(leased()).isZero());
    }

    @Test
    @DisplayName("G8: a name is judged by the address that it has now")
    void refusesInternalNames() {
        assertThat(failure(send(new OutgoingRequest("GET", "http://internal.example/", NONE, null)))
                        .kind())
                .isEqualTo(Kind.ADDRESS_REFUSED);
        assertThat(send(new OutgoingRequest("GET", "http://receiver.example:" + receiver.port() + "/", NONE, null))
                        .getException())
                .isNull();
        assertThat(single().header("Host")).hasValue("receiver.example:" + receiver.port());
    }

    @Test
    @DisplayName("G8: with a proxy the target's address is checked before the proxy is asked")
    void checksTargetsBehindAProxy() throws Exception {
        start("127.0.0.2/32", OutgoingProxy.parse(receiver.url("")), null);

        assertThat(failure(send(new OutgoingRequest("GET", "http://internal.example/x", NONE, null)))
                        .kind())
                .isEqualTo(Kind.ADDRESS_REFUSED);
        assertThat(receiver.acceptedConnections()).isZero();

        assertThat(send(new OutgoingRequest("GET", "http://127.0.0.2/a%2Fb?x=%2B~", NONE, null))
                        .getException())
                .isNull();
        assertThat(single().target()).isEqualTo("http://127.0.0.2/a%2Fb?x=%2B~");
    }

    // ---- TLS

    @Test
    @DisplayName("F7: a certificate is checked; an operator's own authority is trusted where it is given")
    void checksCertificates(@TempDir Path folder) throws Exception {
        KeyTool keys = KeyTool.create(folder, "dns:receiver.example");
        try (Receiver secure = Receiver.start(keys.serverContext().getServerSocketFactory())) {
            String rightName = "https://receiver.example:" + secure.port() + "/";
            String otherName = "https://127.0.0.1:" + secure.port() + "/";

            assertThat(failure(send(new OutgoingRequest("GET", rightName, NONE, null)))
                            .kind())
                    .isEqualTo(Kind.TLS);

            start("127.0.0.0/8", null, PrivateCas.read(keys.pem()));
            assertThat(send(new OutgoingRequest("GET", rightName, NONE, null)).getException())
                    .isNull();
            assertThat(failure(send(new OutgoingRequest("GET", otherName, NONE, null)))
                            .kind())
                    .isEqualTo(Kind.TLS);
            assertThat(secure.requests()).hasSize(1);
        }
    }

    @Test
    void saysWhichTrustFileIsWrong(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("ca.pem"), "no certificate");

        assertThatThrownBy(() -> PrivateCas.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ca.pem");
    }

    // ----

    private Exchange send(OutgoingRequest request) {
        return send("direct:attempt-delivery", request);
    }

    private Exchange send(String route, OutgoingRequest request) {
        return producer.send(
                route, exchange -> RequestMessage.write(exchange.getMessage(), request, Map.of("webhook-id", "d-1")));
    }

    private OutgoingRequest get(String target, Map<String, String> headers) {
        return new OutgoingRequest("GET", receiver.url(target), headers, null);
    }

    private OutgoingRequest post(String target, String body, Map<String, String> headers) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("Content-Type", "application/json");
        all.putAll(headers);
        return new OutgoingRequest("POST", receiver.url(target), all, body.getBytes(UTF_8));
    }

    private static Failure failure(Exchange done) {
        assertThat(done.getException()).isNotNull();
        return Failure.of(done.getException(), InstantSource.system());
    }

    private ReceivedRequest single() {
        assertThat(receiver.requests()).hasSize(1);
        return receiver.requests().get(0);
    }

    private int leased() {
        return client.leased();
    }
}
