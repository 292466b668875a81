package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CidrTest {
    @Test
    void readsAListWithSpacesAndEmptyPlaces() {
        assertThat(Cidr.parseList(" 127.0.0.0/8,,10.1.2.3 , fd00::/8,"))
                .extracting(Cidr::toString)
                .containsExactly("127.0.0.0/8", "10.1.2.3/32", "fd00:0:0:0:0:0:0:0/8");
        assertThat(Cidr.parseList("")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0/0, 203.0.113.9, true",
        "10.128.0.0/9, 10.128.0.0, true",
        "10.128.0.0/9, 10.127.255.255, false",
        "10.1.2.3/32, 10.1.2.4, false",
        "::/0, 2001:db8::1, true",
        "::/0, 10.0.0.1, false",
        "fd00::/8, fdff::1, true",
        "fd00::/8, fe00::1, false"
    })
    void holdsTheAddressesOfItsBlock(String block, String address, boolean held) throws UnknownHostException {
        assertThat(Cidr.parse(block).contains(InetAddress.getByName(address))).isEqualTo(held);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/33, from 0 to 32",
        "10.0.0.0/-1, from 0 to 32",
        "10.0.0.0/, from 0 to 32",
        "fd00::/129, from 0 to 128",
        "10.1.2.3/16, the block is 10.1.0.0/16",
        "010.0.0.0/8, is not an address block",
        "10.0.0/8, is not an address block",
        "10.0.0.256, is not an address block",
        "localhost, is not an address block",
        "fd00:::/8, is not an address block"
    })
    void saysWhatIsWrong(String text, String words) {
        assertThatThrownBy(() -> Cidr.parseList("127.0.0.0/8," + text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining(words);
    }
}
