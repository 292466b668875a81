package io.posel.route;

import io.posel.delivery.StoredEvent;
import io.posel.json.Json;
import io.posel.store.DeliveryQueue;
import io.posel.store.LoggedDelivery;
import io.posel.store.StoreUnavailableException;
import io.posel.store.Webhooks;
import io.posel.template.RenderException;
import io.posel.template.TemplateException;
import io.posel.webhook.Definition;
import io.posel.webhook.Webhook;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Shows the request of a delivery, rendered again with the definition that it was sent with, or would be sent with now;
 * masked.
 */
public final class SentRequest {
    private final DeliveryQueue events;
    private final Webhooks webhooks;

    public SentRequest(DeliveryQueue events, Webhooks webhooks) {
        this.events = events;
        this.webhooks = webhooks;
    }

    /** Null if it cannot be rendered, or if the definition or the event's data is gone. */
    Json of(LoggedDelivery delivery) {
        try {
            Optional<StoredEvent> stored = events.event(delivery.eventNo());
            Optional<Definition> definition = definition(delivery);
            if (stored.isEmpty() || stored.get().erased() || definition.isEmpty()) {
                return Json.Null.NULL;
            }
            return LogJson.request(
                    MaskedRequest.of(definition.get(), stored.get().event().variables()));
        } catch (TemplateException | RenderException e) {
            return Json.Null.NULL;
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
    }

    private Optional<Definition> definition(LoggedDelivery delivery) throws SQLException {
        Integer version = delivery.webhookVersion();
        return version != null && version > 0
                ? webhooks.version(delivery.webhookId(), version)
                : webhooks.find(delivery.webhookId()).map(Webhook::definition);
    }
}
