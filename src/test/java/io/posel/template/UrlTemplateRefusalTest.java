package io.posel.template;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlTemplateRefusalTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~~                     | url-empty             | 1",
                "~  ~                   | url-empty             | 1",
                "example.com            | url-scheme            | 1",
                "ftp://h/               | url-scheme            | 1",
                "//h/                   | url-scheme            | 1",
                "http:127.0.0.1/        | url-scheme            | 1",
                "http:/h/               | url-scheme            | 1",
                "javascript:x           | url-scheme            | 1",
                "http://                | url-host              | 8",
                "http:///x              | url-host              | 8",
                "http://?x              | url-host              | 8",
                "http://:80/            | url-host              | 8",
                "http://u:p@/           | url-host              | 12",
                "http://h x/            | url-host              | 8",
                "http://a..b/           | url-host              | 8",
                "http://.a/             | url-host              | 8",
                "http://-a.com/         | url-host              | 8",
                "http://a-.com/         | url-host              | 8",
                "http://h%41/           | url-host              | 8",
                "http://{{env:HOME}}/   | url-host              | 8",
                "http://${x}/           | url-host              | 8",
                "http://*/              | url-host              | 8",
                "http://2130706433/     | url-host              | 8",
                "http://0x7f000001/     | url-host              | 8",
                "http://127.1/          | url-host              | 8",
                "http://0177.0.0.1/     | url-host              | 8",
                "http://127.0.0.1./     | url-host              | 8",
                "http://1.2.3.256/      | url-host              | 8",
                "http://1.2.3.4.5/      | url-host              | 8",
                "http://１２７.１/         | url-host              | 8",
                "http://[::1/           | url-host              | 8",
                "http://[]/             | url-host              | 8",
                "http://[::g]/          | url-host              | 8",
                "http://[1:2]/          | url-host              | 8",
                "http://[fe80::1%25e]/  | url-host              | 8",
                "http://[::1]x/         | url-host              | 8",
                "http://::1/            | url-host              | 8",
                "http://faß.de/         | url-host              | 8",
                "http://h_é.cz/         | url-host              | 8",
                "http://℀.com/          | url-host              | 8",
                "http://h:/             | url-port              | 10",
                "http://h:0/            | url-port              | 10",
                "http://h:65536/        | url-port              | 10",
                "http://h:99999999999/  | url-port              | 10",
                "http://h:8x/           | url-port              | 10",
                "http://h:-1/           | url-port              | 10",
                "http://h:٣/            | url-port              | 10",
                "http://user:p/ss@h/x   | url-user-info         | 14",
                "http://user:p?ss@h     | url-user-info         | 14",
                "http://user:/ss@h      | url-user-info         | 13",
                "http://a@b.c:p/1@h/    | url-user-info         | 15",
                "http://u r:p/1@h/      | url-user-info         | 13",
                "http://u:p[1@h/        | url-user-info         | 11",
                "http://u:p 1@h/        | url-user-info         | 11",
                "http://u:p@h:80@x/     | url-user-info         | 11",
                "http://a@b@c/          | url-user-info         | 9",
                "http://a^b:c@h/        | url-user-info         | 9",
                "http://a:{{b}}@h/      | url-user-info         | 10",
                "http://u:%ff@h/        | url-user-info         | 8",
                "http://a%3Ab:c@h/      | url-user-info         | 8",
                "http://u:a%0Ab@h/      | url-user-info         | 8",
                "http://h/%             | url-percent-escape    | 10",
                "http://h/%4            | url-percent-escape    | 10",
                "http://h/%zz           | url-percent-escape    | 10",
                "http://h/%#x#          | url-percent-escape    | 10",
                "http://h/%4#x#         | url-percent-escape    | 10",
                "http://h/?a=100%       | url-percent-escape    | 16",
                "http://h/#             | url-fragment          | 10",
                "http://h/#frag         | url-fragment          | 10",
                "http://h/#x##frag      | url-fragment          | 13",
                "http://h/?a=#1#        | url-fragment          | 13",
                "http://h#frag          | url-fragment          | 9",
                "http://h\\a            | url-character         | 9",
                "http://h/a\\b          | url-character         | 11",
                "~ http://h/~           | url-character         | 1",
                "~http://h/ ~           | url-character         | 10",
                "http://h/.             | url-dot-segment       | 10",
                "http://h/a/../b        | url-dot-segment       | 12",
                "http://h/%2e%2E?x      | url-dot-segment       | 10",
                "http://h/.%2e          | url-dot-segment       | 10",
                "http://h/..;x=#x#/     | url-dot-segment       | 10",
                "#x#                    | variable-in-scheme    | 1",
                "#x#://h/               | variable-in-scheme    | 1",
                "http#x#://h/           | variable-in-scheme    | 5",
                "http://#x#@h/          | variable-in-user-info | 8",
                "http://u:a#x#b@h/      | variable-in-user-info | 11",
                "http://#x#/            | variable-in-host      | 8",
                "http://h#x#            | variable-in-host      | 9",
                "http://u:p@a.#x#.b:8/  | variable-in-host      | 14",
                "http://[::#x#]/        | variable-in-host      | 11",
                "http://#x#:80/         | variable-in-host      | 8",
                "http://h:#x#/          | variable-in-port      | 10",
                "http://h:8#x#?y        | variable-in-port      | 11",
            })
    void refused(String template, String code, int column) {
        Refusal.of(() -> UrlTemplate.compile(template)).is(code, 1, column);
    }

    @ParameterizedTest
    @DisplayName("K45: what a password cannot contain is named with what to write for it")
    @CsvSource(
            delimiter = '|',
            value = {
                "http://user:p/ss@h/x | User and password cannot contain /; write it as %2F.",
                "http://user:p?ss@h/x | User and password cannot contain ?; write it as %3F.",
                "http://u:p[s@h/      | User and password cannot contain [; write it as %5B.",
                "http://u:p s@h/      | User and password cannot contain a space; write it as %20.",
                "http://u:p@s@h/      | User and password cannot contain @; write it as %40.",
                "http://h:8x/         | The port must be a number from 1 to 65535, or be left out with its colon.",
                "http://faß.de/       | This international host name cannot be converted; write it in its ASCII form, which begins with xn--."
            })
    void words(String template, String words) {
        assertThatThrownBy(() -> UrlTemplate.compile(template)).hasMessage(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "\t", "\r", "\n", "\u001f", "\u007f", "\u0085"})
    void control_characters(String control) {
        Refusal.of(() -> UrlTemplate.compile("http://h/" + control + "a")).is("url-character", 1, 10);
    }

    @Test
    void the_line_is_counted() {
        Refusal.of(() -> UrlTemplate.compile("http://h/?q=#x#\n")).is("url-character", 1, 16);
        Refusal.of(() -> UrlTemplate.compile("http://h/?q=\u00a0")).is("url-character", 1, 13);
    }

    @Test
    void half_a_surrogate_pair() {
        Refusal.of(() -> UrlTemplate.compile("http://h/😀\ud83d")).is("lone-surrogate", 1, 12);
        Refusal.of(() -> UrlTemplate.compile("http://\ude00/")).is("lone-surrogate", 1, 8);
    }

    @Test
    void a_host_that_older_and_newer_rules_read_as_two() {
        Refusal.of(() -> UrlTemplate.compile("http://a\u200db.com/")).is("url-host", 1, 8);
        Refusal.of(() -> UrlTemplate.compile("http://ς.gr/")).is("url-host", 1, 8);
    }

    @Test
    void names_that_are_too_long() {
        Refusal.of(() -> UrlTemplate.compile("http://" + "a".repeat(64) + ".com/"))
                .is("url-host", 1, 8);
        Refusal.of(() -> UrlTemplate.compile("http://" + "a.".repeat(127) + "a/"))
                .is("url-host", 1, 8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://u:s3cret@h!x/",
                "http://u:s3cret/b@h/",
                "http://u:s3cret?@h",
                "http://u:s3cret@h:x/",
                "http://u:s3cret{@h/",
                "http://h/?key=s3cret&%",
                "http://h/s3cret/..",
                "http://h/?key=s3cret#"
            })
    void a_refusal_gives_no_key_away(String template) {
        Refusal.of(() -> UrlTemplate.compile(template)).saysNothingOf("s3cret");
    }
}
