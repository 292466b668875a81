package io.posel.access;

import java.time.Instant;

/**
 * What a login link entitles to, once: a session of this name and role.
 *
 * @param nonce by which the link is known when it comes again
 */
public record LoginTicket(String name, Role role, Instant expiresAt, String nonce) {

    /** Whether it can no longer be used. */
    public boolean isOverAt(Instant now) {
        return !expiresAt.isAfter(now);
    }
}
