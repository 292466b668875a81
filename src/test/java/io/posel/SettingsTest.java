package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static final Path SHIPPED = Path.of("config/application.properties");

    @TempDir
    private Path home;

    private Path file;

    @BeforeEach
    void createConfig() throws IOException {
        file = Files.createDirectory(home.resolve("config")).resolve("application.properties");
    }

    private Settings loaded(String... lines) throws IOException {
        return loaded(Map.of(), lines);
    }

    private Settings loaded(Map<String, String> environment, String... lines) throws IOException {
        Files.write(file, List.of(lines));
        return Settings.load(home, environment);
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(InvalidSettingException.class).hasMessage(message);
    }

    @Test
    @DisplayName("K21: settings that cannot be looked for are not taken for missing")
    void aFolderThatIsNone() throws IOException {
        Files.delete(home.resolve("config"));
        Files.createSymbolicLink(home.resolve("config"), home.resolve("config"));

        assertThatThrownBy(() -> Settings.load(home, Map.of()))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("config/application.properties");
    }

    @Nested
    class WhichValueCounts {
        @Test
        void withoutAFileTheDefaultsHold() {
            assertThat(Settings.load(home, Map.of()).text("posel.http.host")).isEqualTo("127.0.0.1");
        }

        @Test
        void theFileWinsOverTheDefault() throws IOException {
            assertThat(loaded("posel.http.port=9090").number("posel.http.port", 0, 65_535))
                    .isEqualTo(9090);
        }

        @Test
        void theEnvironmentWinsOverTheFile() throws IOException {
            Settings settings = loaded(Map.of("POSEL_HTTP_PORT", "7070"), "posel.http.port=9090");

            assertThat(settings.number("posel.http.port", 0, 65_535)).isEqualTo(7070);
        }

        @Test
        void theEnvironmentWinsOverTheDefault() {
            Settings settings = Settings.load(home, Map.of("POSEL_DELIVERY_HTTPS_ONLY", "true"));

            assertThat(settings.flag("posel.delivery.https-only")).isTrue();
        }

        @Test
        void anEmptyVariableOfTheEnvironmentCountsToo() throws IOException {
            Settings settings = loaded(Map.of("POSEL_DELIVERY_ALLOW", ""), "posel.delivery.allow=10.0.0.0/8");

            assertThat(settings.list("posel.delivery.allow")).isEmpty();
        }

        @Test
        void aVariableSetsWhatOnlyTheFileNames() throws IOException {
            Settings settings =
                    loaded(Map.of("POSEL_SOURCE_ORDERS_DB_PASSWORD", "s3cret"), "posel.source.orders.db.password=");

            assertThat(settings.text("posel.source.orders.db.password")).isEqualTo("s3cret");
        }

        @Test
        void blanksAroundAValueAreNotPartOfIt() throws IOException {
            Settings settings = loaded(Map.of("POSEL_DB_USER", " posel\n"), "posel.http.host = localhost ");

            assertThat(settings.text("posel.http.host")).isEqualTo("localhost");
            assertThat(settings.text("posel.db.user")).isEqualTo("posel");
        }

        @Test
        void aCopyDiffersInOneValue() throws IOException {
            Settings settings = loaded("posel.http.port=9090", "posel.http.host=::1");

            Settings copy = settings.with("posel.http.port", "0");

            assertThat(copy.text("posel.http.port")).isEqualTo("0");
            assertThat(copy.text("posel.http.host")).isEqualTo("::1");
            assertThat(settings.text("posel.http.port")).isEqualTo("9090");
        }

        @ParameterizedTest
        @CsvSource({
            "posel.http.port, POSEL_HTTP_PORT",
            "posel.delivery.https-only, POSEL_DELIVERY_HTTPS_ONLY",
            "posel.source.outbox.db.url, POSEL_SOURCE_OUTBOX_DB_URL"
        })
        void aKeyHasAVariable(String key, String variable) {
            assertThat(Settings.environmentName(key)).isEqualTo(variable);
        }
    }

    @Nested
    class TheFile {
        @Test
        void anUnknownKeyIsRefusedWithItsLine() {
            assertRefused(
                    () -> loaded("# a comment", "posel.http.port=1", "", "posel.htp.host=x"),
                    file + ":4: there is no setting posel.htp.host; did you mean posel.http.host?");
        }

        @Test
        void linesAreCountedAsAnEditorCountsThem() {
            assertRefused(
                    () -> loaded("posel.http.allowed-hosts=a,\\", "  b,\\", "  c", "# goes not on \\", "posel.nope=1"),
                    file + ":5: there is no setting posel.nope; the nearest name is posel.db.url");
        }

        @Test
        void aValueMayGoOnInTheNextLine() throws IOException {
            assertThat(loaded("posel.http.allowed-hosts=a,\\", "   b").list("posel.http.allowed-hosts"))
                    .containsExactly("a", "b");
        }

        @Test
        void keysOfOthersAreLeftToThem() throws IOException {
            assertThat(loaded("orders.folder=/in").text("orders.folder")).isEqualTo("/in");
        }

        @Test
        void sourcesHaveKeysOfTheirOwn() throws IOException {
            assertThat(loaded("posel.source.orders.folder=/in").sources()).contains("orders", "outbox", "feed");
        }

        @Test
        void aByteOrderMarkIsNotPartOfTheFirstKey() throws IOException {
            assertThat(loaded("\uFEFFposel.http.port=9090").text("posel.http.port"))
                    .isEqualTo("9090");
        }

        @Test
        void lettersOfAnyLanguageAreReadAsUtf8() throws IOException {
            assertThat(loaded("posel.data-dir=údaje").path("posel.data-dir")).isEqualTo(home.resolve("údaje"));
        }

        @Test
        void aFileThatIsNotUtf8IsRefused() throws IOException {
            Files.write(file, "posel.data-dir=údaje".getBytes(StandardCharsets.ISO_8859_1));

            assertRefused(() -> Settings.load(home, Map.of()), file + ": the file is not UTF-8; save it as UTF-8");
        }

        @Test
        void anEscapeThatIsNoneIsRefusedWithItsLine() {
            assertThatThrownBy(() -> loaded("", "posel.data-dir=C:\\users"))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageStartingWith(file + ":2: this cannot be read: ");
        }
    }

    @Nested
    class WrongValues {
        @Test
        void theMessageNamesKeyVariableValueLineAndWhatIsExpected() throws IOException {
            Settings settings = loaded("", "posel.http.port=http");

            assertRefused(
                    () -> settings.number("posel.http.port", 0, 65_535),
                    "setting posel.http.port (POSEL_HTTP_PORT) is \"http\" in " + file
                            + ":2, expected is a whole number from 0 to 65535");
        }

        @ParameterizedTest
        @CsvSource({
            "posel.http.connections, 9",
            "posel.http.connections, 100001",
            "posel.max-webhooks, 0",
            "posel.max-webhooks, many"
        })
        void aLimitThatIsNoneEndsTheStart(String key, String value) throws IOException {
            Settings settings = loaded(key + "=" + value);

            assertThatThrownBy(settings::check)
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining(key)
                    .hasMessageContaining("expected is a whole number from ");
        }

        @Test
        void theMessageTellsThatItCameFromTheEnvironment() throws IOException {
            Settings settings = loaded(Map.of("POSEL_HTTP_PORT", "70000"), "posel.http.port=1");

            assertRefused(
                    () -> settings.number("posel.http.port", 0, 65_535),
                    "setting posel.http.port (POSEL_HTTP_PORT) is \"70000\" in the environment,"
                            + " expected is a whole number from 0 to 65535");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "yes", "1"})
        void flagsAreTrueOrFalse(String value) {
            assertRefused(
                    () -> with("posel.delivery.https-only", value).flag("posel.delivery.https-only"),
                    "setting posel.delivery.https-only (POSEL_DELIVERY_HTTPS_ONLY) is \"" + value
                            + "\", expected is true or false");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "10s", "-PT1S", "10", "P99999999999999D"})
        void durationsAreIso8601AndNotNegative(String value) {
            assertRefused(
                    () -> with("posel.delivery.timeout", value).duration("posel.delivery.timeout"),
                    "setting posel.delivery.timeout (POSEL_DELIVERY_TIMEOUT) is \"" + value
                            + "\", expected is an ISO-8601 duration such as PT10S or P3D");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "1XB", "0", "-1MB", "2GB", "1.5MB", "99999999999999GB"})
        void sizesAreBytesOrTheirMultiples(String value) {
            assertRefused(
                    () -> with("posel.max-body", value).bytes("posel.max-body"),
                    "setting posel.max-body (POSEL_MAX_BODY) is \"" + value
                            + "\", expected is a size such as 512kB or 1MB, less than 2GB");
        }

        @Test
        void zonesAreNamesOfTheDatabaseOfTimeZones() {
            assertRefused(
                    () -> with("posel.time-zone", "Europe/Praha").zone("posel.time-zone"),
                    "setting posel.time-zone (POSEL_TIME_ZONE) is \"Europe/Praha\","
                            + " expected is a time zone such as Europe/Prague");
        }

        @Test
        void theAddressOfAnUnknownDatabaseIsRefusedAndNotShown() {
            assertRefused(
                    () -> with("posel.db.url", "jdbc:mysql://posel:s3cret@db/posel")
                            .check(),
                    "setting posel.db.url (POSEL_DB_URL) must begin with jdbc:postgresql: or jdbc:h2:");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "jdbc:postgresql://db:abc/posel?password=s3cret",
                    "jdbc:postgresql:///db:abc/x?password=s3cret",
                    "jdbc:postgresql://db:5432:1/x"
                })
        void anAddressThatIsNoneIsRefusedAndNotShown(String url) {
            assertRefused(
                    () -> with("posel.db.url", url).check(),
                    "setting posel.db.url (POSEL_DB_URL) is not a JDBC URL of PostgreSQL; write it as"
                            + " jdbc:postgresql://host:5432/database");
        }

        @ParameterizedTest
        @ValueSource(strings = {"s3cret", "c2VjcmV0", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "%"})
        void keysAre32BytesInBase64AndNotShown(String value) {
            assertRefused(
                    () -> with("posel.secret-key", value).check(),
                    "setting posel.secret-key (POSEL_SECRET_KEY) must be 32 bytes in base64, as of openssl rand -base64"
                            + " 32");
        }
    }

    @Nested
    class RightValues {
        @ParameterizedTest
        @CsvSource({"1, 1", "512kB, 524288", "1MB, 1048576", "1 MB, 1048576", "1GB, 1073741824", "2mb, 2097152", "7B, 7"
        })
        void sizes(String value, int bytes) {
            assertThat(with("posel.max-body", value).bytes("posel.max-body")).isEqualTo(bytes);
        }

        @Test
        void durations() {
            assertThat(with("posel.retention", "P30D").duration("posel.retention"))
                    .isEqualTo(Duration.ofDays(30));
            assertThat(with("posel.retention", "PT0S").duration("posel.retention"))
                    .isZero();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "//////////////////////////////////////////8=",
                    "//////////////////////////////////////////8",
                    "__________________________________________8",
                })
        void keysInEitherAlphabetWithOrWithoutPadding(String value) {
            assertThat(with("posel.secret-key", value).secretKey("posel.secret-key"))
                    .hasValueSatisfying(
                            key -> assertThat(key.text()).isEqualTo("//////////////////////////////////////////8="));
        }

        @Test
        void flags() {
            assertThat(with("posel.delivery.https-only", "TRUE").flag("posel.delivery.https-only"))
                    .isTrue();
        }

        @Test
        void listsLeaveOutWhatIsBlank() {
            assertThat(with("posel.delivery.allow", " 10.0.0.0/8, ,127.0.0.0/8,")
                            .list("posel.delivery.allow"))
                    .containsExactly("10.0.0.0/8", "127.0.0.0/8");
        }

        @Test
        void pathsAreRelativeToTheHome() {
            assertThat(with("posel.data-dir", "../data").path("posel.data-dir")).isEqualTo(home.resolveSibling("data"));
            assertThat(with("posel.data-dir", "/var/posel").path("posel.data-dir"))
                    .isEqualTo(Path.of("/var/posel"));
        }

        @Test
        void noZoneIsTheSystems() {
            assertThat(with("posel.time-zone", "").zone("posel.time-zone")).isEqualTo(ZoneId.systemDefault());
        }
    }

    @Nested
    class WhatRouteFilesSee {
        @ParameterizedTest
        @CsvSource({
            "PT1H, 3600000",
            "PT0.1S, 100",
            "pt10s, 10000",
            "P3D, 259200000",
            "P, P",
            "P99999999999999D, P99999999999999D",
            "1h, 1h",
            "7, 7",
            "'', ''"
        })
        void durationsAreMilliseconds(String value, String property) {
            assertThat(with("posel.source.crm.interval", value).properties())
                    .containsEntry("posel.source.crm.interval", property);
        }

        @Test
        void keysOfOthersAreAsTheyWereWritten() throws IOException {
            assertThat(loaded("orders.pause=PT1H").properties()).containsEntry("orders.pause", "PT1H");
        }

        @Test
        void passwordsTokensAndKeysAreLeftOut() throws IOException {
            assertThat(loaded(
                                    "posel.source.crm.token=s3cret",
                                    "posel.source.crm.header.X-Api-Key=s3cret",
                                    "posel.source.crm.db.password=s3cret",
                                    "posel.secret-key=s3cret",
                                    "posel.secret-key-new=s3cret",
                                    "posel.delivery.proxy=http://u:s3cret@proxy.example:3128")
                            .properties())
                    .containsKeys("posel.http.port", "posel.source.feed.url")
                    .allSatisfy((key, value) -> assertThat(value.toString()).doesNotContain("s3cret"))
                    .doesNotContainKeys("posel.admin-token", "posel.db.password", "posel.secret-key");
        }
    }

    @Nested
    class TheCheckAtTheStart {
        /** Names, addresses, secrets and lists, which can be anything, or are checked by what reads them. */
        private static final Set<String> FREE = Set.of(
                "posel.http.host",
                "posel.http.allowed-hosts",
                "posel.data-dir",
                "posel.db.user",
                "posel.db.password",
                "posel.admin-token",
                "posel.intake-token",
                "posel.delivery.allow",
                "posel.delivery.proxy",
                "posel.delivery.trust-store");

        private static final Set<String> FREE_OF_SOURCES =
                Set.of("url", "token", "statements", "db.url", "db.user", "db.password");

        static List<String> checkedKeys() throws IOException {
            return PropertiesFile.read(SHIPPED).entries().keySet().stream()
                    .filter(key -> !FREE.contains(key))
                    .filter(key -> !FREE_OF_SOURCES.contains(key.replaceFirst("^posel\\.source\\.\\w+\\.", "")))
                    .toList();
        }

        /** Whoever adds a setting adds it to Settings.check, or here to those that can be anything. */
        @ParameterizedTest
        @MethodSource("checkedKeys")
        void findsAWrongValueOf(String key) {
            assertThatThrownBy(() -> with(key, "nonsense").check())
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining("setting " + key + " (" + Settings.environmentName(key) + ")");
        }

        @Test
        void findsNothingWrongWithTheDefaults() {
            Settings.load(home, Map.of()).check();
        }
    }

    @Nested
    class TheShippedFile {
        /** The table of the contract, in its words. */
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "POSEL_HTTP_HOST | 127.0.0.1",
                    "POSEL_HTTP_PORT | 8080",
                    "POSEL_HTTP_ALLOWED_HOSTS | ''",
                    "POSEL_HTTP_RATE_LIMIT | 100",
                    "POSEL_HTTP_INTAKE_RATE_LIMIT | 0",
                    "POSEL_DATA_DIR | data",
                    "POSEL_DB_URL | ''",
                    "POSEL_DB_USER | ''",
                    "POSEL_DB_PASSWORD | ''",
                    "POSEL_ADMIN_TOKEN | ''",
                    "POSEL_INTAKE_TOKEN | ''",
                    "POSEL_SECRET_KEY | ''",
                    "POSEL_DELIVERY_ALLOW | ''",
                    "POSEL_DELIVERY_HTTPS_ONLY | false",
                    "POSEL_DELIVERY_CONNECT_TIMEOUT | PT3S",
                    "POSEL_DELIVERY_TIMEOUT | PT10S",
                    "POSEL_DELIVERY_REDELIVERIES | 2",
                    "POSEL_DELIVERY_REDELIVERY_DELAY | PT10S",
                    "POSEL_DELIVERY_REDELIVERY_FACTOR | 6",
                    "POSEL_DELIVERY_MAX_DELAY | PT5M",
                    "POSEL_DELIVERY_CONCURRENCY | 32",
                    "POSEL_DELIVERY_THREADS | 512",
                    "POSEL_ORDERING | entity",
                    "POSEL_SEQUENCE_TIMEOUT | PT5S",
                    "POSEL_EXPIRE_AFTER | P3D",
                    "POSEL_PURGE_CRON | 0 * * * * ?",
                    "POSEL_RETENTION | P30D",
                    "POSEL_TIME_ZONE | ''",
                    "POSEL_MAX_BODY | 1MB",
                    "POSEL_SHUTDOWN_TIMEOUT | PT30S",
                })
        void hasTheContractsDefault(String variable, String value) {
            Map<String, PropertiesFile.Entry> entries =
                    PropertiesFile.read(SHIPPED).entries();

            assertThat(entries.entrySet().stream().filter(entry -> Settings.environmentName(entry.getKey())
                            .equals(variable)))
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.getValue().value()).isEqualTo(value));
        }

        /** A comment stands above each key, or above the keys that it is about. */
        @Test
        void hasACommentForEveryKey() throws IOException {
            List<String> bare = new ArrayList<>();
            boolean commented = false;
            for (String line : Files.readAllLines(SHIPPED)) {
                if (line.startsWith("#")) {
                    commented = !line.startsWith("# ---");
                } else if (line.isBlank()) {
                    commented = false;
                } else if (!commented) {
                    bare.add(line);
                }
            }

            assertThat(bare).isEmpty();
        }

        @Test
        void namesNoKeyTwice() throws IOException {
            try (Stream<String> lines = Files.lines(SHIPPED)) {
                assertThat(lines.filter(line -> line.contains("=") && !line.startsWith("#"))
                                .map(line -> line.substring(0, line.indexOf('='))))
                        .doesNotHaveDuplicates();
            }
        }

        @Test
        void isWhatTheJarHoldsAsDefaults() throws IOException {
            try (var inJar = SettingsTest.class.getResourceAsStream("/posel/config/application.properties")) {
                assertThat(inJar).hasBinaryContent(Files.readAllBytes(SHIPPED));
            }
        }
    }

    @Test
    void valuesAreNotShownByAccident() throws IOException {
        Settings settings = loaded("posel.db.password=s3cret");

        assertThat(settings.toString()).doesNotContain("s3cret");
    }

    private Settings with(String key, String value) {
        return Settings.load(home, Map.of()).with(key, value);
    }
}
