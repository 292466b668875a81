package io.posel.route;

import io.posel.event.ContentHash;
import io.posel.event.Event;
import io.posel.event.EventJson;
import io.posel.event.EventReader;
import io.posel.event.ItemEvents;
import io.posel.event.JsonPointer;
import io.posel.json.Json;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.source.Answer;
import io.posel.source.AnswerReader;
import io.posel.source.Item;
import io.posel.source.Paging;
import io.posel.source.Position;
import io.posel.source.SourceHealth;
import io.posel.store.SetAside;
import io.posel.store.SourcePositions;
import io.posel.template.RenderException;
import io.posel.template.TemplateException;
import io.posel.template.UrlTemplate;
import io.posel.template.UserInfo;
import java.net.URI;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.http.HttpConstants;
import org.apache.camel.component.http.HttpMethods;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A JSON list that another system offers over HTTP, read page by page; a bean of the route file that polls it. Its
 * properties say where things stand, as JSON pointers (RFC 6901).
 *
 * <p>Steps: {@link #ask}, the request, {@link #read}, acceptance, {@link #remember}. A failure in between leaves the
 * position where it was, so the page is read again and what was accepted is a duplicate. An item that makes no valid
 * event is set aside, and one whose id an accepted event with other content has.
 */
public final class Feed implements CamelContextAware {
    private static final Logger LOG = LoggerFactory.getLogger(Feed.class);
    /** Pages read without a pause; a server that links in a circle is not asked faster than that. */
    static final int MAX_PAGES = 1_000;

    private static final int SERVER_ERRORS = 500;
    private static final String POSITION = "feedPosition";
    private static final String NEXT = "feedNextPosition";
    private static final String ITEMS = "feedItems";
    private static final String MORE = "CamelSchedulerPolledMessages";

    private final Map<String, String> mapping = new LinkedHashMap<>();
    private @Nullable CamelContext context;
    private String source = "";
    private String url = "";
    private String items = "";
    private @Nullable String cursorParameter;
    private @Nullable String nextCursor;
    private @Nullable String itemCursor;
    private @Nullable String nextLink;
    private @Nullable String pageParameter;
    private @Nullable String offsetParameter;
    private @Nullable Integer firstPage;
    private @Nullable Integer pageSize;
    private @Nullable String timeZone;

    private @Nullable Plan plan;
    private int pages;
    private final Run run = new Run();

    /** @param login as Basic authentication; null for none */
    private record Plan(
            Paging paging,
            AnswerReader answers,
            ItemEvents events,
            JsonPointer id,
            @Nullable String login,
            EventReader reader,
            SetAsideLog setAside,
            SourcePositions positions,
            SourceHealth health) {}

    /** The pages that were read one after the other without a pause. */
    private static final class Run {
        private final Set<URI> asked = new HashSet<>();
        private List<Item> last = List.of();
        private boolean goesOn;

        void ask(URI page) {
            if (!goesOn) {
                asked.clear();
                last = List.of();
            }
            goesOn = false;
            asked.add(page);
        }
    }

    /** Makes the message the request for the next page. */
    public void ask(Exchange exchange) {
        exchange.setProperty(MORE, false);
        Plan plan = plan();
        Position position = plan.positions.find(source).map(Position::of).orElse(Position.START);
        exchange.setProperty(POSITION, position);
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setBody(null);
        URI page = plan.paging.request(position);
        run.ask(page);
        message.setHeader(HttpConstants.HTTP_URI, page.toString());
        message.setHeader(HttpConstants.HTTP_METHOD, HttpMethods.GET);
        message.setHeader("Accept", "application/json, application/*+json;q=0.9, */*;q=0.1");
        if (plan.login != null) {
            message.setHeader("Authorization", plan.login);
        }
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
        Paging.Page page = checked(plan, asked, page(plan, asked, message));
        Map<String, Event> events = new LinkedHashMap<>();
        Map<String, Json> itemsOfEvents = new HashMap<>();
        for (Item item : page.items()) {
            add(plan, item, events, itemsOfEvents);
        }
        exchange.setProperty(NEXT, page);
        exchange.setProperty(ITEMS, itemsOfEvents);
        StoreEvents.tellConflicts(
                exchange, event -> setAside(event, itemsOfEvents.get(event.id()), StoreEvents.conflict(event)));
        message.removeHeaders("*");
        message.setBody(portions(List.copyOf(events.values())));
    }

    private Paging.Page page(Plan plan, Position asked, Message message) {
        Integer status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
        if (status != null && status == 304) {
            return plan.paging.unchanged(asked);
        } else if (status != null && status >= 400) {
            return plan.paging.missing(asked, status);
        }
        byte[] body = message.getBody(byte[].class);
        Answer answer = plan.answers.read(new AnswerReader.Raw(
                body == null ? new byte[0] : body,
                header(message, FeedClient.CODING),
                header(message, FeedClient.TYPE),
                header(message, FeedClient.INCOMPLETE).isEmpty()));
        remark(plan, asked, answer);
        return plan.paging.page(asked, answer, header(message, "Link"), message.getHeader("ETag", String.class));
    }

    /** A list that was there once, or led on, is where the pointer says. */
    private void remark(Plan plan, Position asked, Answer answer) {
        if (!answer.items().isEmpty()) {
            plan.health.remarked(source, null);
        } else if (answer.remark() != null && asked.equals(Position.START)) {
            remark(plan, answer.remark());
        }
    }

    private void remark(Plan plan, String remark) {
        SourceHealth.Status status = plan.health.all().get(source);
        if (status == null || !remark.equals(status.remark())) {
            LOG.warn("Source {}: {}", source, remark);
        }
        plan.health.remarked(source, remark);
    }

    /** A page that was read before in the same run leads to no end. */
    private Paging.Page checked(Plan plan, Position asked, Paging.Page page) {
        boolean same =
                plan.paging.counts() && !page.items().isEmpty() && page.items().equals(run.last);
        run.last = page.items();
        if (same) {
            Position before = plan.paging.page(asked, Answer.NOTHING, "", null).next();
            URI first = plan.paging.request(Position.START);
            if (plan.paging.request(before).equals(first)) {
                remark(
                        plan,
                        "The second page is the same as the first; if there is more to read, the server does not know the"
                                + " parameter that counts the pages");
            }
            return page.endingAt(before);
        } else if (page.more() && run.asked.contains(plan.paging.request(page.next()))) {
            return page.stoppedBy("the links to the next page lead in a circle", asked);
        }
        return page;
    }

    private static void add(Plan plan, Item item, Map<String, Event> events, Map<String, Json> itemsOfEvents) {
        String key = key(plan.id.in(item.json()));
        try {
            if (item.flaw() != null) {
                throw new ProblemException(400, FieldError.of("", "unreadable", item.flaw()));
            }
            for (Event event : plan.reader.of(plan.events.of(item.json()))) {
                itemsOfEvents.putIfAbsent(event.id(), item.json());
                Event before = events.putIfAbsent(event.id(), event);
                if (before != null && !ContentHash.isSame(before, event)) {
                    throw new ProblemException(
                            400,
                            FieldError.of(
                                    plan.id.toString(),
                                    "duplicate",
                                    "Another item of the same page has this id and other values; the first one counts."));
                }
            }
        } catch (ProblemException e) {
            // as text, or trying it again would make an event of what cannot be read
            plan.setAside.keep(
                    key,
                    e,
                    item.flaw() == null ? item.json() : new Json.Str(item.json().toString()));
        }
    }

    /**
     * Sets aside an event that accepting refused although it came alone.
     *
     * @param exchange with the event in the property {@code event}
     * @throws ProblemException the refusal itself, if the event can be accepted later: none behind it must overtake it
     */
    public void refused(Exchange exchange) {
        ProblemException refusal = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, ProblemException.class);
        if (refusal.status() >= SERVER_ERRORS) {
            throw refusal;
        }
        Event event = exchange.getProperty("event", Event.class);
        setAside(event, (Json) exchange.getProperty(ITEMS, Map.class).get(event.id()), refusal);
    }

    private void setAside(Event event, @Nullable Json item, ProblemException reason) {
        plan().setAside.keep(event.id(), reason, item == null ? EventJson.of(event) : item);
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
        run.goesOn = page.more() && pages % MAX_PAGES != 0;
        exchange.setProperty(MORE, run.goesOn);
    }

    private static List<List<Event>> portions(List<Event> events) {
        List<List<Event>> portions = new ArrayList<>();
        for (int from = 0; from < events.size(); from += EventReader.MAX_EVENTS) {
            portions.add(events.subList(from, Math.min(from + EventReader.MAX_EVENTS, events.size())));
        }
        return portions;
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
            UrlTemplate address = address();
            made = new Plan(
                    Paging.of(
                            url(address),
                            new Paging.Properties(
                                    cursorParameter,
                                    nextCursor,
                                    itemCursor,
                                    nextLink,
                                    pageParameter,
                                    offsetParameter,
                                    firstPage,
                                    pageSize)),
                    new AnswerReader(new JsonPointer(items), id()),
                    new ItemEvents(source, mapping, timeZone == null ? null : ZoneId.of(timeZone)),
                    id(),
                    address.userInfo().map(UserInfo::basic).orElse(null),
                    the(EventReader.class),
                    new SetAsideLog(source, the(SetAside.class)),
                    the(SourcePositions.class),
                    the(SourceHealth.class));
            Plan known = made;
            the(SetAsideReaders.class).put(source, item -> known.reader.of(known.events.of(item)));
            plan = made;
        }
        return made;
    }

    private JsonPointer id() {
        return new JsonPointer(mapping.getOrDefault("id", ""));
    }

    /** With the same rules as a webhook's URL, only that nothing in it is variable. */
    private UrlTemplate address() {
        try {
            UrlTemplate address = UrlTemplate.compile(url);
            if (address.variables().isEmpty()) {
                return address;
            }
            throw new IllegalArgumentException(
                    "posel.source." + source + ".url cannot have variables; a # itself is written %23");
        } catch (TemplateException e) {
            throw new IllegalArgumentException(
                    "posel.source." + source + ".url is no URL that can be asked: " + e.getMessage(), e);
        }
    }

    private URI url(UrlTemplate address) {
        try {
            URI uri = URI.create(address.render(name -> null));
            String host = uri.getHost();
            if (host == null || host.contains("xn--")) {
                throw new IllegalArgumentException("posel.source." + source
                        + ".url has an international host name or one with _, by which a feed cannot be asked; use another"
                        + " name of the server or its address");
            }
            return uri;
        } catch (RenderException e) {
            throw new IllegalStateException("a URL without variables could not be written", e);
        }
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

    /** Pointer to the address of the next page in the answer. */
    public void setNextLink(String nextLink) {
        this.nextLink = nextLink;
    }

    /** The query parameter that takes the number of the page. */
    public void setPageParameter(String pageParameter) {
        this.pageParameter = pageParameter;
    }

    /** The query parameter that takes the number of items in front of the page. */
    public void setOffsetParameter(String offsetParameter) {
        this.offsetParameter = offsetParameter;
    }

    /** The number of the first page, if that is not 1. */
    public void setFirstPage(int firstPage) {
        this.firstPage = firstPage;
    }

    /** How many items a full page has: a shorter one is known to be the last. */
    public void setPageSize(int pageSize) {
        this.pageSize = pageSize;
    }

    /** Of times without an offset; without it an item with such a time is set aside. */
    public void setTimeZone(String timeZone) {
        this.timeZone = timeZone;
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
