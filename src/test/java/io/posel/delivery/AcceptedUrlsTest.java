package io.posel.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.posel.delivery.Failure.Kind;
import io.posel.template.TemplateException;
import io.posel.template.UrlTemplate;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.webhook.Definition;
import io.posel.webhook.Ordering;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;

/**
 * Every URL that is accepted can be sent to: through a step like the one in the route file, by the client of
 * deliveries, to a real socket. All names and addresses lead to this machine; no name service is asked.
 */
@Label("K01: every URL that is accepted can be sent to, as it was checked")
class AcceptedUrlsTest {
    private static final Set<String> ASKED = ConcurrentHashMap.newKeySet();
    private static final ScheduledThreadPoolExecutor ALARMS = new ScheduledThreadPoolExecutor(1);

    private static Receiver receiver;
    private static Receiver proxy;
    private static DefaultCamelContext camel;

    @BeforeContainer
    static void start() throws Exception {
        receiver = Receiver.start();
        proxy = Receiver.start();
        camel = new DefaultCamelContext();
        camel.getRegistry().bind("deliveryHeaders", new DeliveryHeaders());
        camel.getRegistry().bind("direct", client(null));
        camel.getRegistry().bind("proxied", client(OutgoingProxy.parse(proxy.url(""))));
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                for (String client : List.of("direct", "proxied")) {
                    from("direct:" + client)
                            .errorHandler(noErrorHandler())
                            .to("http://webhook?httpClient=#" + client
                                    + "&headerFilterStrategy=#deliveryHeaders&throwExceptionOnFailure=true"
                                    + "&followRedirects=false&copyHeaders=false&clearExpiredCookies=false");
                }
            }
        });
        camel.start();
    }

    private static DeliveryClient client(@Nullable OutgoingProxy proxy) {
        AddressPolicy policy = new AddressPolicy(Cidr.parseList("127.0.0.0/8"), null, () -> 0);
        return new DeliveryClient(
                new DeliveryClient.Settings(
                        4,
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(30),
                        "0.1.0",
                        proxy,
                        null,
                        false,
                        Duration.ofMinutes(1)),
                new DeliveryResolver(policy, AcceptedUrlsTest::here, Runnable::run, Duration.ofSeconds(10)),
                ALARMS);
    }

    private static InetAddress[] here(String host) throws UnknownHostException {
        ASKED.add(host);
        return InetAddress.getAllByName("127.0.0.1");
    }

    @AfterContainer
    static void stop() throws IOException {
        camel.stop();
        receiver.close();
        proxy.close();
        ALARMS.shutdown();
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void direct(@ForAll("hosts") String host, @ForAll("userInfo") String userInfo, @ForAll("rests") String rest)
            throws Exception {
        String url = "http://" + userInfo + host + ":" + receiver.port() + rest;
        Optional<UrlTemplate> accepted = accepted(url);
        if (accepted.isEmpty()) {
            return;
        }
        OutgoingRequest request = request(url);
        ASKED.clear();

        Exchange done = send("direct", request);

        assertThat(done.getException()).as(url).isNull();
        ReceivedRequest received = last(receiver);
        String authority = accepted.get().host() + ":" + receiver.port();
        assertThat(received.header("Host")).hasValue(authority);
        assertThat("http://" + authority + received.target()).as(url).isEqualTo(request.url());
        assertThat(ASKED).as(url).isSubsetOf(accepted.get().host());
        assertThat(received.header("Authorization"))
                .isEqualTo(accepted.get()
                        .userInfo()
                        .map(who -> "Basic "
                                + Base64.getEncoder()
                                        .encodeToString((who.user() + ":" + who.password()).getBytes(UTF_8))));
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    @Label("through a proxy the URL is asked for that was checked, on any port")
    void proxied(@ForAll("hosts") String host, @ForAll("ports") String port, @ForAll("rests") String rest)
            throws Exception {
        String url = "http://" + host + port + rest;
        Optional<UrlTemplate> accepted = accepted(url);
        if (accepted.isEmpty()) {
            return;
        }
        OutgoingRequest request = request(url);

        Exchange done = send("proxied", request);

        assertThat(done.getException()).as(url).isNull();
        ReceivedRequest received = last(proxy);
        assertThat(received.target()).isEqualTo(request.url());
        assertThat(request.url()).startsWith("http://" + received.header("Host").orElseThrow() + "/");
        assertThat(received.header("Host").orElseThrow())
                .startsWith(accepted.get().host());
    }

    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    @Label("where nothing listens the connection is refused, which is no error of Posel's own")
    void nobodyThere(@ForAll("hosts") String host, @ForAll("deadPorts") String port) throws Exception {
        String url = "http://" + host + port + "/";
        if (accepted(url).isEmpty()) {
            return;
        }

        Exchange done = send("direct", request(url));

        assertThat(Failure.of(done.getException(), InstantSource.system()).kind())
                .as(url)
                .isEqualTo(Kind.CONNECT_REFUSED);
    }

    @Example
    @Label("K01: bücher.example and what it is in ASCII are asked for in ASCII")
    void international() throws Exception {
        for (String host : List.of("bücher.example", "xn--bcher-kva.example", "BÜCHER.example", "bücher。example")) {
            String url = "http://" + host + ":" + receiver.port() + "/x";
            ASKED.clear();

            assertThat(send("direct", request(url)).getException()).as(url).isNull();

            assertThat(last(receiver).header("Host")).hasValue("xn--bcher-kva.example:" + receiver.port());
            assertThat(ASKED).isSubsetOf("xn--bcher-kva.example");
        }
    }

    @Example
    @Label("K32: a service of a container network, whose name has an underscore")
    void underscore() throws Exception {
        assertThat(send("direct", request("http://crm_api:" + receiver.port() + "/"))
                        .getException())
                .isNull();

        assertThat(last(receiver).header("Host")).hasValue("crm_api:" + receiver.port());
    }

    @Example
    @Label("most of what is tried is accepted, or nothing would be tested")
    void mostAreAccepted() {
        long accepted = hosts().list().ofSize(300).sample().stream()
                .filter(host -> accepted("http://" + host + "/").isPresent())
                .count();

        assertThat(accepted).isGreaterThan(200);
    }

    // ---- what there is

    @Provide
    static Arbitrary<String> hosts() {
        Arbitrary<String> label = Arbitraries.frequencyOf(
                Tuple.of(
                        6,
                        Arbitraries.strings()
                                .withCharRange('a', 'z')
                                .numeric()
                                .ofMinLength(1)
                                .ofMaxLength(12)
                                .map(text -> "h" + text)),
                Tuple.of(
                        6,
                        Arbitraries.of(
                                "bücher",
                                "xn--bcher-kva",
                                "XN--BCHER-KVA",
                                "пример",
                                "例え",
                                "xn--fa-hia",
                                "xn--ls8h",
                                "xn--ab-r13a",
                                "xn--a",
                                "xn--0",
                                "xn---",
                                "crm_api",
                                "_dmarc",
                                "a_",
                                "a--b",
                                "LocalHost",
                                "Žluťoučký",
                                "ｗｗｗ",
                                "faß",
                                "💩",
                                "1a",
                                "x".repeat(63))),
                Tuple.of(1, Arbitraries.strings().all().ofMinLength(1).ofMaxLength(4)));
        Arbitrary<String> name = Combinators.combine(
                        label.list().ofMinSize(1).ofMaxSize(5),
                        Arbitraries.of(".", "。", "．"),
                        Arbitraries.of("", "", "", "."))
                .as((labels, dot, end) -> String.join(dot, labels) + end);
        Arbitrary<String> literal = Arbitraries.of(
                "127.0.0.1",
                "127.255.255.254",
                "１２７.0.0.1",
                "[::1]",
                "[0:0:0:0:0:0:0:1]",
                "[::ffff:127.0.0.1]",
                "[::ffff:7f00:1]",
                "[FE80::1]",
                "[2001:DB8::A]",
                "[2001:db8:0:0:1::]",
                "[fe80::1%25eth0]",
                "[::]");
        return Arbitraries.frequencyOf(
                Tuple.of(6, name), Tuple.of(1, literal), Tuple.of(1, Arbitraries.just("a.".repeat(126) + "a")));
    }

    @Provide
    static Arbitrary<String> userInfo() {
        return Arbitraries.of("", "", "u:p@", "user%40corp:p%23%2F%3A%25w@", "ü:ž@", "u@", ":p@", "@", ":@", "u:p:q+@");
    }

    @Provide
    static Arbitrary<String> ports() {
        return Arbitraries.of("", ":1", ":80", ":443", ":8080", ":65535", ":00080", ":", ":0", ":65536");
    }

    @Provide
    static Arbitrary<String> deadPorts() {
        return Arbitraries.of(":1", ":0001");
    }

    @Provide
    static Arbitrary<String> rests() {
        Arbitrary<String> odd = Arbitraries.strings()
                .withChars("/?&=;:@!$'()*+,~|^`\"<>[]{} aéž😀._-")
                .ofMaxLength(20);
        return Arbitraries.oneOf(
                odd.map(text -> "/" + text),
                odd.map(text -> "?" + text),
                Arbitraries.of(
                        "",
                        "/",
                        "?",
                        "/?",
                        "//a//",
                        "/a?b=c?d",
                        "/%7B%7Benv:HOME%7D%7D",
                        "/{{env:HOME}}",
                        "/${header.x}",
                        "/~u/%c4%8d",
                        "/p?a=%0D%0A",
                        "/http://other.example:1/",
                        "/" + "long/".repeat(1_500)));
    }

    // ----

    private static Optional<UrlTemplate> accepted(String url) {
        try {
            return Optional.of(UrlTemplate.compile(url));
        } catch (TemplateException e) {
            assertThat(e.code()).as(url).isNotBlank();
            return Optional.empty();
        }
    }

    private static OutgoingRequest request(String url) throws Exception {
        Definition definition =
                new Definition("w", true, List.of("t"), Map.of(), url, null, Map.of(), Ordering.ENTITY, null, null);
        return RequestTemplate.compile(definition).render(path -> null);
    }

    private static Exchange send(String way, OutgoingRequest request) {
        return camel.createProducerTemplate()
                .send("direct:" + way, exchange -> RequestMessage.write(exchange.getMessage(), request, Map.of()));
    }

    private static ReceivedRequest last(Receiver where) {
        List<ReceivedRequest> all = where.requests();
        return all.get(all.size() - 1);
    }
}
