package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.posel.delivery.Failure.Kind;
import io.posel.testing.Answer;
import io.posel.testing.KeyTool;
import io.posel.testing.Receiver;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Consumer;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people read where there is no encrypted connection. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class TlsFailuresTest {
    private final ScheduledThreadPoolExecutor alarms = new ScheduledThreadPoolExecutor(1);
    private KeyTool trusted;
    private DeliveryClient client;

    @TempDir
    Path folder;

    @BeforeAll
    void start(@TempDir Path shared) throws Exception {
        trusted = KeyTool.create(shared, "dns:receiver.example,dns:*.a.example,dns:xn--bcher-kva.example,ip:::1");
        client = client(PrivateCas.read(trusted.pem()));
    }

    @AfterAll
    void stop() {
        client.close();
        alarms.shutdown();
    }

    private DeliveryClient client(@Nullable PrivateCas authorities) {
        return new DeliveryClient(
                new DeliveryClient.Settings(
                        4,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(20),
                        "0.1.0",
                        null,
                        authorities,
                        false,
                        Duration.ofMinutes(1)),
                new DeliveryResolver(
                        new AddressPolicy(Cidr.parseList("127.0.0.0/8"), null, () -> 0),
                        host -> InetAddress.getAllByName("127.0.0.1"),
                        Runnable::run,
                        Duration.ofSeconds(3)),
                alarms);
    }

    private static int get(DeliveryClient client, String host, int port) throws IOException {
        HttpGet request = new HttpGet("/");
        request.setHeader(DeliveryHeaders.TARGET, "https://" + host + ":" + port + "/");
        try (var response = client.executeOpen(new HttpHost("http", "webhook"), request, null)) {
            return response.getCode();
        }
    }

    private static Failure failure(DeliveryClient client, String host, int port) {
        Throwable thrown = catchThrowable(() -> get(client, host, port));
        assertThat(thrown).isNotNull();
        Failure failure = Failure.of(thrown, InstantSource.system());
        assertThat(failure.kind()).as(failure.reason()).isEqualTo(Kind.TLS);
        assertThat(failure.sent()).isTrue();
        return failure;
    }

    /** What this one meets that everybody would trust if it were signed. */
    private Failure failureAt(SSLContext context) throws IOException {
        try (DeliveryClient anybody = client(null);
                Receiver receiver = Receiver.start(context.getServerSocketFactory())) {
            return failure(anybody, "receiver.example", receiver.port());
        }
    }

    @Test
    @DisplayName("a certificate that has expired, with the day")
    void expired() throws Exception {
        Failure failure =
                failureAt(KeyTool.create(folder, "dns:receiver.example", "-9d").serverContext());

        assertThat(failure.cause()).isEqualTo(FailureCause.CERTIFICATE_EXPIRED);
        String day = Instant.now().minus(7, ChronoUnit.DAYS).toString().substring(0, 10);
        assertThat(failure.reason()).startsWith("the receiver's certificate expired on " + day);
    }

    @Test
    @DisplayName("a certificate that is not valid yet, with the day")
    void notYetValid() throws Exception {
        Failure failure =
                failureAt(KeyTool.create(folder, "dns:receiver.example", "+5d").serverContext());

        assertThat(failure.cause()).isEqualTo(FailureCause.CERTIFICATE_NOT_YET_VALID);
        String day = Instant.now().plus(5, ChronoUnit.DAYS).toString().substring(0, 10);
        assertThat(failure.reason()).startsWith("the receiver's certificate is valid from " + day + " only");
    }

    @Test
    @DisplayName("a certificate that is signed by itself")
    void selfSigned() throws Exception {
        Failure failure = failureAt(trusted.serverContext());

        assertThat(failure.cause()).isEqualTo(FailureCause.CERTIFICATE_SELF_SIGNED);
        assertThat(failure.reason()).contains("signed by itself", "POSEL_DELIVERY_TRUST_STORE", "PKIX");
    }

    @ParameterizedTest
    @DisplayName("an incomplete chain, and an authority that nobody knows")
    @CsvSource({"false, CERTIFICATE_CHAIN_INCOMPLETE", "true, CERTIFICATE_UNKNOWN_AUTHORITY"})
    void unknownAuthority(boolean withAuthority, FailureCause cause) throws Exception {
        KeyTool authority = KeyTool.authority(folder);
        KeyTool leaf = KeyTool.create(folder, "dns:receiver.example");
        SSLContext context = authority.serverContext(leaf, "dns:receiver.example", withAuthority, folder);

        Failure failure = failureAt(context);

        assertThat(failure.cause()).isEqualTo(cause);
        assertThat(failure.reason()).contains("Test Authority");
        try (DeliveryClient knows = client(PrivateCas.read(authority.pem()));
                Receiver receiver = Receiver.start(context.getServerSocketFactory())) {
            assertThat(get(knows, "receiver.example", receiver.port())).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @DisplayName("a certificate for another host, with the names that it has")
    @ValueSource(strings = {"other.example", "other_host.example", "b.b.a.example", "127.0.0.1", "[::2]"})
    void wrongHost(String host) throws Exception {
        try (Receiver receiver = Receiver.start(trusted.serverContext().getServerSocketFactory())) {
            Failure failure = failure(client, host, receiver.port());

            assertThat(failure.cause()).isEqualTo(FailureCause.CERTIFICATE_WRONG_HOST);
            assertThat(failure.reason())
                    .startsWith("the receiver's certificate is for another host: receiver.example, *.a.example, ");
            assertThat(receiver.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @DisplayName("K01, K32: hosts that Java's TLS cannot do with by itself")
    @ValueSource(
            strings = {
                "receiver.example",
                "receiver.example.",
                "a_b.a.example",
                "xn--bcher-kva.example",
                "[::1]",
                "[0:0:0:0:0:0:0:1]"
            })
    void servedHosts(String host) throws Exception {
        try (Receiver receiver = Receiver.start(trusted.serverContext().getServerSocketFactory())) {
            assertThat(get(client, host, receiver.port())).isEqualTo(200);
            assertThat(receiver.requests()).singleElement().satisfies(request -> assertThat(request.header("Host"))
                    .hasValue(host + ":" + receiver.port()));
        }
    }

    @ParameterizedTest
    @DisplayName("K34: a receiver that asks for a client certificate, whatever it then does")
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void clientCertificate(String version) throws Exception {
        try (Receiver receiver = Receiver.start(server(socket -> {
            socket.setNeedClientAuth(true);
            socket.setEnabledProtocols(new String[] {version});
        }))) {
            for (int i = 0; i < 3; i++) {
                Failure failure = failure(client, "receiver.example", receiver.port());

                assertThat(failure.cause()).isEqualTo(FailureCause.CLIENT_CERTIFICATE_REQUIRED);
                assertThat(failure.reason()).startsWith("the receiver asks for a client certificate");
            }
            assertThat(receiver.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @DisplayName("K34: one that would like to have one, but does not insist, is delivered to")
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void wantedClientCertificate(String version) throws Exception {
        try (Receiver receiver = Receiver.start(server(socket -> {
            socket.setWantClientAuth(true);
            socket.setEnabledProtocols(new String[] {version});
        }))) {
            assertThat(get(client, "receiver.example", receiver.port())).isEqualTo(200);
            receiver.closeConnections();
            receiver.answer(Answer.close());
            Failure failure = Failure.of(
                    catchThrowable(() -> get(client, "receiver.example", receiver.port())), InstantSource.system());
            assertThat(failure.kind()).isIn(Kind.CONNECTION_CLOSED, Kind.TLS);
        }
    }

    @Test
    @DisplayName("plain HTTP where TLS is expected")
    void plainHttp() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            Thread answering = new Thread(() -> {
                try (var socket = server.accept()) {
                    socket.getInputStream().read();
                    socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
                    socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                } catch (IOException e) {
                    // the sender went away
                }
            });
            answering.setDaemon(true);
            answering.start();

            Failure failure = failure(client, "receiver.example", server.getLocalPort());

            assertThat(failure.cause()).isEqualTo(FailureCause.SPEAKS_PLAIN_HTTP);
            assertThat(failure.reason()).startsWith("this port does not speak TLS");
        }
    }

    @Test
    @DisplayName("no version or cipher in common")
    void nothingInCommon() throws Exception {
        try (Receiver receiver = Receiver.start(server(socket -> {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.2"});
            parameters.setCipherSuites(new String[] {"TLS_RSA_WITH_AES_128_CBC_SHA"});
            socket.setSSLParameters(parameters);
        }))) {
            Failure failure = failure(client, "receiver.example", receiver.port());

            assertThat(failure.cause()).isEqualTo(FailureCause.NO_COMMON_PROTOCOL);
        }
    }

    /** A server of the trusted certificate, set up like this. */
    private ServerSocketFactory server(Consumer<SSLServerSocket> setting) throws Exception {
        ServerSocketFactory sockets = trusted.serverContext().getServerSocketFactory();
        return new ServerSocketFactory() {
            @Override
            public ServerSocket createServerSocket(int port, int backlog, InetAddress address) throws IOException {
                SSLServerSocket socket = (SSLServerSocket) sockets.createServerSocket(port, backlog, address);
                setting.accept(socket);
                return socket;
            }

            @Override
            public ServerSocket createServerSocket(int port, int backlog) throws IOException {
                throw new IOException("on loopback only");
            }

            @Override
            public ServerSocket createServerSocket(int port) throws IOException {
                throw new IOException("on loopback only");
            }
        };
    }
}
