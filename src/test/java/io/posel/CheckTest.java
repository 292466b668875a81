package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
