package io.posel.route;

import io.posel.delivery.Delivery;
import io.posel.delivery.Dispatcher;
import io.posel.delivery.Failure;
import io.posel.delivery.Outcome;
import io.posel.delivery.Resent;
import io.posel.store.Settlement;
import java.time.InstantSource;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands over how a delivery ended: delivered, or dead if an exception brought it here. */
public final class SettleDelivery implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger("io.posel.delivery");

    private final Dispatcher dispatcher;
    private final Settlement settlement;
    private final InstantSource clock;

    public SettleDelivery(Dispatcher dispatcher, Settlement settlement, InstantSource clock) {
        this.dispatcher = dispatcher;
        this.settlement = settlement;
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) {
        Delivery delivery = LanesEndpoint.delivery(exchange);
        if (delivery.outcome() == null) {
            Throwable caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
            if (delivery.isPostponed() || caught != null && dispatcher.isStopping() && delivery.lastFailure() == null) {
                return; // the run was cut short, not tried to its end: it goes on after the start
            }
            delivery.end(caught == null ? delivered(exchange, delivery) : dead(delivery, caught));
        }
        Outcome outcome = delivery.outcome();
        if (outcome != null) {
            settlement.settle(outcome);
        }
    }

    private Outcome delivered(Exchange exchange, Delivery delivery) {
        int millis = delivery.attemptMillis();
        Integer status = exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
        LOG.info(
                "delivered {} to webhook {}, delivery {}, attempt {}, {} ms",
                delivery.subject(),
                delivery.queued().webhookId(),
                delivery.queued().id(),
                delivery.attempt(),
                millis);
        return new Outcome.Delivered(
                delivery.queued(),
                delivery.rendered().map(Delivery.Rendered::webhookVersion).orElse(0),
                delivery.attempt(),
                clock.instant(),
                status == null ? 0 : status,
                millis,
                Resent.isIn(exchange.getMessage().getHeaders()));
    }

    private Outcome dead(Delivery delivery, Throwable caught) {
        List<Failure> failures = delivery.failures();
        Failure last = failures.isEmpty() ? Failure.of(caught, clock) : failures.get(failures.size() - 1);
        LOG.warn(
                "dead letter {} to webhook {}, delivery {}, after {} attempts: {}",
                delivery.subject(),
                delivery.queued().webhookId(),
                delivery.queued().id(),
                delivery.attempt() - 1,
                last.reason());
        return new Outcome.Dead(
                delivery.queued(),
                delivery.rendered().map(Delivery.Rendered::webhookVersion).orElse(0),
                delivery.attempt() - 1,
                clock.instant(),
                last.kind().code(),
                delivery.queued().attempts() > 0 || failures.stream().anyMatch(Failure::sent),
                delivery.lastFailure());
    }
}
