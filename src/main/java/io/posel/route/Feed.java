package io.posel.route;

import io.posel.event.Event;
import io.posel.event.EventReader;
import io.posel.event.ItemEvents;
import io.posel.event.JsonPointer;
import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import io.posel.problem.ProblemException;
import io.posel.source.Paging;
import io.posel.source.Position;
import io.posel.store.SetAside;
import io.posel.store.SourcePositions;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.http.HttpConstants;
import org.apache.camel.component.http.HttpMethods;
import org.jspecify.annotations.Nullable;

/**
 * A JSON list that another system offers over HTTP, read page by page; a bean of the route file that polls it. Its
 * properties say where things stand, as JSON pointers (RFC 6901).
 *
 * <p>Steps: {@link #ask}, the request, {@link #read}, acceptance, {@link #remember}. A failure in between leaves the
 * position where it was, so the page is read again and what was accepted is a duplicate. An item that makes no valid
 * event is set aside.
 */
public final class Feed implements CamelContextAware {
    /** Pages read without a pause; a server that links in a circle is not asked faster than that. */
    static final int MAX_PAGES = 1_000;

    private static final String POSITION = "feedPosition";
    private static final String NEXT = "feedNextPosition";
    private static final String MORE = "CamelSchedulerPolledMessages";

    private final Map<String, String> mapping = new LinkedHashMap<>();
    private @Nullable CamelContext context;
    private String source = "";
    private String url = "";
    private String items = "";
    private @Nullable String cursorParameter;
    private @Nullable String nextCursor;
    private @Nullable String itemCursor;

    private @Nullable Plan plan;
    private int pages;

    private record Plan(
            Paging paging,
            ItemEvents events,
            JsonPointer id,
            EventReader reader,
            SetAsideLog setAside,
            SourcePositions positions) {}

    /** Makes the message the request for the next page. */
    public void ask(Exchange exchange) {
        exchange.setProperty(MORE, false);
        Plan plan = plan();
        Position position = plan.positions.find(source).map(Position::of).orElse(Position.START);
        exchange.setProperty(POSITION, position);
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setBody(null);
        message.setHeader(HttpConstants.HTTP_URI, plan.paging.request(position).toString());
        message.setHeader(HttpConstants.HTTP_METHOD, HttpMethods.GET);
        message.setHeader("Accept", "application/json");
        if (position.etag() != null) {
            message.setHeader("If-None-Match", position.etag());
        }
    }

    /**
     * Makes events of the answer: lists of as many as are accepted at a time.
     *
     * @throws IllegalStateException if the answer is not what the properties say
     */
    public void read(Exchange exchange) {
        Plan plan = plan();
        Position asked = exchange.getProperty(POSITION, Position.class);
        Message message = exchange.getMessage();
        boolean unchanged = Integer.valueOf(304).equals(message.getHeader(Exchange.HTTP_RESPONSE_CODE));
        Paging.Page page = unchanged
                ? plan.paging.unchanged(asked)
                : plan.paging.page(
                        asked, json(message), header(message, "Link"), message.getHeader("ETag", String.class));
        List<Event> events = new ArrayList<>();
        for (Json item : page.items()) {
            try {
                events.addAll(plan.reader.of(plan.events.of(item)));
            } catch (ProblemException e) {
                plan.setAside.keep(key(plan.id.in(item)), e, item);
            }
        }
        exchange.setProperty(NEXT, page);
        message.removeHeaders("*");
        message.setBody(portions(events));
    }

    /**
     * Keeps the position behind the page that has been accepted, and reads on if there is more.
     *
     * @throws IllegalStateException if the page leads nowhere
     */
    public void remember(Exchange exchange) {
        Paging.Page page = exchange.getProperty(NEXT, Paging.Page.class);
        if (!page.next().equals(exchange.getProperty(POSITION))) {
            plan().positions.save(source, page.next().toText());
        }
        if (page.problem() != null) {
            throw new IllegalStateException(page.problem());
        }
        pages = page.more() ? pages + 1 : 0;
        boolean on = page.more() && pages % MAX_PAGES != 0;
        exchange.setProperty(MORE, on);
    }

