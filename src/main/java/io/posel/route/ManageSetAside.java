package io.posel.route;

import io.posel.event.Event;
import io.posel.json.Json;
import io.posel.problem.ProblemException;
import io.posel.store.Accepted;
import io.posel.store.Audit;
import io.posel.store.AuditEntry;
import io.posel.store.SetAsideItem;
import io.posel.store.SetAsideItems;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/**
 * The calls of {@code /api/set-aside}. Trying again is two steps with {@code direct:accept-events} between them: what a
 * source set aside becomes its events as the source would make them now, and is removed when these are on disk.
 */
public final class ManageSetAside {
    private static final String ITEM = "posel-set-aside";
    private static final String CALLER = "posel-set-aside-caller";

    private final SetAsideItems items;
    private final SetAsideReaders readers;
    private final Audit audit;

    public ManageSetAside(SetAsideItems items, SetAsideReaders readers, Audit audit) {
        this.items = items;
        this.readers = readers;
        this.audit = audit;
    }

    public void list(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange, "limit", "cursor", "source", "key", "from", "to");
        String source = request.parameter("source");
        String key = request.parameter("key");
        Instant from = request.instant("from");
        Instant to = request.instant("to");
        int limit = request.limit();
        JsonAnswer.write(
                exchange,
                200,
                request.list(after -> items.page(source, key, from, to, after, limit), ManageSetAside::json));
    }

    public void show(Exchange exchange) {
        JsonAnswer.write(exchange, 200, json(item(new ApiRequest(exchange))));
    }

    public void discard(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange);
        request.requireNoMembers();
        SetAsideItem item = item(request);
        items.remove(item, audit.entry(request.caller(), AuditEntry.Action.SET_ASIDE_DISCARDED));
        JsonAnswer.writeNothing(exchange);
    }

    /** Leaves the events as the body. */
    public void prepareRetry(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange);
        request.requireNoMembers();
        SetAsideItem item = item(request);
        SetAsideReaders.Reader reader = readers.find(item.source())
                .orElseThrow(() -> new ProblemException(
                        409,
                        "source-not-active",
                        Map.of("source", item.source()),
                        "The source " + item.source() + " is not switched on here, so it is not known how to make an"
                                + " event of this. Switch it on, or discard the item."));
        List<Event> events;
        try {
            events = reader.read(item.data() == null ? Json.EMPTY : item.data());
        } catch (ProblemException e) {
            items.changeReason(item, SetAsideLog.reason(e));
            throw new ProblemException(422, "It still makes no valid event: " + SetAsideLog.reason(e), e.errors());
        }
        exchange.setProperty(ITEM, item);
        exchange.setProperty(CALLER, request.caller());
        exchange.getMessage().setBody(events);
    }

    /** Its events are on disk, unless another one has their key: then it stays. */
    public void finishRetry(Exchange exchange) {
        SetAsideItem item = exchange.getProperty(ITEM, SetAsideItem.class);
        String caller = exchange.getProperty(CALLER, String.class);
        for (Accepted each : Bodies.listOf(Accepted.class, exchange)) {
            if (each.isConflict()) {
                ProblemException conflict = StoreEvents.conflict(each.event());
                items.changeReason(item, SetAsideLog.reason(conflict));
                throw conflict;
            }
        }
        items.remove(item, audit.entry(caller, AuditEntry.Action.SET_ASIDE_RETRIED));
        new AnswerAccepted().process(exchange);
    }

    private SetAsideItem item(ApiRequest request) {
        String id = request.path("id");
        ProblemException unknown = new ProblemException(
                404, "unknown-set-aside", Map.of("id", id), "Nothing with the id " + id + " is set aside any more.");
        if (!id.matches("[0-9]{1,18}")) {
            throw unknown;
        }
        return items.find(Long.parseLong(id)).orElseThrow(() -> unknown);
    }

    private static Json json(SetAsideItem item) {
        return Json.object(
                "id", String.valueOf(item.no()),
                "source", item.source(),
                "key", item.key(),
                "reason", item.reason(),
                "at", item.at(),
                "size", item.size(),
                "data", item.data());
    }
}
