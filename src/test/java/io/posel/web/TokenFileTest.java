package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileTest {
    /** Random for tests: every byte is 7. */
    private static final class Sevens extends SecureRandom {
        private static final long serialVersionUID = 1L;

        @Override
        public void nextBytes(byte[] bytes) {
            Arrays.fill(bytes, (byte) 7);
        }
    }

    @TempDir
    private Path data;

    @Test
    void theFirstStartWritesAFileForItsOwnerAlone() throws IOException {
        Path path = data.resolve("new/admin-token");

        String token = file(path).token();

        assertThat(token).isEqualTo("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc");
        assertThat(path).hasContent(token);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThat(path.getParent()).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void theNextStartReadsItBack() throws IOException {
        Path path = data.resolve("admin-token");
        String token = new TokenFile(path, "POSEL_ADMIN_TOKEN", new SecureRandom()).token();

        assertThat(file(path).token()).isEqualTo(token);
        assertThat(token).hasSize(43);
    }

    @Test
    void whitespaceAroundAHandWrittenTokenIsNotPartOfIt() throws IOException {
        assertThat(file(written(" a-secret-of-somebody\r\n")).token()).isEqualTo("a-secret-of-somebody");
    }

    @Test
    void anEmptyFileIsAnErrorThatSaysWhatToDo() throws IOException {
        Path path = written("\n");

        assertThatThrownBy(() -> file(path).token())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the token file " + path
                        + " is empty; delete it to have a new token generated, or set POSEL_ADMIN_TOKEN");
    }

    @Test
    void aFileThatHoldsSomethingElseIsAnErrorThatDoesNotShowIt() throws IOException {
        Path path = written("first\nsecond");

        assertThatThrownBy(() -> file(path).token())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("one token")
                .hasMessageNotContaining("second");
    }

    @Test
    @DisplayName("D6: a token in the file that could be guessed is refused")
    void aShortTokenIsRefused() throws IOException {
        Path path = written("fifteen-letters");

        assertThatThrownBy(() -> file(path).token())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(path + " has fewer than 16 characters")
                .hasMessageNotContaining("fifteen");
    }

    @Test
    void aFileThatCannotBeReadIsAnErrorThatNamesIt() throws IOException {
        Path path = Files.createDirectory(data.resolve("admin-token"));

        assertThatThrownBy(() -> file(path).token())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining("POSEL_ADMIN_TOKEN");
    }

    private static TokenFile file(Path path) {
        return new TokenFile(path, "POSEL_ADMIN_TOKEN", new Sevens());
    }

    private Path written(String text) throws IOException {
        return Files.writeString(data.resolve("admin-token"), text);
    }
}
