package io.posel.route;

import io.posel.store.Accepted;
import io.posel.store.Intake;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Processor;

/** Puts the deliveries of a held event into the queue. */
public final class ReleaseEvent implements Processor {
    private final Intake intake;

    public ReleaseEvent(Intake intake) {
        this.intake = intake;
    }

    @Override
    public void process(Exchange exchange) throws InvalidPayloadException {
        Waiting.on(intake.release(exchange.getMessage().getMandatoryBody(Accepted.Held.class)));
    }
}
