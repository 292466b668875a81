package io.posel.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SigningSecretTest {
    private static final String TEXT = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    @Test
    void aNewOneHas32Bytes() {
        String text = SigningSecret.random(new SecureRandom()).text();

        assertThat(text).startsWith("whsec_").hasSize(6 + 44);
        assertThat(Base64.getDecoder().decode(text.substring(6))).hasSize(32);
    }

    @Test
    void twoAreNotTheSame() {
        SecureRandom random = new SecureRandom();

        assertThat(SigningSecret.random(random)).isNotEqualTo(SigningSecret.random(random));
    }

    @Test
    void itsTextReadsBack() {
        assertThat(SigningSecret.parse(TEXT).text()).isEqualTo(TEXT);
        assertThat(SigningSecret.parse(TEXT))
                .isEqualTo(SigningSecret.parse(TEXT))
                .hasSameHashCodeAs(SigningSecret.parse(TEXT));
    }

    @Test
    @DisplayName("S9: it is not shown by accident")
    void isNotShown() {
        assertThat(SigningSecret.parse(TEXT)).hasToString("whsec_***");
    }

    @ParameterizedTest
    @ValueSource(ints = {24, 32, 64})
    void lengthsOfTheSpecification(int length) {
        assertThat(SigningSecret.parse(secret(length)).key().getEncoded()).hasSize(length);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 23, 65})
    void otherLengthsAreRefused(int length) {
        assertThatThrownBy(() -> SigningSecret.parse(secret(length)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a signing secret has from 24 to 64 bytes, not " + length);
    }

    private static String secret(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return "whsec_" + Base64.getEncoder().encodeToString(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_$$$$"})
    void otherTextsAreRefusedAndNotShown(String text) {
        assertThatThrownBy(() -> SigningSecret.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("MfKQ")
                .hasMessageNotContaining("$")
                .hasNoCause();
    }
}
