package io.posel.webhook;

import io.posel.json.Json;
import io.posel.problem.FieldError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads one definition by its shape: types, lengths, ranges. Templates and secrets are not looked at. */
final class DefinitionReader {
    private static final int MAX_NAME = 200;
    private static final int MAX_EVENTS = 100;
    private static final int MAX_EVENT_TYPE = 100;
    private static final int MAX_URL = 8_000;
    /** With a mask in place of each value of one character a URL is twice as long. */
    private static final int MAX_MASKED_URL = 2 * MAX_URL;

    private static final int MAX_BODY_BYTES = 256 * 1024;
    private static final int MAX_HEADERS = 50;
    private static final int MAX_HEADER_NAME = 200;
    private static final int MAX_HEADER_VALUE = 8_000;
    private static final int MAX_CONCURRENCY = 1_000;
    private static final int MAX_RATE = 10_000;

    /** What GET adds; tolerated, so that what was read can be changed and written back. */
    static final Set<String> READ_ONLY = Set.of(
            "id",
            "file",
            "version",
            "signed",
            "state",
            "reason",
            "failingSince",
            "deadCount",
            "expiresAt",
            "pausedUntil",
            "lastSuccessAt",
            "createdAt",
            "updatedAt",
            "deletedAt",
            "warnings");

    private static final Set<String> WRITABLE = Set.of(
            "name", "enabled", "events", "filter", "url", "body", "headers", "ordering", "concurrency", "rateLimit");

    private static final Set<String> KNOWN =
            Stream.concat(READ_ONLY.stream(), WRITABLE.stream()).collect(Collectors.toUnmodifiableSet());

    private final Members members;
    private final @Nullable String url;
    private final Definition definition;

    DefinitionReader(Json.Obj body, Ordering defaultOrdering) {
        members = new Members(body);
        members.refuseOthersThan(KNOWN);
        String name = name();
        boolean enabled = members.flag("enabled", true);
        List<String> events = events();
        Map<String, List<String>> filter = FilterReader.read(members);
        url = writtenUrl();
        definition = new Definition(
                name == null ? "" : name,
                enabled,
                events,
                filter,
                url == null ? "" : url,
                body(),
                headers(),
                ordering(defaultOrdering),
                concurrency(),
                rateLimit());
    }

    /** To be used only if there are no errors. */
    Definition definition() {
        return definition;
    }

    /** Null if there is none. */
    @Nullable
    String url() {
        return url;
    }

    List<FieldError> errors() {
        return members.errors();
    }

    /** Apart from the rest, because what counts is the URL with its secrets put back. */
    void requireLength(String unmaskedUrl) {
        if (unmaskedUrl.length() > MAX_URL) {
            members.tooLong("/url", MAX_URL, "characters");
        }
    }

    /** One that is too long whatever its masks stand for is not looked at. */
    private @Nullable String writtenUrl() {
        String written = members.text("/url", members.required("url"), Integer.MAX_VALUE);
        if (written != null && written.length() > MAX_MASKED_URL) {
            members.tooLong("/url", MAX_URL, "characters");
            return null;
        }
        return written;
    }

    private @Nullable String name() {
        String name = members.text("/name", members.required("name"), MAX_NAME);
        if (name != null && name.chars().anyMatch(Character::isISOControl)) {
            members.refuse("/name", "invalid-character", "A name is one line without control characters.");
        }
        return name;
    }

    private List<String> events() {
        Json value = members.required("events");
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof Json.Arr list)) {
            members.mismatch("/events", "array");
            return List.of();
        }
        if (list.items().isEmpty()) {
            members.refuse("/events", "required", "Name at least one event type.");
        } else if (list.items().size() > MAX_EVENTS) {
            members.tooMany("/events", MAX_EVENTS);
            return List.of();
        }
        List<String> events = new ArrayList<>();
        for (int i = 0; i < list.items().size(); i++) {
            String pointer = "/events/" + i;
            String type = members.text(pointer, list.items().get(i), MAX_EVENT_TYPE);
            if (type == null) {
                continue;
            } else if (type.contains("*")) {
                members.refuse(pointer, "wildcard", "There are no wildcards: name each event type.");
            } else if (type.chars().anyMatch(Character::isISOControl)) {
                members.refuse(pointer, "invalid-character", "An event type has no control characters.");
            } else if (events.contains(type)) {
                members.refuse(pointer, "duplicate", "This event type is named twice; remove one.");
            } else {
                events.add(type);
            }
        }
        return events;
    }

    private @Nullable String body() {
        String body = members.text("/body", members.get("body"));
        if (body != null && body.getBytes(StandardCharsets.UTF_8).length > MAX_BODY_BYTES) {
            members.tooLong("/body", MAX_BODY_BYTES, "bytes");
            return null;
        }
        return body;
    }

    private Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        Set<String> seen = new TreeSet<>();
        members.object("headers", MAX_HEADERS).forEach((name, value) -> {
            if (name.length() > MAX_HEADER_NAME) {
                members.tooLong(Members.pointer("headers", name.substring(0, 100)), MAX_HEADER_NAME, "characters");
                return;
            }
            String pointer = Members.pointer("headers", name);
            if (!seen.add(name.toLowerCase(Locale.ROOT))) {
                members.refuse(pointer, "duplicate", "Header names ignore case: this one stands twice.");
            }
            String text = members.text(pointer, value);
            if (text != null && text.length() > MAX_HEADER_VALUE) {
                members.tooLong(pointer, MAX_HEADER_VALUE, "characters");
            } else if (text != null) {
                headers.put(name, text);
            }
        });
        return headers;
    }

    private Ordering ordering(Ordering otherwise) {
        Json value = members.get("ordering");
        Optional<Ordering> named = Arrays.stream(Ordering.values())
                .filter(ordering -> new Json.Str(ordering.json()).equals(value))
                .findFirst();
        if (value != null && named.isEmpty()) {
            members.refuse("/ordering", "unknown-value", "This is one of entity, entityType, none.");
        }
        return named.orElse(otherwise);
    }

    private @Nullable Integer concurrency() {
        Double number = members.number("concurrency");
        if (number == null) {
            return null;
        } else if (number >= 1 && number <= MAX_CONCURRENCY && number == Math.rint(number)) {
            return number.intValue();
        }
        members.refuse(
                "/concurrency",
                "out-of-range",
                Map.of("min", 1, "max", MAX_CONCURRENCY),
                "This is a whole number from 1 to " + MAX_CONCURRENCY + ".");
        return null;
    }

    private @Nullable Double rateLimit() {
        Double number = members.number("rateLimit");
        if (number != null && !(number > 0 && number <= MAX_RATE)) {
            members.refuse(
                    "/rateLimit",
                    "out-of-range",
                    Map.of("above", 0, "max", MAX_RATE),
                    "This is a number above 0 and at most " + MAX_RATE + ".");
            return null;
        }
        return number;
    }
}
