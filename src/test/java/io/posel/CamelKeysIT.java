package io.posel;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.testing.GreetingComponent;
import io.posel.testing.JarPosel;
import io.posel.testing.PoselClient;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys of Camel's own and secrets in files, seen on the real jar with a component in {@code lib/}. */
class CamelKeysIT {
    private static final String GREETING = "camel.component.greeting.words=good morning";

    @TempDir
    private Path home;

    private Path file;
    private JarPosel posel;

    @BeforeEach
    void createLibrary() throws IOException {
        file = Files.createDirectory(home.resolve("config")).resolve("application.properties");
        posel = JarPosel.on(TestDatabase.H2, home);
    }

    @AfterEach
    void stop() {
        posel.close();
    }

    /** With what belongs to the component, and perhaps a file of properties of its own. */
    private void library(String properties) throws IOException {
        Path lib = Files.createDirectories(home.resolve("lib"));
        try (OutputStream out = Files.newOutputStream(lib.resolve("greeting.jar"));
                JarOutputStream jar = new JarOutputStream(out)) {
            for (Class<?> type : GreetingComponent.classes()) {
                String name = type.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new JarEntry(name));
                try (InputStream bytes = type.getClassLoader().getResourceAsStream(name)) {
                    bytes.transferTo(jar);
                }
            }
            write(
                    jar,
                    "META-INF/services/org/apache/camel/component/greeting",
                    "class=" + GreetingComponent.class.getName());
            if (!properties.isEmpty()) {
                write(jar, "application.properties", properties);
            }
        }
    }

    private static void write(JarOutputStream jar, String name, String text) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        jar.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private void refused(String message) throws IOException {
        posel.launch("check");

        assertThat(posel.await()).isEqualTo(1);
        assertThat(Files.readString(posel.log()).lines()).containsExactly("Posel cannot start: " + message);
    }

    @Test
    @DisplayName(
            "what an engineer brings along is configured by its keys, one port listens, and a token comes from a file")
    void whatWorks() throws IOException {
        library("camel.variable.addition=and welcome");
        Files.write(file, List.of(GREETING, "camel.variable.name=Jana"));
        Files.writeString(posel.copyRoutes().resolve("greet.camel.yaml"), """
                - route:
                    id: greet
                    description: Greets
                    from:
                      uri: platform-http:/api/greeting
                      steps:
                        - to:
                            uri: greeting:aloud
                        - setBody:
                            expression:
                              simple:
                                expression: "${body}, ${variable.global:name}, ${variable.global:addition}"
                """);
        Path token = Files.writeString(home.resolve("token"), PoselClient.ADMIN_TOKEN + "\n");

        posel.with("POSEL_ADMIN_TOKEN", "")
                .with("POSEL_ADMIN_TOKEN_FILE", token.toString())
                .start();

        assertThat(posel.client().get("/api/greeting").text()).isEqualTo("good morning, Jana, and welcome");
        assertThat(posel.vitals().listening()).containsExactly(posel.port());
        assertThat(Files.readString(posel.log())).doesNotContain(PoselClient.ADMIN_TOKEN);
    }

    @Test
    @DisplayName("a second server is refused where it is configured")
    void aSecondServer() throws IOException {
        Files.write(file, List.of("camel.server.enabled=true", "camel.server.port=" + (posel.port() + 1)));

        refused(file + ":1: camel.server.enabled is refused: it would open another way in, past Posel's access control;"
                + " posel.http.… are the settings of the one server");
    }

    @Test
    @DisplayName("a second server is refused in a file that a library brings along")
    void aSecondServerOfALibrary() throws IOException {
        library("camel.management.enabled=true");

        refused("camel.management.enabled is refused in a file of properties on the class path, such as"
                + " application.properties or observability-services.properties in a jar in lib/: it would open another"
                + " way in, past Posel's access control; posel.http.… are the settings of the one server");
    }

    @Test
    @DisplayName(
            "an option that a library's component does not have is refused by its line, and its value is not shown")
    void anOptionThatIsNone() throws IOException {
        library("");
        Files.write(file, List.of("", "camel.component.greeting.wrods=s3cret"));

        refused(file
                + ":2: camel.component.greeting.wrods cannot be set: there is no such option, or this is no value for"
                + " it");
    }
}
