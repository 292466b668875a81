package io.posel.testing;

import io.posel.access.LoginLinks;
import io.posel.store.EncryptionKey;
import java.security.SecureRandom;
import java.time.InstantSource;

/** Login links as somebody makes them who has the key of the secrets. */
public final class TestLinks {
    /** For {@code POSEL_SECRET_KEY}. */
    public static final String KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private TestLinks() {}

    public static LoginLinks at(InstantSource clock) {
        return new LoginLinks(() -> EncryptionKey.parse(KEY).derive(LoginLinks.PURPOSE), clock, new SecureRandom());
    }
}
