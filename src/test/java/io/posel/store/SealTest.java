package io.posel.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealTest {
    private static final byte[] PLAIN = "{\"url\":\"https://u:s3cret@example.com/\"}".getBytes(UTF_8);

    private final SecureRandom random = new SecureRandom();
    private final EncryptionKey key = EncryptionKey.random(random);
    private final Seal seal = new Seal(key, random);

    @Test
    @DisplayName("S9: what is encrypted reads back, and cannot be read otherwise")
    void readsBack() throws Seal.BrokenException {
        byte[] sealed = seal.close("row", PLAIN);

        assertThat(new Seal(EncryptionKey.parse(key.text()), random).open("row", sealed))
                .isEqualTo(PLAIN);
        assertThat(new String(sealed, UTF_8)).doesNotContain("s3cret", "example");
    }

    @Test
    void nothingReadsBackToo() throws Seal.BrokenException {
        assertThat(seal.open("row", seal.close("row", new byte[0]))).isEmpty();
    }

    @Test
    void theFormIsVersionKeyIdNonceCiphertextAndTag() {
        byte[] sealed = seal.close("row", PLAIN);

        assertThat(sealed).hasSize(1 + 8 + 12 + PLAIN.length + 16).startsWith(1);
        assertThat(Arrays.copyOfRange(sealed, 1, 9)).isEqualTo(key.idBytes());
    }

    @Test
    void theSameIsEncryptedDifferentlyEachTime() {
        byte[] one = seal.close("row", PLAIN);
        byte[] other = seal.close("row", PLAIN);

        assertThat(Arrays.copyOfRange(one, 9, 21)).isNotEqualTo(Arrays.copyOfRange(other, 9, 21));
        assertThat(Arrays.copyOfRange(one, 21, one.length)).isNotEqualTo(Arrays.copyOfRange(other, 21, other.length));
    }

    @Test
    void whatWasWrittenForOneRowIsNotReadFromAnother() {
        byte[] sealed = seal.close("webhook.definition:wh_a:0", PLAIN);

        assertThatThrownBy(() -> seal.open("webhook.definition:wh_b:0", sealed))
                .isInstanceOf(Seal.BrokenException.class)
                .hasMessage("it was changed, or belongs to another row");
    }

    @Test
    void noByteCanBeChanged() {
        byte[] sealed = seal.close("row", PLAIN);
        for (int i = 1; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;

            assertThatThrownBy(() -> seal.open("row", changed)).isInstanceOf(Seal.BrokenException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 9, 21, 36, 40})
    void itCannotBeCutOff(int length) {
        byte[] sealed = seal.close("row", PLAIN);

        assertThatThrownBy(() -> seal.open("row", Arrays.copyOf(sealed, length)))
                .isInstanceOf(Seal.BrokenException.class);
    }

    @Test
    void anotherKeyIsNamed() {
        EncryptionKey other = EncryptionKey.random(random);

        assertThatThrownBy(() -> new Seal(other, random).open("row", seal.close("row", PLAIN)))
                .isInstanceOf(Seal.BrokenException.class)
                .hasMessage("it is encrypted with the key " + key.id() + ", not with " + other.id());
    }

    @Test
    void plainJsonIsNotTakenForSomethingEncrypted() {
        assertThat(Seal.isSealed(PLAIN)).isFalse();
        assertThat(Seal.isSealed(new byte[0])).isFalse();
        assertThat(Seal.isSealed(seal.close("row", PLAIN))).isTrue();
    }

    @Test
    void aKeyIsNotShownByAccident() {
        assertThat(key).hasToString("key " + key.id());
        assertThat(key.id()).hasSize(16);
        assertThat(key.text()).hasSize(44).doesNotContain(key.id());
    }
}
