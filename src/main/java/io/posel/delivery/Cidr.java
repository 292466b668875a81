package io.posel.delivery;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A block of addresses such as {@code 10.1.0.0/16} (RFC 4632) or {@code fd00::/8} (RFC 4291, 2.3). A single address
 * stands for itself. No name is ever looked up.
 */
public record Cidr(InetAddress network, int prefix) {
    private static final int WIDE_IPV4 = 8;
    private static final int WIDE_IPV6 = 32;
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F.]*:[0-9a-fA-F:.]*");
    private static final Pattern IPV4 = Pattern.compile("(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}");

    /**
     * @param text blocks separated by commas; empty means none
     * @throws IllegalArgumentException with a sentence that names the block that is wrong
     */
    public static List<Cidr> parseList(String text) {
        List<Cidr> blocks = new ArrayList<>();
        for (String block : text.split(",", -1)) {
            if (!block.isBlank()) {
                blocks.add(parse(block.strip()));
            }
        }
        return List.copyOf(blocks);
    }

    /** @throws IllegalArgumentException with a sentence that says what is wrong */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = address(slash < 0 ? text : text.substring(0, slash), text);
        int bits = address.getAddress().length * 8;
        int prefix = slash < 0 ? bits : prefix(text.substring(slash + 1), bits, text);
        Cidr block = new Cidr(first(address, prefix), prefix);
        if (!block.network.equals(address)) {
            throw new IllegalArgumentException("'" + text + "' is an address inside a block; the block is "
                    + block.network.getHostAddress() + "/" + prefix);
        }
        return block;
    }

    /** The block of this address alone. */
    static Cidr single(InetAddress address) {
        return new Cidr(addressOf(address.getAddress()), address.getAddress().length * 8);
    }

    /** Whether it is of one address alone. */
    public boolean isSingle() {
        return prefix == network.getAddress().length * 8;
    }

    /** Whether it is wider than the network of any one operator: shorter than /8, in IPv6 than /32. */
    public boolean isWide() {
        return prefix < (network.getAddress().length == 4 ? WIDE_IPV4 : WIDE_IPV6);
    }

    /** Whether this address, of the same family, lies in the block. */
    public boolean contains(InetAddress address) {
        return address.getAddress().length == network.getAddress().length
                && first(address, prefix).equals(network);
    }

    /** Whether the text is an address as RFC 3986 writes it, so that no name service is needed to read it. */
    static boolean isLiteral(String host) {
        return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
    }

    private static InetAddress address(String text, String whole) {
        try {
            if (IPV4.matcher(text).matches()) {
                return InetAddress.getByName(text);
            } else if (IPV6.matcher(text).matches()) {
                // in brackets it cannot be taken for a name
                return InetAddress.getByName("[" + text + "]");
            }
        } catch (UnknownHostException e) {
            // said below
        }
        throw new IllegalArgumentException("'" + whole + "' is not an address block such as 10.1.0.0/16 or fd00::/8");
    }

    private static int prefix(String text, int bits, String whole) {
        if (text.matches("\\d{1,3}") && Integer.parseInt(text) <= bits) {
            return Integer.parseInt(text);
        }
        throw new IllegalArgumentException("'" + whole + "': the number after the slash must be from 0 to " + bits);
    }

    private static InetAddress first(InetAddress address, int prefix) {
        byte[] bytes = address.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            int kept = Math.max(0, Math.min(8, prefix - i * 8));
            bytes[i] &= (byte) (0xff00 >> kept);
        }
        return addressOf(bytes);
    }

    private static InetAddress addressOf(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefix;
    }
}
