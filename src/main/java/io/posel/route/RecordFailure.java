package io.posel.route;

import io.posel.delivery.Delivery;
import io.posel.delivery.Dispatcher;
import io.posel.delivery.Failure;
import io.posel.delivery.Outcome;
import io.posel.store.Settlement;
import io.posel.store.Webhooks;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs after each attempt that failed, before Camel decides about a redelivery: records it unless it never began, gives the permit back, sets
 * the delay that the receiver asked for unless it is one for all, and ends what no repetition can help.
 */
public final class RecordFailure implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(RecordFailure.class);

    private final Dispatcher dispatcher;
    private final Settlement settlement;
    private final Webhooks webhooks;
    private final InstantSource clock;
    private final Duration delay;
    private final double factor;
    private final Duration maxDelay;

    /**
     * @param delay before the first redelivery, {@code factor} times longer before each further one: the next attempt
     *     after a restart
     * @param maxDelay how long a receiver may ask to wait
     */
    public RecordFailure(
            Dispatcher dispatcher,
            Settlement settlement,
            Webhooks webhooks,
            InstantSource clock,
            Duration delay,
            double factor,
            Duration maxDelay) {
        this.dispatcher = dispatcher;
        this.settlement = settlement;
        this.webhooks = webhooks;
        this.clock = clock;
        this.delay = delay;
        this.factor = factor;
        this.maxDelay = maxDelay;
    }

    @Override
    public void process(Exchange exchange) {
        Delivery delivery = LanesEndpoint.delivery(exchange);
        Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (dispatcher.isStopping() && !dispatcher.hasTurn(delivery)) {
            // a redelivery that came due while routes stop: it was not tried, and is due again after the start
            delivery.postpone();
            exchange.getExchangeExtension().setRedeliveryExhausted(true);
            return;
        }
        exchange.removeProperty(RouteOutcome.PROPERTY); // what was said of an attempt that failed holds no longer
        if (delivery.outcome() != null || delivery.isTaken()) {
            LOG.error(
                    "A step of the route failed after delivery {} had ended; it is not repeated",
                    delivery.queued().id(),
                    thrown);
            exchange.getExchangeExtension().setRedeliveryExhausted(true);
            return;
        }
        Failure failure = Failure.of(thrown, clock);
        if (!failure.isAttempt()) {
            dispatcher.notBegun(delivery, failure);
            exchange.getExchangeExtension().setRedeliveryExhausted(true);
            return;
        }
        if (failure.kind() == Failure.Kind.INTERNAL) {
            LOG.error("Delivery {} failed inside Posel", delivery.queued().id(), thrown);
        }
        int number = delivery.attempt();
        Duration wait = wait(failure, number);
        boolean last = !failure.retryable() || number > maximumRedeliveries(exchange);
        Outcome.AttemptFailed failed = new Outcome.AttemptFailed(
                delivery.queued(),
                delivery.rendered().map(Delivery.Rendered::webhookVersion).orElse(0),
                number,
                delivery.rendered().isPresent() ? delivery.attemptAt() : clock.instant(),
                delivery.attemptMillis(),
                failure,
                last ? null : clock.instant().plus(wait));
        delivery.failed(failure);
        if (failure.saysGone()) {
            webhooks.gone(delivery.queued().webhookId(), failed.webhookVersion(), clock.instant());
        }
        boolean waitsForPause = dispatcher.attemptFailed(delivery, failure);
        exchange.getMessage().removeHeader(Exchange.REDELIVERY_DELAY);
        if (last) {
            delivery.endsWith(failed);
            if (!failure.retryable()) {
                exchange.getExchangeExtension().setRedeliveryExhausted(true);
            }
            return;
        }
        settlement.settle(failed);
        if (!dispatcher.mayWait(delivery)) {
            delivery.postponeUntil(clock.instant().plus(wait));
            exchange.getExchangeExtension().setRedeliveryExhausted(true);
            return;
        }
        if (waitsForPause) {
            exchange.getMessage().setHeader(Exchange.REDELIVERY_DELAY, 0L); // the dispatcher lets it go
        } else if (delivery.queued().attempts() > 0
                || delivery.failures().stream().anyMatch(each -> each.retryAfter() != null)) {
            // Camel counts delays from the one before, which a receiver may have asked for or a restart forgotten
            exchange.getMessage().setHeader(Exchange.REDELIVERY_DELAY, wait.toMillis());
        }
    }

    /** As the error handler's policy says, whatever file or setting it stands in. */
    private static int maximumRedeliveries(Exchange exchange) {
        Integer maximum = exchange.getMessage().getHeader(Exchange.REDELIVERY_MAX_COUNTER, Integer.class);
        return maximum == null ? 0 : maximum;
    }

    private Duration wait(Failure failure, int number) {
        Duration asked = failure.retryAfterUpTo(maxDelay);
        return asked != null ? asked : Duration.ofMillis((long) (delay.toMillis() * Math.pow(factor, number - 1d)));
    }
}
