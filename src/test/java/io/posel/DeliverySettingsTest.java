package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings of the way out that are read when Posel is built: what is wrong ends the start with one message. */
class DeliverySettingsTest {
    @TempDir
    private Path home;

    private Settings settings(String variable, String value) {
        return Settings.load(home, Map.of(variable, value));
    }

    @Test
    void withoutThemThereIsNoProxyAndTheTrustOfTheJdk() {
        Settings settings = Settings.load(home, Map.of());

        assertThat(DeliveryBeans.proxy(settings)).isNull();
        assertThat(DeliveryBeans.trust(settings)).isNull();
    }

    @Test
    @DisplayName("S9: a proxy that is none is told of without its password")
    void proxy() {
        assertThat(DeliveryBeans.proxy(settings("POSEL_DELIVERY_PROXY", "http://u:s3cret@proxy.example:3128")))
                .hasToString("http://proxy.example:3128");
        assertThatThrownBy(() ->
                        DeliveryBeans.proxy(settings("POSEL_DELIVERY_PROXY", "https://u:s3cret@proxy.example:3128")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("setting posel.delivery.proxy (POSEL_DELIVERY_PROXY) in the environment cannot be used,"
                        + " expected is an address such as http://proxy.example.com:3128: A proxy is http:// with host and"
                        + " port, and nothing behind them.");
    }

    @Test
    void trustStore() throws Exception {
        Path file = home.resolve("ca.pem");
        assertThatThrownBy(() -> DeliveryBeans.trust(settings("POSEL_DELIVERY_TRUST_STORE", "ca.pem")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("setting posel.delivery.trust-store (POSEL_DELIVERY_TRUST_STORE) is \"ca.pem\" in the"
                        + " environment, expected is a file of certificates in PEM: " + file + " does not exist");
        Files.writeString(file, "");
        assertThatThrownBy(() -> DeliveryBeans.trust(settings("POSEL_DELIVERY_TRUST_STORE", file.toString())))
                .hasMessageEndingWith(file + " holds no certificate");
    }

    @Test
    @DisplayName("all of them are looked at before anything is opened, and by the command check")
    void allAreChecked() {
        for (String variable :
                new String[] {"POSEL_DELIVERY_PROXY", "POSEL_DELIVERY_TRUST_STORE", "POSEL_DELIVERY_ALLOW"}) {
            assertThatThrownBy(
                            () -> new Check(Settings.load(home, Map.of(variable, "nonsense")), Clock.systemUTC()).run())
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining(variable)
                    .hasMessageContaining("in the environment");
        }
    }
}
