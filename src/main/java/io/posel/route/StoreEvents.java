package io.posel.route;

import io.posel.delivery.Tally;
import io.posel.event.Event;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.store.Acceptance;
import io.posel.store.Accepted;
import io.posel.store.GapFullException;
import io.posel.store.Intake;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Stores events with what they were enriched with; goes on when they survive a power loss (G1). Refuses those that would
 * have to wait for a number when too many wait already. An event whose key was there before with other content is not
 * stored: a source that can keep it aside asks for it by {@link #tellConflicts}.
 */
public final class StoreEvents implements Processor {
    private static final String ON_CONFLICT = "onConflict";

    private final Intake intake;
    private final Tally tally;

    public StoreEvents(Intake intake, Tally tally) {
        this.intake = intake;
        this.tally = tally;
    }

    /** Keeps events that were not stored because others have their keys. */
    @FunctionalInterface
    interface Conflicts {
        void keep(Event event);
    }

    /**
     * Has each event of this exchange told that conflicts with an earlier one.
     *
     * @param conflicts is told before what was accepted is marked or its position kept; if it fails, accepting fails
     */
    static void tellConflicts(Exchange exchange, Conflicts conflicts) {
        exchange.setProperty(ON_CONFLICT, conflicts);
    }

    /** Why an event is not stored whose key another one has. */
    static ProblemException conflict(Event event) {
        return new ProblemException(
                409,
                "event-conflict",
                Map.of("source", event.source(), "id", event.id()),
                "An event with this key (source \"%s\", id \"%s\") was accepted before, with other content; this one was not stored. Give each event an id of its own."
                        .formatted(event.source(), event.id()));
    }

    @Override
    public void process(Exchange exchange) {
        List<Acceptance> acceptances = Bodies.listOf(Object.class, exchange).stream()
                .map(each -> each instanceof Event event ? new Acceptance(event, List.of()) : (Acceptance) each)
                .toList();
        List<Accepted> accepted = acceptances.isEmpty() ? List.of() : stored(acceptances);
        exchange.getMessage().setBody(accepted);
        count(acceptances, accepted);
        tell(exchange.getProperty(ON_CONFLICT, Conflicts.class), accepted);
        List<Accepted.Held> held =
                accepted.stream().flatMap(each -> each.held().stream()).toList();
        // all of a request in one portion, so that they are released together
        exchange.setProperty("heldEvents", held.isEmpty() ? List.of() : List.of(held));
    }

    private void count(List<Acceptance> acceptances, List<Accepted> accepted) {
        Map<Accepted.Status, Long> counts = new EnumMap<>(Accepted.Status.class);
        long skipped = 0;
        for (int i = 0; i < accepted.size(); i++) {
            Accepted.Status status = accepted.get(i).status();
            counts.merge(status, 1L, Long::sum);
            if (status == Accepted.Status.ACCEPTED) {
                skipped += acceptances.get(i).matches().stream()
                        .filter(match -> match.skipReason() != null)
                        .count();
            }
        }
        tally.count(Tally.Kind.ACCEPTED, counts.getOrDefault(Accepted.Status.ACCEPTED, 0L));
        tally.count(Tally.Kind.DUPLICATE, counts.getOrDefault(Accepted.Status.DUPLICATE, 0L));
        tally.count(Tally.Kind.CONFLICT, counts.getOrDefault(Accepted.Status.CONFLICT, 0L));
        tally.count(Tally.Kind.SKIPPED, skipped);
    }

    private static void tell(@Nullable Conflicts conflicts, List<Accepted> accepted) {
        if (conflicts != null) {
            accepted.stream().filter(Accepted::isConflict).forEach(each -> conflicts.keep(each.event()));
        }
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
