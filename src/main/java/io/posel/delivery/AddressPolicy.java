package io.posel.delivery;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses may be delivered to: public ones, those that the operator allows, and never the port on which Posel
 * itself listens. The table is our own because {@link InetAddress}' predicates miss half of it.
 *
 * <p>Judges addresses, not names: {@link DeliveryResolver} asks it for every address that is about to be connected to.
 */
public final class AddressPolicy {
    /** The setting that every refusal names. */
    public static final String SETTING = "POSEL_DELIVERY_ALLOW";

    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    // IANA's special-purpose registries (RFC 6890) and what tunnels or translates to them
    static final List<Cidr> DENIED = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/4",
                    "240.0.0.0/4",
                    "::/96",
                    "64:ff9b::/96",
                    "64:ff9b:1::/48",
                    "100::/64",
                    "2001::/32",
                    "2001:db8::/32",
                    "2002::/16",
                    "3fff::/20",
                    "5f00::/16",
                    "fc00::/7",
                    "fe80::/10",
                    "fec0::/10",
                    "ff00::/8")
            .map(Cidr::parse)
            .toList();

    private final List<Cidr> denied;
    private final List<Cidr> allowed;
    private final @Nullable InetAddress listening;
    private final IntSupplier port;

    /**
     * @param allowed blocks that may be delivered to although they are not public
     * @param listening where Posel listens; a wildcard address stands for every address of this machine, null for none
     * @param port on which it listens, asked each time: with port 0 in the settings it is known once Posel has started
     */
    public AddressPolicy(List<Cidr> allowed, @Nullable InetAddress listening, IntSupplier port) {
        this(DENIED, allowed, listening, port);
    }

    /** @param denied in the place of the table, for tests that take a row out */
    AddressPolicy(List<Cidr> denied, List<Cidr> allowed, @Nullable InetAddress listening, IntSupplier port) {
        this.denied = List.copyOf(denied);
        this.allowed = List.copyOf(allowed);
        this.listening = listening;
        this.port = port;
    }

    /** Why nothing is sent there, a sentence for people; empty if it may be. */
    public Optional<String> refusal(InetAddress address, int targetPort) {
        InetAddress plain = unmapped(address);
        if (targetPort == port.getAsInt() && isOwn(plain)) {
            return Optional.of("%s port %d is where Posel itself listens, which %s cannot allow"
                    .formatted(plain.getHostAddress(), targetPort, SETTING));
        }
        if (allowed.stream().anyMatch(block -> block.contains(plain))) {
            return Optional.empty();
        }
        return denied.stream()
                .filter(block -> block.contains(plain))
                .findFirst()
                .map(block -> "%s is not a public address (%s); an operator can allow its network with %s"
                        .formatted(plain.getHostAddress(), block, SETTING));
    }

    private boolean isOwn(InetAddress address) {
        if (listening == null) {
            return false;
        }
        // connecting to 0.0.0.0 or :: reaches this machine
        boolean here = address.isAnyLocalAddress() || address.isLoopbackAddress();
        if (listening.isAnyLocalAddress()) {
            return here || isOfThisMachine(address);
        }
        return address.equals(listening) || here && listening.isLoopbackAddress();
    }

    private static boolean isOfThisMachine(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return false;
        }
    }

    /** {@code ::ffff:10.0.0.1} is 10.0.0.1 (RFC 4291, 2.5.5.2). */
    private static InetAddress unmapped(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != 16 || !Arrays.equals(bytes, 0, 12, MAPPED, 0, 12)) {
            return address;
        }
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, 12, 16));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
