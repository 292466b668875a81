package io.posel.store;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A key of 32 bytes for AES-256. Its id may be shown and stored; no text of this class shows the key itself. */
public final class EncryptionKey {
    /** Of the bytes of an id. */
    static final int ID_LENGTH = 8;

    private static final int LENGTH = 32;
    private static final String PURPOSE = "posel secret key ";

    private static final String HMAC = "HmacSHA256";

    private final SecretKeySpec key;
    private final byte[] id;

    private EncryptionKey(byte[] bytes) {
        this.key = new SecretKeySpec(bytes, "AES");
        this.id = idOf(bytes);
    }

    public static EncryptionKey random(SecureRandom random) {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        return new EncryptionKey(bytes);
    }

    /**
     * Reads base64 or base64url (RFC 4648), padded or not.
     *
     * @throws IllegalArgumentException if it is not 32 bytes of that; the message does not show it
     */
    public static EncryptionKey parse(String text) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text.strip().replace('-', '+').replace('_', '/'));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("no base64"); // the cause would show a part of it
        }
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("not 32 bytes");
        }
        return new EncryptionKey(bytes);
    }

    /** A digest, so that it says nothing about a random key. */
    private static byte[] idOf(byte[] key) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(PURPOSE.getBytes(StandardCharsets.US_ASCII));
            return Arrays.copyOf(sha256.digest(key), ID_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** 16 hexadecimal digits. */
    public String id() {
        return HexFormat.of().formatHex(id);
    }

    /** As it can be read again. Secret. */
    public String text() {
        return Base64.getEncoder().encodeToString(key.getEncoded());
    }

    /** Another key, for this purpose alone; it says nothing about this one (RFC 5869, 2.3 HKDF-Expand, one block). */
    public byte[] derive(String purpose) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key.getEncoded(), HMAC));
            mac.update(purpose.getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(new byte[] {1});
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + HMAC, e);
        }
    }

    byte[] idBytes() {
        return id;
    }

    SecretKeySpec aes() {
        return key;
    }

    @Override
    public String toString() {
        return "key " + id();
    }
}
