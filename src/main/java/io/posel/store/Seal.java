package io.posel.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Encrypts what one row keeps, with AES-256-GCM (NIST SP 800-38D) and a random nonce of 96 bits for each encryption; so
 * one key is good for 2^32 of them. The row is associated data: what was written for one row cannot be read from another.
 *
 * <p>The form: a version byte {@value #VERSION}, 8 bytes of the key's id, the nonce, the ciphertext with its tag of 16
 * bytes. Plain JSON, which stood there before, begins otherwise, so both can be told apart.
 *
 * <p>Not hidden: the length, and when a row was written. Not noticed: a row that was put back as it was earlier.
 */
final class Seal {
    private static final byte VERSION = 1;
    private static final int NONCE_LENGTH = 12;
    private static final int TAG_BITS = 128;
    private static final int HEAD_LENGTH = 1 + EncryptionKey.ID_LENGTH;

    /** What was read is not what was written for this row with this key. */
    static final class BrokenException extends Exception {
        private static final long serialVersionUID = 1L;

        BrokenException(String message) {
            super(message);
        }
    }

    private final EncryptionKey key;
    private final SecureRandom random;

    Seal(EncryptionKey key, SecureRandom random) {
        this.key = key;
        this.random = random;
    }

    static boolean isSealed(byte[] stored) {
        return stored.length > 0 && stored[0] == VERSION;
    }

    EncryptionKey key() {
        return key;
    }

    /** @param row names table, column and key of the row */
    byte[] close(String row, byte[] plain) {
        byte[] nonce = new byte[NONCE_LENGTH];
        random.nextBytes(nonce);
        ByteBuffer sealed = ByteBuffer.allocate(HEAD_LENGTH + NONCE_LENGTH + plain.length + TAG_BITS / Byte.SIZE);
        sealed.put(VERSION).put(key.idBytes()).put(nonce);
        try {
            cipher(Cipher.ENCRYPT_MODE, row, nonce).doFinal(ByteBuffer.wrap(plain), sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot encrypt with AES-GCM", e);
        }
        return sealed.array();
    }

    /**
     * @return what {@link #close} was given for the same row
     * @throws BrokenException if it was given something else, to another row, or with another key
     */
    byte[] open(String row, byte[] sealed) throws BrokenException {
        if (sealed.length < HEAD_LENGTH + NONCE_LENGTH + TAG_BITS / Byte.SIZE) {
            throw new BrokenException("it is cut off");
        }
        byte[] id = Arrays.copyOfRange(sealed, 1, HEAD_LENGTH);
        if (!Arrays.equals(id, key.idBytes())) {
            throw new BrokenException(
                    "it is encrypted with the key " + HexFormat.of().formatHex(id) + ", not with " + key.id());
        }
        byte[] nonce = Arrays.copyOfRange(sealed, HEAD_LENGTH, HEAD_LENGTH + NONCE_LENGTH);
        int from = HEAD_LENGTH + NONCE_LENGTH;
        try {
            return cipher(Cipher.DECRYPT_MODE, row, nonce).doFinal(sealed, from, sealed.length - from);
        } catch (AEADBadTagException e) {
            throw new BrokenException("it was changed, or belongs to another row");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot decrypt AES-GCM", e);
        }
    }

    private Cipher cipher(int mode, String row, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.aes(), new GCMParameterSpec(TAG_BITS, nonce));
        // the head too, so that its bytes mean the same as when it was written
        cipher.updateAAD(new byte[] {VERSION});
        cipher.updateAAD(row.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
