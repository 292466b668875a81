package io.posel.route;

import io.posel.event.Event;
import io.posel.event.EventReader;
import io.posel.event.EventType;
import io.posel.json.Json;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.store.Catalogue;
import java.util.List;

/** The event that a preview or a test is about: {@code event} as it would be handed in, or the sample of {@code eventType}. */
final class ExampleEvent {
    private final EventReader events;
    private final Catalogue catalogue;
    private final String refused;

    /** @param refused how a refusal begins, such as "Nothing was sent" */
    ExampleEvent(EventReader events, Catalogue catalogue, String refused) {
        this.events = events;
        this.catalogue = catalogue;
        this.refused = refused;
    }

    /** @throws ProblemException if there is none, it is no event, or the catalogue does not know the type */
    Event of(Json.Obj body) {
        Json event = body.get("event");
        Json type = body.get("eventType");
        if (event instanceof Json.Obj) {
            return read(event);
        } else if (event != null && event != Json.Null.NULL) {
            throw refusal(400, "/event", "type-mismatch", "An event is a JSON object.");
        } else if (type instanceof Json.Str name) {
            return sample(name.value());
        }
        throw refusal(400, "/eventType", "required", "An event or the name of an event type is required.");
    }

    private Event read(Json event) {
        try {
            return events.of(event).get(0);
        } catch (ProblemException e) {
            throw new ProblemException(
                    e.status(),
                    String.valueOf(e.getMessage()),
                    e.errors().stream().map(error -> error.within("/event")).toList());
        }
    }

    private Event sample(String type) {
        return catalogue
                .find(type)
                .map(EventType::sampleEvent)
                .orElseThrow(() -> refusal(
                        422,
                        "/eventType",
                        "unknown-event-type",
                        "The catalogue has no event type " + type + "; give an event instead."));
    }

    ProblemException refusal(int status, String pointer, String code, String detail) {
        return new ProblemException(status, refused + ": " + detail, List.of(FieldError.of(pointer, code, detail)));
    }
}
