package io.posel.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.posel.delivery.Failure.Kind;
import io.posel.testing.Answer;
import io.posel.testing.KeyTool;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.TunnelProxy;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a request when a connection that was kept is no longer what it seems. */
@Timeout(60)
class KeptConnectionsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration AMPLE = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static KeyTool keys;

    private final ScheduledThreadPoolExecutor alarms = new ScheduledThreadPoolExecutor(1);
    private final ExecutorService lookups = Executors.newCachedThreadPool();
    private final List<AutoCloseable> open = new ArrayList<>();
    private volatile String address = "127.0.0.1";

    @BeforeAll
    static void makeKeys() throws Exception {
        keys = KeyTool.create(folder, "dns:receiver.example");
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        alarms.shutdownNow();
        lookups.shutdown();
    }

    // ---- closed without a word

    @ParameterizedTest
    @DisplayName("K06: a receiver that closes after each answer without saying so gets each request once")
    @CsvSource({"http,GET,6", "http,POST,60", "https,GET,6", "https,POST,60"})
    void closesAfterEachAnswer(String scheme, String method, int requests) throws Exception {
        Receiver receiver = receiver(scheme).answer((socket, closing) -> {
            Answer.ok().body("ok").send(socket, closing);
            return false;
        });
        DeliveryClient client = client(null, AMPLE, MINUTE);

        for (int i = 0; i < requests; i++) {
            assertThat(send(client, scheme, method, receiver.port(), "/" + i)).isEqualTo(200);
        }

        assertThat(receiver.requests())
                .extracting(ReceivedRequest::target)
                .doesNotHaveDuplicates()
                .hasSize(requests);
    }

    @ParameterizedTest
    @DisplayName("K06: a receiver that resets after each answer gets each request once")
    @ValueSource(strings = {"GET", "POST"})
    void resetsAfterEachAnswer(String method) throws Exception {
        Receiver receiver = receiver("http").answer((socket, closing) -> {
            Answer.ok().send(socket, closing);
            socket.shutdownOutput(); // the answer arrives before the reset
            socket.setSoLinger(true, 0);
            return false;
        });
        DeliveryClient client = client(null, AMPLE, MINUTE);

        for (int i = 0; i < 20; i++) {
            assertThat(send(client, "http", method, receiver.port(), "/" + i)).isEqualTo(200);
        }

        assertThat(receiver.requests()).hasSize(20);
    }

    @ParameterizedTest
    @DisplayName("K06: a receiver that closes after some requests, or when it has nothing to do, loses none")
    @CsvSource({"http,3", "https,3", "http,7", "https,7"})
    void closesAfterSome(String scheme, int some) throws Exception {
        Map<Integer, AtomicInteger> answered = new ConcurrentHashMap<>();
        Receiver receiver = receiver(scheme).answer(request -> (socket, closing) -> {
            Answer.ok().send(socket, closing);
            return counted(answered, request) < some;
        });
        DeliveryClient client = client(null, AMPLE, MINUTE);

        for (int i = 0; i < 3 * some; i++) {
            assertThat(send(client, scheme, "POST", receiver.port(), "/" + i)).isEqualTo(200);
        }

        assertThat(receiver.requests()).hasSize(3 * some);
        assertThat(receiver.acceptedConnections()).isLessThan(3 * some);
    }

    @ParameterizedTest
    @DisplayName("a connection that was closed before it is used again is seen at once: nothing is lost, none counted")
    @ValueSource(strings = {"http", "https"})
    void looksBeforeEachReuse(String scheme) throws Exception {
        Receiver receiver = receiver(scheme);
        DeliveryClient client = client(null, AMPLE, MINUTE);

        for (int i = 1; i <= 5; i++) {
            send(client, scheme, "POST", receiver.port(), "/a");
            receiver.closeConnections();
            await().until(() -> receiver.openConnections() == 0);
        }
        send(client, scheme, "POST", receiver.port(), "/b");
        send(client, scheme, "POST", receiver.port(), "/c");

        assertThat(receiver.requests()).hasSize(7);
        // had requests been lost, the last two would each have a connection of their own
        assertThat(receiver.acceptedConnections()).isEqualTo(6);
    }

    @Test
    @DisplayName("what a receiver says without being asked is no answer to the next request")
    void unaskedFor() throws Exception {
        Receiver receiver = receiver("http").answer((socket, closing) -> {
            String answer = "HTTP/1.1 %d Test\r\nContent-Length: 0\r\n\r\n";
            socket.getOutputStream().write((answer.formatted(200) + answer.formatted(408)).getBytes(US_ASCII));
            return true;
        });
        DeliveryClient client = client(null, AMPLE, MINUTE);

        for (int i = 0; i < 5; i++) {
            assertThat(send(client, "http", "POST", receiver.port(), "/" + i)).isEqualTo(200);
        }
        assertThat(receiver.acceptedConnections()).isEqualTo(5);
    }

    // ---- lost

    @ParameterizedTest
    @DisplayName("K06, F2: a request that a kept connection loses is sent again at once, and the record says so")
    @CsvSource({"http,GET,false", "http,POST,false", "https,POST,false", "http,GET,true", "http,POST,true"})
    void sentAgain(String scheme, String method, boolean reset) throws Exception {
        Receiver receiver = receiver(scheme).answer(losingEverySecond(reset));
        DeliveryClient client = client(null, AMPLE, MINUTE);

        assertThat(resent(client, scheme, method, receiver.port())).isFalse();
        assertThat(resent(client, scheme, method, receiver.port())).isTrue();

        assertThat(receiver.requests()).hasSize(3);
        assertThat(receiver.requests().get(2).headerLines())
                .containsAll(receiver.requests().get(1).headerLines().stream()
                        .filter(line -> !line.startsWith("Connection"))
                        .toList());
        assertThat(receiver.requests().get(2).body())
                .isEqualTo(receiver.requests().get(1).body());
    }

    @ParameterizedTest
    @DisplayName("F2: after the third loss a receiver gets a new connection for each request")
    @ValueSource(strings = {"http", "https"})
    void keepsNoConnectionsToWhoLosesThem(String scheme) throws Exception {
        Receiver receiver = receiver(scheme).answer(losingEverySecond(false));
        DeliveryClient client = client(null, AMPLE, MINUTE);

        for (int i = 0; i < 16; i++) {
            assertThat(send(client, scheme, "POST", receiver.port(), "/" + i)).isEqualTo(200);
        }

        assertThat(receiver.requests()).hasSize(16 + 3);
        assertThat(receiver.requests())
                .extracting(request -> request.header("Connection").orElse(""))
                .endsWith("close", "close", "close", "close");
    }

    @ParameterizedTest
    @DisplayName("F2: nothing else is repeated: a new connection that ends, any byte of an answer, no answer in time")
    @ValueSource(strings = {"GET", "POST"})
    void onlyOnce(String method) throws Exception {
        Receiver receiver = receiver("http").answer(Answer.close());
        DeliveryClient client = client(null, Duration.ofSeconds(2), MINUTE);
        assertThat(failure(client, method, receiver)).isEqualTo(Kind.CONNECTION_CLOSED);
        assertThat(receiver.requests()).hasSize(1);

        Map<Answer, Kind> answers = Map.of(
                (socket, closing) -> {
                    socket.getOutputStream().write("H".getBytes(US_ASCII));
                    return false;
                },
                Kind.CONNECTION_CLOSED,
                Answer.interim(102, Answer.close()),
                Kind.CONNECTION_CLOSED,
                Answer.hang(),
                Kind.TIMEOUT);
        for (Map.Entry<Answer, Kind> each : answers.entrySet()) {
            receiver.answer(Answer.ok());
            send(client, "http", method, receiver.port(), "/");
            int before = receiver.requests().size();
            receiver.answer(each.getKey());
            assertThat(failure(client, method, receiver)).isEqualTo(each.getValue());
            assertThat(receiver.requests()).hasSize(before + 1);
        }
    }

    @Test
    @DisplayName("F2: what is sent again and fails again has failed once, and the failure says that it was sent twice")
    void failsAgain() throws Exception {
        Receiver receiver = receiver("http");
        DeliveryClient client = client(null, AMPLE, MINUTE);
        send(client, "http", "POST", receiver.port(), "/");
        receiver.answer(Answer.close());

        Throwable thrown = catchThrowable(() -> send(client, "http", "POST", receiver.port(), "/"));

        assertThat(receiver.requests()).hasSize(3);
        assertThat(Failure.of(thrown, InstantSource.system()).kind()).isEqualTo(Kind.CONNECTION_CLOSED);
        assertThat(Resent.isIn(thrown)).isTrue();
    }

    @Test
    @DisplayName("F2: a receiver that goes away while a large request is written gets it again")
    void closesWhileWeWrite() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            AtomicInteger whole = new AtomicInteger();
            lookups.execute(() -> {
                try {
                    try (Socket first = server.accept()) {
                        readAndAnswer(first, 2);
                        first.getInputStream().readNBytes(100);
                        first.setSoLinger(true, 0);
                    }
                    try (Socket second = server.accept()) {
                        whole.set(readAndAnswer(second, 8_000_000));
                    }
                } catch (IOException e) {
                    whole.set(-1);
                }
            });
            DeliveryClient client = client(null, AMPLE, MINUTE);
            HttpHost host = new HttpHost("http", "receiver.example", server.getLocalPort());

            assertThat(send(client, host, request("POST", host, "/", new byte[2])))
                    .isEqualTo(200);
            assertThat(send(client, host, request("POST", host, "/", new byte[8_000_000])))
                    .isEqualTo(200);
            await().untilAsserted(() -> assertThat(whole).hasValue(8_000_000));
        }
    }

    @Test
    @DisplayName("a receiver that answers before it has read everything, and reads no more, has answered")
    void answersEarly() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            lookups.execute(() -> {
                try (Socket each = server.accept()) {
                    readAndAnswer(each, 2);
                    head(each.getInputStream());
                    each.getOutputStream()
                            .write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n".getBytes(US_ASCII));
                } catch (IOException e) {
                    // the client's answer tells
                }
            });
            DeliveryClient client = client(null, AMPLE, MINUTE);
            HttpHost host = new HttpHost("http", "receiver.example", server.getLocalPort());

            // on a new connection it would count as well, see AnswersTest
            assertThat(send(client, host, request("POST", host, "/", new byte[2])))
                    .isEqualTo(200);
            assertThat(send(client, host, request("POST", host, "/", new byte[8_000_000])))
                    .isEqualTo(413);
        }
    }

    @Test
    @DisplayName("K06: the connections to a proxy, and tunnels, are no different")
    void throughAProxy() throws Exception {
        Receiver receiver = receiver("https").answer(losingEverySecond(false));
        try (TunnelProxy proxy = TunnelProxy.to(receiver.port())) {
            DeliveryClient client = client(OutgoingProxy.parse(proxy.url()), AMPLE, MINUTE);

            for (int i = 0; i < 4; i++) {
                assertThat(send(client, "https", "POST", -1, "/" + i)).isEqualTo(200);
            }
            assertThat(receiver.requests()).hasSize(4 + 2);
            assertThat(proxy.heads()).hasSize(4);
        }

        Receiver plain = receiver("http").answer(losingEverySecond(false));
        DeliveryClient client = client(OutgoingProxy.parse(plain.url("")), AMPLE, MINUTE);
        for (int i = 0; i < 4; i++) {
            assertThat(send(client, "http", "POST", 80, "/" + i)).isEqualTo(200);
        }
        assertThat(plain.requests()).hasSize(4 + 2);
    }

    // ---- moved, and partly dead

    @Test
    @DisplayName("K17: a receiver that moves to another address is followed under constant traffic")
    void followsAMove() throws Exception {
        Receiver before = receiver("http");
        Receiver after = Receiver.startAt("127.0.0.2", before.port());
        open.add(after);
        DeliveryClient client = client(null, AMPLE, Duration.ofMillis(300));
        send(client, "http", "POST", before.port(), "/");
        address = "127.0.0.2";

        await().pollInterval(Duration.ofMillis(10)).atMost(AMPLE).until(() -> {
            send(client, "http", "POST", before.port(), "/");
            return !after.requests().isEmpty();
        });
    }

    @Test
    @DisplayName("K17: with a greatest age of zero no connection is used twice")
    void keepsNone() throws Exception {
        Receiver receiver = receiver("http");
        DeliveryClient client = client(null, AMPLE, Duration.ZERO);

        for (int i = 0; i < 3; i++) {
            send(client, "http", "POST", receiver.port(), "/");
        }
        assertThat(receiver.acceptedConnections()).isEqualTo(3);
    }

    @Test
    @DisplayName("of several addresses, some that do not answer or refuse cost no delivery (RFC 8305)")
    void someAddressesAreDead() throws Exception {
        Receiver receiver = receiver("http");
        try (ServerSocket silent = new ServerSocket(receiver.port(), 1, InetAddress.getByName("127.0.0.4"))) {
            fillBacklog(silent);
            address = "127.0.0.4,127.0.0.5,127.0.0.1";
            DeliveryClient client = client(null, AMPLE, Duration.ZERO);

            for (int i = 0; i < 3; i++) {
                assertThat(send(client, "http", "POST", receiver.port(), "/")).isEqualTo(200);
            }

            address = "127.0.0.4,127.0.0.5";
            assertThat(failure(client(null, AMPLE, Duration.ofSeconds(1), MINUTE), "GET", receiver))
                    .isEqualTo(Kind.CONNECT_TIMEOUT);
            address = "127.0.0.5,127.0.0.6";
            assertThat(failure(client, "GET", receiver)).isEqualTo(Kind.CONNECT_REFUSED);
        }
    }

    private void fillBacklog(ServerSocket silent) throws IOException {
        for (int i = 0; i < 4; i++) {
            Socket waiting = new Socket();
            open.add(waiting);
            try {
                waiting.connect(silent.getLocalSocketAddress(), 200);
            } catch (IOException e) {
                return; // it is full
            }
        }
    }

    // ---- how

    /** Answers the first request of each connection, and loses the second. */
    private static Function<ReceivedRequest, Answer> losingEverySecond(boolean reset) {
        Map<Integer, AtomicInteger> answered = new ConcurrentHashMap<>();
        return request -> counted(answered, request) == 1
                ? Answer.ok()
                : (socket, closing) -> {
                    socket.setSoLinger(reset, 0);
                    return false;
                };
    }

    private static int counted(Map<Integer, AtomicInteger> answered, ReceivedRequest request) {
        return answered.computeIfAbsent(request.connection(), none -> new AtomicInteger())
                .incrementAndGet();
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        return head.toString();
    }

    private static int readAndAnswer(Socket socket, int length) throws IOException {
        head(socket.getInputStream());
        int read = socket.getInputStream().readNBytes(length).length;
        socket.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(US_ASCII));
        return read;
    }

    private Receiver receiver(String scheme) throws Exception {
        Receiver receiver = scheme.equals("https")
                ? Receiver.start(keys.serverContext().getServerSocketFactory())
                : Receiver.start();
        open.add(receiver);
        return receiver;
    }

    private DeliveryClient client(@Nullable OutgoingProxy proxy, Duration limit, Duration maxAge) throws Exception {
        return client(proxy, limit, AMPLE, maxAge);
    }

    private DeliveryClient client(
            @Nullable OutgoingProxy proxy, Duration limit, Duration connectTimeout, Duration maxAge) throws Exception {
        DeliveryResolver resolver = new DeliveryResolver(
                new AddressPolicy(Cidr.parseList("127.0.0.0/8"), null, () -> 0), this::lookup, lookups, AMPLE);
        DeliveryClient client = new DeliveryClient(
                new DeliveryClient.Settings(
                        16, connectTimeout, limit, "0.1.0", proxy, PrivateCas.read(keys.pem()), false, maxAge),
                resolver,
                alarms);
        open.add(client);
        return client;
    }

    private InetAddress[] lookup(String host) throws UnknownHostException {
        if (!host.equals("receiver.example")) {
            return InetAddress.getAllByName(host);
        }
        String[] literals = address.split(",");
        InetAddress[] addresses = new InetAddress[literals.length];
        for (int i = 0; i < literals.length; i++) {
            addresses[i] = InetAddress.getByName(literals[i]);
        }
        return addresses;
    }

    private static HttpUriRequestBase request(String method, HttpHost host, String target, byte[] body) {
        HttpUriRequestBase request = new HttpUriRequestBase(method, URI.create("/"));
        request.setHeader(DeliveryHeaders.TARGET, host.toURI() + target);
        if (method.equals("POST")) {
            request.setEntity(new ByteArrayEntity(body, null));
        }
        return request;
    }

    private static int send(DeliveryClient client, String scheme, String method, int port, String target)
            throws IOException {
        HttpHost host = new HttpHost(scheme, "receiver.example", port);
        return send(client, host, request(method, host, target, "{}".getBytes(US_ASCII)));
    }

    private static int send(DeliveryClient client, HttpHost host, HttpUriRequestBase request) throws IOException {
        return client.execute(host, request, HttpResponse::getCode);
    }

    private static boolean resent(DeliveryClient client, String scheme, String method, int port) throws IOException {
        HttpHost host = new HttpHost(scheme, "receiver.example", port);
        return client.execute(
                host,
                request(method, host, "/", "{}".getBytes(US_ASCII)),
                answer -> answer.containsHeader("posel-resent"));
    }

    private static Kind failure(DeliveryClient client, String method, Receiver receiver) {
        Throwable thrown = catchThrowable(() -> send(client, "http", method, receiver.port(), "/"));
        assertThat(thrown).isNotNull();
        return Failure.of(thrown, InstantSource.system()).kind();
    }
}
