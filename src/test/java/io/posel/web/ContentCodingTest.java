package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentCodingTest {
    private static final Knock KNOCK = Knock.at("GET", "/");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gzip",
                "gzip, deflate, br, zstd",
                "br;q=1.0, gzip;q=0.8, *;q=0.1",
                "GZIP",
                "x-gzip",
                "gzip; q=0.001"
            })
    void whoSaysSoGetsGzip(String accepted) {
        assertThat(ContentCoding.takesGzip(KNOCK.with("Accept-Encoding", accepted)))
                .isTrue();
        assertThat(ContentCoding.takesGzip(KNOCK.with("Accept-Encoding", "br").with("Accept-Encoding", accepted)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "br", "identity", "gzip;q=0", "gzip; q=0.000", "*", "gzipped", "agzip", "gzip;q=x"})
    void nobodyElse(String accepted) {
        assertThat(ContentCoding.takesGzip(KNOCK.with("Accept-Encoding", accepted)))
                .isFalse();
    }

    @Test
    void norWhoSaysNothing() {
        assertThat(ContentCoding.takesGzip(KNOCK)).isFalse();
    }
}
