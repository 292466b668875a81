package io.posel.delivery;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses may be delivered to: public ones, those that the operator allows, and never the port on which Posel
 * itself listens. The tables are our own because {@link InetAddress}' predicates miss half of them.
 *
 * <p>Of IPv4 all is public but what the registry of special purposes names; of IPv6 nothing but {@code 2000::/3}, less what
 * that registry names. What is an IPv4 address in the form of IPv6 is judged as the one that it is. Addresses of clouds'
 * platforms, which hand out credentials, are allowed one by one: a block that holds one of them does not allow it.
 *
 * <p>Judges addresses, not names: {@link DeliveryResolver} asks it for every address that is about to be connected to.
 */
public final class AddressPolicy {
    /** The setting that every refusal names. */
    public static final String SETTING = "POSEL_DELIVERY_ALLOW";

    /** All that IANA has for receivers (RFC 4291, 2.4). */
    private static final Cidr IPV6 = Cidr.parse("2000::/3");

    // IANA's special-purpose registries (RFC 6890) and what tunnels or translates to them
    static final List<Cidr> DENIED = blocks(
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
            "2001::/23", // protocols: Teredo, benchmarks, ORCHID, identifiers of drones
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20");

    /** What may be reached within a denied block, as the registry says. */
    private static final List<Cidr> REACHABLE =
            blocks("2001:1::1/128", "2001:1::2/128", "2001:1::3/128", "2001:3::/32", "2001:4:112::/48");

    /** Metadata, credentials, name servers and agents of clouds, each for the machines that run there. */
    private static final Set<InetAddress> PLATFORM = blocks(
                    "169.254.169.254", // most clouds
                    "fd00:ec2::254", // Amazon, as the next ones
                    "169.254.170.2",
                    "169.254.170.23",
                    "fd00:ec2::23",
                    "169.254.169.253",
                    "fd00:ec2::253",
                    "169.254.169.123",
                    "fd00:ec2::123",
                    "169.254.169.250",
                    "169.254.169.251",
                    "fd00:ec2::250",
                    "fd00:ec2::240",
                    "168.63.129.16", // Azure
                    "169.254.169.252", // Google, as the next one
                    "fd20:ce::254",
                    "100.100.100.200", // Alibaba
                    "192.0.0.192", // Oracle, as the next one
                    "fd00:c1::a9fe:a9fe",
                    "169.254.0.23", // Tencent
                    "169.254.42.42", // Scaleway, as the next one
                    "fd00:42::42",
                    "fd00:a9fe:a9fe::1", // Akamai
                    "fe80::a9fe:a9fe") // OpenStack
            .stream()
            .map(Cidr::network)
            .collect(Collectors.toUnmodifiableSet());

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

    private static List<Cidr> blocks(String... blocks) {
        return Stream.of(blocks).map(Cidr::parse).toList();
    }

    /** Why nothing is sent there, a sentence for people; empty if it may be. */
    public Optional<String> refusal(InetAddress address, int targetPort) {
        InetAddress plain = EmbeddedAddress.is(address).orElse(address);
        if (targetPort == port.getAsInt() && isOwn(plain)) {
            return Optional.of("%s port %d is where Posel itself listens, which %s cannot allow"
                    .formatted(plain.getHostAddress(), targetPort, SETTING));
        }
        // what a tunnel leads to is judged too, where its block is allowed
        return refusal(plain).or(() -> EmbeddedAddress.carriedBy(plain).stream()
                .flatMap(carried -> refusal(carried).stream())
                .findFirst());
    }

    private Optional<String> refusal(InetAddress address) {
        List<Cidr> allowing =
                allowed.stream().filter(block -> block.contains(address)).toList();
        if (PLATFORM.contains(address)) {
            return allowing.stream().anyMatch(Cidr::isSingle)
                    ? Optional.empty()
                    : Optional.of(
                            "%s is an address of a cloud's platform, which may hand out credentials; an operator can allow it only by itself, as %s in %s"
                                    .formatted(address.getHostAddress(), Cidr.single(address), SETTING));
        } else if (!allowing.isEmpty()) {
            return Optional.empty();
        }
        return notPublic(address)
                .map(reason -> "%s is not a public address (%s); an operator can allow its network with %s"
                        .formatted(address.getHostAddress(), reason, SETTING));
    }

    private Optional<String> notPublic(InetAddress address) {
        if (address instanceof Inet6Address && !IPV6.contains(address)) {
            return Optional.of("outside 2000::/3");
        }
        return denied.stream()
                .filter(block -> block.contains(address))
                .filter(block -> REACHABLE.stream().noneMatch(part -> part.contains(address)))
                .findFirst()
                .map(Cidr::toString);
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
}
