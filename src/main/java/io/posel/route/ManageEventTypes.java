package io.posel.route;

import io.posel.event.Event;
import io.posel.event.EventType;
import io.posel.json.Json;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.store.Audit;
import io.posel.store.AuditEntry;
import io.posel.store.Catalogue;
import io.posel.store.Cursor;
import io.posel.store.Page;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** The calls of {@code /api/event-types}, one method each. */
public final class ManageEventTypes {
    /** Says that a file defines the type; tolerated when written back. */
    private static final String READ_ONLY = "readOnly";

    private static final int TAG_BYTES = 12;
    private static final int MAX_SAMPLE = 64 * 1024;

    private final Catalogue catalogue;
    private final Audit audit;

    public ManageEventTypes(Catalogue catalogue, Audit audit) {
        this.catalogue = catalogue;
        this.audit = audit;
    }

    public void list(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange, ApiRequest.PART);
        int limit = request.limit();
        JsonAnswer.write(exchange, 200, request.list(after -> page(after, limit), this::json));
    }

    private Page<EventType> page(@Nullable Cursor after, int limit) {
        List<EventType> rest = catalogue.all().stream()
                .filter(each -> after == null || catalogue.place(each).isBehind(after))
                .toList();
        return rest.size() <= limit
                ? new Page<>(rest, null)
                : new Page<>(rest.subList(0, limit), catalogue.place(rest.get(limit - 1)));
    }

    public void show(Exchange exchange) {
        String name = new ApiRequest(exchange).path("type");
        answer(exchange, 200, catalogue.find(name).orElseThrow(() -> Catalogue.notFound(name)));
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
        if (Event.isOwn(name)) {
            String detail =
                    "Types that begin with posel. are those of the events that Posel itself makes; choose another"
                            + " name.";
            throw new ProblemException(422, detail, List.of(FieldError.of("/type", "reserved-type", detail)));
        }
        int sample = type.sample().toBytes().length;
        if (sample > MAX_SAMPLE) {
            String detail = "The sample has " + sample + " bytes; at most " + MAX_SAMPLE + " are possible.";
            throw new ProblemException(
                    422,
                    detail,
                    List.of(new FieldError(
                            "/sample", "too-long", Map.of("max", MAX_SAMPLE, "length", sample), detail)));
        }
        boolean isNew =
                catalogue.put(type, seen(request), audit.entry(request.caller(), AuditEntry.Action.EVENT_TYPE_EDITED));
        answer(exchange, isNew ? 201 : 200, type);
        if (isNew) {
            String path = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
            exchange.getMessage().setHeader("Location", "/api/event-types/" + path);
        }
    }

    public void delete(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange);
        catalogue.delete(
                request.path("type"),
                seen(request),
                audit.entry(request.caller(), AuditEntry.Action.EVENT_TYPE_DELETED));
        JsonAnswer.writeNothing(exchange);
    }

    private static Predicate<Optional<EventType>> seen(ApiRequest request) {
        IfMatch seen = request.ifMatch();
        return stored -> stored.map(type -> seen.allows(tag(type))).orElse(seen.isAny());
    }

    private void answer(Exchange exchange, int status, EventType type) {
        JsonAnswer.write(exchange, status, json(type));
        exchange.getMessage().setHeader("ETag", "\"" + tag(type) + "\"");
    }

    /** An event type has no version: its content tells two of them apart. */
    private static String tag(EventType type) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(type.toJson().toBytes());
            return HexFormat.of().formatHex(hash, 0, TAG_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private Json json(EventType type) {
        Map<String, Json> members = new LinkedHashMap<>(type.toJson().members());
        members.put(READ_ONLY, Json.of(catalogue.isInFile(type.type())));
        return new Json.Obj(members);
    }
}
