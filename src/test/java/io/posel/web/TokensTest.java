package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.access.Caller;
import io.posel.access.Role;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    void theSameTokenForBothIsTheAdminToken() {
        assertThat(new Tokens("one", "one", made).callerOf("one")).contains(Caller.ADMIN);
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
