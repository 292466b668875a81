package io.posel.route;

import io.posel.event.Event;
import io.posel.event.EventReader;
import io.posel.event.RowEvents;
import io.posel.json.Json;
import io.posel.problem.ProblemException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/** Makes events of the rows of one poll, in their order. A row that makes no valid event is set aside and left out. */
public final class ReadRows implements Processor {
    private final RowEvents rows;
    private final EventReader reader;
    private final SetAsideLog setAside;

    /** @param reader the one that accepting asks, so that no row can stop there and block those behind it */
    public ReadRows(RowEvents rows, EventReader reader, SetAsideLog setAside) {
        this.rows = rows;
        this.reader = reader;
        this.setAside = setAside;
    }

    @Override
    public void process(Exchange exchange) {
        List<Event> events = new ArrayList<>();
        for (Map<?, ?> row : Bodies.listOf(Map.class, exchange)) {
            Map<String, @Nullable Object> columns = new LinkedHashMap<>();
            row.forEach((label, value) -> columns.put(String.valueOf(label), value));
            try {
                events.addAll(reader.of(rows.of(columns)));
            } catch (ProblemException e) {
                setAside.keep(key(columns), e, readable(columns));
            }
        }
        exchange.getMessage().setBody(events);
    }

    /** The same text whenever the same row is read. */
    private static Json readable(Map<String, @Nullable Object> columns) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>(columns);
        values.replaceAll((label, value) ->
                value instanceof byte[] bytes ? Base64.getEncoder().encodeToString(bytes) : value);
        return Json.of(values);
    }

    private static @Nullable String key(Map<String, @Nullable Object> columns) {
        for (Map.Entry<String, @Nullable Object> column : columns.entrySet()) {
            if (column.getKey().toLowerCase(Locale.ROOT).equals("id") && column.getValue() != null) {
                return column.getValue().toString();
            }
        }
        return null;
    }
}
