package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.store.EncryptionKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretKeysTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    private Path home;

    private Path file;
    private Path newFile;
    private final Map<String, String> environment = new HashMap<>();
    private final EncryptionKey key = EncryptionKey.random(RANDOM);
    private final EncryptionKey other = EncryptionKey.random(RANDOM);

    @BeforeEach
    void locate() {
        file = home.resolve("data/secret-key");
        newFile = home.resolve("data/secret-key.new");
    }

    private SecretKeys keys() {
        return new SecretKeys(Settings.load(home, environment), RANDOM);
    }

    private SecretKeys keys(EncryptionKey given) {
        environment.put("POSEL_SECRET_KEY", given.text());
        return keys();
    }

    private static void write(Path path, EncryptionKey key) throws IOException {
        Files.createDirectories(path.getParent());
        Files.writeString(path, key.text() + "\n");
    }

    private void assertRefused(String id, String message) {
        assertThatThrownBy(() -> keys().require(id))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(message);
    }

    @Nested
    class TheFirstStart {
        @Test
        void makesAKeyForItsOwnerAlone() throws IOException {
            EncryptionKey first = keys().first();

            assertThat(file).hasContent(first.text());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }

        @Test
        void takesTheKeyThatIsThere() throws IOException {
            write(file, key);

            assertThat(keys().first().id()).isEqualTo(key.id());
            assertThat(file).hasContent(key.text());
        }

        @Test
        void takesTheKeyOfTheSettingAndMakesNoFile() {
            assertThat(keys(key).first().id()).isEqualTo(key.id());
            assertThat(file).doesNotExist();
        }
    }

    @Nested
    class AnotherStart {
        @Test
        void readsTheFile() {
            EncryptionKey first = keys().first();

            assertThat(keys().require(first.id()).text()).isEqualTo(first.text());
        }

        @Test
        void prefersTheSetting() throws IOException {
            write(file, other);

            assertThat(keys(key).require(key.id()).id()).isEqualTo(key.id());
        }

        @Test
        void withoutAKeyMakesNoneAndSaysWhatToDo() {
            assertRefused(
                    "00ff",
                    "the secrets in the database are encrypted with the key 00ff, and there is no key: " + file
                            + " is missing, and POSEL_SECRET_KEY (posel.secret-key) is not set. Nothing was changed."
                            + " Put the file back from a backup of the data directory, or set POSEL_SECRET_KEY");
            assertThat(file).doesNotExist();
        }

        @Test
        void withAnotherFileLeavesItAndSaysWhatToDo() throws IOException {
            write(file, key);

            assertRefused(
                    "00ff",
                    "the file " + file + " holds the key " + key.id()
                            + ", but the secrets in the database are encrypted with the key 00ff. Nothing was changed."
                            + " Put the right file back from a backup of the data directory, or set POSEL_SECRET_KEY");
            assertThat(file).hasContent(key.text());
        }

        @Test
        void withAnotherSettingSaysWhatToDo() throws IOException {
            environment.put("POSEL_SECRET_KEY", key.text());

            assertRefused(
                    "00ff",
                    "POSEL_SECRET_KEY (posel.secret-key) is the key " + key.id()
                            + ", but the secrets in the database are encrypted with the key 00ff. Nothing was changed."
                            + " Set POSEL_SECRET_KEY to that one; after a rotate-key it is the new one");
        }

        @Test
        void withAFileThatHoldsNoKeySaysWhatToDoAndShowsNothing() throws IOException {
            Files.createDirectories(file.getParent());
            Files.writeString(file, "s3cret");

            assertRefused(
                    "00ff",
                    "the file " + file + " holds no key of 32 bytes in base64; put it back from a backup of the data"
                            + " directory, or set POSEL_SECRET_KEY");
        }
    }

    @Nested
    class ARotation {
        @Test
        void writesTheNewKeyBesideTheOldOneFirst() throws IOException {
            write(file, key);

            EncryptionKey next = keys().next(key);

            assertThat(file).hasContent(key.text());
            assertThat(newFile).hasContent(next.text());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(newFile)))
                    .isEqualTo("rw-------");
        }

        @Test
        void replacesTheOldOneWhenTheDatabaseHasTheNewOne() throws IOException {
            write(file, key);
            SecretKeys keys = keys();

            EncryptionKey next = keys.next(key);
            String left = keys.adopt(next);

            assertThat(left).isEqualTo("It stands in " + file);
            assertThat(file).hasContent(next.text());
            assertThat(newFile).doesNotExist();
        }

        @Test
        void interruptedBeforeTheDatabaseHasItIsBegunAnew() throws IOException {
            write(file, key);
            EncryptionKey abandoned = keys().next(key);

            assertThat(keys().require(key.id()).id()).isEqualTo(key.id());
            assertThat(file).hasContent(key.text());
            assertThat(keys().next(key).id()).isNotEqualTo(abandoned.id());
        }

        @Test
        void interruptedAfterTheDatabaseHasItIsEndedByTheNextStart() throws IOException {
            write(file, key);
            EncryptionKey next = keys().next(key);

            assertThat(keys().require(next.id()).id()).isEqualTo(next.id());
            assertThat(file).hasContent(next.text());
            assertThat(newFile).doesNotExist();
        }

        @Test
        void takesTheNewKeyOfTheSettingIntoTheFile() throws IOException {
            write(file, key);
            environment.put("POSEL_SECRET_KEY_NEW", other.text());
            SecretKeys keys = keys();

            keys.adopt(keys.next(key));

            assertThat(file).hasContent(other.text());
        }

        @Test
        void ofAKeyOfTheSettingWritesNoFile() {
            environment.put("POSEL_SECRET_KEY_NEW", other.text());
            SecretKeys keys = keys(key);

            EncryptionKey next = keys.next(key);

            assertThat(next.id()).isEqualTo(other.id());
            assertThat(keys.adopt(next))
                    .isEqualTo("Set POSEL_SECRET_KEY to what is in POSEL_SECRET_KEY_NEW before the next start");
            assertThat(home.resolve("data")).doesNotExist();
        }

        @Test
        void ofAKeyOfTheSettingNeedsTheNewOneThere() {
            assertThatThrownBy(() -> keys(key).next(key))
                    .isInstanceOf(StartFailedException.class)
                    .hasMessage("the key comes from POSEL_SECRET_KEY, so the new one must come from"
                            + " POSEL_SECRET_KEY_NEW: 32 bytes in base64, as of openssl rand -base64 32");
        }

        @Test
        void whileBothAreSetEitherIsTaken() {
            environment.put("POSEL_SECRET_KEY_NEW", other.text());

            assertThat(keys(key).require(key.id()).id()).isEqualTo(key.id());
            assertThat(keys(key).require(other.id()).id()).isEqualTo(other.id());
        }

        @Test
        void toTheKeyInUseIsRefused() {
            environment.put("POSEL_SECRET_KEY_NEW", other.text());

            assertThatThrownBy(() -> keys(key).next(other))
                    .isInstanceOf(StartFailedException.class)
                    .hasMessage("POSEL_SECRET_KEY_NEW is the key that is in use already. Now set POSEL_SECRET_KEY to"
                            + " it, and take POSEL_SECRET_KEY_NEW away");
        }
    }
}
