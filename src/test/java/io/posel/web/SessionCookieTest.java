package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionCookieTest {

    @Test
    void noScriptAndNoOtherSiteGetsIt() {
        assertThat(SessionCookie.PLAIN.set("v")).isEqualTo("posel-session=v; Path=/; HttpOnly; SameSite=Strict");
        assertThat(SessionCookie.TLS.set("v"))
                .isEqualTo("__Host-posel-session=v; Path=/; HttpOnly; SameSite=Strict; Secure");
        assertThat(SessionCookie.PLAIN.clear())
                .isEqualTo("posel-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
        assertThat(SessionCookie.TLS.clear())
                .isEqualTo("__Host-posel-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "https | TLS",
                "HTTPS | TLS",
                "https,http | TLS",
                "http | PLAIN",
                "http, https | PLAIN",
                "httpsx | PLAIN"
            })
    void theProxySaysWhichItIs(String proto, SessionCookie cookie) {
        assertThat(SessionCookie.of(Knock.at("GET", "/").with("X-Forwarded-Proto", proto)))
                .isEqualTo(cookie);
        assertThat(SessionCookie.of(Knock.at("GET", "/"))).isEqualTo(SessionCookie.PLAIN);
    }
}
