package io.posel.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class TokenHashTest {

    @Test
    void isSha256() {
        assertThat(HexFormat.of().formatHex(TokenHash.of("abc").bytes()))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void knowsItsTokenAgainAndNoOther() {
        TokenHash stored = TokenHash.stored(TokenHash.of("abc").bytes());

        assertThat(stored.matches(TokenHash.of(" abc "))).isTrue();
        assertThat(stored.matches(TokenHash.of("abd"))).isFalse();
        assertThat(stored.matches(TokenHash.stored(new byte[0]))).isFalse();
    }

    @Test
    void cannotBeChangedFromOutside() {
        TokenHash hash = TokenHash.of("abc");
        hash.bytes()[0] = 0;

        assertThat(hash.matches(TokenHash.of("abc"))).isTrue();
    }

    @Test
    void itsTextShowsNothing() {
        assertThat(TokenHash.of("abc").toString()).doesNotContain("abc", "ba78");
    }
}
