package io.posel.route;

import io.posel.delivery.Delivery;
import io.posel.delivery.Outcome;
import io.posel.delivery.RequestTemplates;
import io.posel.store.DeliveryQueue;
import io.posel.store.Settlement;
import io.posel.store.Webhooks;
import io.posel.template.RenderException;
import io.posel.webhook.Webhook;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renders the request with the definition of this moment; redeliveries send the same bytes. */
public final class RenderRequest implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(RenderRequest.class);

    private final DeliveryQueue queue;
    private final Webhooks webhooks;
    private final RequestTemplates templates;
    private final Settlement settlement;
    private final InstantSource clock;
    private final AtomicBoolean reachable = new AtomicBoolean(true);

    public RenderRequest(
            DeliveryQueue queue,
            Webhooks webhooks,
            RequestTemplates templates,
            Settlement settlement,
            InstantSource clock) {
        this.queue = queue;
        this.webhooks = webhooks;
        this.templates = templates;
        this.settlement = settlement;
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) throws RenderException {
        Delivery delivery = LanesEndpoint.delivery(exchange);
        Optional<DeliveryQueue.Stored> stored;
        try {
            stored = queue.event(delivery.queued().eventNo());
            reachable.set(true);
        } catch (SQLException e) {
            if (reachable.getAndSet(false)) {
                LOG.warn("Deliveries wait, the database does not answer: {}", e.getMessage());
            }
            delivery.postpone();
            exchange.setRouteStop(true);
            return;
        }
        Optional<Webhook> webhook = webhooks.find(delivery.queued().webhookId());
        if (stored.isEmpty() || webhook.isEmpty()) {
            Outcome skipped = new Outcome.Skipped(delivery.queued(), clock.instant(), "deleted");
            delivery.end(skipped);
            settlement.settle(skipped);
            exchange.setRouteStop(true);
            return;
        }
        var event = stored.get().event();
        delivery.about(event);
        delivery.render(new Delivery.Rendered(
                webhook.get().version(),
                event,
                stored.get().late(),
                templates.of(webhook.get()).render(event.variables())));
    }
}
