package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckTest {
    @TempDir
    private Path home;

    private String check(Map<String, String> environment) {
        return new Check(Settings.load(home, environment), Clock.systemUTC()).run();
    }

    /** Builds every route of the jar: each bean, component, option, property and route that they name is there. */
    @Test
    void theBuiltInRoutesAreRight() throws IOException {
        assertThat(check(Map.of())).isEqualTo("the jar");
        try (Stream<Path> left = Files.list(home)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aDatabaseThatDoesNotAnswerDoesNotMatter() {
        assertThat(check(Map.of("POSEL_DB_URL", "jdbc:postgresql://127.0.0.1:1/posel")))
                .isEqualTo("the jar");
    }

    @Test
    void aWrongSettingIsFound() {
        assertThatThrownBy(() -> check(Map.of("POSEL_RETENTION", "30 days")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("POSEL_RETENTION");
    }

    @ParameterizedTest
    @DisplayName("D6: weak and equal tokens are found, with the names of their settings and without the tokens")
    @CsvSource({
        "a-short-secret, a-long-enough-secret-of-somebody-else, POSEL_ADMIN_TOKEN, fewer than 16",
        "a-long-enough-secret-of-somebody, a-short-secret, POSEL_INTAKE_TOKEN, fewer than 16",
        "a-long-enough-secret-of-somebody, a-long-enough-secret-of-somebody, POSEL_INTAKE_TOKEN, equal",
        "a-long-enough-secret-of-somebody, ' a-long-enough-secret-of-somebody ', POSEL_ADMIN_TOKEN, equal",
        "'a-long-enough-secret\u0001of-somebody', '', POSEL_ADMIN_TOKEN, control character",
        "'', 'a-long-enough-secret\nof-somebody', POSEL_INTAKE_TOKEN, control character",
    })
    void weakTokens(String admin, String intake, String setting, String problem) {
        assertThatThrownBy(() -> check(Map.of("POSEL_ADMIN_TOKEN", admin, "POSEL_INTAKE_TOKEN", intake)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining(setting)
                .hasMessageContaining(problem)
                .hasMessageNotContaining("secret");
    }

    @Test
    @DisplayName("D6: a token of sixteen characters or more is possible, and warned of below 32")
    void shortTokens() {
        assertThat(warnings(Map.of("POSEL_ADMIN_TOKEN", "a".repeat(16), "POSEL_INTAKE_TOKEN", "b".repeat(31))))
                .hasSize(2)
                .anySatisfy(warning -> assertThat(warning)
                        .contains("POSEL_ADMIN_TOKEN")
                        .contains("fewer than 32")
                        .doesNotContain("aaa"))
                .anySatisfy(warning -> assertThat(warning).contains("POSEL_INTAKE_TOKEN"));
        assertThat(warnings(Map.of("POSEL_ADMIN_TOKEN", "a".repeat(32)))).isEmpty();
        assertThat(warnings(Map.of())).isEmpty();
    }

    @Test
    @DisplayName("D7: a block of addresses that is wider than any network is warned of, each by itself")
    void wideBlocks() {
        assertThat(warnings(Map.of(
                        "POSEL_DELIVERY_ALLOW",
                        "0.0.0.0/0,10.0.0.0/8,8.0.0.0/7,::/0,fd00::/8,fd12:3456::/32,fe80::/31")))
                .hasSize(5)
                .allSatisfy(warning -> assertThat(warning).contains("POSEL_DELIVERY_ALLOW"))
                .noneSatisfy(warning -> assertThat(warning).contains(" 10.0.0.0/8"))
                .noneSatisfy(warning -> assertThat(warning).contains("fd12"));
        assertThat(warnings(Map.of("POSEL_DELIVERY_ALLOW", "10.0.0.0/8,127.0.0.0/8,192.168.1.1")))
                .isEmpty();
    }

    @Test
    @DisplayName("D12: a data directory that every user of the machine can read is warned of")
    void openDataDirectory() throws IOException {
        Path data = Files.createDirectory(home.resolve("data"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(warnings(Map.of())).hasSize(1).first().asString().contains(data.toString(), "chmod 700");

        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(warnings(Map.of())).isEmpty();
    }

    private List<String> warnings(Map<String, String> environment) {
        Check check = new Check(Settings.load(home, environment), Clock.systemUTC());
        check.run();
        return check.warnings();
    }

    @Test
    void aWebhookThatIsWrongIsFoundByItsLine() throws IOException {
        Path file = Files.createDirectories(home.resolve("config/webhooks")).resolve("crm.yaml");
        Files.writeString(file, "name: CRM\nevents: [a]\nurl: https://a.example/${CRM}\n");

        assertThat(check(Map.of("CRM", "x"))).isEqualTo("the jar");
        assertThatThrownBy(() -> check(Map.of()))
                .hasMessageStartingWith("config/webhooks/crm.yaml:3: /url: ")
                .hasMessageContaining("CRM is not set");
    }

    @Test
    @DisplayName("K19: what looks like a variable in a file is warned of, with its line")
    void whatIsNoVariableInAWebhookIsToldWithItsLine() throws IOException {
        Path file = Files.createDirectories(home.resolve("config/webhooks")).resolve("crm.yaml");
        Files.writeString(
                file,
                "name: CRM\nevents: [customer.credit.changed]\nurl: https://a.example/{customer.id}\nbody: |\n"
                        + "  {\n   \"sku\": \"#items[0].sku#\"}\n");
        Check check = new Check(Settings.load(home, Map.of()), Clock.systemUTC());

        assertThat(check.run()).isEqualTo("the jar");
        assertThat(check.warnings())
                .satisfiesExactly(
                        first -> assertThat(first)
                                .startsWith("config/webhooks/crm.yaml:3: /url: ")
                                .contains("#customer.id#"),
                        second -> assertThat(second)
                                .startsWith("config/webhooks/crm.yaml:6: /body: ")
                                .contains("#items.0.sku#"));
    }

    @Test
    void anEventTypeThatIsWrongIsFoundByItsLine() throws IOException {
        Path file = Files.createDirectories(home.resolve("config/event-types")).resolve("order.yaml");
        Files.writeString(file, "entityType: order\nevents: none\n");

        assertThatThrownBy(() -> check(Map.of())).hasMessageStartingWith(file + ":2: ");
    }
}
