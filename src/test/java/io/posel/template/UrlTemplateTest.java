package io.posel.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlTemplateTest {

    @Test
    @DisplayName("S7: variables stand in the query")
    void query() throws Exception {
        assertThat(render(
                        "https://example.com/hook?id=#customer.id#&email=#customer.email#",
                        "customer.id",
                        42,
                        "customer.email",
                        "a+b@example.com"))
                .isEqualTo("https://example.com/hook?id=42&email=a%2Bb%40example.com");
    }

    @Test
    @DisplayName("S7: variables stand in the path")
    void path() throws Exception {
        assertThat(render("https://example.com/path/#customer.id#", "customer.id", "a/b?c#d"))
                .isEqualTo("https://example.com/path/a%2Fb%3Fc%23d");
    }

    @Test
    @DisplayName("S5: a variable the event does not have becomes an empty string, and its segment stays")
    void missing() throws Exception {
        assertThat(render("http://h/a/#x#/b/#x#?y=#x#&z=1")).isEqualTo("http://h/a//b/?y=&z=1");
        assertThat(render("http://h/#x#", "x", null)).isEqualTo("http://h/");
    }

    @Test
    void data_is_encoded_but_for_unreserved_characters() throws Exception {
        assertThat(render("http://h/?v=#x#", "x", "aZ09-._~ !$&'()*+,;=:@/?[]\"\\%{}|\0\r\n\u007fé€😀"))
                .isEqualTo(
                        "http://h/?v=aZ09-._~%20%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40%2F%3F%5B%5D%22%5C%25%7B%7D%7C"
                                + "%00%0D%0A%7F%C3%A9%E2%82%AC%F0%9F%98%80");
    }

    @Test
    void objects_give_their_compact_text_and_numbers_their_own() throws Exception {
        assertThat(render("http://h/?v=#x#", "x", Map.of("k", 1))).isEqualTo("http://h/?v=%7B%22k%22%3A1%7D");
        assertThat(render("http://h/#x#", "x", new java.math.BigDecimal("12.50")))
                .isEqualTo("http://h/12.50");
        assertThat(render("http://h/#x#", "x", false)).isEqualTo("http://h/false");
    }

    @Test
    void a_name_of_a_parameter_may_hold_a_variable() throws Exception {
        assertThat(render("http://h/?#x#=1&#y#", "x", "a=b&c", "y", "z")).isEqualTo("http://h/?a%3Db%26c=1&z");
    }

    @Test
    @DisplayName("CVE-2026-78164: braces never survive in a URL, be they constant or data")
    void braces() throws Exception {
        assertThat(render("http://h/{{env:HOME}}/${x}?y={{env:HOME}}&z=#x#", "x", "{{env:HOME}}"))
                .isEqualTo("http://h/%7B%7Benv:HOME%7D%7D/$%7Bx%7D?y=%7B%7Benv:HOME%7D%7D&z=%7B%7Benv%3AHOME%7D%7D");
    }

    @Test
    void what_a_variable_brings_in_is_not_read_again() throws Exception {
        assertThat(render("http://h/#a#?b=#b#", "a", "#b#", "b", "#a#")).isEqualTo("http://h/%23b%23?b=%23a%23");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "http://h http://h/",
                "http://h? http://h/?",
                "http://h?a=1 http://h/?a=1",
                "http://h//a//?? http://h//a//??",
                "http://h/a%2Fb%2f%C3%A9+;v=1,@:!$&'()* http://h/a%2Fb%2f%C3%A9+;v=1,@:!$&'()*",
                "http://h/é|\"<>^`[] http://h/%C3%A9%7C%22%3C%3E%5E%60%5B%5D",
                "http://h/?a[]=ž&q=/?:@ http://h/?a%5B%5D=%C5%BE&q=/?:@",
                "http://h/.../..a/.a/a. http://h/.../..a/.a/a.",
                "http://h/?../. http://h/?../.",
                "http://h/%23x%23 http://h/%23x%23",
                "HTTPS://Example.COM:08443/A https://example.com:8443/A",
                "https://example.com.:443/ https://example.com.:443/",
                "http://user:pw@h:81/x http://h:81/x",
            })
    void constant_parts(String template, String rendered) throws Exception {
        assertThat(render(template)).isEqualTo(rendered);
    }

    @Test
    void a_space_inside_is_encoded() throws Exception {
        assertThat(render("http://h/a b?q=c d")).isEqualTo("http://h/a%20b?q=c%20d");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "http://h/#x#/b .",
                "http://h/#x#/b ..",
                "http://h/#x# ..",
                "http://h/a/#x#?q ..",
                "http://h/.#x#/b .",
                "http://h/#x#./b .",
                "http://h/%2e#x#/b .",
                "http://h/#x#%2E/b .",
                "http://h/#x##y#/b .",
                "http://h/#x##x#/b .",
                "http://h/#x#;v=1/b ..",
                "http://h/#x#;#y#/b ..",
            })
    void data_never_steps_to_another_path(String template, String data) throws Exception {
        UrlTemplate url = UrlTemplate.compile(template);
        assertThatThrownBy(() -> url.render(Data.of("x", data)))
                .isInstanceOf(RenderException.class)
                .hasMessageContaining("#x#");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://h/.#x#/b", "http://h/..#x#", "http://h/%2E#x#%2e/b"})
    void missing_data_never_steps_to_another_path(String template) throws Exception {
        UrlTemplate url = UrlTemplate.compile(template);
        assertThatThrownBy(() -> url.render(Data.of())).isInstanceOf(RenderException.class);
    }

    @Test
    void dots_that_lead_nowhere_else_are_sent() throws Exception {
        assertThat(render("http://h/..#x#/a#x#/#x#b?#x#=#x#", "x", "..")).isEqualTo("http://h/..../a../..b?..=..");
        assertThat(render("http://h/#x#", "x", "%2e%2e")).isEqualTo("http://h/%252e%252e");
    }

    @Test
    void half_a_surrogate_pair_is_not_sent_mangled() throws Exception {
        UrlTemplate url = UrlTemplate.compile("http://h/?key=s3cret&v=#x#");
        assertThatThrownBy(() -> url.render(Data.of("x", "a\ud83d")))
                .isInstanceOf(RenderException.class)
                .hasMessageContaining("#x#")
                .hasMessageNotContaining("s3cret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "http://h/ http h 80",
                "https://h/ https h 443",
                "hTTp://H:443 http h 443",
                "https://a-b.example.com:1?x https a-b.example.com 1",
                "http://127.0.0.1:65535 http 127.0.0.1 65535",
                "https://[2001:DB8::1]:8443/ https [2001:db8::1] 8443",
                "https://[::ffff:1.2.3.4]/ https [::ffff:1.2.3.4] 443",
                "https://Česko.cz/ https xn--esko-fua.cz 443",
                "https://пример.рф/ https xn--e1afmkfd.xn--p1ai 443",
                "http://1and1.com/ http 1and1.com 80",
            })
    void where_it_leads_to(String template, String scheme, String host, int port) throws Exception {
        UrlTemplate url = UrlTemplate.compile(template);
        assertThat(url.scheme()).isEqualTo(scheme);
        assertThat(url.host()).isEqualTo(host);
        assertThat(url.port()).isEqualTo(port);
        assertThat(url.isHttps()).isEqualTo(scheme.equals("https"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            emptyValue = "",
            value = {
                "http://user:password@h/ user password",
                "http://user@h/ user ''",
                "http://user:@h/ user ''",
                "http://:password@h/ '' password",
                "http://u:p:w@h/ u p:w",
                "http://u%40x:p%3Aw%2F%23%25@h/ u@x p:w/#%",
                "http://%C5%BEena:%E2%82%AC%F0%9F%98%80@h/ žena €😀",
                "http://žena:€😀@h/ žena €😀",
                "http://a!$&'()*+,;=~:b@h/ a!$&'()*+,;=~ b",
            },
            quoteCharacter = '"')
    @DisplayName("F4: user:password@ is decoded and removed from the URL that is requested")
    void user_info(String template, String user, String password) throws Exception {
        UrlTemplate url = UrlTemplate.compile(template);
        assertThat(url.userInfo()).contains(new UserInfo(user.replace("''", ""), password.replace("''", "")));
        assertThat(url.render(Data.of())).isEqualTo("http://h/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://h/", "http://@h/", "http://:@h/", "http://h/a@b", "http://h?a@b:c"})
    @DisplayName("F4: without user and password there is no user info")
    void no_user_info(String template) throws Exception {
        assertThat(UrlTemplate.compile(template).userInfo()).isEmpty();
    }

    @Test
    void a_password_hides_from_logs() {
        assertThat(new UserInfo("u", "s3cret").toString()).doesNotContain("s3cret");
    }

    @Test
    void the_variables_are_known_in_their_order() throws Exception {
        assertThat(UrlTemplate.compile("http://h/#z#/.#a.b#?#c#=#z#").variables())
                .containsExactly("z", "a.b", "c");
    }

    private static String render(String template, Object... data) throws TemplateException, RenderException {
        return UrlTemplate.compile(template).render(Data.of(data));
    }
}
