package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LanguageTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cs                        | CZECH",
                "cs-CZ,cs;q=0.9,en;q=0.8   | CZECH",
                "en-US,en;q=0.9,cs;q=0.8   | ENGLISH",
                "de, cs;q=0.1              | CZECH",
                "de-AT                     | ENGLISH",
                "en;q=0.2, cs;q=0.3        | CZECH",
                "cs;q=0, en;q=0            | ENGLISH",
                "csb                       | ENGLISH",
                "CS                        | CZECH",
                "'; ;;,,q=,*'              | ENGLISH",
            })
    void itIsTheOneThatTheReaderPrefers(String accepted, Language language) {
        assertThat(Language.of(Knock.at("GET", "/").with("Accept-Language", accepted)))
                .isEqualTo(language);
    }

    @Test
    void withoutAWordItIsEnglish() {
        assertThat(Language.of(Knock.at("GET", "/"))).isEqualTo(Language.ENGLISH);
    }
}
