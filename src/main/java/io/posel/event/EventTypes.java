package io.posel.event;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The catalogue of event types. Immutable; it says what is offered to people, not what is accepted. */
public final class EventTypes {
    private final Map<String, EventType> byType = new LinkedHashMap<>();

    /** Of types that are there twice the last one counts, in the place of the first. */
    public EventTypes(Collection<EventType> types) {
        types.forEach(type -> byType.put(type.type(), type));
    }

    public Optional<EventType> find(String type) {
        return Optional.ofNullable(byType.get(type));
    }

    /** In the order of the files, then of addition. */
    public List<EventType> all() {
        return List.copyOf(byType.values());
    }

    /** The same catalogue with this entry, which replaces one of its type. */
    public EventTypes with(EventType type) {
        List<EventType> types = new ArrayList<>(byType.values());
        types.add(type);
        return new EventTypes(types);
    }

    /** The same catalogue without the type, whether it was there or not. */
    public EventTypes without(String type) {
        return new EventTypes(byType.values().stream()
                .filter(entry -> !entry.type().equals(type))
                .toList());
    }
}
