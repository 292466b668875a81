package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each key of Camel's own works or is refused, by name; what works is seen in CamelKeysIT. */
class CamelKeysTest {
    private static final String SERVICES = "META-INF/services/org/apache/camel/";

    @TempDir
    private Path home;

    private Path file;

    @BeforeEach
    void createConfig() throws IOException {
        file = Files.createDirectory(home.resolve("config")).resolve("application.properties");
    }

    private Settings loaded(Map<String, String> environment, String... lines) throws IOException {
        Files.write(file, List.of(lines));
        return Settings.load(home, environment);
    }

    private void library(String... entries) throws IOException {
        try (OutputStream out = Files.newOutputStream(
                        Files.createDirectories(home.resolve("lib")).resolve("orders.jar"));
                JarOutputStream jar = new JarOutputStream(out)) {
            for (String entry : entries) {
                jar.putNextEntry(new JarEntry(SERVICES + entry));
                jar.closeEntry();
            }
        }
    }

    private void assertRefused(String key) {
        assertThatThrownBy(() -> loaded(Map.of(), "", key + "=true"))
                .as(key)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(file + ":2: " + key + " is refused: ");
    }

    /** What the modules on the class path document: a new version's groups and options are found here by themselves. */
    static List<String> documented(String what) {
        List<String> names = new ArrayList<>();
        try {
            for (URL url : Collections.list(CamelKeysTest.class
                    .getClassLoader()
                    .getResources("META-INF/camel-main-configuration-metadata.json"))) {
                try (InputStream in = url.openStream()) {
                    for (JsonNode each : new ObjectMapper().readTree(in).get(what)) {
                        names.add(each.get("name").asText());
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    /** And those that Camel reads without documenting them. */
    static Stream<String> groups() {
        Set<String> groups = new TreeSet<>(documented("groups"));
        groups.addAll(List.of(
                "camel.context", "camel.devConsole", "camel.beans", "camel.globalOptions", "camel.routeTemplate"));
        return groups.stream();
    }

    static Stream<String> options() {
        return documented("properties").stream();
    }

    @Test
    void thereAreAsManyAsWeThink() {
        assertThat(documented("groups")).hasSizeGreaterThan(25);
        assertThat(documented("properties")).hasSizeGreaterThan(400);
    }

    @ParameterizedTest
    @MethodSource("options")
    void eachDocumentedOptionIsRefusedInTheFile(String option) {
        assertRefused(option);
        assertRefused(option.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT));
    }

    @ParameterizedTest
    @MethodSource("groups")
    void eachGroupIsRefusedInEveryWayOfWritingIt(String group) throws IOException {
        String variable = Settings.environmentName(group) + "_ENABLED";

        assertRefused(group + ".somethingNew");
        assertRefused(group.replaceFirst("camel", "Camel") + ".enabled");
        assertRefused(variable);
        for (String each : List.of(variable, variable.toLowerCase(Locale.ROOT), group + ".enabled")) {
            assertThatThrownBy(() -> loaded(Map.of(each, "true")))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageStartingWith("the environment: " + each + " is refused: ");
        }
        Files.delete(file);
        assertThatThrownBy(() -> Settings.load(home, Map.of(), Set.of(group + ".enabled")))
                .hasMessageStartingWith("-D" + group + ".enabled is refused: ");
    }

    @ParameterizedTest
    @MethodSource("groups")
    void eachGroupHasItsLineInTheDocumentation(String group) throws IOException {
        assertThat(Files.readString(Path.of("src/docs/routes.md")))
                .contains("`"
                        + group.replaceFirst("\\.(aws|gcp|azure|kubernetes|kubernetescm|hashicorp|ibm|cyberark)$", "")
                        + ".");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "camel.nonsense.enabled",
                "camel.jolokia.enabled",
                "camel.cliConnector.enabled",
                "camel.enabled",
                "camel.routeTemplate[0].templateId",
                "camel.component.platform-http.engine",
                "camel.component.http.followRedirects",
                "camel.component.quartz.propertiesFile",
                "camel.component.sql.dataSource",
                "camel.component.lanes.x",
                "camel.component.kafka.brokers",
                "camel.component.*.bridgeErrorHandler",
                "camel.component.kafka",
                "camel.component.enabled",
                "camel.dataformat.jackson.prettyPrint",
                "camel.language.simple.trim",
                "camel.vault.aws.region",
                "camel.variable",
                "camel.variable.of-the-shop",
                "CAMEL.SERVER.ENABLED",
                "camel-server-enabled",
                "camel_server_enabled",
            })
    void othersAreRefusedToo(String key) {
        assertRefused(key);
    }

    @Test
    void theReasonIsGiven() {
        assertThatThrownBy(() -> loaded(Map.of(), "camel.server.enabled=true", "camel.server.port=9999"))
                .hasMessage(file + ":1: camel.server.enabled is refused: it would open another way in, past Posel's"
                        + " access control; posel.http.… are the settings of the one server");
        assertThatThrownBy(() -> loaded(Map.of(), "camel.component.kafka.brokers=a:9092"))
                .hasMessage(
                        file + ":1: camel.component.kafka.brokers is refused: no jar in lib/ brings this component");
        assertThatThrownBy(() -> loaded(Map.of(), "camel.component.sql.dataSource=x"))
                .hasMessage(
                        file + ":1: camel.component.sql.dataSource is refused: Posel sets this itself, and relies on"
                                + " it");
    }

    @ParameterizedTest
    @CsvSource({
        "component/kafka, camel.component.kafka.brokers",
        "component/kafka, camel.component.kafka.configuration.sasl-jaas-config",
        "dataformat/avro, camel.dataformat.avro.library",
        "language/jq, camel.language.jq.trim",
        "properties-function/aws, camel.vault.aws.secretKey",
    })
    void thoseOfALibraryGoToCamelSecretsIncluded(String service, String key) throws IOException {
        library(service);

        assertThat(loaded(Map.of(), key + "=x").properties()).containsEntry(key, "x");
        assertThat(loaded(Map.of(), "camel.variable.shop=7").properties()).containsEntry("camel.variable.shop", "7");
    }

    @Test
    void passwordsOfALibraryGoToCamelToo() throws IOException {
        library("component/jms", "properties-function/hashicorp");

        assertThat(loaded(Map.of(), "camel.component.jms.password=s3cret", "camel.vault.hashicorp.token=t0ken")
                        .properties())
                .containsEntry("camel.component.jms.password", "s3cret")
                .containsEntry("camel.vault.hashicorp.token", "t0ken");
    }

    @Test
    void theirVariablesCountIfTheFileHasTheKey() throws IOException {
        library("component/kafka");
        Map<String, String> environment = Map.of("CAMEL_COMPONENT_KAFKA_BROKERS", "b:9092");

        assertThat(loaded(environment, "camel.component.kafka.brokers=").text("camel.component.kafka.brokers"))
                .isEqualTo("b:9092");
        assertThatThrownBy(() -> loaded(environment))
                .hasMessage("the environment: CAMEL_COMPONENT_KAFKA_BROKERS is refused: Camel's keys are read from "
                        + file + ", and from the environment only if they are there too");
    }

    @Test
    void aLibraryThatBringsWhatPoselHasChangesNothing() throws IOException {
        library("component/http", "component/platform-http", "language/simple");

        assertRefused("camel.component.http.followRedirects");
        assertRefused("camel.component.platform-http.engine");
        assertRefused("camel.language.simple.trim");
    }

    @ParameterizedTest
    @CsvSource({
        "CAMEL_HOME, /opt/camel",
        "CAMEL_SERVICE_HOST, 10.96.0.9",
        "CAMEL_SERVER_SERVICE_HOST, 10.96.0.9",
        "CAMEL_SERVER_PORT, tcp://10.96.0.9:80",
        "CAMEL_SERVER_PORT_80_TCP_ADDR, 10.96.0.9",
        "CAMELOT_SERVER_PORT, 1",
    })
    void variablesOfOthersAreLeftToThem(String variable, String value) {
        assertThatCode(() -> Settings.load(home, Map.of(variable, value))).doesNotThrowAnyException();
    }

    @Test
    void checkRefusesThemToo() {
        assertThatThrownBy(() -> new Check(loaded(Map.of(), "camel.main.name=x"), Clock.systemUTC()).run())
                .hasMessage(file + ":1: camel.main.name is refused: Posel sets this itself, and relies on it");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:h2:./other;AUTO_SERVER=TRUE",
                "jdbc:h2:./other;AUTO_SERVER=YES;AUTO_SERVER_PORT=9090",
                "jdbc:h2:./other;AUTO_SERVER=1",
                "jdbc:h2:file:/var/posel/other;MODE=PostgreSQL;auto_server=true",
                "jdbc:h2:./other;AUTO_SERVER_PORT=9090;AUTO_SERVER = TRUE",
            })
    @DisplayName("a database address that opens a port is refused, Posel's own and those of sources")
    void aDatabaseThatOpensAPort(String url) throws IOException {
        for (String key : List.of("posel.db.url", "posel.source.outbox.db.url")) {
            Settings settings = loaded(Map.of(), key + "=" + url);

            assertThatThrownBy(settings::check)
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessage("setting " + key + " (" + Settings.environmentName(key) + ") in " + file
                            + ":1 must not contain AUTO_SERVER, with which H2 opens a port");
        }
    }
}
