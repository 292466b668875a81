package io.posel.web;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** The two bearer tokens. Keeps only their SHA-256 digests, so that no log, dump or answer can show them. */
public final class Tokens {

    /** What a token entitles to. */
    public enum Role {
        ADMIN,
        INTAKE,
        NONE
    }

    private final byte[] admin;
    private final byte[] intake;

    public Tokens(String admin, String intake) {
        if (admin.isBlank() || intake.isBlank()) {
            throw new IllegalArgumentException("a bearer token is blank");
        }
        this.admin = digest(admin);
        this.intake = digest(intake);
    }

    /**
     * The tokens from the settings; each that is not set comes from its file in the data directory ({@code admin-token},
     * {@code intake-token}), which is created at the first start.
     *
     * @throws IllegalStateException if a file cannot be read, written or used, with a message for the operator
     */
    public static Tokens of(@Nullable String admin, @Nullable String intake, Path data, SecureRandom random) {
        return new Tokens(
                isSet(admin) ? admin : adminFile(data, random).token(),
                isSet(intake) ? intake : intakeFile(data, random).token());
    }

    public static TokenFile adminFile(Path data, SecureRandom random) {
        return new TokenFile(data.resolve("admin-token"), "POSEL_ADMIN_TOKEN", random);
    }

    public static TokenFile intakeFile(Path data, SecureRandom random) {
        return new TokenFile(data.resolve("intake-token"), "POSEL_INTAKE_TOKEN", random);
    }

    /** Compares in constant time, with both tokens whatever the first comparison says. */
    public Role roleOf(String token) {
        byte[] presented = digest(token);
        boolean isAdmin = MessageDigest.isEqual(presented, admin);
        boolean isIntake = MessageDigest.isEqual(presented, intake);
        if (isAdmin) {
            return Role.ADMIN;
        }
        return isIntake ? Role.INTAKE : Role.NONE;
    }

    private static boolean isSet(@Nullable String token) {
        return token != null && !token.isBlank();
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.strip().getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
