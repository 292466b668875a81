package io.posel.route;

import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.store.Acceptance;
import org.apache.camel.Exchange;
import org.apache.camel.Handler;

/** An engineer's step that refuses a list of events because of one of them. */
public final class RefuseThird {

    @Handler
    public void process(Exchange exchange) {
        boolean there = Bodies.listOf(Acceptance.class, exchange).stream()
                .anyMatch(each -> each.event().id().equals("3"));
        if (there) {
            throw new ProblemException(422, FieldError.of("", "three", "No threes."));
        }
    }
}
