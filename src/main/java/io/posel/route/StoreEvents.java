package io.posel.route;

import io.posel.event.Event;
import io.posel.store.Acceptance;
import io.posel.store.Accepted;
import io.posel.store.Intake;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Stores events with what they were enriched with; goes on when they survive a power loss (G1). */
public final class StoreEvents implements Processor {
    private final Intake intake;

    public StoreEvents(Intake intake) {
        this.intake = intake;
    }

    @Override
    public void process(Exchange exchange) {
        List<Acceptance> acceptances = Bodies.listOf(Object.class, exchange).stream()
                .map(each -> each instanceof Event event ? new Acceptance(event, List.of()) : (Acceptance) each)
                .toList();
        List<Accepted> accepted = acceptances.isEmpty() ? List.of() : Waiting.on(intake.accept(acceptances));
        exchange.getMessage().setBody(accepted);
        exchange.setProperty(
                "heldEvents",
                accepted.stream().flatMap(each -> each.held().stream()).toList());
    }
}
