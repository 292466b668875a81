package io.posel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LayoutTest {
    /** What building and running leave there; git ignores it. */
    private static final Set<String> MADE = Set.of("target", "data", "lib");

    @Test
    @DisplayName("C2: besides dot-files nothing stands at the top level but what belongs there")
    void topLevel() throws IOException {
        try (Stream<Path> entries = Files.list(Path.of(""))) {
            assertThat(entries.map(entry -> entry.getFileName().toString())
                            .filter(name -> !name.startsWith(".") && !MADE.contains(name)))
                    .containsExactlyInAnyOrder(
                            "pom.xml", "src", "routes", "config", "docker-compose.yml", "README.md", "LICENSE");
        }
    }
}
