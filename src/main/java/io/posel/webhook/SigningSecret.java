package io.posel.webhook;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.random.RandomGenerator;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a webhook's requests are signed with, after the Standard Webhooks specification: 24 to 64 bytes, written {@code
 * whsec_} and base64. Only {@link #text} shows it.
 */
public final class SigningSecret {
    /** HMAC-SHA256, the scheme {@code v1} of the specification. */
    public static final String ALGORITHM = "HmacSHA256";

    private static final String PREFIX = "whsec_";
    private static final int SHORTEST = 24;
    private static final int LONGEST = 64;
    private static final int NEW = 32;

    private final byte[] bytes;
    private final SecretKeySpec key;

    private SigningSecret(byte[] bytes) {
        this.bytes = bytes;
        this.key = new SecretKeySpec(bytes, ALGORITHM);
    }

    /** A new one of 32 bytes. @param random unpredictable */
    public static SigningSecret random(RandomGenerator random) {
        byte[] bytes = new byte[NEW];
        random.nextBytes(bytes);
        return new SigningSecret(bytes);
    }

    /** @throws IllegalArgumentException for anything else; the message does not show it */
    public static SigningSecret parse(String text) {
        if (!text.startsWith(PREFIX)) {
            throw new IllegalArgumentException("a signing secret begins with " + PREFIX);
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text.substring(PREFIX.length()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("behind " + PREFIX + " stands base64"); // the cause shows a part of it
        }
        if (bytes.length < SHORTEST || bytes.length > LONGEST) {
            throw new IllegalArgumentException(
                    "a signing secret has from " + SHORTEST + " to " + LONGEST + " bytes, not " + bytes.length);
        }
        return new SigningSecret(bytes);
    }

    /** Secret. */
    public String text() {
        return PREFIX + Base64.getEncoder().encodeToString(bytes);
    }

    /** Ready for a Mac of {@link #ALGORITHM}. */
    public SecretKeySpec key() {
        return key;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SigningSecret secret && MessageDigest.isEqual(bytes, secret.bytes);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    @Override
    public String toString() {
        return PREFIX + Secrets.MASK;
    }
}
