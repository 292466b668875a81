package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessLogTest {

    @ParameterizedTest
    @DisplayName("D5: the access log shows values of known parameters alone")
    @CsvSource({
        "/events, /events",
        "/api/webhooks?limit=5&cursor=abc, /api/webhooks?limit=5&cursor=abc",
        "/login?ticket=secret.secret, /login?ticket=***",
        "/login?%74icket=secret, /login?%74icket=***",
        "/api/webhooks?access_token=secret&limit=5, /api/webhooks?access_token=***&limit=5",
        "/api/webhooks?secret, /api/webhooks?***",
        "/api/webhooks?, /api/webhooks?",
        "/a?x=secret?limit=secret&&limit=1=2, /a?x=***&&limit=1=2",
    })
    void targets(String target, String shown) {
        assertThat(AccessLog.target(target)).isEqualTo(shown);
    }

    @ParameterizedTest
    @DisplayName("D5: what a caller sends ends neither the quotes nor the line")
    @CsvSource({
        "'a\"b\\c', 'a\\\"b\\\\c'",
        "'\u0001é\u202e', '\\x01\\xe9\\u202e'",
        "curl/8.1, curl/8.1",
    })
    void printable(String text, String shown) {
        assertThat(AccessLog.printable(text)).isEqualTo(shown);
    }
}
