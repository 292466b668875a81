package io.posel.delivery;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Looks up the operator's own proxy, which the address policy does not concern, and nothing else: where everything has to
 * go through a proxy, no other address is ever connected to.
 */
final class ProxyLookup implements DnsResolver {
    private final String proxy;
    private final DeliveryResolver names;

    ProxyLookup(OutgoingProxy proxy, DeliveryResolver names) {
        this.proxy = proxy.host().getHostName();
        this.names = names;
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        if (!host.equals(proxy)) {
            throw new AddressRefusedException("everything goes through the proxy");
        }
        return names.lookup(host);
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }
}
