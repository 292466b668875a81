package io.posel.event;

import io.posel.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes an event in the form that {@code POST /events} takes; what is not there is left out. */
public final class EventJson {

    private EventJson() {}

    public static Json.Obj of(Event event) {
        Map<String, Json> members = new LinkedHashMap<>();
        if (!event.source().isEmpty()) {
            members.put("source", new Json.Str(event.source()));
        }
        members.put("id", new Json.Str(event.id()));
        members.put("type", new Json.Str(event.type()));
        members.put("entity", of(event.entity()));
        if (event.sequence() != null) {
            members.put("sequence", new Json.Num(event.sequence().toString()));
        }
        if (event.occurredAt() != null) {
            members.put("occurredAt", new Json.Str(event.occurredAt()));
        }
        members.put("data", event.data());
        return new Json.Obj(members);
    }

    static Json.Obj of(EntityRef entity) {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("type", new Json.Str(entity.type()));
        members.put("id", new Json.Str(entity.id()));
        return new Json.Obj(members);
    }
}
