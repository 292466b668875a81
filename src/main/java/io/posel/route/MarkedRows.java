package io.posel.route;

import io.posel.event.RowEvents;
import io.posel.source.RowFaults;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names the rows of one source that its {@code mark.sql} leaves as they are: those whose mark fails, and those that the
 * next poll finds again. They block no others, and what comes of them are duplicates. When a poll finds nothing else it
 * fails, or it would be repeated without a pause.
 */
public final class MarkedRows implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(MarkedRows.class);

    /** Named at the same time; a statement that fails for all rows is told of in another way. */
    private static final int MOST_NAMES = 20;

    private final String source;
    private final RowEvents rows;
    private Set<String> before = Set.of();
    private final Set<String> told = new HashSet<>();

    public MarkedRows(String source, RowEvents rows) {
        this.source = source;
        this.rows = rows;
    }

    /**
     * Takes note of a row that could not be marked when it was tried alone.
     *
     * @param exchange with the row as its body
     * @throws Exception what made marking fail, if it may do so with any row
     */
    public void failed(Exchange exchange) throws Exception {
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        if (!RowFaults.isOfRow(failure)) {
            throw failure;
        }
        Map<String, @Nullable Object> row =
                ReadRows.columns(exchange.getMessage().getMandatoryBody(Map.class));
        tell(name(row), "mark.sql fails: " + RowFaults.reason(failure));
    }

    @Override
    public synchronized void process(Exchange exchange) {
        List<String> names = new ArrayList<>();
        for (Object row : exchange.getProperty("rows", List.class)) {
            names.add(name(ReadRows.columns((Map<?, ?>) row)));
        }
        List<String> again = names.stream().filter(before::contains).toList();
        before = Set.copyOf(names);
        told.retainAll(before);
        again.forEach(name -> tell(name, "select.sql finds it again although mark.sql did not fail"));
        if (again.size() == names.size()) {
            throw new NothingMarkedException(
                    "mark.sql concerned none of the " + names.size() + " rows that select.sql found");
        }
    }

    private synchronized void tell(String name, String reason) {
        if (told.size() < MOST_NAMES && told.add(name)) {
            LOG.warn("Source {}: row {} stays unmarked and is read again with each poll: {}", source, name, reason);
        }
    }

    private String name(Map<String, @Nullable Object> row) {
        String key = rows.key(row);
        return SetAsideLog.printable(key == null ? rows.readable(row).toString() : key);
    }

    /** A poll that found only rows which the one before had found and marked. */
    static final class NothingMarkedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NothingMarkedException(String message) {
            super(message);
        }
    }
}
