package io.posel.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.posel.delivery.Failure.Kind;
import io.posel.template.UserInfo;
import io.posel.testing.Answer;
import io.posel.testing.Canary;
import io.posel.testing.KeyTool;
import io.posel.testing.Ports;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.TunnelProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ProxyClientTest {
    private static final String BODY = "{\"č\":1}";

    private final ScheduledThreadPoolExecutor alarms = new ScheduledThreadPoolExecutor(1);

    @AfterEach
    void stop() {
        alarms.shutdown();
    }

    @Test
    @DisplayName("plain HTTP goes to the proxy in the absolute form, with the login for it")
    void plain() throws Exception {
        try (Receiver proxy = Receiver.start();
                DeliveryClient client = client(proxy.url("").replace("://", "://p%40sel:s%C3%A9cret@"), null)) {
            for (String target : List.of("/a%2Fb?x=%2B~", "//double//slash?a=//b", "/?", "/~u/%c4%8d?q=~", "/%7B%7B")) {
                assertThat(post(client, "http", "receiver.example", -1, target)).isEqualTo(200);
            }

            assertThat(proxy.requests())
                    .extracting(ReceivedRequest::target)
                    .containsExactly(
                            "http://receiver.example/a%2Fb?x=%2B~",
                            "http://receiver.example//double//slash?a=//b",
                            "http://receiver.example/?",
                            "http://receiver.example/~u/%c4%8d?q=~",
                            "http://receiver.example/%7B%7B");
            assertThat(proxy.requests()).allSatisfy(request -> {
                assertThat(request.method()).isEqualTo("POST");
                assertThat(request.text()).isEqualTo(BODY);
                assertThat(request.header("Host")).hasValue("receiver.example");
                assertThat(request.header("Proxy-Authorization")).hasValue(basic("p@sel:sécret"));
                assertThat(request.header("Accept-Encoding")).isEmpty();
                assertThat(request.header("Cookie")).isEmpty();
            });
        }
    }

    @Test
    @DisplayName(
            "HTTPS goes through a tunnel: the proxy sees nothing of the request, the receiver nothing of its login")
    void tunnel(@TempDir Path folder) throws Exception {
        KeyTool keys = KeyTool.create(folder, "dns:receiver.example");
        PrivateCas trust = PrivateCas.read(keys.pem());
        try (Receiver receiver = Receiver.start(keys.serverContext().getServerSocketFactory());
                TunnelProxy proxy = TunnelProxy.to(receiver.port());
                DeliveryClient client = client(proxy.url().replace("://", "://posel:s3cret@"), trust);
                DeliveryClient distrustful = client(proxy.url(), null)) {
            assertThat(post(client, "https", "receiver.example", -1, "/hook?key=k3y"))
                    .isEqualTo(200);
            assertThat(post(client, "https", "receiver.example", -1, "/again")).isEqualTo(200);

            assertThat(proxy.heads()).singleElement().satisfies(head -> assertThat(head)
                    .startsWith("CONNECT receiver.example:443 HTTP/1.1\r\n")
                    .contains("Proxy-Authorization: " + basic("posel:s3cret") + "\r\n")
                    .contains("User-Agent: Posel/0.1.0\r\n")
                    .doesNotContain("k3y"));
            assertThat(receiver.requests()).hasSize(2);
            ReceivedRequest request = receiver.requests().get(0);
            assertThat(request.target()).isEqualTo("/hook?key=k3y");
            assertThat(request.text()).isEqualTo(BODY);
            assertThat(request.header("Proxy-Authorization")).isEmpty();

            // the certificate names receiver.example alone, and nobody else knows its authority
            assertThat(failure(client, "https", "other.example").kind()).isEqualTo(Kind.TLS);
            assertThat(failure(distrustful, "https", "receiver.example").kind()).isEqualTo(Kind.TLS);
            assertThat(receiver.requests()).hasSize(2);
        }
    }

    @ParameterizedTest
    @DisplayName("a proxy that opens no tunnel is no answer of the receiver, also if it calls that a success")
    @ValueSource(
            strings = {
                "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno",
                "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
                "SSH-2.0-OpenSSH_9.9\r\n",
                ""
            })
    void refusedTunnel(String answer) throws Exception {
        try (TunnelProxy proxy = TunnelProxy.refusing(answer);
                DeliveryClient client = client(proxy.url(), null)) {
            Failure failure = failure(client, "https", "receiver.example");

            assertThat(failure.kind()).isEqualTo(Kind.PROXY);
            assertThat(failure.sent()).as("lets no webhook expire").isFalse();
            assertThat(failure.retryable()).isTrue();
            assertThat(proxy.heads()).as("asked once").hasSize(1);
        }
    }

    @Test
    void aProxyThatWantsALoginIsNoAnswerOfTheReceiver() throws Exception {
        try (Receiver proxy = Receiver.start();
                DeliveryClient client = client(proxy.url(""), null)) {
            proxy.answer(Answer.status(407).header("Proxy-Authenticate", "Basic realm=\"p\""));

            Failure failure = failure(client, "http", "receiver.example");

            assertThat(failure.kind()).isEqualTo(Kind.PROXY);
            assertThat(failure.reason()).isEqualTo("the proxy refused, it answered 407");
            assertThat(failure.sent()).isFalse();
            assertThat(proxy.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void aProxyThatIsNotThere(String scheme) throws Exception {
        try (DeliveryClient client = client("http://127.0.0.1:" + Ports.free(), null)) {
            Failure failure = failure(client, scheme, "receiver.example");

            assertThat(failure.kind()).isEqualTo(Kind.PROXY);
            assertThat(failure.sent()).isFalse();
            assertThat(failure.retryable()).isTrue();
        }
    }

    @Test
    @DisplayName("trap CVE-2026-85251: a redirect is not followed through a proxy either")
    void redirect() throws Exception {
        try (Canary canary = Canary.start();
                Receiver proxy = Receiver.start();
                DeliveryClient client = client(proxy.url(""), null)) {
            proxy.answer(Answer.redirect("http://127.0.0.1:" + canary.port() + "/"));

            assertThat(post(client, "http", "receiver.example", -1, "/")).isEqualTo(302);
            assertThat(proxy.requests()).hasSize(1);
            assertThat(canary.visits()).isZero();
        }
    }

    @ParameterizedTest
    @DisplayName("G8: the policy is asked before the proxy is, for names and literals")
    @CsvSource({
        "http, internal.example",
        "https, internal.example",
        "http, mixed.example",
        "http, 10.0.0.1",
        "https, 169.254.169.254",
        "http, 127.0.0.1",
        "http, [::1]",
        "https, [::ffff:10.0.0.1]"
    })
    void checksTargets(String scheme, String host) throws Exception {
        try (Canary proxy = Canary.start();
                DeliveryClient client = client("http://127.0.0.1:" + proxy.port(), null)) {
            assertThat(failure(client, scheme, host).kind()).isEqualTo(Kind.ADDRESS_REFUSED);
            assertThat(proxy.visits()).isZero();
        }
    }

    @Test
    @DisplayName("where there is a proxy nothing else is looked up to be connected to")
    void looksUpTheProxyOnly() throws IOException {
        DeliveryResolver names = resolver();
        ProxyLookup lookup = new ProxyLookup(OutgoingProxy.parse("http://proxy.example:3128"), names);

        assertThat(lookup.resolve("proxy.example")).containsExactly(InetAddress.getByName("10.0.0.9"));
        assertThatThrownBy(() -> lookup.resolve("receiver.example")).isInstanceOf(AddressRefusedException.class);
    }

    // ---- the setting

    @Test
    void readsTheSetting() {
        assertThat(OutgoingProxy.parse("http://proxy.example:3128"))
                .isEqualTo(new OutgoingProxy(new HttpHost("http", "proxy.example", 3128), null));
        assertThat(OutgoingProxy.parse("http://u:p%40@[::1]:1/"))
                .isEqualTo(new OutgoingProxy(new HttpHost("http", "[::1]", 1), new UserInfo("u", "p@")));
        assertThat(OutgoingProxy.parse("http://10.0.0.9").host().getPort()).isEqualTo(80);
    }

    @ParameterizedTest
    @DisplayName("S9: what is wrong with the setting is said without its password")
    @ValueSource(
            strings = {
                "https://u:s3cret@proxy.example:3128",
                "socks5://u:s3cret@proxy.example:1080",
                "u:s3cret@proxy.example:3128",
                "http://u:s3cret@proxy.example:3128/path",
                "http://u:s3cret@proxy.example:3128?s3cret",
                "http://u:s3cret@proxy.example:66000",
                "http://u:s3cret@",
                "http://u:s3cret@proxy example:1",
                "http://u:s3cret#proxy.example:1",
                "http://proxy.example/#s3cret#",
                "s3cret"
            })
    void refusesTheSetting(String url) {
        assertThatThrownBy(() -> OutgoingProxy.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.toString()).doesNotContain("s3cret"));
    }

    @Test
    void itsTextHasNoPassword() {
        assertThat(OutgoingProxy.parse("http://u:s3cret@proxy.example:3128").toString())
                .isEqualTo("http://proxy.example:3128");
    }

    // ----

    private static String basic(String login) {
        return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(UTF_8));
    }

    private static InetAddress[] lookup(String host) throws UnknownHostException {
        return switch (host) {
            case "internal.example" -> InetAddress.getAllByName("10.0.0.1");
            case "mixed.example" ->
                new InetAddress[] {InetAddress.getByName("93.184.215.14"), InetAddress.getByName("10.0.0.1")};
            case "proxy.example" -> InetAddress.getAllByName("10.0.0.9");
            case "receiver.example", "other.example" -> InetAddress.getAllByName("93.184.215.14");
            default -> InetAddress.getAllByName(host);
        };
    }

    private static DeliveryResolver resolver() {
        return new DeliveryResolver(
                new AddressPolicy(List.of(), null, () -> 0),
                ProxyClientTest::lookup,
                Runnable::run,
                Duration.ofSeconds(3));
    }

    private DeliveryClient client(String proxy, @Nullable PrivateCas tls) {
        return new DeliveryClient(
                new DeliveryClient.Settings(
                        4,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(20),
                        "0.1.0",
                        OutgoingProxy.parse(proxy),
                        tls,
                        false,
                        Duration.ofMinutes(1)),
                resolver(),
                alarms);
    }

    private static int post(DeliveryClient client, String scheme, String host, int port, String target)
            throws IOException {
        HttpPost post = new HttpPost("/");
        post.setHeader(DeliveryHeaders.TARGET, scheme + "://" + host + (port < 0 ? "" : ":" + port) + target);
        post.setEntity(new ByteArrayEntity(BODY.getBytes(UTF_8), null));
        try (var response = client.executeOpen(new HttpHost(scheme, host, port), post, null)) {
            return response.getCode();
        }
    }

    private static Failure failure(DeliveryClient client, String scheme, String host) {
        Throwable thrown = catchThrowable(() -> post(client, scheme, host, -1, "/"));
        assertThat(thrown).isNotNull();
        return Failure.of(thrown, InstantSource.system());
    }
}
