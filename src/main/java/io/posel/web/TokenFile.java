package io.posel.web;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * A token kept in an {@link OwnerOnlyFile}. One process per data directory is assumed.
 */
public final class TokenFile {
    private final OwnerOnlyFile file;
    private final String setting;
    private final SecureRandom random;

    /** @param setting the setting that replaces the file, for messages */
    public TokenFile(Path path, String setting, SecureRandom random) {
        this.file = new OwnerOnlyFile(path);
        this.setting = setting;
        this.random = random;
    }

    public Path path() {
        return file.path();
    }

    /**
     * The token in the file; if there is no file, a new one of 32 random bytes as base64url without padding.
     *
     * @throws IllegalStateException if the file cannot be read or written, or holds no usable token; the message names
     *     the file and never the token
     */
    public String token() {
        try {
            if (!file.exists()) {
                create();
            }
            return usable(file.read());
        } catch (IOException e) {
            throw new IllegalStateException(
                    "the token file " + path() + " cannot be read or written (" + e + "); set " + setting
                            + " or make it accessible",
                    e);
        }
    }

    private String usable(String token) {
        if (token.isEmpty()) {
            throw unusable("is empty");
        }
        if (!token.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw unusable("does not hold one token of visible ASCII characters");
        }
        Tokens.flaw(token).ifPresent(flaw -> {
            throw unusable(flaw);
        });
        return token;
    }

    private IllegalStateException unusable(String what) {
        return new IllegalStateException("the token file " + path() + " " + what
                + "; delete it to have a new token generated, or set " + setting);
    }

    private void create() throws IOException {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        file.write(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }
}
