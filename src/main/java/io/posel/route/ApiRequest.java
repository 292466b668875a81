package io.posel.route;

import io.posel.event.EntityRef;
import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.store.Cursor;
import io.posel.store.LogFilter;
import io.posel.store.Page;
import io.posel.web.EdgeHeaders;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/** A request to the administration interface; what is wrong with it is a {@link ProblemException}. */
final class ApiRequest {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MAX_LIMIT = 200;
    private static final int MAX_PARAMETER = 1_000;
    private static final List<String> STATES = List.of("held", "queued", "delivered", "dead", "skipped");

    /** The query parameters of {@link #list}. */
    static final String[] PART = {"limit", "cursor"};

    /** Those of {@link #filter} too. */
    static final String[] PART_AND_FILTER = {
        "limit", "cursor", "webhook", "event", "type", "entity", "state", "from", "to"
    };

    private final Message message;

    /**
     * @param parameters the query parameters that the call knows
     * @throws ProblemException 400 if it has others
     */
    ApiRequest(Exchange exchange, String... parameters) {
        this.message = exchange.getMessage();
        QueryNames.require(
                message.getHeader(Exchange.HTTP_RAW_QUERY) instanceof String query ? query : null, parameters);
    }

    /** The name of the token that the request came with. */
    String caller() {
        return message.getHeader(EdgeHeaders.CALLER) instanceof String name
                ? URLDecoder.decode(name, StandardCharsets.UTF_8)
                : "unknown";
    }

    /** The part of the path that the route names {@code {id}} and so on. */
    String path(String name) {
        return String.valueOf(parameter(name));
    }

    /** A query parameter; null if there is none. */
    @Nullable
    String parameter(String name) {
        if (!(message.getHeader(name) instanceof String value)) {
            return null;
        }
        if (value.isEmpty()) {
            throw invalid(name, "is empty: give it a value, or leave it out");
        } else if (value.length() > MAX_PARAMETER || value.chars().anyMatch(Character::isISOControl)) {
            throw invalid(name, "is too long or holds a control character");
        }
        return value;
    }

    /** A query parameter that has a form, which nothing at all does not have; null if there is none. */
    private @Nullable String parameter(String name, String form) {
        if (String.valueOf(message.getHeader(name)).isEmpty()) {
            throw invalid(name, form);
        }
        return parameter(name);
    }

    boolean flag(String name) {
        String form = "is true or false";
        String value = parameter(name, form);
        if (value == null || value.equals("false")) {
            return false;
        } else if (value.equals("true")) {
            return true;
        }
        throw invalid(name, form);
    }

    int limit() {
        String form = "is a whole number from 1 to " + MAX_LIMIT;
        String value = parameter("limit", form);
        if (value == null) {
            return DEFAULT_LIMIT;
        }
        try {
            int limit = Integer.parseInt(value);
            if (limit >= 1 && limit <= MAX_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw invalid("limit", form);
    }

    /** Answers a list with the query for its part. */
    <T> Json list(Function<@Nullable Cursor, Page<T>> query, Function<T, Json> toJson) {
        String text = parameter("cursor");
        Page<T> page;
        try {
            page = query.apply(text == null ? null : Cursor.parse(text));
        } catch (IllegalArgumentException e) {
            throw invalid("cursor", "is the next of the part before, or left out");
        }
        return Json.object("items", page.items().stream().map(toJson).toList(), "next", page.next());
    }

    LogFilter filter() {
        return new LogFilter(
                parameter("webhook"),
                parameter("event"),
                parameter("type"),
                entity(),
                states(STATES),
                instant("from"),
                instant("to"));
    }

    /** The query parameter {@code state}, one of these or several; none if it is not there. */
    Set<String> states(List<String> known) {
        String value = parameter("state");
        if (value == null) {
            return Set.of();
        }
        Set<String> states = new LinkedHashSet<>(Arrays.asList(value.split(",", -1)));
        if (!known.containsAll(states)) {
            throw invalid("state", "is " + String.join(", ", known) + " or several of them, with commas");
        }
        return states;
    }

    private @Nullable EntityRef entity() {
        String value = parameter("entity");
        if (value == null) {
            return null;
        }
        int colon = value.indexOf(':');
        if (colon < 1) {
            throw invalid("entity", "is type and id, such as customer:42");
        }
        return new EntityRef(value.substring(0, colon), value.substring(colon + 1));
    }

    /** A query parameter that is a time with an offset; null if there is none. */
    @Nullable
    Instant instant(String name) {
        String form = "is a time with an offset, such as 2026-11-22T10:00:00Z (a + is written %2B)";
        String value = parameter(name, form);
        Instant instant = value == null ? null : instantOf(value);
        if (value != null && instant == null) {
            throw invalid(name, form);
        }
        return instant;
    }

    /** Null if this is no time with an offset that the store could hold. */
    static @Nullable Instant instantOf(String text) {
        try {
            OffsetDateTime time = OffsetDateTime.parse(text);
            return time.getYear() >= 1 && time.getYear() <= 9_999 ? time.toInstant() : null;
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Whether there is a body at all. */
    boolean hasBody() {
        return bytes().length > 0;
    }

    /** The body as JSON; the content type must be {@code application/json} or one of these. */
    Json json(String... moreTypes) {
        String type = String.valueOf(message.getHeader("content-type"));
        String name = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!name.equals("application/json") && !List.of(moreTypes).contains(name)) {
            throw new ProblemException(
                    415,
                    "unsupported-media-type",
                    Map.of("contentType", name),
                    "Send it as Content-Type: application/json"
                            + (moreTypes.length == 0 ? "." : " or " + String.join(" or ", moreTypes) + "."));
        }
        try {
            return Json.parse(bytes(), Json.MAX_VALUES);
        } catch (JsonSyntaxException e) {
            throw new ProblemException(400, e.code(), Map.of("line", e.line(), "column", e.column()), e.sentence());
        }
    }

    /** The body as a JSON object. */
    Json.Obj object() {
        if (json() instanceof Json.Obj object) {
            return object;
        }
        throw new ProblemException(
                400,
                "The body is a JSON object.",
                List.of(new FieldError(
                        "", "type-mismatch", Map.of("expected", "object"), "This must be of type object.")));
    }

    /** The same, of no other members than these. */
    Json.Obj object(Set<String> known) {
        Json.Obj object = object();
        List<FieldError> errors = object.members().keySet().stream()
                .filter(name -> !known.contains(name))
                .limit(20)
                .map(name -> FieldError.of(
                        "/" + name.replace("~", "~0").replace("/", "~1"),
                        "unknown-member",
                        known.isEmpty()
                                ? "This call takes no members; send {} or no body."
                                : "There is no such member; known here: "
                                        + String.join(
                                                ", ", known.stream().sorted().toList()) + "."))
                .toList();
        if (!errors.isEmpty()) {
            throw new ProblemException(
                    400, "The body has an unknown member: " + errors.get(0).pointer(), errors);
        }
        return object;
    }

    /** For a call that takes no body: one that says something would say it to nobody. */
    void requireNoMembers() {
        if (hasBody()) {
            object(Set.of());
        }
    }

    private byte[] bytes() {
        byte[] body = message.getBody(byte[].class);
        return body == null ? new byte[0] : body;
    }

    IfMatch ifMatch() {
        return IfMatch.parse(message.getHeader("if-match") instanceof String text ? text : null);
    }

    private static ProblemException invalid(String name, String expected) {
        String detail = "The parameter " + name + " " + expected + ".";
        return new ProblemException(400, "invalid-parameter", Map.of("name", name), detail);
    }
}
