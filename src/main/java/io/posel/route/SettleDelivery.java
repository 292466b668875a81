package io.posel.route;

import io.posel.delivery.Delivery;
import io.posel.delivery.DeliveryClient;
import io.posel.delivery.Dispatcher;
import io.posel.delivery.Failure;
import io.posel.delivery.Outcome;
import io.posel.delivery.Resent;
import io.posel.store.Settlement;
import java.time.InstantSource;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.http.HttpEndpoint;
import org.apache.camel.http.base.HttpHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands over how a delivery ended. Delivered is what was answered, or what the route says was delivered
 * ({@link RouteOutcome}); anything else is dead: after its last attempt, or because the route ended without either.
 */
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
        settle(exchange, exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
    }

    /** Settles a delivery whose route has ended if no step did. */
    void leftRoute(Exchange exchange) {
        Delivery delivery = LanesEndpoint.delivery(exchange);
        if (delivery.outcome() != null) {
            return;
        }
        try {
            Throwable thrown = exchange.getException();
            settle(
                    exchange,
                    thrown != null ? thrown : exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        } catch (RuntimeException e) {
            LOG.error("Delivery {} cannot be settled", delivery.queued().id(), e);
        }
    }

    /** Ends a delivery of which a step went too deep: it would do so again. */
    void overflowed(Exchange exchange, StackOverflowError error) {
        Delivery delivery = LanesEndpoint.delivery(exchange);
        LOG.error("Delivery {} failed inside Posel", delivery.queued().id(), error);
        if (delivery.outcome() == null && !delivery.isTaken()) {
            delivery.endsWith(attempt(delivery, Failure.of(error, clock)));
        }
    }

    private void settle(Exchange exchange, @Nullable Throwable caught) {
        Delivery delivery = LanesEndpoint.delivery(exchange);
        if (delivery.outcome() == null) {
            if (delivery.isPostponed()) {
                return; // it goes on later
            }
            Outcome outcome = outcome(exchange, delivery, caught);
            if (outcome == null) {
                return; // the run was cut short, not tried to its end: it goes on after the start
            }
            delivery.end(outcome);
        }
        Outcome outcome = delivery.outcome();
        if (outcome != null) {
            settlement.settle(outcome);
        }
    }

    private @Nullable Outcome outcome(Exchange exchange, Delivery delivery, @Nullable Throwable caught) {
        RouteOutcome said = RouteOutcome.of(exchange);
        Integer answer = delivery.answer();
        if (said.kind() == RouteOutcome.Kind.DELIVERED
                || said.kind() == RouteOutcome.Kind.NONE && isSuccess(exchange, delivery)) {
            return delivered(exchange, delivery, answer);
        } else if (said.kind() == RouteOutcome.Kind.SKIPPED) {
            return skipped(delivery, said.text());
        } else if (isSuccess(exchange, delivery)) {
            LOG.warn("Delivery {}: {}", delivery.queued().id(), said.text());
            return delivered(exchange, delivery, answer);
        }
        Outcome.AttemptFailed last = delivery.lastFailure();
        if (last != null) {
            return dead(delivery, last);
        } else if (dispatcher.isStopping()) {
            return null;
        }
        Failure hidden = caught == null ? null : Failure.of(caught, clock);
        if (hidden != null && !hidden.isAttempt() && answer == null) {
            dispatcher.notBegun(delivery, hidden);
            return null;
        }
        return dead(delivery, failedRoute(delivery, said, hidden));
    }

    /** 2xx, or what the step that sends was told to take for a success. */
    private static boolean isSuccess(Exchange exchange, Delivery delivery) {
        Integer answer = delivery.answer();
        return delivery.isTaken()
                || answer != null
                        && exchange.getContext().getEndpoints().stream()
                                .anyMatch(each -> each instanceof HttpEndpoint step && takesForSuccess(step, answer));
    }

    private static boolean takesForSuccess(HttpEndpoint step, int status) {
        return step.isThrowExceptionOnFailure()
                && HttpHelper.isStatusCodeOk(status, step.getOkStatusCodeRange())
                && step.getHttpClient() instanceof DeliveryClient;
    }

    private Outcome.AttemptFailed failedRoute(Delivery delivery, RouteOutcome said, @Nullable Failure hidden) {
        Integer answer = delivery.answer();
        Integer status = answer != null || hidden == null ? answer : hidden.status();
        String what = status != null
                ? "the receiver answered " + status + ", and the route went on without an error"
                : "the route ended without an answer of the receiver";
        String why =
                hidden == null || status != null ? "" : " after an error that it handled itself: " + hidden.reason();
        String advice = said.kind() == RouteOutcome.Kind.INVALID
                ? "; " + said.text()
                : "; if that is right, set the property " + RouteOutcome.PROPERTY;
        boolean sent = status != null || hidden != null && hidden.sent();
        return attempt(delivery, Failure.ofRoute(status, what + why + advice, sent));
    }

    private Outcome.AttemptFailed attempt(Delivery delivery, Failure failure) {
        return new Outcome.AttemptFailed(
                delivery.queued(),
                version(delivery),
                delivery.attempt(),
                clock.instant(),
                delivery.attemptMillis(),
                failure,
                null);
    }

    private Outcome delivered(Exchange exchange, Delivery delivery, @Nullable Integer status) {
        int millis = delivery.attemptMillis();
        LOG.info(
                "delivered {} to webhook {}, delivery {}, attempt {}, {} ms",
                delivery.subject(),
                delivery.queued().webhookId(),
                delivery.queued().id(),
                delivery.attempt(),
                millis);
        return new Outcome.Delivered(
                delivery.queued(),
                version(delivery),
                delivery.attempt(),
                clock.instant(),
                status,
                millis,
                Resent.isIn(exchange.getMessage().getHeaders()));
    }

    private Outcome skipped(Delivery delivery, String reason) {
        LOG.info(
                "skipped {} to webhook {}, delivery {}: {}",
                delivery.subject(),
                delivery.queued().webhookId(),
                delivery.queued().id(),
                reason);
        return new Outcome.Skipped(delivery.queued(), clock.instant(), reason);
    }

    private Outcome dead(Delivery delivery, Outcome.AttemptFailed last) {
        LOG.warn(
                "dead letter {} to webhook {}, delivery {}, after {} attempts: {}",
                delivery.subject(),
                delivery.queued().webhookId(),
                delivery.queued().id(),
                last.number(),
                last.failure().reason());
        boolean sent = delivery.queued().attempts() > 0
                || last.failure().sent()
                || delivery.failures().stream().anyMatch(Failure::sent);
        return new Outcome.Dead(
                delivery.queued(),
                version(delivery),
                last.number(),
                clock.instant(),
                last.failure().kind().code(),
                sent,
                last);
    }

    private static int version(Delivery delivery) {
        return delivery.rendered().map(Delivery.Rendered::webhookVersion).orElse(0);
    }
}
