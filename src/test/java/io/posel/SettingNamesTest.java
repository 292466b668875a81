package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that do not exist are refused, with the name of the one that was meant. */
class SettingNamesTest {
    @TempDir
    private Path home;

    private Settings loaded(Map<String, String> environment, String... lines) throws IOException {
        Path file = Files.createDirectories(home.resolve("config")).resolve("application.properties");
        Files.write(file, List.of(lines));
        return Settings.load(home, environment);
    }

    @Nested
    class Variables {
        @Test
        @DisplayName("K41: a mistyped variable is refused with the name that was meant, at the start and by check")
        void mistyped() {
            Map<String, String> environment = Map.of("POSEL_DELIVERY_REDELIVERES", "5");

            assertThatThrownBy(() -> new Check(Settings.load(home, environment), Clock.systemUTC()).run())
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessage("the environment: there is no setting POSEL_DELIVERY_REDELIVERES; did you mean"
                            + " POSEL_DELIVERY_REDELIVERIES?");
        }

        @ParameterizedTest
        @CsvSource({
            "POSEL_HTTP_PROT, POSEL_HTTP_PORT",
            "POSEL_ADMINTOKEN, POSEL_ADMIN_TOKEN",
            "POSEL_DB_PASWORD, POSEL_DB_PASSWORD",
            "POSEL_DB_PASSWORD_FLIE, POSEL_DB_PASSWORD_FILE",
            "POSEL_DATADIR, POSEL_DATA_DIR",
            "POSEL_SOURCE_OUTBOX_ENABLE, POSEL_SOURCE_OUTBOX_ENABLED",
            "POSEL_HOMES, POSEL_HOME",
            "posel_http_port, POSEL_HTTP_PORT",
            "Posel_Http_Port, POSEL_HTTP_PORT",
            "posel.http.port, POSEL_HTTP_PORT",
        })
        @DisplayName("K41: so is each that is written in another way")
        void writtenOtherwise(String variable, String meant) {
            assertThatThrownBy(() -> Settings.load(home, Map.of(variable, "x")))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageStartingWith(
                            "the environment: there is no setting " + variable + "; did you mean " + meant + "?");
        }

        @Test
        @DisplayName("K41: what is like no setting is refused all the same")
        void likeNone() {
            assertThatThrownBy(() -> Settings.load(home, Map.of("POSEL_COLOUR_OF_THE_PAGE", "red")))
                    .hasMessageStartingWith(
                            "the environment: there is no setting POSEL_COLOUR_OF_THE_PAGE; the nearest");
        }

        @ParameterizedTest
        @CsvSource({
            "POSEL_SERVICE_HOST, 10.96.0.7",
            "POSEL_SERVICE_PORT, 8080",
            "POSEL_SERVICE_PORT_HTTP, 8080",
            "POSEL_PORT, tcp://10.96.0.7:8080",
            "POSEL_PORT_8080_TCP, tcp://10.96.0.7:8080",
            "POSEL_PORT_8080_TCP_PROTO, tcp",
            "POSEL_PORT_8080_TCP_PORT, 8080",
            "POSEL_PORT_8080_TCP_ADDR, 10.96.0.7",
            "POSEL_DB_SERVICE_HOST, 10.96.0.8",
            "POSEL_POSTGRESQL_SERVICE_PORT_TCP_POSTGRESQL, 5432",
            "POSEL_POSTGRESQL_PORT, tcp://10.96.0.8:5432",
            "POSEL_POSTGRESQL_PORT_5432_TCP_ADDR, 10.96.0.8",
            "POSEL_HTTP_PORT, tcp://10.96.0.7:8080",
            "POSEL_HOME, /posel",
        })
        @DisplayName("K41: what Kubernetes puts into each pod for services called posel, posel-db … is ignored")
        void ofKubernetes(String variable, String value) {
            assertThat(Settings.load(home, Map.of(variable, value)).text("posel.http.port"))
                    .isEqualTo("8080");
        }

        @ParameterizedTest
        @ValueSource(strings = {"POSEL_HTPP_PORT", "POSEL_SERVER_PORT", "POSEL_X_SERVICE"})
        void whatOnlyLooksALittleLikeItIsNot(String variable) {
            assertThatThrownBy(() -> Settings.load(home, Map.of(variable, "8080")))
                    .hasMessageContaining("there is no setting " + variable);
        }

        @Test
        void ofOthersAreLeftToThem() {
            assertThatCode(() -> Settings.load(
                            home,
                            Map.of("PATH", "/bin", "_", "/bin/java", "__", "", "POSELSKY", "x", "CRM_TOKEN", "y")))
                    .doesNotThrowAnyException();
        }
    }

