package io.posel.route;

import io.posel.delivery.RequestTemplate;
import io.posel.delivery.StoredEvent;
import io.posel.json.Json;
import io.posel.store.DeliveryQueue;
import io.posel.store.LoggedDelivery;
import io.posel.store.StoreUnavailableException;
import io.posel.store.Webhooks;
import io.posel.template.RenderException;
import io.posel.template.TemplateException;
import io.posel.webhook.Definition;
import io.posel.webhook.Secrets;
import io.posel.webhook.Webhook;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Shows the request of a delivery, rendered again with the definition that it was sent with, or would be sent with now.
 * Secrets never enter it: the definition is masked before it is rendered.
 */
public final class SentRequest {
    private static final String AUTHORIZATION = "Authorization";

    private final DeliveryQueue events;
    private final Webhooks webhooks;

    public SentRequest(DeliveryQueue events, Webhooks webhooks) {
        this.events = events;
        this.webhooks = webhooks;
    }

    /** Null if it cannot be rendered, or if the definition is gone. */
    Json of(LoggedDelivery delivery) {
        try {
            Optional<StoredEvent> stored = events.event(delivery.eventNo());
            Optional<Definition> definition = definition(delivery);
            if (stored.isEmpty() || definition.isEmpty()) {
                return Json.Null.NULL;
            }
            RequestTemplate template = RequestTemplate.compile(Secrets.masked(definition.get()));
            return masked(LogJson.request(template.render(stored.get().event().variables())));
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

    /** What user info became is a mask too, but one that reads like a key. */
    private static Json masked(Json.Obj request) {
        if (!(request.get("headers") instanceof Json.Obj headers) || headers.get(AUTHORIZATION) == null) {
            return request;
        }
        Map<String, Json> shown = new LinkedHashMap<>(headers.members());
        shown.put(AUTHORIZATION, new Json.Str(Secrets.MASK));
        Map<String, Json> members = new LinkedHashMap<>(request.members());
        members.put("headers", new Json.Obj(shown));
        return new Json.Obj(members);
    }
}
