package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.UniqueElements;
import org.apache.hc.client5.http.DnsResolver;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AddressOrderTest {
    private final AtomicLong now = new AtomicLong();

    @Test
    @DisplayName("RFC 8305, 4: the families take turns, beginning with the first one")
    void interleaves() throws Exception {
        AddressOrder order = order("::1", "::2", "::3", "10.0.0.1", "10.0.0.2");

        assertThat(tried(order)).containsExactly("::1", "10.0.0.1", "::2", "10.0.0.2", "::3");
    }

    @Test
    @DisplayName("an address that failed is tried last for a minute, unless it works again before")
    void failedLast() throws Exception {
        AddressOrder order = order("10.0.0.1", "10.0.0.2", "10.0.0.3");
        order.failed(address("10.0.0.1"));
        assertThat(tried(order)).containsExactly("10.0.0.2", "10.0.0.3", "10.0.0.1");

        order.connected(address("10.0.0.1"));
        assertThat(tried(order)).containsExactly("10.0.0.1", "10.0.0.2", "10.0.0.3");

        order.failed(address("10.0.0.1"));
        now.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(tried(order)).containsExactly("10.0.0.1", "10.0.0.2", "10.0.0.3");
    }

    @Property(tries = 200)
    @Label("none but the resolver's addresses, each once, whichever failed")
    void permutes(
            @ForAll @Size(min = 1, max = AddressOrder.TRIED) @UniqueElements List<Byte> hosts,
            @ForAll List<Byte> failed)
            throws Exception {
        String[] all = hosts.stream()
                .map(host -> (host < 0 ? "fe80::" : "10.0.0.") + Math.abs(host))
                .toArray(String[]::new);
        AddressOrder order = order(all);
        for (byte host : failed) {
            order.failed(address((host < 0 ? "fe80::" : "10.0.0.") + Math.abs(host)));
        }

        List<InetSocketAddress> given =
                Arrays.stream(all).map(AddressOrderTest::address).toList();
        List<InetSocketAddress> tried = ((Candidates) order.resolve("x", 80).get(0)).addresses();
        assertThat(tried).containsExactlyInAnyOrderElementsOf(new HashSet<>(given));
    }

    private static List<String> tried(AddressOrder order) throws UnknownHostException {
        return ((Candidates) order.resolve("receiver.example", 80).get(0))
                .addresses().stream()
                        .map(each -> each.getAddress().getHostAddress().replace("0:0:0:0:0:0:0:", "::"))
                        .toList();
    }

    private AddressOrder order(String... addresses) {
        return new AddressOrder(
                new DnsResolver() {
                    @Override
                    public InetAddress[] resolve(String host) {
                        return Arrays.stream(addresses)
                                .map(each -> address(each).getAddress())
                                .toArray(InetAddress[]::new);
                    }

                    @Override
                    public String resolveCanonicalHostname(String host) {
                        return host;
                    }
                },
                now::get);
    }

    private static InetSocketAddress address(String literal) {
        try {
            return new InetSocketAddress(InetAddress.getByName(literal), 80);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
