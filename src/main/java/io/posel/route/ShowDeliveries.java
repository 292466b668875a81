package io.posel.route;

import io.posel.json.Json;
import io.posel.problem.ProblemException;
import io.posel.store.DeliveryLog;
import io.posel.store.LogFilter;
import io.posel.store.LoggedDelivery;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;

/** The log: {@code /api/deliveries} and {@code /api/events}. */
public final class ShowDeliveries {
    private final DeliveryLog log;
    private final SentRequest requests;

    public ShowDeliveries(DeliveryLog log, SentRequest requests) {
        this.log = log;
        this.requests = requests;
    }

    public void list(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange, ApiRequest.PART_AND_FILTER);
        LogFilter filter = request.filter();
        int limit = request.limit();
        JsonAnswer.write(exchange, 200, request.list(after -> log.deliveries(filter, after, limit), LogJson::delivery));
    }

    public void show(Exchange exchange) {
        LoggedDelivery delivery = find(log, new ApiRequest(exchange));
        Map<String, Json> members =
                new LinkedHashMap<>(LogJson.delivery(delivery).members());
        members.put("request", requests.of(delivery));
        JsonAnswer.write(exchange, 200, new Json.Obj(members));
    }

    /** The delivery that the path names. */
    static LoggedDelivery find(DeliveryLog log, ApiRequest request) {
        String id = request.path("id");
        try {
            return log.delivery(UUID.fromString(id)).orElseThrow(() -> notFound(id));
        } catch (IllegalArgumentException e) {
            throw notFound(id);
        }
    }

    private static ProblemException notFound(String id) {
        return new ProblemException(
                404, "unknown-delivery", Map.of("delivery", id), "There is no delivery " + id + ".");
    }

    public void listEvents(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange, ApiRequest.PART_AND_FILTER);
        LogFilter filter = request.filter();
        int limit = request.limit();
        JsonAnswer.write(exchange, 200, request.list(after -> log.events(filter, after, limit), LogJson::event));
    }
}
