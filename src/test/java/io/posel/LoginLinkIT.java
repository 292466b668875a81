package io.posel;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.access.Role;
import io.posel.testing.Browser;
import io.posel.testing.ClassArchive;
import io.posel.testing.JarPosel;
import io.posel.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code login-link} of the real jar, beside one that runs on the embedded database and has it locked. */
class LoginLinkIT {
    @TempDir
    private Path home;

    /** How a process ended. */
    private record Ended(int code, String out, String err) {}

    private Ended posel(String... words) throws Exception {
        Path jar = Path.of(System.getProperty("posel.jar", "target/posel.jar")).toAbsolutePath();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xlog:disable", // the JVM would warn on standard output
                "-XX:SharedArchiveFile=" + ClassArchive.of(jar),
                "-jar",
                jar.toString(),
                "login-link"));
        command.addAll(List.of(words));
        Path out = home.resolve("out.log");
        Path err = home.resolve("err.log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("POSEL_HOME", home.toString());
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ended").isTrue();
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    @Test
    void aLinkIsMadeBesideARunningPoselAndTheFirstOneStandsInItsLog() throws Exception {
        Ended early = posel("--name", "Jana", "--role", "admin");
        assertThat(early.code()).isEqualTo(1);
        assertThat(early.err())
                .startsWith("Posel cannot make a login link: ")
                .contains("secret-key", "POSEL_SECRET_KEY");
        assertThat(home.resolve("data")).doesNotExist();

        try (JarPosel running = JarPosel.on(TestDatabase.H2, home).start()) {
            String first = Files.readAllLines(running.log()).stream()
                    .filter(line -> line.contains("Nobody has signed in yet"))
                    .findFirst()
                    .orElseThrow();
            Ended made = posel("--name", "Jana", "--role", Role.VIEWER.code(), "--url", "https://posel.example.com/");

            assertThat(made.code()).isEqualTo(0);
            assertThat(made.err()).isEqualTo("It signs in once, within 10 minutes.\n");
            assertThat(made.out())
                    .startsWith("https://posel.example.com/login?ticket=")
                    .endsWith("\n");
            Browser jana = new Browser(running::port);
            assertThat(jana.signIn(made.out().strip().substring("https://posel.example.com".length()))
                            .status())
                    .isEqualTo(303);
            assertThat(jana.get("/api/session").at("name")).isEqualTo("Jana");
            assertThat(first).contains("http://127.0.0.1:" + running.port() + "/login?ticket=");
            Browser administrator = new Browser(running::port);
            assertThat(administrator
                            .signIn(first.substring(first.indexOf("/login?")))
                            .status())
                    .isEqualTo(303);
            assertThat(administrator.get("/api/session").at("role")).isEqualTo("admin");
        }
    }
}
