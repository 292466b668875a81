package io.posel.route;

import io.posel.event.EventType;
import io.posel.json.Json;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.store.Catalogue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/** The calls of {@code /api/event-types}, one method each. */
public final class ManageEventTypes {
    /** Says that a file defines the type; tolerated when written back. */
    private static final String READ_ONLY = "readOnly";

    private final Catalogue catalogue;

    public ManageEventTypes(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /** The whole catalogue in one part: the page needs all of it. */
    public void list(Exchange exchange) {
        List<Json> items = catalogue.all().stream().map(this::json).toList();
        JsonAnswer.write(exchange, 200, Json.object("items", items, "next", null));
    }

    public void put(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange);
        String name = request.path("type");
        Map<String, Json> members = new LinkedHashMap<>(request.object().members());
        members.remove(READ_ONLY);
        members.putIfAbsent("type", new Json.Str(name));
        EventType type = EventType.fromJson(new Json.Obj(members));
        if (!type.type().equals(name)) {
            String detail = "This differs from the type in the path; leave it out or make it the same.";
            throw new ProblemException(
                    422,
                    "The event type in the body is another one than in the path.",
                    List.of(FieldError.of("/type", "type-differs", detail)));
        }
        boolean isNew = catalogue.put(type);
        JsonAnswer.write(exchange, isNew ? 201 : 200, json(type));
    }

    public void delete(Exchange exchange) {
        catalogue.delete(new ApiRequest(exchange).path("type"));
        JsonAnswer.writeNothing(exchange);
    }

    private Json json(EventType type) {
        Map<String, Json> members = new LinkedHashMap<>(type.toJson().members());
        members.put(READ_ONLY, Json.of(catalogue.isInFile(type.type())));
        return new Json.Obj(members);
    }
}
