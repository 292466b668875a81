package io.posel.store;

import io.posel.access.Role;
import io.posel.access.Session;
import io.posel.access.TokenHash;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;

/** A session in memory: the hash of its cookie, and when it was last used, which is on disk only later. */
final class KnownSession {
    static final Duration IDLE = Duration.ofHours(12);
    static final Duration LONGEST = Duration.ofDays(7);

    private final UUID id;
    private final String name;
    private final Role role;
    private final TokenHash hash;
    private final Instant createdAt;
    private volatile Instant usedAt;
    private volatile Instant savedAt;

    /** @param usedAt as it stands on disk */
    KnownSession(UUID id, String name, Role role, TokenHash hash, Instant createdAt, Instant usedAt) {
        this.id = id;
        this.name = name;
        this.role = role;
        this.hash = hash;
        this.createdAt = createdAt;
        this.usedAt = usedAt;
        this.savedAt = usedAt;
    }

    UUID id() {
        return id;
    }

    String name() {
        return name;
    }

    Role role() {
        return role;
    }

    TokenHash hash() {
        return hash;
    }

    Instant createdAt() {
        return createdAt;
    }

    Instant usedAt() {
        return usedAt;
    }

    boolean isOverAt(Instant now) {
        return !shown().expiresAt().isAfter(now);
    }

    /** Most uses come in a minute that is known already, and write nothing. */
    void use(Instant now) {
        Instant minute = now.truncatedTo(ChronoUnit.MINUTES);
        if (minute.isAfter(usedAt)) {
            usedAt = minute;
        }
    }

    Optional<Instant> unsavedUse() {
        Instant used = usedAt;
        return used.equals(savedAt) ? Optional.empty() : Optional.of(used);
    }

    void saved(Instant use) {
        savedAt = use;
    }

    Session shown() {
        Instant idle = usedAt.plus(IDLE);
        Instant last = createdAt.plus(LONGEST);
        return new Session(id, name, role, idle.isBefore(last) ? idle : last);
    }
}
