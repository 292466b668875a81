package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPolicyTest {
    private static final int PORT = 8080;
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final AddressPolicy strict = new AddressPolicy(List.of(), LOOPBACK, () -> PORT);

    @ParameterizedTest
    @DisplayName("G8, D7: addresses that are not public are refused, first and last of every range")
    @CsvSource({
        "0.0.0.0, 0.255.255.255",
        "10.0.0.0, 10.255.255.255",
        "100.64.0.0, 100.127.255.255",
        "127.0.0.0, 127.255.255.255",
        "169.254.0.0, 169.254.255.255",
        "172.16.0.0, 172.31.255.255",
        "192.0.0.0, 192.0.0.255",
        "192.0.2.0, 192.0.2.255",
        "192.88.99.0, 192.88.99.255",
        "192.168.0.0, 192.168.255.255",
        "198.18.0.0, 198.19.255.255",
        "198.51.100.0, 198.51.100.255",
        "203.0.113.0, 203.0.113.255",
        "224.0.0.0, 239.255.255.255",
        "240.0.0.0, 255.255.255.255",
        "::, ::1",
        "::2, ::ffff",
        "::10.0.0.1, ::ffff:ffff",
        "64:ff9b::, 64:ff9b::ffff:ffff",
        "64:ff9b:1::, 64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
        "100::, 100::ffff:ffff:ffff:ffff",
        "2001::, 2001:0:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:2::, 2001:2:0:ffff:ffff:ffff:ffff:ffff",
        "2001:10::, 2001:1f:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:20::, 2001:2f:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:30::, 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
        "100:0:0:1::, 100:0:0:1:ffff:ffff:ffff:ffff",
        "64:ff9a::1, 64:ff9b:2::",
        "1::, 1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "4000::, fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:db8::, 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        "2002::, 2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "3fff::, 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
        "5f00::, 5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fc00::, fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fe80::, febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fec0::, feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "ff00::, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    })
    void refusesRanges(String first, String last) throws UnknownHostException {
        for (String address : List.of(first, last)) {
            assertThat(strict.refusal(InetAddress.getByName(address), 443))
                    .hasValueSatisfying(reason -> assertThat(reason).contains("POSEL_DELIVERY_ALLOW"));
        }
    }

    @ParameterizedTest
    @DisplayName("addresses next to a refused range are public")
    @ValueSource(
            strings = {
                "1.0.0.0",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "93.184.215.14",
                "2000::",
                "2001:1::1",
                "2001:3::1",
                "2001:4:112::1",
                "2001:200::",
                "2001:db7::1",
                "2003::",
                "2606:4700::1111",
                "3ffe::1",
                "3fff:1000::1"
            })
    void permitsPublicAddresses(String address) throws UnknownHostException {
        assertThat(strict.refusal(InetAddress.getByName(address), 443)).isEmpty();
    }

    @Property
    @Label("trap InetAddress: an IPv4-mapped address is judged as the IPv4 address that it is")
    void unwrapsMappedAddresses(@ForAll @Size(4) byte[] v4) throws UnknownHostException {
        byte[] mapped = new byte[16];
        mapped[10] = -1;
        mapped[11] = -1;
        System.arraycopy(v4, 0, mapped, 12, 4);
        // the JDK unwraps by itself unless there is a scope
        InetAddress wrapped = Inet6Address.getByAddress("mapped", mapped, 1);
        assertThat(wrapped).isInstanceOf(Inet6Address.class);

        assertThat(strict.refusal(wrapped, 443)).isEqualTo(strict.refusal(InetAddress.getByAddress(v4), 443));
    }

    @ParameterizedTest
    @DisplayName("D7: an IPv4 address in a form of IPv6 is judged as the one that it is")
    @ValueSource(strings = {"::ffff:0:%s", "64:ff9b::%s", "::%s", "::ffff:%s"})
    void judgesEmbeddedAddresses(String form) throws UnknownHostException {
        AddressPolicy allowing = new AddressPolicy(Cidr.parseList("127.0.0.0/8,10.0.0.0/8"), LOOPBACK, () -> PORT);

        for (String hidden : List.of("127.0.0.1", "10.0.0.1", "169.254.169.254", "168.63.129.16", "0.1.2.3")) {
            assertThat(strict.refusal(InetAddress.getByName(form.formatted(hidden)), 443))
                    .hasValueSatisfying(reason -> assertThat(reason).contains(hidden));
        }
        InetAddress own = InetAddress.getByName(form.formatted("127.0.0.1"));
        assertThat(strict.refusal(InetAddress.getByName(form.formatted("8.8.8.8")), 443))
                .isEmpty();
        assertThat(allowing.refusal(own, 443)).isEmpty();
        assertThat(allowing.refusal(own, PORT))
                .hasValueSatisfying(reason -> assertThat(reason).contains("Posel itself"));
    }

    @ParameterizedTest
    @DisplayName("D7: an allowed tunnel leads to no address that is refused by itself")
    @ValueSource(
            strings = {
                "2002:7f00:1::1", // 6to4 of 127.0.0.1
                "2001:0:a00:1::1", // Teredo with the server 10.0.0.1
                "2001:0:808:808:0:0:5601:5601", // and with the client 169.254.169.254
                "64:ff9b:1::10.0.0.1",
                "fd00::5efe:10.0.0.1", // ISATAP
                "2606:4700::200:5efe:169.254.169.254",
            })
    void judgesWhatTunnelsCarry(String address) throws UnknownHostException {
        AddressPolicy policy = new AddressPolicy(Cidr.parseList("::/0"), LOOPBACK, () -> PORT);

        assertThat(policy.refusal(InetAddress.getByName(address), 443)).isPresent();
        assertThat(policy.refusal(InetAddress.getByName("2002:808:808::1"), 443))
                .isEmpty();
    }

    @ParameterizedTest
    @DisplayName("D7: addresses of a cloud's platform are allowed one by one only")
    @ValueSource(
            strings = {
                "169.254.169.254",
                "fd00:ec2::254",
                "168.63.129.16",
                "100.100.100.200",
                "192.0.0.192",
                "169.254.170.2",
                "169.254.170.23",
                "fd00:ec2::23",
                "fd20:ce::254",
                "fd00:c1::a9fe:a9fe",
                "fd00:42::42",
                "169.254.0.23",
                "fe80::a9fe:a9fe",
            })
    void platformsOneByOne(String text) throws UnknownHostException {
        InetAddress address = InetAddress.getByName(text);
        String almost = text.contains(":") ? text + "/127" : text + "/31";

        for (String allow : List.of("", "0.0.0.0/0,::/0", "169.254.0.0/16,fd00::/8,fe80::/10,168.63.0.0/16")) {
            assertThat(new AddressPolicy(Cidr.parseList(allow), null, () -> PORT).refusal(address, 80))
                    .hasValueSatisfying(reason -> assertThat(reason)
                            .contains("by itself")
                            .contains("POSEL_DELIVERY_ALLOW")
                            .contains(address.getHostAddress() + (text.contains(":") ? "/128" : "/32")));
        }
        if (!text.endsWith("3")) {
            assertThat(new AddressPolicy(Cidr.parseList(almost), null, () -> PORT).refusal(address, 80))
                    .isPresent();
        }
        for (String allow : List.of(text, "0.0.0.0/0,::/0," + text)) {
            assertThat(new AddressPolicy(Cidr.parseList(allow), null, () -> PORT).refusal(address, 80))
                    .isEmpty();
        }
    }

    @Test
    @DisplayName("S3: allowing the network of an internal system is one setting")
    void allowsWhatTheOperatorAllows() throws UnknownHostException {
        AddressPolicy policy = new AddressPolicy(Cidr.parseList("10.1.0.0/16, fd12::/16"), LOOPBACK, () -> PORT);

        assertThat(policy.refusal(InetAddress.getByName("10.1.2.3"), 443)).isEmpty();
        assertThat(policy.refusal(InetAddress.getByName("fd12::1"), 443)).isEmpty();
        assertThat(policy.refusal(InetAddress.getByName("10.2.0.0"), 443)).isPresent();
        assertThat(policy.refusal(InetAddress.getByName("fd13::1"), 443)).isPresent();
    }

    @ParameterizedTest
    @DisplayName("Posel's own listening address is refused even where its network is allowed")
    @ValueSource(strings = {"127.0.0.1", "::ffff:127.0.0.1", "0.0.0.0", "::", "127.0.0.2"})
    void neverSendsToItself(String address) throws UnknownHostException {
        AddressPolicy policy = new AddressPolicy(Cidr.parseList("0.0.0.0/0, ::/0"), LOOPBACK, () -> PORT);

        assertThat(policy.refusal(InetAddress.getByName(address), 8080))
                .hasValueSatisfying(reason -> assertThat(reason).contains("Posel itself", "POSEL_DELIVERY_ALLOW"));
        assertThat(policy.refusal(InetAddress.getByName(address), 8081)).isEmpty();
    }

    @Test
    @DisplayName("listening on every address makes every address of this machine its own")
    void ownWildcard() throws Exception {
        AddressPolicy policy =
                new AddressPolicy(Cidr.parseList("0.0.0.0/0, ::/0"), InetAddress.getByName("0.0.0.0"), () -> PORT);

        for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InetAddress address : Collections.list(network.getInetAddresses())) {
                assertThat(policy.refusal(address, 8080)).isPresent();
            }
        }
        assertThat(policy.refusal(InetAddress.getByName("93.184.215.14"), 8080)).isEmpty();
    }
}
