package io.posel.delivery;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Finds the IPv4 address in an IPv6 address that is, or leads to, one. */
final class EmbeddedAddress {
    /** What an address begins with that is one of IPv4 in the form of IPv6, 12 bytes each. */
    private static final List<byte[]> FORMS = List.of(
            new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1}, // ::ffff:0:0/96, mapped (RFC 4291, 2.5.5.2)
            new byte[] {0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 0, 0}, // ::ffff:0:0:0/96, translated (RFC 2765, 2.1)
            new byte[] {0, 0x64, -1, -0x65, 0, 0, 0, 0, 0, 0, 0, 0}, // 64:ff9b::/96, NAT64 (RFC 6052, 2.1)
            new byte[12]); // ::/96, compatible (RFC 4291, 2.5.5.1)

    private static final int LENGTH = 16;
    private static final int LAST = 12;

    private EmbeddedAddress() {}

    /** The one that this address is in another form. */
    static Optional<InetAddress> is(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != LENGTH || address.isAnyLocalAddress() || address.isLoopbackAddress()) {
            return Optional.empty();
        }
        return FORMS.stream()
                .filter(form -> Arrays.equals(bytes, 0, LAST, form, 0, LAST))
                .findFirst()
                .map(form -> part(bytes, LAST));
    }

    /** Those to which a tunnel or a translator leads that this address names. */
    static List<InetAddress> carriedBy(InetAddress address) {
        byte[] bytes = address.getAddress();
        List<InetAddress> carried = new ArrayList<>();
        if (bytes.length != LENGTH) {
            return carried;
        }
        if (startsWith(bytes, 0, 0x20, 0x02)) { // 6to4 (RFC 3056, 2)
            carried.add(part(bytes, 2));
        } else if (startsWith(bytes, 0, 0x20, 0x01, 0, 0)) { // Teredo: the server, and the client with its bits turned
            carried.add(part(bytes, 4)); // over (RFC 4380, 4)
            byte[] client = Arrays.copyOfRange(bytes, LAST, LENGTH);
            for (int i = 0; i < client.length; i++) {
                client[i] = (byte) ~client[i];
            }
            carried.add(part(client, 0));
        } else if (startsWith(bytes, 0, 0, 0x64, 0xff, 0x9b, 0, 1)) { // local NAT64 (RFC 8215)
            carried.add(part(bytes, LAST));
        }
        if (startsWith(bytes, 8, 0, 0, 0x5e, 0xfe)
                || startsWith(bytes, 8, 2, 0, 0x5e, 0xfe)) { // ISATAP (RFC 5214, 6.1)
            carried.add(part(bytes, LAST));
        }
        return carried;
    }

    private static boolean startsWith(byte[] bytes, int from, int... values) {
        for (int i = 0; i < values.length; i++) {
            if (bytes[from + i] != (byte) values[i]) {
                return false;
            }
        }
        return true;
    }

    private static InetAddress part(byte[] bytes, int from) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, from, from + 4));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
