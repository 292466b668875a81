package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.posel.template.TemplateException;
import io.posel.template.UrlTemplate;
import io.posel.testing.Canary;
import io.posel.testing.HostileHost;
import io.posel.testing.HostileHost.Expected;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The corpus of hosts against the template, the policy, the resolver and the client, with listeners on loopback that
 * nobody may reach. Nothing here leaves this machine, and no name service is asked.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileHostsTest {
    private final ScheduledThreadPoolExecutor alarms = new ScheduledThreadPoolExecutor(1);
    private final Map<String, InetAddress[]> names = new HashMap<>();
    private Canary canary;

    @BeforeAll
    void start() throws IOException {
        canary = Canary.start();
    }

    @AfterAll
    void stop() throws IOException {
        canary.close();
        alarms.shutdown();
    }

    static List<HostileHost> noHosts() {
        return HostileHost.all(Expected.NO_HOST);
    }

    static List<HostileHost> denied() {
        return HostileHost.all(Expected.DENIED);
    }

    static List<HostileHost> publicOnes() {
        return HostileHost.all(Expected.PUBLIC);
    }

    static Stream<HostileHost> hostile() {
        return Stream.concat(noHosts().stream(), denied().stream());
    }

    @Test
    @DisplayName("the corpus is not emptied")
    void size() {
        assertThat(noHosts()).hasSizeGreaterThanOrEqualTo(145);
        assertThat(denied()).hasSizeGreaterThanOrEqualTo(130);
        assertThat(publicOnes()).hasSizeGreaterThanOrEqualTo(44);
        assertThat(HostileHost.all()).extracting(HostileHost::written).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @DisplayName("G8: what several readers of a URL would take for different hosts is no host")
    @MethodSource("noHosts")
    void isNoHost(HostileHost host) {
        assertThatThrownBy(() -> UrlTemplate.compile(host.url(80))).isInstanceOf(TemplateException.class);
    }

    @ParameterizedTest
    @DisplayName("G8: a host whose address is not public is refused, with the setting that allows it")
    @MethodSource("denied")
    void isDenied(HostileHost host) throws TemplateException {
        assertThat(refusal(host, policy("")))
                .hasValueSatisfying(reason -> assertThat(reason).contains("POSEL_DELIVERY_ALLOW"));
    }

    @ParameterizedTest
    @DisplayName("a public host passes")
    @MethodSource("publicOnes")
    void isPublic(HostileHost host) throws TemplateException {
        assertThat(refusal(host, policy(""))).isEmpty();
    }

    static List<Cidr> rows() {
        return AddressPolicy.DENIED;
    }

    @ParameterizedTest
    @DisplayName("every row of the table is needed: without it a host of the corpus would pass")
    @MethodSource("rows")
    void everyRowCounts(Cidr row) throws TemplateException {
        List<Cidr> others = new ArrayList<>(rows());
        others.remove(row);
        AddressPolicy policy = new AddressPolicy(others, List.of(), null, () -> 0);

        List<HostileHost> passing = new ArrayList<>();
        for (HostileHost host : denied()) {
            if (refusal(host, policy).isEmpty()) {
                passing.add(host);
            }
        }
        assertThat(passing).isNotEmpty();
    }

    @Test
    void theTableHasTheRowsOfTheContract() {
        assertThat(rows()).hasSize(19);
    }

    @ParameterizedTest
    @DisplayName("G8: none is connected to, also when no definition was checked before")
    @MethodSource("hostile")
    void isNotConnectedTo(HostileHost host) throws IOException {
        names.clear();
        String authority = host.url(canary.port()).substring(7).replaceFirst("/$", "");
        // the host as the URL was written, and every part of it that something else could take for it
        Stream<String> readings = Stream.of(
                authority,
                authority.replaceFirst(":" + canary.port() + "$", ""),
                authority.replaceFirst(".*@", "").replaceFirst(":" + canary.port() + "$", ""),
                authority.replaceFirst("[\\\\/?#\\x00-\\x20].*", "").replaceFirst(":.*", ""));
        try (DeliveryClient client = client("")) {
            for (String reading :
                    readings.distinct().filter(each -> !each.isBlank()).toList()) {
                names.put(reading, host.addresses());
                assertThatThrownBy(() -> connect(client, reading))
                        .as(reading)
                        .isInstanceOfAny(UnknownHostException.class, IllegalArgumentException.class);
            }
        }
        assertThat(canary.visits()).isZero();
    }

    @Test
    @DisplayName("the canary is where the corpus points to: allowed, it is reached")
    void theCanaryIsReachedWhereItIsAllowed() throws IOException {
        try (Canary other = Canary.start();
                DeliveryClient client = client("127.0.0.0/8,::1,0.0.0.0,::")) {
            names.put("localhost", InetAddress.getAllByName("127.0.0.1"));
            for (String host : List.of("127.0.0.1", "127.0.0.2", "::ffff:127.0.0.1", "localhost", "0.0.0.0")) {
                connect(client, host, other.port());
            }
            assertThat(other.visits()).isEqualTo(5);
        }
    }

    @Test
    @DisplayName("G8: Posel's own port is refused whatever is allowed, from the moment at which it is known")
    void itself() throws IOException {
        AtomicInteger listening = new AtomicInteger();
        AddressPolicy policy =
                new AddressPolicy(Cidr.parseList("0.0.0.0/0,::/0"), InetAddress.getByName("127.0.0.1"), listening::get);
        assertThat(policy.refusal(InetAddress.getByName("127.0.0.1"), canary.port()))
                .isEmpty();

        listening.set(canary.port());

        names.put("localhost", InetAddress.getAllByName("127.0.0.1"));
        try (DeliveryClient client = client(policy)) {
            for (String host :
                    List.of("127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::", "localhost")) {
                assertThatThrownBy(() -> connect(client, host))
                        .isInstanceOf(AddressRefusedException.class)
                        .hasMessageContaining("Posel itself");
            }
        }
        assertThat(canary.visits()).isZero();
    }

    @Test
    @DisplayName("G8: a name that becomes internal between saving and connecting is refused when connecting")
    void rebinding() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        DeliveryResolver resolver = resolver(
                policy(""),
                host -> InetAddress.getAllByName(asked.incrementAndGet() == 1 ? "93.184.215.14" : "127.0.0.1"));

        assertThat(resolver.refusal("rebinds.example", canary.port()))
                .as("saved")
                .isEmpty();
        try (DeliveryClient client = client(resolver)) {
            assertThatThrownBy(() -> connect(client, "rebinds.example")).isInstanceOf(AddressRefusedException.class);
        }
        assertThat(asked).hasValue(2);
        assertThat(canary.visits()).isZero();
    }

    @Test
    @DisplayName("G8: what is checked is what is connected to: a name is looked up once for each connection")
    void noSecondLookup() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        // 127.0.0.2 stands for a public address; whoever asks again would be sent to 127.0.0.1, which only it may reach
        DeliveryResolver resolver = resolver(
                policy("127.0.0.2/32"),
                host -> InetAddress.getAllByName(asked.incrementAndGet() == 1 ? "127.0.0.2" : "127.0.0.1"));
        try (Canary allowed = Canary.start();
                DeliveryClient client = client(resolver)) {
            connect(client, "rebinds.example", allowed.port());
            assertThat(asked).hasValue(1);
            assertThat(allowed.visits()).isEqualTo(1);

            assumeTrue(client.leased() == 0);
            assertThatThrownBy(() -> connect(client, "rebinds.example", canary.port()))
                    .as("the next connection")
                    .isInstanceOf(AddressRefusedException.class);
        }
        assertThat(canary.visits()).isZero();
    }

    // ----

    private static Optional<String> refusal(HostileHost host, AddressPolicy policy) throws TemplateException {
        UrlTemplate url = UrlTemplate.compile(host.url(443));
        return resolver(policy, name -> named(host, name)).refusal(url.host(), url.port());
    }

    /** Literals are read, other names are what the corpus says: no name service is asked. */
    private static InetAddress[] named(HostileHost host, String name) throws UnknownHostException {
        return Cidr.isLiteral(name) ? InetAddress.getAllByName(name) : host.addresses();
    }

    private InetAddress[] named(String name) throws UnknownHostException {
        InetAddress[] addresses = names.getOrDefault(name, new InetAddress[0]);
        if (addresses.length > 0) {
            return addresses;
        } else if (Cidr.isLiteral(name)) {
            return InetAddress.getAllByName(name);
        }
        throw new UnknownHostException(name);
    }

    private static AddressPolicy policy(String allow) {
        return new AddressPolicy(Cidr.parseList(allow), null, () -> 0);
    }

    private static DeliveryResolver resolver(AddressPolicy policy, DeliveryResolver.NameService names) {
        return new DeliveryResolver(policy, names, Runnable::run, Duration.ofSeconds(3));
    }

    private DeliveryClient client(String allow) {
        return client(policy(allow));
    }

    private DeliveryClient client(AddressPolicy policy) {
        return client(resolver(policy, this::named));
    }

    private DeliveryClient client(DeliveryResolver resolver) {
        return new DeliveryClient(
                new DeliveryClient.Settings(
                        4,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(10),
                        "0.1.0",
                        null,
                        null,
                        false,
                        Duration.ofMinutes(1)),
                resolver,
                alarms);
    }

    private void connect(DeliveryClient client, String host) throws IOException {
        connect(client, host, canary.port());
    }

    private static void connect(DeliveryClient client, String host, int port) throws IOException {
        client.executeOpen(new HttpHost("http", host, port), new HttpGet("/"), null)
                .close();
    }
}
