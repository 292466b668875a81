package io.posel.web;

import io.posel.access.Caller;
import io.posel.access.NamedTokens;
import io.posel.access.TokenHash;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All bearer tokens: the two of the settings or the data directory, and those that administrators made. */
public final class Tokens {
    /** A token of fewer characters is refused. */
    public static final int LEAST = 16;

    /** One of fewer is a weak one. */
    public static final int AMPLE = 32;

    private final TokenHash admin;
    private final TokenHash intake;
    private final NamedTokens named;

    public Tokens(String admin, String intake, NamedTokens named) {
        if (admin.isBlank() || intake.isBlank()) {
            throw new IllegalArgumentException("a bearer token is blank");
        } else if (admin.strip().equals(intake.strip())) {
            throw new IllegalStateException(
                    "the admin token and the intake token (POSEL_ADMIN_TOKEN, POSEL_INTAKE_TOKEN,"
                            + " or the files admin-token and intake-token in the data directory) are equal: each producer would"
                            + " be an administrator; make one of them another");
        }
        this.admin = TokenHash.of(admin);
        this.intake = TokenHash.of(intake);
        this.named = named;
    }

    /**
     * The tokens from the settings; each that is not set comes from its file in the data directory ({@code admin-token},
     * {@code intake-token}), which is created at the first start.
     *
     * @throws IllegalStateException if a file cannot be read, written or used, with a message for the operator
     */
    public static Tokens of(
            @Nullable String admin, @Nullable String intake, Path data, SecureRandom random, NamedTokens named) {
        return new Tokens(
                isSet(admin) ? admin : adminFile(data, random).token(),
                isSet(intake) ? intake : intakeFile(data, random).token(),
                named);
    }

    /** Why a token that somebody chose cannot be used, to follow its name; empty for one that can, or for none. */
    public static Optional<String> flaw(@Nullable String chosen) {
        String token = chosen == null ? "" : chosen.strip();
        if (token.isEmpty()) {
            return Optional.empty();
        } else if (token.chars().anyMatch(Character::isISOControl)) {
            return Optional.of("contains a line break or another control character; it must be one line of text");
        } else if (token.chars().anyMatch(c -> c >= 127)) {
            return Optional.of(
                    "contains a character beyond ASCII, which no header of a request can hold; use letters and"
                            + " digits");
        }
        return token.length() >= LEAST
                ? Optional.empty()
                : Optional.of("has fewer than " + LEAST + " characters and could be guessed; use one as of openssl rand"
                        + " -base64 32");
    }

    public static TokenFile adminFile(Path data, SecureRandom random) {
        return new TokenFile(data.resolve("admin-token"), "POSEL_ADMIN_TOKEN", random);
    }

    public static TokenFile intakeFile(Path data, SecureRandom random) {
        return new TokenFile(data.resolve("intake-token"), "POSEL_INTAKE_TOKEN", random);
    }

    /** Whether who is unknown to {@link #callerOf} has no token; if not, it may be one that is not read yet. */
    public boolean areRead() {
        return named.areRead();
    }

    /**
     * Whose token this is. Compares in constant time, with both tokens whatever the first comparison says; with those
     * that were made if it is neither.
     */
    public Optional<Caller> callerOf(String token) {
        TokenHash presented = TokenHash.of(token);
        boolean isAdmin = presented.matches(admin);
        boolean isIntake = presented.matches(intake);
        if (isAdmin || isIntake) {
            return Optional.of(isAdmin ? Caller.ADMIN : Caller.INTAKE);
        }
        return named.callerOf(presented);
    }

    /** Whether this was somebody's token, who is not let in with it any more. */
    public boolean hasEnded(String token) {
        return named.hasEnded(TokenHash.of(token));
    }

    private static boolean isSet(@Nullable String token) {
        return token != null && !token.isBlank();
    }
}
