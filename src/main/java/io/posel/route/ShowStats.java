package io.posel.route;

import io.posel.delivery.Durations;
import io.posel.delivery.Tally;
import io.posel.json.Json;
import io.posel.store.QueueDepths;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Counts, rates and latencies, from memory; what waits is counted on disk, bounded: {@code GET /api/stats}. */
public final class ShowStats implements Processor {
    private final Tally tally;
    private final QueueDepths depths;
    private final IntSupplier inFlight;

    public ShowStats(Tally tally, QueueDepths depths, IntSupplier inFlight) {
        this.tally = tally;
        this.depths = depths;
        this.inFlight = inFlight;
    }

    @Override
    public void process(Exchange exchange) {
        new ApiRequest(exchange); // takes no parameters
        Map<Tally.Kind, Long> counts = tally.all();
        QueueDepths.Depths waiting = depths.now();
        QueueDepths.Count queued = waiting.queuedInAll();
        JsonAnswer.write(
                exchange,
                200,
                Json.object(
                        "since",
                        tally.since(),
                        "events",
                        named(counts, Tally.Kind.ACCEPTED, Tally.Kind.DUPLICATE, Tally.Kind.CONFLICT),
                        "deliveries",
                        Json.object(
                                "held", waiting.held().number(),
                                "queued", queued.number(),
                                "more", queued.more() || waiting.held().more(),
                                "delivered", counts.get(Tally.Kind.DELIVERED),
                                "dead", counts.get(Tally.Kind.DEAD),
                                "skipped", counts.get(Tally.Kind.SKIPPED)),
                        "failedAttempts",
                        counts.get(Tally.Kind.FAILED_ATTEMPT),
                        "refusedAccess",
                        counts.get(Tally.Kind.REFUSED_ACCESS),
                        "inFlight",
                        inFlight.getAsInt(),
                        "latencyMs",
                        json(tally.latencyMillis()),
                        "requestMs",
                        json(tally.requestMillis()),
                        "minutes",
                        tally.lastHour().stream().map(ShowStats::json).toList(),
                        "queues",
                        waiting.queued().stream().map(ShowStats::json).toList()));
    }

    private static Json.Obj named(Map<Tally.Kind, Long> counts, Tally.Kind... kinds) {
        Map<String, Object> members = new LinkedHashMap<>();
        for (Tally.Kind kind : kinds) {
            members.put(kind.code(), counts.get(kind));
        }
        return (Json.Obj) Json.of(members);
    }

    private static Json json(Tally.Minute minute) {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("at", Json.of(minute.at()));
        members.putAll(named(minute.counts(), Tally.Kind.values()).members());
        return new Json.Obj(members);
    }

    private static Json json(Durations.Percentiles percentiles) {
        return Json.object("p50", percentiles.p50(), "p95", percentiles.p95(), "p99", percentiles.p99());
    }

    private static Json json(QueueDepths.Depth depth) {
        return Json.object(
                "webhookId", depth.webhookId(),
                "queued", depth.count().number(),
                "more", depth.count().more(),
                "oldestAt", depth.oldestAt());
    }
}
