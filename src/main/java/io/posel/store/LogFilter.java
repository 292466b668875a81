package io.posel.store;

import io.posel.event.EntityRef;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for of the log; null stands for any.
 *
 * @param event the id that the producer gave
 * @param states empty for any
 * @param from of acceptance, inclusive
 * @param to of acceptance, exclusive
 */
public record LogFilter(
        @Nullable String webhook,
        @Nullable String event,
        @Nullable String type,
        @Nullable EntityRef entity,
        Set<String> states,
        @Nullable Instant from,
        @Nullable Instant to) {

    /** All that there is. */
    public static final LogFilter ALL = new LogFilter(null, null, null, null, Set.of(), null, null);

    /** On a query in which the events are {@code e}. */
    Conditions onEvents() {
        Conditions conditions = new Conditions()
                .and("e.id = ?", event)
                .and("e.type = ?", type)
                .and("e.accepted_at >= ?", from)
                .and("e.accepted_at < ?", to);
        return entity == null
                ? conditions
                : conditions.andAll("e.entity_type = ? and e.entity_id = ?", entity.type(), entity.id());
    }

    /** On a query in which the events are {@code e} and the deliveries {@code d}. */
    Conditions onDeliveries() {
        return onDeliveries(onEvents());
    }

    /** Whether an event is asked for by its deliveries. */
    boolean hasDeliveryConditions() {
        return webhook != null || !states.isEmpty();
    }

    /** On a query in which the deliveries are {@code d}. */
    Conditions onDeliveries(Conditions conditions) {
        conditions.and("d.webhook_id = ?", webhook);
        return states.isEmpty() ? conditions : conditions.andAll("d.state = any(?)", (Object) states.toArray());
    }
}
