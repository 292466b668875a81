package io.posel.route;

import io.posel.event.Event;
import io.posel.store.Acceptance;
import io.posel.webhook.LaneKey;
import io.posel.webhook.Webhook;
import io.posel.webhook.WebhookIndex;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;

/** Puts the webhooks found beside the events: what {@code enrich} does in accept-events. */
public final class AddWebhooks implements AggregationStrategy {

    @Override
    public Exchange aggregate(Exchange events, Exchange found) {
        List<Event> list = Bodies.listOf(Event.class, events);
        List<?> webhooks = Bodies.listOf(List.class, found);
        List<Acceptance> enriched = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            enriched.add(acceptance(list.get(i), (List<?>) webhooks.get(i)));
        }
        events.getMessage().setBody(enriched);
        return events;
    }

    private static Acceptance acceptance(Event event, List<?> webhooks) {
        List<Acceptance.Match> matches = new ArrayList<>(webhooks.size());
        for (Object each : webhooks) {
            Webhook webhook = (Webhook) each;
            matches.add(new Acceptance.Match(
                    webhook.id(),
                    LaneKey.of(webhook.definition().ordering(), event.entity()),
                    WebhookIndex.skipReason(webhook).orElse(null)));
        }
        return new Acceptance(event, matches);
    }
}
