package io.posel.access;

import java.time.Instant;
import java.util.UUID;

/**
 * Somebody who is signed in, until then.
 *
 * @param id no secret: the cookie is another one
 */
public record Session(UUID id, String name, Role role, Instant expiresAt) {

    public Caller caller() {
        return new Caller(name, role);
    }
}