    private static List<List<Event>> portions(List<Event> events) {
        List<List<Event>> portions = new ArrayList<>();
        for (int from = 0; from < events.size(); from += EventReader.MAX_EVENTS) {
            portions.add(events.subList(from, Math.min(from + EventReader.MAX_EVENTS, events.size())));
        }
        return portions;
    }

    private static Json json(Message message) {
        byte[] body = message.getBody(byte[].class);
        try {
            return Json.parse(body == null ? new byte[0] : body);
        } catch (JsonSyntaxException e) {
            throw new IllegalStateException(
                    "the answer is not JSON: line %d, column %d: %s".formatted(e.line(), e.column(), e.getMessage()));
        }
    }

    /** A header that may be there several times. */
    private static String header(Message message, String name) {
        Object value = message.getHeader(name);
        return value instanceof List<?> several
                ? several.stream().map(String::valueOf).collect(Collectors.joining(", "))
                : value == null ? "" : value.toString();
    }

    private static @Nullable String key(@Nullable Json id) {
        return id instanceof Json.Str text ? text.value() : id instanceof Json.Num number ? number.text() : null;
    }

    private Plan plan() {
        Plan made = plan;
        if (made == null) {
            if (url.isEmpty()) {
                throw new IllegalArgumentException("posel.source." + source + ".url is not set");
            }
            Paging paging = new Paging(
                    URI.create(url), new JsonPointer(items), cursorParameter, pointer(nextCursor), pointer(itemCursor));
            made = new Plan(
                    paging,
                    new ItemEvents(source, mapping, null),
                    new JsonPointer(mapping.getOrDefault("id", "")),
                    the(EventReader.class),
                    new SetAsideLog(source, the(SetAside.class)),
                    the(SourcePositions.class));
            plan = made;
        }
        return made;
    }

    private static @Nullable JsonPointer pointer(@Nullable String text) {
        return text == null ? null : new JsonPointer(text);
    }

    private <T> T the(Class<T> type) {
        T found = context == null ? null : context.getRegistry().findSingleByType(type);
        if (found == null) {
            throw new IllegalStateException("there is no " + type.getSimpleName());
        }
        return found;
    }

    @Override
    public @Nullable CamelContext getCamelContext() {
        return context;
    }

    @Override
    public void setCamelContext(@Nullable CamelContext context) {
        this.context = context;
    }

    /** The name in the settings, and the source of the events. */
    public void setSource(String source) {
        this.source = source;
    }

    /** Of the first page. */
    public void setUrl(String url) {
        this.url = url.strip();
    }

    /** Pointer to the list in the answer; "" if the answer is the list. */
    public void setItems(String items) {
        this.items = items;
    }

    /** The query parameter that takes the cursor; without it the header {@code Link: rel=next} leads on. */
    public void setCursorParameter(String cursorParameter) {
        this.cursorParameter = cursorParameter;
    }

    /** Pointer to the next cursor in the answer. */
    public void setNextCursor(String nextCursor) {
        this.nextCursor = nextCursor;
    }

    /** Pointer to the cursor in an item, if the answer does not tell it: the last item's is the next. */
    public void setItemCursor(String itemCursor) {
        this.itemCursor = itemCursor;
    }

    public void setId(String pointer) {
        mapping.put("id", pointer);
    }

    /** Pointer, or a constant written {@code =text}; so for both parts of the entity. */
    public void setType(String pointer) {
        mapping.put("type", pointer);
    }

    public void setEntityType(String pointer) {
        mapping.put("entityType", pointer);
    }

    public void setEntityId(String pointer) {
        mapping.put("entityId", pointer);
    }

    public void setSequence(String pointer) {
        mapping.put("sequence", pointer);
    }

    public void setOccurredAt(String pointer) {
        mapping.put("occurredAt", pointer);
    }

    /** Pointer to the object that templates take their variables from; "" for the whole item. */
    public void setData(String pointer) {
        mapping.put("data", pointer);
    }
}
