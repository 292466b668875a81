package io.posel.route;

import io.posel.delivery.Delivery;
import io.posel.delivery.Dispatcher;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;

/** Goes on when the webhook has a permit for this attempt, on a thread of the delivery pool. Holds no thread meanwhile. */
public final class AwaitTurn extends AsyncProcessorSupport {
    private final Dispatcher dispatcher;

    public AwaitTurn(Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        Delivery delivery = LanesEndpoint.delivery(exchange);
        if (dispatcher.hasTurn(delivery)) {
            callback.done(true);
            return true;
        }
        dispatcher.awaitTurn(delivery, () -> {
            if (delivery.isPostponed()) {
                exchange.setRouteStop(true);
            }
            callback.done(false);
        });
        return false;
    }
}
