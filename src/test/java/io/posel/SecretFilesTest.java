package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets in files, as Docker and Kubernetes give them, and values that cannot be meant as they are. */
class SecretFilesTest {
    private static final String SECRET = "s3cret-and-long-enough";

    @TempDir
    private Path home;

    private Path secret;

    private Settings loaded(Map<String, String> environment, String... lines) throws IOException {
        Path file = Files.createDirectories(home.resolve("config")).resolve("application.properties");
        Files.write(file, List.of(lines));
        return Settings.load(home, environment);
    }

    private String write(String text) throws IOException {
        secret = Files.writeString(home.resolve("secret"), text);
        return secret.toString();
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(message)
                .hasMessageNotContaining(SECRET);
    }

    /** Of the shipped file: whoever adds a secret gets its file without doing anything. */
    static Stream<String> secrets() {
        return PropertiesFile.read(Path.of("config/application.properties")).entries().keySet().stream()
                .filter(Settings::isInFile);
    }

    static Stream<String> settings() {
        return PropertiesFile.read(Path.of("config/application.properties")).entries().keySet().stream();
    }

    @Test
    void everySecretIsOne() {
        assertThat(secrets())
                .containsExactlyInAnyOrder(
                        "posel.admin-token",
                        "posel.intake-token",
                        "posel.secret-key",
                        "posel.secret-key-new",
                        "posel.db.url",
                        "posel.db.password",
                        "posel.delivery.proxy",
                        "posel.source.outbox.db.url",
                        "posel.source.outbox.db.password",
                        "posel.source.feed.url",
                        "posel.source.feed.token");
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void eachCanBeInAFileThatAVariableNames(String key) throws IOException {
        Settings settings = loaded(Map.of(Settings.environmentName(key) + "_FILE", write(SECRET + "\n")));

        assertThat(settings.text(key)).isEqualTo(SECRET);
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void eachCanBeInAFileThatAKeyNames(String key) throws IOException {
        write(SECRET);

        assertThat(loaded(Map.of(), key + "-file=secret").text(key)).isEqualTo(SECRET);
    }

    @Test
    void soCanThoseOfSourcesOfYourOwn() throws IOException {
        Settings settings = loaded(
                Map.of("POSEL_SOURCE_ORDERS_DB_PASSWORD_FILE", write(SECRET)), "posel.source.orders.enabled=true");

        assertThat(settings.text("posel.source.orders.db.password")).isEqualTo(SECRET);
        assertThat(settings.properties()).doesNotContainValue(SECRET);
    }

    @Test
    void otherSettingsCannot() {
        assertThatThrownBy(() -> loaded(Map.of("POSEL_HTTP_PORT_FILE", write("8080"))))
                .hasMessageContaining("there is no setting POSEL_HTTP_PORT_FILE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "%s\n", "%s\r\n", " %s \n\n", "\t%s\t", "\uFEFF%s\n"})
    void blanksAndLineBreaksAroundItAreNotPartOfIt(String text) throws IOException {
        assertThat(loaded(Map.of("POSEL_DB_PASSWORD_FILE", write(text.formatted(SECRET))))
                        .text("posel.db.password"))
                .isEqualTo(SECRET);
    }

    @Test
    void anEmptyVariableOrAnEmptyNameIsNone() throws IOException {
        Settings settings = loaded(
                Map.of("POSEL_ADMIN_TOKEN", "", "POSEL_ADMIN_TOKEN_FILE", write(SECRET), "POSEL_DB_URL_FILE", ""));

        assertThat(settings.text("posel.admin-token")).isEqualTo(SECRET);
        assertThat(settings.text("posel.db.url")).isEmpty();
    }

    @Nested
    class Refused {
        private String place(String problem) {
            return "setting posel.admin-token-file (POSEL_ADMIN_TOKEN_FILE) in the environment: the file " + secret
                    + " " + problem;
        }

        private void assertRefused(String problem) {
            SecretFilesTest.assertRefused(
                    () -> loaded(Map.of("POSEL_ADMIN_TOKEN_FILE", secret.toString())), place(problem));
        }

        @Test
        void aFileThatIsNotThere() {
            secret = home.resolve("nowhere");

            assertRefused("does not exist; create it, or correct its name");
        }

        @Test
        void aFolder() {
            secret = home;

            assertRefused("is a folder; name a file");
        }

        @Test
        void aFileThatMustNotBeRead() throws IOException {
            write(SECRET);
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
            assumeFalse(Files.isReadable(secret), "root reads everything");

            assertRefused("cannot be read; let Posel's user read it");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "\n", " \t\r\n", "\uFEFF"})
        void aFileWithoutAnything(String text) throws IOException {
            write(text);

            assertRefused("is empty; it must hold the value");
        }

        @Test
        void aFileOfOtherBytes() throws IOException {
            write("");
            Files.write(secret, new byte[] {(byte) 0xC3, (byte) 0x28});

            assertRefused("is not UTF-8; save it as text");
        }

        @Test
        void aFileWithoutEnd() {
            secret = Path.of("/dev/zero");

            assertRefused("has more than 64 kB; it must hold the value and no more");
        }

        @Test
        void bothAtOnce() throws IOException {
            String file = write(SECRET);

            SecretFilesTest.assertRefused(
                    () -> loaded(Map.of("POSEL_ADMIN_TOKEN", SECRET, "POSEL_ADMIN_TOKEN_FILE", file)),
                    "setting posel.admin-token-file (POSEL_ADMIN_TOKEN_FILE) in the environment and setting"
                            + " posel.admin-token (POSEL_ADMIN_TOKEN) in the environment are both set; keep one of them");
            SecretFilesTest.assertRefused(
                    () -> loaded(Map.of("POSEL_ADMIN_TOKEN_FILE", file), "posel.admin-token=" + SECRET),
                    "setting posel.admin-token-file (POSEL_ADMIN_TOKEN_FILE) in the environment and setting"
                            + " posel.admin-token (POSEL_ADMIN_TOKEN) in "
                            + home.resolve("config/application.properties") + ":1 are both set; keep one of them");
        }

        @Test
        void aFaultOfTheValueNamesTheFile() throws IOException {
            Settings settings = loaded(Map.of("POSEL_SECRET_KEY_FILE", write(SECRET)));

            SecretFilesTest.assertRefused(
                    settings::check,
                    "setting posel.secret-key (POSEL_SECRET_KEY) in the file " + secret
                            + " must be 32 bytes in base64, as of openssl rand -base64 32");
        }
    }

    @Nested
    class WhatCannotBeMeant {
        @ParameterizedTest
        @MethodSource("io.posel.SecretFilesTest#secrets")
        void aSecretOfMoreThanOneLine(String key) throws IOException {
            String variable = Settings.environmentName(key);
            String message = "setting " + key + " (" + variable + ") in %s"
                    + " contains a line break or another control character; it must be one line of text";

            for (String control : List.of("\n", "\r", "\t", "\u0000", "\u007F", "\u0085")) {
                String value = SECRET + control + "x";
                String file = write(value);
                assertRefused(() -> loaded(Map.of(variable, value)), message.formatted("the environment"));
                assertRefused(() -> loaded(Map.of(variable + "_FILE", file)), message.formatted("the file " + secret));
            }
            assertRefused(
                    () -> loaded(Map.of(), key + "=" + SECRET + "\\nx"),
                    message.formatted(home.resolve("config/application.properties") + ":1"));
        }

        /** Each of Camel's functions, its plain placeholders, and what other programs replace. */
        @ParameterizedTest
        @CsvSource({
            "{{env:X}}, {{",
            "{{sys:x}}, {{",
            "{{file:/run/secrets/x}}, {{",
            "{{aws:x/y}}, {{",
            "{{service:x}}, {{",
            "{{x}}, {{",
            "a{{x:b}}c, {{",
            "{{?x}}, {{",
            "${X}, ${",
            "${env:X}, ${",
            "a${X:-b}c, ${",
        })
        void aPlaceholder(String value, String mark) throws IOException {
            String message = "setting posel.admin-token (POSEL_ADMIN_TOKEN) in %s contains " + mark
                    + ", but Posel resolves no placeholders in its settings; set the value itself, or"
                    + " POSEL_ADMIN_TOKEN_FILE to a file with it";
            String file = write(value);

            assertRefused(() -> loaded(Map.of("POSEL_ADMIN_TOKEN", value)), message.formatted("the environment"));
            assertRefused(
                    () -> loaded(Map.of(), "posel.admin-token=" + value),
                    message.formatted(home.resolve("config/application.properties") + ":1"));
            assertRefused(
                    () -> loaded(Map.of("POSEL_ADMIN_TOKEN_FILE", file)), message.formatted("the file " + secret));
        }

        @ParameterizedTest
        @MethodSource("io.posel.SecretFilesTest#settings")
        void aPlaceholderInAnySetting(String key) {
            Map<String, String> environment = new HashMap<>();
            for (String value : List.of("{{env:X}}", "${X}")) {
                environment.put(Settings.environmentName(key), value);

                assertThatThrownBy(() -> loaded(environment))
                        .isInstanceOf(InvalidSettingException.class)
                        .hasMessageStartingWith("setting " + key + " (" + Settings.environmentName(key)
                                + ") in the environment contains ");
            }
        }

        @Test
        void keysOfYourOwnAreCamels() throws IOException {
            assertThat(loaded(Map.of(), "orders.url={{env:ORDERS}}/x").properties())
                    .containsEntry("orders.url", "{{env:ORDERS}}/x");
        }

        @Test
        void bracesAndDollarsThatAreNoneStay() throws IOException {
            Map<String, String> environment = Map.of("POSEL_DB_PASSWORD", "$a{b}c$$ }} $(d) #{e}");

            assertThat(loaded(environment).text("posel.db.password")).isEqualTo("$a{b}c$$ }} $(d) #{e}");
        }

        @Test
        void lettersOfAnyLanguageStay() throws IOException {
            Files.write(home.resolve("secret"), "ž".getBytes(StandardCharsets.UTF_8));

            assertThat(loaded(Map.of(), "posel.db.password-file=secret").text("posel.db.password"))
                    .isEqualTo("ž");
        }
    }
}
