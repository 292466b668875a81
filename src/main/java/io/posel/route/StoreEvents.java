package io.posel.route;

import io.posel.delivery.Tally;
import io.posel.event.Event;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.store.Acceptance;
import io.posel.store.Accepted;
import io.posel.store.GapFullException;
import io.posel.store.Intake;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Stores events with what they were enriched with; goes on when they survive a power loss (G1). Refuses those that would
 * have to wait for a number when too many wait already.
 */
public final class StoreEvents implements Processor {
    private final Intake intake;
    private final Tally tally;

    public StoreEvents(Intake intake, Tally tally) {
        this.intake = intake;
        this.tally = tally;
    }

    @Override
    public void process(Exchange exchange) {
        List<Acceptance> acceptances = Bodies.listOf(Object.class, exchange).stream()
                .map(each -> each instanceof Event event ? new Acceptance(event, List.of()) : (Acceptance) each)
                .toList();
        List<Accepted> accepted = acceptances.isEmpty() ? List.of() : stored(acceptances);
        exchange.getMessage().setBody(accepted);
        count(acceptances, accepted);
        List<Accepted.Held> held =
                accepted.stream().flatMap(each -> each.held().stream()).toList();
        // all of a request in one portion, so that they are released together
        exchange.setProperty("heldEvents", held.isEmpty() ? List.of() : List.of(held));
    }

    private void count(List<Acceptance> acceptances, List<Accepted> accepted) {
        long fresh = 0;
        long skipped = 0;
        for (int i = 0; i < accepted.size(); i++) {
            if (!accepted.get(i).duplicate()) {
                fresh++;
                skipped += acceptances.get(i).matches().stream()
                        .filter(match -> match.skipReason() != null)
                        .count();
            }
        }
        tally.count(Tally.Kind.ACCEPTED, fresh);
        tally.count(Tally.Kind.DUPLICATE, accepted.size() - fresh);
        tally.count(Tally.Kind.SKIPPED, skipped);
    }

    private List<Accepted> stored(List<Acceptance> acceptances) {
        try {
            return Waiting.on(intake.accept(acceptances));
        } catch (GapFullException e) {
            throw new ProblemException(
                    503,
                    new FieldError(
                            acceptances.size() == 1 ? "" : "/" + e.index(),
                            e.ofEntity() ? "sequence-gap-full" : "sequence-gaps-full",
                            Map.of("entity", e.entity().toString(), "missing", e.missing(), "limit", e.limit()),
                            "Nothing of this request was stored: number %d of %s has not come, and %s wait for a number, as many as may. Send number %d, or repeat this later."
                                    .formatted(
                                            e.missing(),
                                            e.entity(),
                                            e.limit() + (e.ofEntity() ? " of its events" : " events"),
                                            e.missing())));
        }
    }
}
