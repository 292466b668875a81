package io.posel.web;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * What stands for a caller by its address: the address, and of IPv6 its /64, within which one machine can take any number of
 * them.
 */
final class RemoteNetwork {
    private static final int HALF = 8;
    private static final int LENGTH = 16;

    private RemoteNetwork() {}

    /** @param address as the server tells it, no name */
    static String of(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        try {
            // in brackets it cannot be taken for a name
            InetAddress parsed = InetAddress.getByName("[" + address + "]");
            return parsed instanceof Inet6Address && !parsed.isLoopbackAddress()
                    ? networkOf(parsed.getAddress()) + "/64"
                    : parsed.getHostAddress();
        } catch (UnknownHostException e) {
            return address;
        }
    }

    private static String networkOf(byte[] address) throws UnknownHostException {
        return InetAddress.getByAddress(Arrays.copyOf(Arrays.copyOf(address, HALF), LENGTH))
                .getHostAddress();
    }
}
