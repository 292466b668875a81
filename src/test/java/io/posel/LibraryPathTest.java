package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryPathTest {
    @TempDir
    private Path home;

    @Test
    void jarsAreTakenInTheOrderOfTheirNames() throws IOException {
        Path lib = Files.createDirectory(home.resolve("lib"));
        for (String name : List.of("orders.jar", "README.txt", "10-driver.jar", "a.jar", "2-driver.jar")) {
            Files.createFile(lib.resolve(name));
        }

        assertThat(LibraryPath.jars(home))
                .extracting(path -> path.getFileName().toString())
                .containsExactly("10-driver.jar", "2-driver.jar", "a.jar", "orders.jar");
    }

    @Test
    void aHomeWithoutLibHasNoJars() throws IOException {
        assertThat(LibraryPath.jars(home)).isEmpty();
    }

    @Test
    void jarsInFoldersBelowAreNotTaken() throws IOException {
        Files.createDirectories(home.resolve("lib/old"));
        Files.createFile(home.resolve("lib/old/orders.jar"));

        assertThat(LibraryPath.jars(home)).isEmpty();
    }

    @Test
    void aJarThatIsNoneIsNamed() throws IOException {
        Path broken = Files.writeString(home.resolve("broken.jar"), "not a jar");

        assertThatThrownBy(() -> LibraryPath.open(List.of(broken)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(broken + " is not a readable jar: ");
    }
}
