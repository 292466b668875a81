package io.posel.event;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads events as producers send them: all of a request or nothing, with everything that is wrong with it at once (the
 * first {@value Errors#MAX} errors). What it answers is valid in every part and can be stored; numbers and the text of
 * times are kept character by character. Of members that are there twice the last one counts; a byte order mark is
 * skipped.
 *
 * <p>Not promised: that an event is new, or that anything is known of its type.
 */
public final class EventReader {
    /** Events in one request at most. */
    public static final int MAX_EVENTS = 1_000;

    private static final String FORMS = "Send application/json, application/cloudevents+json or"
            + " application/cloudevents-batch+json, in UTF-8; or application/json with ce-* headers.";

    private final NativeForm nativeForm;
    private final CloudEventForm cloudEventForm = new CloudEventForm();
    private final BinaryMode binaryMode = new BinaryMode();

    /** @param ids makes the id of an event that comes without one */
    public EventReader(Supplier<String> ids) {
        this(new NativeForm(ids, false));
    }

    private EventReader(NativeForm nativeForm) {
        this.nativeForm = nativeForm;
    }

    /** One for events that are only shown or tried, by {@link #of}: these may also be of Posel's own types. */
    public static EventReader ofExamples(Supplier<String> ids) {
        return new EventReader(new NativeForm(ids, true));
    }

    /** Reads one element into an event; null if it left errors. */
    private interface Form<T extends @Nullable Object> {
        @Nullable
        Event read(T from, String at, Errors errors);
    }

    /**
     * The events of one HTTP request: Posel's own JSON, or CloudEvents 1.0 structured, batched or binary. An empty
     * batch of CloudEvents is valid and answers an empty list; an empty array of Posel's own form is refused.
     *
     * @param headers by names in lower case
     * @throws ProblemException 415 for another content type or charset, 400 with a pointer into the body for each error
     *     (in binary mode: pointers as in the CloudEvents JSON format)
     */
    public List<Event> read(@Nullable String contentType, Map<String, String> headers, byte[] body) {
        MediaType type = MediaType.parse(contentType);
        if (type == null) {
            throw unsupported(contentType == null ? "There is no Content-Type. " : "Unknown Content-Type. ");
        } else if (!type.utf8()) {
            throw new ProblemException(
                    415, FieldError.of("", "unsupported-charset", "Only UTF-8 is understood. " + FORMS));
        }
        return switch (type.name()) {
            case "application/cloudevents+json" -> one(parsed(body), cloudEventForm::read);
            case "application/cloudevents-batch+json" -> batch(parsed(body));
            default -> {
                if (BinaryMode.isMeant(headers) && type.json() && !type.name().startsWith("application/cloudevents")) {
                    yield binary(headers, body);
                } else if (type.name().equals("application/json")) {
                    yield oneOrMany(parsed(body));
                }
                throw unsupported("Content-Type " + type.name() + " is not understood. ");
            }
        };
    }

    private static ProblemException unsupported(String what) {
        return new ProblemException(415, FieldError.of("", "unsupported-media-type", what + FORMS));
    }

    /**
     * The events that an engineer's own route hands over in Posel's own form: an {@link Event}, a {@link Map}, a
     * {@link Json}, JSON text or UTF-8 bytes (these also of an array), or a collection or array of any of them.
     *
     * @throws ProblemException 400 with a pointer for each error
     */
    public List<Event> of(@Nullable Object body) {
        if (body instanceof Iterable<?> items && !(body instanceof Json)) {
            List<Object> elements = new ArrayList<>();
            items.forEach(elements::add);
            return many(elements, this::element);
        } else if (body instanceof Object[] items) {
            return many(Arrays.asList(items), this::element);
        } else if (body instanceof byte[] bytes) {
            return oneOrMany(parsed(bytes));
        } else if (body instanceof CharSequence text) {
            try {
                return oneOrMany(JsonInput.parse(text.toString()));
            } catch (JsonSyntaxException e) {
                throw malformed(e);
            }
        } else if (body instanceof Json.Arr array) {
            return many(array.items(), this::element);
        }
        return one(body, this::element);
    }

    private @Nullable Event element(@Nullable Object item, String at, Errors errors) {
        try {
            if (item instanceof Event event) {
                // the data apart: inside the event it is nested one deeper than the store will read it
                Json.parse(event.data().toString());
                return nativeForm.read(EventJson.of(event), at, errors);
            } else if (item instanceof byte[] bytes) {
                return nativeForm.read(JsonInput.parse(bytes), at, errors);
            } else if (item instanceof CharSequence text) {
                return nativeForm.read(JsonInput.parse(text.toString()), at, errors);
            }
            // through text, so that what Java could hold and JSON could not (depth, numbers) is found here
            return nativeForm.read(Json.parse(Json.of(item).toString()), at, errors);
        } catch (JsonSyntaxException e) {
            JsonInput.report(e, at, errors);
            return null;
        }
    }

    private List<Event> oneOrMany(Json json) {
        return json instanceof Json.Arr array ? many(array.items(), nativeForm::read) : one(json, nativeForm::read);
    }

    private List<Event> batch(Json json) {
        if (!(json instanceof Json.Arr array)) {
            Errors errors = new Errors();
            Part whole = new Part("", json);
            new Checks(errors).mismatch(whole, "array", "A batch is a JSON array, not " + whole.kind() + ".");
            throw errors.refusal(400, "The request");
        }
        return array.items().isEmpty() ? List.of() : many(array.items(), cloudEventForm::read);
    }

    private List<Event> binary(Map<String, String> headers, byte[] body) {
        Errors errors = new Errors();
        Json data = body.length == 0 ? Json.Null.NULL : parsed(body);
        Json.Obj event = binaryMode.toJsonFormat(headers, data, errors);
        Event read = cloudEventForm.read(event, "", errors);
        errors.refuse(400, "The request");
        return read == null ? List.of() : List.of(read);
    }

    private static <T extends @Nullable Object> List<Event> one(T from, Form<T> form) {
        Errors errors = new Errors();
        Event event = form.read(from, "", errors);
        errors.refuse(400, "The request");
        return event == null ? List.of() : List.of(event);
    }

    private static <T extends @Nullable Object> List<Event> many(List<? extends T> items, Form<T> form) {
        Errors errors = new Errors();
        if (items.isEmpty()) {
            errors.add("", "empty", "There is no event in the array.");
        } else if (items.size() > MAX_EVENTS) {
            errors.add(
                    "",
                    "too-many",
                    Map.of("max", MAX_EVENTS, "count", items.size()),
                    "There are " + items.size() + " events; at most " + MAX_EVENTS + " are taken at a time.");
        } else {
            List<Event> events = new ArrayList<>(items.size());
            for (int i = 0; i < items.size() && !errors.full(); i++) {
                Event event = form.read(items.get(i), "/" + i, errors);
                if (event != null) {
                    events.add(event);
                }
            }
            errors.refuse(400, "The request");
            return events;
        }
        throw errors.refusal(400, "The request");
    }

    private static Json parsed(byte[] body) {
        try {
            return JsonInput.parse(body);
        } catch (JsonSyntaxException e) {
            throw malformed(e);
        }
    }

    private static ProblemException malformed(JsonSyntaxException e) {
        Errors errors = new Errors();
        JsonInput.report(e, "", errors);
        return errors.refusal(400, "The request");
    }
}
