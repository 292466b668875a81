package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.access.LoginLinks;
import io.posel.access.LoginTicket;
import io.posel.access.Role;
import io.posel.testing.MovableClock;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoginLinkCommandTest {
    @TempDir
    private Path home;

    private final LoginLinks links = new LoginLinks(() -> new byte[] {1}, new MovableClock(), new SecureRandom());

    private String run(Map<String, String> environment, String... words) {
        return new LoginLinkCommand(Settings.load(home, environment), links).run(List.of(words));
    }

    @Test
    void itPrintsALinkForThatNameAndRole() {
        String link = run(Map.of(), "--name", "Jana Nováková", "--role=viewer");

        assertThat(link).startsWith("http://127.0.0.1:8080/login?ticket=");
        LoginTicket ticket = links.read(link.substring(link.indexOf('?') + 1)).orElseThrow();
        assertThat(ticket.name()).isEqualTo("Jana Nováková");
        assertThat(ticket.role()).isEqualTo(Role.VIEWER);
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0,http://localhost:9/",
        "::,http://localhost:9/",
        "::1,http://[::1]:9/",
        "posel.internal,http://posel.internal:9/"
    })
    void theAddressIsWhereItListens(String host, String start) {
        assertThat(run(Map.of("POSEL_HTTP_HOST", host, "POSEL_HTTP_PORT", "9"), "--name", "J", "--role", "admin"))
                .startsWith(start + "login?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://posel.example.com", "https://posel.example.com/"})
    void orTheOneThatIsNamed(String url) {
        assertThat(run(Map.of(), "--name", "J", "--role", "admin", "--url", url))
                .startsWith("https://posel.example.com/login?ticket=");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                           | --name",
                "--name Jana                                  | --role",
                "--role admin                                 | --name",
                "--name admin-token --role admin              | --name",
                "--name Jana --role intake                    | --role",
                "--name Jana --role king                      | --role",
                "--name Jana --role                           | --role needs a value",
                "--nmae Jana --role admin                     | --nmae",
                "Jana admin                                   | Jana",
                "--name <b> --role admin                      | --name",
                "--name J --role admin --url posel            | --url",
                "--name J --role admin --url ftp://x          | --url",
                "--name J --role admin --url https://x/prefix | --url",
                "--name J --role admin --url https://x?a      | --url",
            })
    void wrongWordsAreNamed(String words, String named) {
        assertThatThrownBy(() -> run(Map.of(), words.isEmpty() ? new String[0] : words.split(" ")))
                .isInstanceOf(StartFailedException.class)
                .hasMessageContaining(named)
                .hasMessageContaining("Usage: login-link");
    }

    @Test
    void aPortThatIsChosenLaterCannotBeNamed() {
        assertThatThrownBy(() -> run(Map.of("POSEL_HTTP_PORT", "0"), "--name", "J", "--role", "admin"))
                .hasMessageContaining("--url");
    }
}
