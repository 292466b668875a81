package io.posel.testing;

import io.posel.store.EncryptionKey;
import io.posel.store.KeySource;
import java.security.SecureRandom;

/** A key that is always there, for tests that are not about it. */
public final class OneKey implements KeySource {
    private final EncryptionKey key;

    public OneKey() {
        this(EncryptionKey.random(new SecureRandom()));
    }

    public OneKey(EncryptionKey key) {
        this.key = key;
    }

    @Override
    public EncryptionKey require(String id) {
        if (!key.id().equals(id)) {
            throw new IllegalStateException("needed is the key " + id);
        }
        return key;
    }

    @Override
    public EncryptionKey first() {
        return key;
    }
}
