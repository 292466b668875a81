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

    private final TokenHash admin;
    private final TokenHash intake;
    private final NamedTokens named;

    public Tokens(String admin, String intake, NamedTokens named) {
        if (admin.isBlank() || intake.isBlank()) {
            throw new IllegalArgumentException("a bearer token is blank");
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

    private static boolean isSet(@Nullable String token) {
        return token != null && !token.isBlank();
    }
}
