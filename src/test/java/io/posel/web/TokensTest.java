package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.access.Caller;
import io.posel.access.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokensTest {
    @TempDir
    private Path data;

    private final SecureRandom random = new SecureRandom();
    private final MadeTokens made =
            new MadeTokens().with("CI", "three", Role.VIEWER).with("Fake", "one", Role.VIEWER);

    @Test
    void eachTokenHasItsRole() {
        Tokens tokens = new Tokens("one", "two", made);

        assertThat(tokens.callerOf("one")).contains(Caller.ADMIN);
        assertThat(tokens.callerOf("two")).contains(Caller.INTAKE);
        assertThat(tokens.callerOf("")).isEmpty();
        assertThat(tokens.callerOf("žluťoučký")).isEmpty();
    }

    @Test
    void aTokenThatWasMadeHasItsNameAndNeverReplacesOneOfTheSettings() {
        Tokens tokens = new Tokens("one", "two", made);

        assertThat(tokens.callerOf("three")).contains(new Caller("CI", Role.VIEWER));
        assertThat(tokens.callerOf("one")).contains(Caller.ADMIN);
    }

    @Test
    @DisplayName("D6: one token for both roles is refused, with both settings, wherever it comes from")
    void theSameTokenForBothIsRefused() throws IOException {
        String token = Tokens.adminFile(data, random).token();
        Files.writeString(data.resolve("intake-token"), token + "\n");

        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> new Tokens("one", " one", made),
                () -> Tokens.of(null, null, data, random, made),
                () -> Tokens.of(null, token, data, random, made))) {
            assertThatThrownBy(call)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("POSEL_ADMIN_TOKEN")
                    .hasMessageContaining("POSEL_INTAKE_TOKEN")
                    .hasMessageNotContaining(token);
        }
    }

    @ParameterizedTest
    @DisplayName("D6: a token that could be guessed, or that no header can hold, is refused")
    @CsvSource({
        "a, fewer than 16",
        "fifteen-letters, fewer than 16",
        "' fifteen-letters ', fewer than 16",
        "'sixteen-letters-\u0007', control character",
        "'sixteen\nletters-and', control character",
        "'žluťoučký-kůň-úpěl', beyond ASCII",
    })
    void weakTokens(String token, String flaw) {
        assertThat(Tokens.flaw(token))
                .hasValueSatisfying(said -> assertThat(said).contains(flaw).doesNotContain(token.strip() + " "));
    }

    @Test
    @DisplayName("D6: a token of sixteen characters is possible")
    void possibleTokens() {
        assertThat(Tokens.flaw("sixteen-letters-")).isEmpty();
        assertThat(Tokens.flaw("four words of a phrase\n")).isEmpty();
        assertThat(Tokens.flaw("")).isEmpty();
    }

    @Test
    void aBlankTokenIsNoToken() {
        assertThatThrownBy(() -> new Tokens(" ", "two", made)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Tokens("one", "", made)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void settingsComeBeforeFilesAndLeaveNone() {
        Tokens tokens = Tokens.of("one", "two", data, random, made);

        assertThat(tokens.callerOf("one")).contains(Caller.ADMIN);
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void withoutSettingsTheFilesAreUsed() {
        Tokens tokens = Tokens.of(null, " ", data, random, made);

        assertThat(tokens.callerOf(Tokens.adminFile(data, random).token())).contains(Caller.ADMIN);
        assertThat(tokens.callerOf(Tokens.intakeFile(data, random).token())).contains(Caller.INTAKE);
    }

    @Test
    void itsTextShowsNoToken() {
        assertThat(new Tokens("one", "two", made).toString())
                .doesNotContain("one")
                .doesNotContain("two");
    }
}
