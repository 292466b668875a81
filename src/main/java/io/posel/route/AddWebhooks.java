package io.posel.route;

import io.posel.event.Event;
import io.posel.store.Acceptance;
import io.posel.webhook.LaneKey;
import io.posel.webhook.Ordering;
import io.posel.webhook.Webhook;
import io.posel.webhook.WebhookIndex;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

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
        return new Acceptance(event, new Matches(event, webhooks));
    }

    /** Made when they are asked for: a request may have a million of them (G5). */
    private static final class Matches extends AbstractList<Acceptance.Match> {
        private final List<?> webhooks;
        private final Map<Ordering, @Nullable String> laneKeys = new EnumMap<>(Ordering.class);

        Matches(Event event, List<?> webhooks) {
            this.webhooks = webhooks;
            for (Object webhook : webhooks) {
                laneKeys.computeIfAbsent(
                        ((Webhook) webhook).definition().ordering(), ordering -> LaneKey.of(ordering, event.entity()));
            }
        }

        @Override
        public Acceptance.Match get(int index) {
            Webhook webhook = (Webhook) webhooks.get(index);
            return new Acceptance.Match(
                    webhook.id(),
                    laneKeys.get(webhook.definition().ordering()),
                    WebhookIndex.skipReason(webhook).orElse(null));
        }

        @Override
        public int size() {
            return webhooks.size();
        }
    }
}
