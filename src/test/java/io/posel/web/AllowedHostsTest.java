package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHostsTest {
    private final AllowedHosts hosts = new AllowedHosts("10.1.2.3", Set.of("Posel.example", "2001:db8::1"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST",
                "localhost:8080",
                "localhost.",
                "127.0.0.1:1",
                "[::1]",
                "[::1]:8080",
                "10.1.2.3:8080",
                "posel.example",
                "POSEL.EXAMPLE:443",
                "[2001:db8::1]:80"
            })
    void answersToItsNamesOnAnyPort(String header) {
        assertThat(hosts.allows(header)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "evil.example",
                "localhost.evil.example",
                "posel.example.evil.example",
                "evil.example@localhost",
                "localhost:8080:8080",
                "localhost:x",
                "localhost/",
                "localhost, evil.example",
                "localhost#",
                "127.0.0.1.nip.io",
                "10.1.2.4",
                "127.1",
                "2130706433",
                "::1"
            })
    void answersToNothingElse(String header) {
        assertThat(hosts.allows(header)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void onAllAddressesEveryLiteralAddressIsItsOwn(String listening) {
        AllowedHosts everywhere = new AllowedHosts(listening, Set.of());

        assertThat(everywhere.allows("192.168.1.5:8080")).isTrue();
        assertThat(everywhere.allows("[fe80::1]:8080")).isTrue();
        assertThat(everywhere.allows("evil.example:8080")).isFalse();
        assertThat(everywhere.allows("1.2.3.4.evil.example")).isFalse();
    }
}
