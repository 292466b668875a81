package io.posel.store;

import io.posel.event.EntityRef;

/**
 * The number of an event is so far above the last one of its entity that it is taken for a mistake: those after it would
 * all be late. Nothing of its request was stored.
 */
public final class SequenceJumpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int index;
    private final transient EntityRef entity;
    private final long number;
    private final long last;
    private final long most;

    /**
     * @param index of the event in its request
     * @param last the highest number of the entity that was accepted, 0 if there is none
     * @param most how far above it a number may be
     */
    SequenceJumpException(int index, EntityRef entity, long number, long last, long most) {
        super("number %d of %s is more than %d above %d".formatted(number, entity, most, last));
        this.index = index;
        this.entity = entity;
        this.number = number;
        this.last = last;
        this.most = most;
    }

    public int index() {
        return index;
    }

    public EntityRef entity() {
        return entity;
    }

    public long number() {
        return number;
    }

    public long last() {
        return last;
    }

    public long most() {
        return most;
    }
}
