package io.posel.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The SHA-256 hash of a token: all that is kept of it, so that no log, dump, backup or answer can show the token.
 *
 * <p>A fast hash, as a token that Posel makes has 256 random bits: nobody finds one that gives a hash, however fast each
 * try is. A slow one (bcrypt, Argon2) is for what people think up, and would cost each request its time. Not promised:
 * that a short token of an operator's own cannot be guessed from its hash.
 */
public final class TokenHash {
    private final byte[] bytes;

    private TokenHash(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Of a token as it was presented; blanks around it do not count. */
    public static TokenHash of(String token) {
        try {
            return new TokenHash(
                    MessageDigest.getInstance("SHA-256").digest(token.strip().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** One that was stored. */
    public static TokenHash stored(byte[] bytes) {
        return new TokenHash(bytes.clone());
    }

    /** Takes the same time whatever the bytes are. */
    public boolean matches(TokenHash other) {
        return MessageDigest.isEqual(bytes, other.bytes);
    }

    public byte[] bytes() {
        return bytes.clone();
    }
}
