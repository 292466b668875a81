package io.posel.store;

import io.posel.event.EntityRef;
import java.util.Collection;
import java.util.TreeSet;

/**
 * That the numbering of an entity begins anew.
 *
 * @param next the number, from 1 on, that its next event has; a lower one is late from now on
 * @param entry who does it, written with it
 */
public record SequenceStart(EntityRef entity, long next, AuditEntry entry) {

    /** The number that counts as the last one released. */
    public long last() {
        return next - 1;
    }

    /** The same where these have been released just before: those that begin the new numbering count to it. */
    public SequenceStart after(Collection<Long> numbers) {
        long from = next;
        for (long number : new TreeSet<>(numbers)) {
            if (number == from && from < Long.MAX_VALUE) {
                from++;
            }
        }
        return new SequenceStart(entity, from, entry);
    }
}
