package io.posel.route;

import io.posel.event.ContentHash;
import io.posel.event.Event;
import io.posel.event.EventReader;
import io.posel.event.RowEvents;
import io.posel.json.Json;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.source.RowFaults;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes events of the rows of one poll, in their order. A row that makes no valid event is set aside and left out, so
 * that it blocks none behind it; so is one whose id an accepted event with other content has.
 *
 * <p>Leaves in properties of the exchange: {@code rows}, those to mark; {@code events}.
 */
public final class ReadRows implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(ReadRows.class);
    private static final String ROWS = "rows";
    private static final String ROWS_OF_EVENTS = "rowsOfEvents";
    private static final int CLIENT_ERRORS = 400;
    private static final int SERVER_ERRORS = 500;

    private final String source;
    private final RowEvents rows;
    private final EventReader reader;
    private final SetAsideLog setAside;

    /** @param reader the one that accepting asks, so that no row can stop there and block those behind it */
    public ReadRows(String source, RowEvents rows, EventReader reader, SetAsideLog setAside) {
        this.source = source;
        this.rows = rows;
        this.reader = reader;
        this.setAside = setAside;
    }

    @Override
    public void process(Exchange exchange) {
        List<Map<?, ?>> toMark = rowsOf(exchange);
        Map<String, Event> events = new LinkedHashMap<>();
        Map<String, Map<?, ?>> rowsOfEvents = new LinkedHashMap<>();
        for (Map<?, ?> row : toMark) {
            Map<String, @Nullable Object> columns = columns(row);
            try {
                for (Event event : reader.of(rows.of(columns))) {
                    Event before = events.putIfAbsent(event.id(), event);
                    if (before != null && !ContentHash.isSame(before, event)) {
                        throw sameId();
                    }
                    rowsOfEvents.putIfAbsent(event.id(), row);
                }
            } catch (ProblemException e) {
                setAside.keep(rows.key(columns), e, rows.readable(columns));
            }
        }
        exchange.setProperty(ROWS, toMark);
        exchange.setProperty(ROWS_OF_EVENTS, rowsOfEvents);
        StoreEvents.tellConflicts(
                exchange, event -> setAside(rowsOfEvents.get(event.id()), StoreEvents.conflict(event)));
        exchange.setProperty("events", List.copyOf(events.values()));
        exchange.getMessage().setBody(List.copyOf(events.values()));
    }

    private void setAside(Map<?, ?> row, ProblemException reason) {
        Map<String, @Nullable Object> columns = columns(row);
        setAside.keep(rows.key(columns), reason, rows.readable(columns));
    }

    private static List<Map<?, ?>> rowsOf(Exchange exchange) {
        List<Map<?, ?>> found = new ArrayList<>();
        Bodies.listOf(Map.class, exchange).forEach(found::add);
        return found;
    }

    /** The events of a row that was set aside, as its readable columns. */
    public List<Event> again(Json data) {
        Map<String, @Nullable Object> columns = new LinkedHashMap<>();
        if (data instanceof Json.Obj row) {
            columns.putAll(row.members());
        }
        return reader.of(rows.of(columns));
    }

    private static ProblemException sameId() {
        return new ProblemException(
                400,
                FieldError.of(
                        "/id",
                        "duplicate",
                        "Another row of the same poll has this id and other values; give each row an id of its own."));
    }

    /**
     * Decides what becomes of an event that accepting refused when it came alone: if it is to blame itself its row is set
     * aside, if it has to wait for others its row stays unmarked and is read again.
     *
     * @param exchange with the event in the property {@code event}
     * @throws Exception the refusal itself, if it may be that of any event: no later one must overtake this one
     */
    public void refused(Exchange exchange) throws Exception {
        Exception refusal = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        Event event = exchange.getProperty("event", Event.class);
        Map<?, ?> row =
                (Map<?, ?>) exchange.getProperty(ROWS_OF_EVENTS, Map.class).get(event.id());
        Map<String, @Nullable Object> columns = columns(row);
        if (refusal instanceof ProblemException problem
                && problem.status() >= CLIENT_ERRORS
                && problem.status() < SERVER_ERRORS) {
            setAside.keep(rows.key(columns), problem, rows.readable(columns));
        } else if (RowFaults.isOfValue(refusal)) {
            String reason = "The database refuses the event: " + RowFaults.reason(refusal) + ".";
            setAside.keep(
                    rows.key(columns),
                    new ProblemException(422, FieldError.of("", "refused", reason)),
                    rows.readable(columns));
        } else if (refusal instanceof ProblemException problem) {
            List<?> toMark = exchange.getProperty(ROWS, List.class);
            toMark.removeIf(each -> each == row);
            LOG.warn("Source {}: row {} is read again later: {}", source, rows.key(columns), problem.getMessage());
        } else {
            throw refusal;
        }
    }

    static Map<String, @Nullable Object> columns(Map<?, ?> row) {
        Map<String, @Nullable Object> columns = new LinkedHashMap<>();
        row.forEach((label, value) -> columns.put(String.valueOf(label), value));
        return columns;
    }
}
