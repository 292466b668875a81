package io.posel.route;

import io.posel.delivery.Delivery;
import io.posel.delivery.Outcome;
import io.posel.delivery.RequestTemplates;
import io.posel.delivery.StoredEvent;
import io.posel.event.Event;
import io.posel.store.Settlement;
import io.posel.store.Webhooks;
import io.posel.template.RenderException;
import io.posel.webhook.Webhook;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Renders the request with the definition of this moment; redeliveries send the same bytes. */
public final class RenderRequest implements Processor {

    private final Webhooks webhooks;
    private final RequestTemplates templates;
    private final Settlement settlement;
    private final InstantSource clock;

    public RenderRequest(Webhooks webhooks, RequestTemplates templates, Settlement settlement, InstantSource clock) {
        this.webhooks = webhooks;
        this.templates = templates;
        this.settlement = settlement;
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) throws RenderException {
        Delivery delivery = LanesEndpoint.delivery(exchange);
        Optional<StoredEvent> stored = delivery.event();
        Optional<Webhook> webhook = webhooks.find(delivery.queued().webhookId());
        if (stored.isEmpty() || webhook.isEmpty()) {
            skip(exchange, delivery, "deleted");
            return;
        } else if (stored.get().erased()) {
            skip(exchange, delivery, "erased");
            return;
        }
        Event event = stored.get().event();
        delivery.render(new Delivery.Rendered(
                webhook.get().version(),
                event.withoutData(),
                stored.get().late(),
                templates.of(webhook.get()).render(event.variables())));
    }

    private void skip(Exchange exchange, Delivery delivery, String reason) {
        Outcome skipped = new Outcome.Skipped(delivery.queued(), clock.instant(), reason);
        delivery.end(skipped);
        settlement.settle(skipped);
        exchange.setRouteStop(true);
    }
}
