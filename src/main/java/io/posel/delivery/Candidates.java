package io.posel.delivery;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * All addresses of one host in the place of one, in the order in which they are tried: the HTTP client takes it for an
 * address, a {@link ChannelSocket} connects to whichever answers first.
 */
final class Candidates extends InetSocketAddress {
    private static final long serialVersionUID = 1L;

    private final transient List<InetSocketAddress> addresses;

    /** @param addresses at least one */
    Candidates(List<InetSocketAddress> addresses) {
        super(addresses.get(0).getAddress(), addresses.get(0).getPort());
        this.addresses = List.copyOf(addresses);
    }

    List<InetSocketAddress> addresses() {
        return addresses;
    }
}
