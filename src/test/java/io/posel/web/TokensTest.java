package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
    @TempDir
    private Path data;

    private final SecureRandom random = new SecureRandom();

    @Test
    void eachTokenHasItsRole() {
        Tokens tokens = new Tokens("one", "two");

        assertThat(tokens.roleOf("one")).isEqualTo(Tokens.Role.ADMIN);
        assertThat(tokens.roleOf("two")).isEqualTo(Tokens.Role.INTAKE);
        assertThat(tokens.roleOf("")).isEqualTo(Tokens.Role.NONE);
        assertThat(tokens.roleOf("žluťoučký")).isEqualTo(Tokens.Role.NONE);
    }

    @Test
    void theSameTokenForBothIsTheAdminToken() {
        assertThat(new Tokens("one", "one").roleOf("one")).isEqualTo(Tokens.Role.ADMIN);
    }

    @Test
    void aBlankTokenIsNoToken() {
        assertThatThrownBy(() -> new Tokens(" ", "two")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Tokens("one", "")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void settingsComeBeforeFilesAndLeaveNone() {
        Tokens tokens = Tokens.of("one", "two", data, random);

        assertThat(tokens.roleOf("one")).isEqualTo(Tokens.Role.ADMIN);
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void withoutSettingsTheFilesAreUsed() {
        Tokens tokens = Tokens.of(null, " ", data, random);

        assertThat(tokens.roleOf(Tokens.adminFile(data, random).token())).isEqualTo(Tokens.Role.ADMIN);
        assertThat(tokens.roleOf(Tokens.intakeFile(data, random).token())).isEqualTo(Tokens.Role.INTAKE);
    }

    @Test
    void itsTextShowsNoToken() {
        assertThat(new Tokens("one", "two").toString()).doesNotContain("one").doesNotContain("two");
    }
}