    @Nested
    class OfSources {
        @Test
        @DisplayName("K41: each key of a source that the file names can be set by its variable")
        void ofASourceInTheFile() throws IOException {
            Settings settings = loaded(
                    Map.of("POSEL_SOURCE_MY_ORDERS_DB_PASSWORD", "s3cret", "POSEL_SOURCE_MY_ORDERS_FOLDER", "/in"),
                    "posel.source.my-orders.enabled=true",
                    "posel.source.my-orders.folder=");

            assertThat(settings.text("posel.source.my-orders.db.password")).isEqualTo("s3cret");
            assertThat(settings.text("posel.source.my-orders.folder")).isEqualTo("/in");
        }

        @Test
        @DisplayName("K41: a variable of a source that the file does not name is refused, and it is told why")
        void ofAnotherSource() {
            assertThatThrownBy(() -> Settings.load(home, Map.of("POSEL_SOURCE_ORDERS_URL", "https://a.example")))
                    .hasMessageStartingWith("the environment: there is no setting POSEL_SOURCE_ORDERS_URL; ")
                    .hasMessageEndingWith("(variables of a source of your own count once "
                            + home.resolve("config/application.properties") + " has a key of that source)");
        }

        @ParameterizedTest
        @CsvSource({
            "enabeld, enabled",
            "intervall, interval",
            "max-dealy, max-delay",
            "maxdelay, max-delay",
            "db.pasword, db.password",
            "statments, statements",
            "tokn, token",
            "token-fil, token-file",
        })
        void aMistypedKeyIsRefused(String key, String meant) {
            assertThatThrownBy(() -> loaded(Map.of(), "", "posel.source.orders." + key + "=x"))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining("application.properties:2: there is no setting posel.source.orders." + key
                            + "; did you mean posel.source.orders." + meant + "?");
        }

        @ParameterizedTest
        @ValueSource(strings = {"topic", "folder", "delay", "uri", "brokers", "schema", "query", "api-key"})
        void aKeyOfItsOwnIsNot(String key) throws IOException {
            assertThat(loaded(Map.of(), "posel.source.orders." + key + "=x").text("posel.source.orders." + key))
                    .isEqualTo("x");
        }
    }

    @Nested
    class Keys {
        @ParameterizedTest
        @CsvSource({
            "posel.http.prot, posel.http.port",
            "posel.httpPort, posel.http.port",
            "posel.delivery.httpsOnly, posel.delivery.https-only",
            "posel.delivery.redeliveres, posel.delivery.redeliveries",
            "POSEL_HTTP_PORT, posel.http.port",
            "Posel.http.port, posel.http.port",
            "posel_http_port, posel.http.port",
            "posle.http.port, posel.http.port",
            "pose.admin-token, posel.admin-token",
            "posel.admin-token-fiel, posel.admin-token-file",
        })
        @DisplayName("K41: a mistyped key of the file is refused with its line and the key that was meant")
        void mistyped(String key, String meant) {
            assertThatThrownBy(() -> loaded(Map.of(), "", key + "=1"))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessage(home.resolve("config/application.properties") + ":2: there is no setting " + key
                            + "; did you mean " + meant + "?");
        }

        @ParameterizedTest
        @ValueSource(strings = {"orders.folder", "http.port", "db.url", "kafka.brokers", "poseidon.url"})
        void ofOnesOwnAreNot(String key) throws IOException {
            assertThat(loaded(Map.of(), key + "=x").properties()).containsEntry(key, "x");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"posel.http.port", "posel.admin-token", "posel.nonsense", "camel.server.enabled", "camel.x"})
    @DisplayName("K41: a system property that was taken for a setting is refused")
    void systemProperties(String name) {
        assertThatThrownBy(() -> Settings.load(home, Map.of(), Set.of("java.home", "posel.log.level", name)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("-D" + name + " is refused: ");
    }

    @Test
    void thoseOfTheJvmAreNot() {
        assertThatCode(() -> Settings.load(home, Map.of(), Set.of("java.home", "posel.log.level", "camelot")))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', 0",
        "a, '', 1",
        "port, port, 0",
        "port, prot, 1",
        "port, sport, 1",
        "port, part, 1",
        "ab, ca, 2"
    })
    void distances(String from, String to, int letters) {
        assertThat(SettingNames.distance(from, to)).isEqualTo(letters);
    }

    @Property
    void aDistanceIsTheSameInBothDirectionsAndZeroOnlyForTheSame(
            @ForAll @AlphaChars @StringLength(max = 8) String from,
            @ForAll @AlphaChars @StringLength(max = 8) String to) {
        int distance = SettingNames.distance(from, to);

        assertThat(distance)
                .isEqualTo(SettingNames.distance(to, from))
                .isBetween(Math.abs(from.length() - to.length()), Math.max(from.length(), to.length()));
        assertThat(distance == 0).isEqualTo(from.equals(to));
    }
}
