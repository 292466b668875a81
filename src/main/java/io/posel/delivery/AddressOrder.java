package io.posel.delivery;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.hc.client5.http.DnsResolver;

/**
 * The order in which the addresses of a host are tried (RFC 8305, 4): the families take turns, beginning with the one
 * that the resolver puts first, and addresses that failed a moment ago come last.
 *
 * <p>Takes addresses from the resolver behind it, which has checked all of them, and adds none.
 */
final class AddressOrder implements DnsResolver, ConnectRace.Results {
    /** More are not tried for one request. */
    static final int TRIED = 16;

    private static final long REMEMBERED_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int MOST_REMEMBERED = 1_000;

    private final DnsResolver resolver;
    private final LongSupplier nanos;
    /** When they failed; the longest ago first. Under its own lock. */
    private final Map<InetSocketAddress, Long> failed = new LinkedHashMap<>();

    /** @param nanos the time, as {@link System#nanoTime} counts it */
    AddressOrder(DnsResolver resolver, LongSupplier nanos) {
        this.resolver = resolver;
        this.nanos = nanos;
    }

    /** @return one that stands for all */
    @Override
    public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
        List<InetSocketAddress> addresses = resolver.resolve(host, port);
        return addresses.isEmpty() ? addresses : List.of(new Candidates(ordered(addresses)));
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        return resolver.resolve(host);
    }

    @Override
    public String resolveCanonicalHostname(String host) throws UnknownHostException {
        return resolver.resolveCanonicalHostname(host);
    }

    private List<InetSocketAddress> ordered(List<InetSocketAddress> addresses) {
        if (addresses.size() == 1) {
            return addresses;
        }
        List<InetSocketAddress> sound = new ArrayList<>();
        List<InetSocketAddress> doubtful = new ArrayList<>();
        for (InetSocketAddress address : addresses) {
            (hasFailed(address) ? doubtful : sound).add(address);
        }
        List<InetSocketAddress> all = interleaved(sound);
        all.addAll(interleaved(doubtful));
        return all.subList(0, Math.min(all.size(), TRIED));
    }

    private static List<InetSocketAddress> interleaved(List<InetSocketAddress> addresses) {
        Deque<InetSocketAddress> first = new ArrayDeque<>();
        Deque<InetSocketAddress> second = new ArrayDeque<>();
        for (InetSocketAddress address : addresses) {
            (isV6(address) == isV6(addresses.get(0)) ? first : second).add(address);
        }
        List<InetSocketAddress> all = new ArrayList<>();
        while (!first.isEmpty() || !second.isEmpty()) {
            if (!first.isEmpty()) {
                all.add(first.remove());
            }
            if (!second.isEmpty()) {
                all.add(second.remove());
            }
        }
        return all;
    }

    private static boolean isV6(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address;
    }

    private boolean hasFailed(InetSocketAddress address) {
        synchronized (failed) {
            Long at = failed.get(address);
            return at != null && nanos.getAsLong() - at < REMEMBERED_NANOS;
        }
    }

    @Override
    public void failed(InetSocketAddress address) {
        synchronized (failed) {
            failed.remove(address); // to the end
            failed.put(address, nanos.getAsLong());
            if (failed.size() > MOST_REMEMBERED) {
                failed.remove(failed.keySet().iterator().next());
            }
        }
    }

    @Override
    public void connected(InetSocketAddress address) {
        synchronized (failed) {
            failed.remove(address);
        }
    }
}
