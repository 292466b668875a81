package io.posel.source;

import io.posel.event.JsonPointer;
import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what real servers answer: any content coding that can be undone, any charset, JSON under any media type, one
 * document or one object a line, and the many ways to say that there is nothing. One item that cannot be read does not
 * hide the others.
 */
public final class AnswerReader {
    /** Of an answer, packed and unpacked. */
    public static final int MAX_BYTES = 10 * 1024 * 1024;

    private static final Pattern LINES =
            Pattern.compile("(?i)\\s*(application|text)/(x-)?(ndjson|jsonl|jsonlines|json-seq|stream\\+json)\\b.*");
    private static final Pattern TITLE = Pattern.compile("(?i)<title[^>]*>\\s*([^<]{1,80})");

    private final JsonPointer list;
    private final ListFinder finder;

    /**
     * @param list to the list in an answer
     * @param id to the key in an item
     */
    public AnswerReader(JsonPointer list, JsonPointer id) {
        this.list = list;
        this.finder = new ListFinder(list, id);
    }

    /**
     * The answer as it came.
     *
     * @param coding its header {@code Content-Encoding}, "" if there is none
     * @param type its header {@code Content-Type}, "" if there is none
     * @param complete whether its body came to its announced end; JSON that is closed is whole all the same
     */
    public record Raw(byte[] body, String coding, String type, boolean complete) {}

    /** @throws IllegalStateException if it is not JSON or has no list, with the reason */
    public Answer read(Raw raw) {
        ContentCodings.Decoded decoded = ContentCodings.decode(raw.body(), raw.coding(), MAX_BYTES);
        boolean complete = raw.complete() && decoded.complete();
        AnswerText answer = AnswerText.of(decoded.bytes(), raw.type());
        String text = answer.text();
        if (text.isBlank()) {
            if (!complete) {
                throw incomplete();
            }
            return Answer.NOTHING;
        } else if (LINES.matcher(raw.type()).matches()) {
            return lines(text, complete, answer.malformed());
        }
        try {
            Json whole = Json.parse(text);
            ListFinder.Found found = finder.in(whole);
            List<Item> items = found.items().stream()
                    .map(item -> Item.of(item).spoilt(answer.malformed()))
                    .toList();
            return new Answer(whole, items, found.remark());
        } catch (JsonSyntaxException e) {
            return parts(text, answer.malformed())
                    .or(() -> linesByLook(text, complete, answer.malformed()))
                    .orElseThrow(() -> complete ? notJson(text, e) : incomplete());
        }
    }

    private static IllegalStateException incomplete() {
        return new IllegalStateException("the answer ended before it was complete");
    }

    private static IllegalStateException notJson(String text, JsonSyntaxException e) {
        String begin = text.substring(0, Math.min(text.length(), 4_000)).strip();
        if (begin.startsWith("<")) {
            String lower = begin.toLowerCase(Locale.ROOT);
            if (!lower.contains("<html") && !lower.startsWith("<!doctype html")) {
                return new IllegalStateException("the answer is XML, not JSON");
            }
            Matcher title = TITLE.matcher(begin);
            return new IllegalStateException("the answer is an HTML page, such as a login or error page, not JSON"
                    + (title.find() ? "; its title is \"" + title.group(1).strip() + "\"" : ""));
        }
        return new IllegalStateException(
                "the answer is not JSON: line %d, column %d: %s".formatted(e.line(), e.column(), e.getMessage()));
    }

    /** Where only items of the list are not JSON, and everything around them is. */
    private Optional<Answer> parts(String text, boolean malformed) {
        JsonParts.Part place = new JsonParts.Part(null, 0, text.length());
        for (String segment : list.segments()) {
            JsonParts.Part inner = step(text, place, segment);
            if (inner == null) {
                return Optional.empty();
            }
            place = inner;
        }
        Optional<List<JsonParts.Part>> items = JsonParts.in(text, place.from(), place.to());
        if (items.isEmpty() || items.get().stream().anyMatch(item -> item.name() != null)) {
            return Optional.empty();
        }
        try {
            Json whole = Json.parse(text.substring(0, place.from()) + "[]" + text.substring(place.to()));
            List<Item> read = items.get().stream()
                    .map(item -> Item.read(item.of(text)).spoilt(malformed))
                    .toList();
            return Optional.of(new Answer(whole, read, null));
        } catch (JsonSyntaxException e) {
            return Optional.empty();
        }
    }

    private static JsonParts.@Nullable Part step(String text, JsonParts.Part place, String segment) {
        List<JsonParts.Part> parts =
                JsonParts.in(text, place.from(), place.to()).orElse(List.of());
        for (int i = 0; i < parts.size(); i++) {
            String name = parts.get(i).name();
            if (segment.equals(name == null ? Integer.toString(i) : name)) {
                return parts.get(i);
            }
        }
        return null;
    }

    private Optional<Answer> linesByLook(String text, boolean complete, boolean malformed) {
        String first = text.strip().lines().findFirst().orElse("");
        boolean object = first.startsWith("{") && Item.read(first).flaw() == null;
        return object && list.segments().isEmpty() ? Optional.of(lines(text, complete, malformed)) : Optional.empty();
    }

    /** One JSON value a line, or behind each record separator (RFC 7464). */
    private static Answer lines(String text, boolean complete, boolean malformed) {
        if (!complete) {
            throw incomplete();
        }
        List<Item> items = new ArrayList<>();
        for (String line : text.split("[\n\r\u001e]+")) {
            if (!line.isBlank()) {
                items.add(Item.read(line.strip()).spoilt(malformed));
            }
        }
        return new Answer(new Json.Arr(items.stream().map(Item::json).toList()), items, null);
    }
}
