package io.posel.store;

import io.posel.event.EntityRef;

/**
 * A numbered event would have to wait for numbers before its own, and no more may wait. Nothing of its request was
 * stored.
 */
public final class GapFullException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int index;
    private final transient EntityRef entity;
    private final long missing;
    private final int limit;
    private final boolean ofEntity;

    /**
     * @param index of the event in its request
     * @param missing the lowest number that has not come; the event that has it is always taken
     * @param ofEntity whether the limit is that of one entity, not that of all
     */
    GapFullException(int index, EntityRef entity, long missing, int limit, boolean ofEntity) {
        super("%d events wait for the numbers before theirs; number %d of %s is missing"
                .formatted(limit, missing, entity));
        this.index = index;
        this.entity = entity;
        this.missing = missing;
        this.limit = limit;
        this.ofEntity = ofEntity;
    }

    public int index() {
        return index;
    }

    public EntityRef entity() {
        return entity;
    }

    public long missing() {
        return missing;
    }

    public int limit() {
        return limit;
    }

    public boolean ofEntity() {
        return ofEntity;
    }
}
