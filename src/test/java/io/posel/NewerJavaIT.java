package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.JarPosel;
import io.posel.testing.Receiver;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar on a Java that has virtual threads, where one is installed. */
class NewerJavaIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    @DisplayName("on Java 21 and later attempts run on virtual threads")
    void attemptsRunOnVirtualThreads(@TempDir Path home) throws Exception {
        Path java = newerJava();
        try (Receiver receiver = Receiver.start();
                JarPosel posel = JarPosel.on(TestDatabase.H2, home).on(java).start()) {
            posel.client()
                    .createWebhook("{\"name\":\"w\",\"events\":[\"user.changed\"],\"url\":\"%s\"}"
                            .formatted(receiver.url("/#entity.id#")));
            for (int i = 0; i < 20; i++) {
                posel.client()
                        .accept("{\"type\":\"user.changed\",\"entity\":{\"type\":\"user\",\"id\":\"%d\"},\"data\":{}}"
                                .formatted(i));
            }

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(receiver.requests()).hasSize(20));
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(posel.client()
                            .get("/api/deliveries?limit=200&state=delivered")
                            .all("items", "id"))
                    .hasSize(20));
            assertThat(posel.vitals().threads())
                    .contains("posel-dispatch")
                    .noneMatch(name -> name.startsWith("posel-delivery"));
            assertThat(posel.stop()).isZero();
            assertThat(Files.readString(posel.log())).doesNotContain("WARNING");
        }
    }

    private static Path newerJava() throws IOException {
        Path all = Path.of("/usr/lib/jvm");
        Assumptions.assumeTrue(Files.isDirectory(all), "no /usr/lib/jvm");
        try (Stream<Path> homes = Files.list(all)) {
            List<Path> newer = homes.filter(NewerJavaIT::isNewer).toList();
            Assumptions.assumeFalse(newer.isEmpty(), "no Java 21 or later in /usr/lib/jvm");
            return newer.get(0);
        }
    }

    private static boolean isNewer(Path home) {
        try (Stream<String> lines = Files.lines(home.resolve("release"))) {
            return lines.filter(line -> line.startsWith("JAVA_VERSION="))
                    .anyMatch(line -> Integer.parseInt(line.replaceAll("\\D*(\\d+).*", "$1")) >= 21);
        } catch (IOException e) {
            return false;
        }
    }
}
