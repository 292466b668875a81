package io.posel.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefinitionFolderTest {
    @TempDir
    Path home;

    private Path dir;

    @BeforeEach
    void createFolder() throws IOException {
        dir = Files.createDirectory(home.resolve("webhooks"));
    }

    private DefinitionFolder.Contents look() {
        return new DefinitionFolder(dir).look();
    }

    private String reason(int index) {
        return ((DefinitionFolder.Unreadable) look().entries().get(index)).reason();
    }

    @Test
    void onlyDefinitionsAreRead() throws IOException {
        Files.writeString(dir.resolve("b.yaml"), "b");
        Files.writeString(dir.resolve("a.yaml"), "a");
        Files.writeString(dir.resolve("README.md"), "no");
        Files.writeString(dir.resolve("a.yaml~"), "no");
        Files.writeString(dir.resolve("a.yaml.bak"), "no");
        Files.writeString(dir.resolve(".a.yaml"), "no");
        Files.createSymbolicLink(dir.resolve(".#a.yaml"), Path.of("user@host.1234"));
        Files.createDirectory(dir.resolve("more"));

        assertThat(look().exists()).isTrue();
        assertThat(look().entries()).extracting(DefinitionFolder.Entry::name).containsExactly("a.yaml", "b.yaml");
    }

    @Test
    void whatIsAlmostADefinitionIsToldAndNotPassedOver() throws IOException {
        Files.writeString(dir.resolve("a.yml"), "a");
        Files.createDirectory(dir.resolve("b.yaml"));
        Files.createSymbolicLink(dir.resolve("c.yaml"), Path.of("nowhere"));
        Files.createSymbolicLink(dir.resolve("d.yaml"), Path.of("d.yaml"));
        Files.createSymbolicLink(dir.resolve("e.yaml"), Path.of("/dev/zero"));
        Files.writeString(dir.resolve("f\n.yaml"), "f");
        Files.writeString(dir.resolve("g".repeat(96) + ".yaml"), "g");

        assertThat(look().entries()).hasSize(7).allMatch(DefinitionFolder.Unreadable.class::isInstance);
        assertThat(reason(0)).contains("ends with .yaml");
        assertThat(reason(1)).contains("not a file");
        assertThat(look().entries().get(5).name()).isEqualTo("f?.yaml");
        assertThat(reason(6)).contains("at most 100 characters");
    }

    @Test
    void aMissingFolderIsAnotherThingThanAnEmptyOne() throws IOException {
        DefinitionFolder.Contents empty = look();
        assertThat(empty.exists()).isTrue();
        Files.delete(dir);

        assertThat(look().exists()).isFalse();
        assertThat(look().entries()).isEmpty();
        assertThat(look().digest()).isNotEqualTo(empty.digest());
    }

    @Test
    void aFileInThePlaceOfTheFolderIsTold() throws IOException {
        Files.delete(dir);
        Files.writeString(dir, "no folder");

        assertThat(reason(0)).startsWith("The folder cannot be read");
    }

    @Test
    void aChangeIsSeenWhateverTheTimesSay() throws IOException {
        Path file = Files.writeString(dir.resolve("a.yaml"), "1");
        FileTime time = Files.getLastModifiedTime(file);
        String before = look().digest();
        assertThat(look().digest()).isEqualTo(before);

        Files.writeString(file, "2");
        Files.setLastModifiedTime(file, time);

        assertThat(look().digest()).isNotEqualTo(before);
    }

    @Test
    void aChangeOfNamesIsSeen() throws IOException {
        Path file = Files.writeString(dir.resolve("a.yaml"), "1");
        String before = look().digest();

        Files.move(file, dir.resolve("b.yaml"));

        assertThat(look().digest()).isNotEqualTo(before);
    }

    /** As Kubernetes does it: files lead through a link to a folder, and the link is turned. */
    @Test
    void aConfigMapIsSeenWhenItsLinkIsTurned() throws IOException {
        Files.writeString(Files.createDirectory(dir.resolve("..1")).resolve("a.yaml"), "1");
        Files.writeString(Files.createDirectory(dir.resolve("..2")).resolve("a.yaml"), "2");
        Files.createSymbolicLink(dir.resolve("..data"), Path.of("..1"));
        Files.createSymbolicLink(dir.resolve("a.yaml"), Path.of("..data/a.yaml"));
        DefinitionFolder.Contents before = look();
        assertThat(before.entries()).singleElement().isInstanceOf(DefinitionFolder.Text.class);

        Files.createSymbolicLink(dir.resolve("..data_tmp"), Path.of("..2"));
        Files.move(dir.resolve("..data_tmp"), dir.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

        assertThat(look().entries())
                .singleElement()
                .isInstanceOfSatisfying(DefinitionFolder.Text.class, text -> assertThat(text.bytes())
                        .containsExactly('2'));
        assertThat(look().digest()).isNotEqualTo(before.digest());
    }

    @Test
    void aFileThatIsTooLargeIsNotReadIntoMemory() throws IOException {
        Files.write(dir.resolve("a.yaml"), new byte[512 * 1024]);
        Files.write(dir.resolve("b.yaml"), new byte[512 * 1024 + 1]);

        assertThat(look().entries().get(0)).isInstanceOf(DefinitionFolder.Text.class);
        assertThat(reason(1)).contains("at most 524288 bytes");
    }

    @Test
    void allFilesTogetherAreBounded() throws IOException {
        for (int i = 10; i < 43; i++) {
            Files.write(dir.resolve(i + ".yaml"), new byte[512 * 1024]);
        }

        assertThat(look().entries())
                .filteredOn(DefinitionFolder.Unreadable.class::isInstance)
                .hasSize(1);
        assertThat(reason(32)).contains("All files have at most 16777216 bytes");
    }

    @Test
    void theNumberOfFilesIsBounded() throws IOException {
        for (int i = 0; i < 1_003; i++) {
            Files.createFile(dir.resolve(i + ".yaml"));
        }

        assertThat(look().entries()).hasSize(1_001);
        assertThat(look().entries().get(1_000).name()).isEmpty();
        assertThat(reason(1_000)).contains("more than 1000 files");
    }
}
