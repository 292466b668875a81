package io.posel.route;

import io.posel.delivery.Delivery;
import io.posel.delivery.RequestMessage;
import io.posel.delivery.Signer;
import io.posel.delivery.StandardHeaders;
import io.posel.store.Webhooks;
import io.posel.webhook.SigningSecrets;
import java.time.InstantSource;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Makes the message the rendered request, with the headers that belong to this attempt alone, its signature too. */
public final class PrepareAttempt implements Processor {
    private final Webhooks webhooks;
    private final StandardHeaders headers;
    private final Signer signer;
    private final InstantSource clock;
    private final LastLook lastLook;

    public PrepareAttempt(
            Webhooks webhooks, StandardHeaders headers, Signer signer, InstantSource clock, LastLook lastLook) {
        this.webhooks = webhooks;
        this.signer = signer;
        this.headers = headers;
        this.clock = clock;
        this.lastLook = lastLook;
    }

    @Override
    public void process(Exchange exchange) {
        Delivery delivery = LanesEndpoint.delivery(exchange);
        if (!lastLook.lets(delivery)) {
            exchange.setRouteStop(true);
            return;
        }
        Delivery.Rendered rendered = delivery.rendered()
                .orElseThrow(() -> new IllegalStateException("nothing is rendered: is renderRequest a step before?"));
        delivery.attemptStarts(clock.instant());
        // Camel leaves the failure of an earlier attempt there, also when this one succeeds
        exchange.removeProperty(Exchange.EXCEPTION_CAUGHT);
        RequestMessage.write(exchange.getMessage(), rendered.request(), headers(delivery, rendered));
    }

    private Map<String, String> headers(Delivery delivery, Delivery.Rendered rendered) {
        Map<String, String> attempt = headers.of(
                delivery.queued().id().toString(),
                delivery.attempt(),
                rendered.event().type(),
                rendered.event().entity(),
                rendered.late());
        signer.addTo(
                attempt,
                signing(delivery.queued().webhookId()),
                delivery.attemptAt(),
                rendered.request().body());
        return attempt;
    }

    /** The secrets of this moment: a redelivery after a rotation is signed with the new one too. */
    private SigningSecrets signing(String webhookId) {
        return webhooks.find(webhookId)
                .orElseThrow(() -> new IllegalStateException("the webhook " + webhookId + " is gone"))
                .signing();
    }
}
