package io.posel.store;

import io.posel.access.AccessToken;
import io.posel.access.TokenHash;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A token in memory: its hash, and when it was last used, which is on disk only later. */
final class KnownToken {
    private final AccessToken token;
    private final TokenHash hash;
    private volatile @Nullable Instant usedAt;
    private volatile @Nullable Instant savedAt;

    /** @param token as it stands on disk */
    KnownToken(AccessToken token, TokenHash hash) {
        this.token = token;
        this.hash = hash;
        this.usedAt = token.lastUsedAt();
        this.savedAt = token.lastUsedAt();
    }

    /** As it stood on disk when it was read or made. */
    AccessToken token() {
        return token;
    }

    TokenHash hash() {
        return hash;
    }

    /** Most requests come in a minute that is known already, and write nothing. */
    void use(Instant minute) {
        if (!minute.equals(usedAt)) {
            usedAt = minute;
        }
    }

    Optional<Instant> unsavedUse() {
        Instant used = usedAt;
        return used == null || used.equals(savedAt) ? Optional.empty() : Optional.of(used);
    }

    void saved(Instant use) {
        savedAt = use;
    }

    /** With its last use. */
    AccessToken shown() {
        Instant last = usedAt;
        return last == null ? token : token.usedAt(last);
    }
}
