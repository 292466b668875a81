package io.posel.route;

import io.posel.event.Event;
import io.posel.event.EventReader;
import io.posel.event.EventType;
import io.posel.json.Json;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.store.Catalogue;
import io.posel.store.LoggedEvent;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The event that a preview or a test is about: {@code event} as it would be handed in, or of the type {@code eventType}
 * the catalogue's sample, or with {@code recent} the newest that was accepted.
 */
final class ExampleEvent {
    /** The members that say which one. */
    static final Set<String> MEMBERS = Set.of("event", "eventType", "recent");

    private final EventReader events;
    private final Catalogue catalogue;
    private final NewestEvents newest;
    private final String refused;

    /** @param refused how a refusal begins, such as "Nothing was sent" */
    ExampleEvent(EventReader events, Catalogue catalogue, NewestEvents newest, String refused) {
        this.events = events;
        this.catalogue = catalogue;
        this.newest = newest;
        this.refused = refused;
    }

    /** @param recent what is known of one that was accepted; null for another */
    record Chosen(Event event, @Nullable LoggedEvent recent) {
        private Chosen(Event event) {
            this(event, null);
        }
    }

    /** @throws ProblemException if there is none, it is no event, or nothing is known of the type */
    Chosen of(Json.Obj body) {
        boolean recent = isRecent(body.get("recent"));
        Json event = body.get("event");
        Json type = body.get("eventType");
        if (event instanceof Json.Obj) {
            return new Chosen(read(event));
        } else if (event != null && event != Json.Null.NULL) {
            throw refusal(400, "/event", "type-mismatch", "An event is a JSON object.");
        } else if (type instanceof Json.Str name) {
            return recent ? recent(name.value()) : new Chosen(sample(name.value()));
        }
        throw refusal(400, "/eventType", "required", "An event or the name of an event type is required.");
    }

    private boolean isRecent(@Nullable Json recent) {
        if (recent == null || recent == Json.Null.NULL || recent == Json.Bool.FALSE) {
            return false;
        } else if (recent == Json.Bool.TRUE) {
            return true;
        }
        throw refusal(400, "/recent", "type-mismatch", "This is true or false.");
    }

    private Chosen recent(String type) {
        return newest.of(type)
                .map(found -> new Chosen(found.event(), found.logged()))
                .orElseThrow(() -> refusal(
                        422,
                        "/eventType",
                        "no-recent-event",
                        "No event of type " + type + " was accepted lately; give an event instead."));
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
