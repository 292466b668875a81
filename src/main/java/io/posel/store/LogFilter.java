package io.posel.store;

import io.posel.event.EntityRef;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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

    /**
     * As constants, by which PostgreSQL finds its partial indexes; with what tells of the queue and of what is held, which
     * are small.
     */
    private static final Map<String, String> STATES = Map.of(
            "held", "d.state = 'held' and d.event_no in (select event_no from held_event)",
            "queued", "d.state = 'queued' and d.pos is not null",
            "delivered", "d.state = 'delivered'",
            "dead", "d.state = 'dead'",
            "skipped", "d.state = 'skipped'");

    /** On a query in which the events are {@code e}; without the {@link #event}, which leads to their numbers. */
    Conditions onEvents() {
        Conditions conditions = new Conditions()
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

    /** The same, of events that have a delivery of the webhook and states. */
    Conditions onEventsWithDeliveries() {
        Conditions events = onEvents();
        if (webhook == null && states.isEmpty()) {
            return events;
        } else if (states.isEmpty() || states.contains("delivered")) {
            return events.andExists("delivery d", onDeliveries(new Conditions().andAll("d.event_no = e.no")));
        }
        return events.andIn("e.no", "d.event_no from delivery d", onDeliveries(new Conditions())); // they are few
    }

    /** On a query in which the deliveries are {@code d}. */
    Conditions onDeliveries(Conditions conditions) {
        conditions.and("d.webhook_id = ?", webhook);
        return states.isEmpty()
                ? conditions
                : conditions.andAll(states.stream()
                        .sorted()
                        .map(LogFilter::condition)
                        .collect(Collectors.joining(" or ", "(", ")")));
    }

    private static String condition(String state) {
        String condition = STATES.get(state);
        if (condition == null) {
            throw new IllegalArgumentException("no delivery has the state " + state);
        }
        return condition;
    }
}
