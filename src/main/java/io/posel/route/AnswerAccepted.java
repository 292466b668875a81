package io.posel.route;

import io.posel.json.Json;
import io.posel.store.Accepted;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Answers 202 with what became of each event, in the order sent. */
public final class AnswerAccepted implements Processor {

    @Override
    public void process(Exchange exchange) {
        List<Json.Obj> events = Bodies.listOf(Accepted.class, exchange).stream()
                .map(each -> Json.object(
                        "id", each.event().id(), "status", each.status().code()))
                .toList();
        JsonAnswer.write(exchange, 202, Json.object("events", events));
    }
}
