package io.posel.route;

import io.posel.event.Event;
import io.posel.store.Webhooks;
import io.posel.webhook.Webhook;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Finds for each event of a list the webhooks that want it; those that are off or expired too. */
public final class FindWebhooks implements Processor {
    private final Webhooks webhooks;

    public FindWebhooks(Webhooks webhooks) {
        this.webhooks = webhooks;
    }

    @Override
    public void process(Exchange exchange) {
        List<List<Webhook>> found = new ArrayList<>();
        for (Event event : Bodies.listOf(Event.class, exchange)) {
            found.add(webhooks.matching(event));
        }
        exchange.getMessage().setBody(found);
    }
}
