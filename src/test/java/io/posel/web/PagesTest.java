package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PagesTest {
    private static final List<String> CODES = List.of(
            "login-link-expired",
            "login-link-used",
            "login-link-invalid",
            "token-required",
            "unknown-session",
            "not-ready",
            "outcome-unknown",
            "cross-site-request");

    private static List<String> all(Language language) {
        List<byte[]> pages = new ArrayList<>(List.of(Pages.login(language), Pages.noLink(language)));
        CODES.forEach(code -> pages.add(Pages.refusal(language, code, "<b>detail</b>")));
        return pages.stream()
                .map(page -> new String(page, StandardCharsets.UTF_8))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void theyLoadAndRunNothingAndSayWhatTheyAre(Language language) throws Exception {
        assertThat(all(language)).hasSize(10).allSatisfy(page -> {
            assertThat(page)
                    .startsWith("<!doctype html>\n<html lang=\"" + language.code() + "\">")
                    .containsOnlyOnce("<h1>")
                    .containsOnlyOnce("<main>")
                    .containsPattern("<title>[^<]+</title>")
                    .doesNotContainIgnoringCase("<script")
                    .doesNotContainPattern("\\son[a-z]+=")
                    .doesNotContain(" src=", " style=", "<i>", "<b>", "javascript:", "http");
            Matcher style = Pattern.compile("<style>(.*?)</style>").matcher(page);
            assertThat(style.find()).isTrue();
            String hash = Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256")
                            .digest(style.group(1).getBytes(StandardCharsets.UTF_8)));
            assertThat(Pages.POLICY).contains("style-src 'sha256-" + hash + "'").doesNotContain("unsafe");
        });
    }

    @Test
    void eachStandsInBothLanguages() {
        List<String> english = all(Language.ENGLISH);
        List<String> czech = all(Language.CZECH);

        for (int i = 0; i < english.size(); i++) {
            assertThat(czech.get(i).replace("lang=\"cs\"", "lang=\"en\"")).isNotEqualTo(english.get(i));
        }
    }

    @Test
    void onlyABrowserGetsThemAndOnlyWherePeopleRead() {
        assertThat(Pages.isWanted(Knock.at("GET", "/").with("Accept", "text/html,*/*;q=0.8")))
                .isTrue();
        assertThat(Pages.isWanted(Knock.at("POST", "/login?ticket=x").with("Accept", "Text/HTML")))
                .isTrue();
        assertThat(Pages.isWanted(Knock.at("GET", "/").with("Accept", "*/*"))).isFalse();
        assertThat(Pages.isWanted(Knock.at("GET", "/"))).isFalse();
        assertThat(Pages.isWanted(Knock.at("GET", "/api/webhooks").with("Accept", "text/html")))
                .isFalse();
    }
}
