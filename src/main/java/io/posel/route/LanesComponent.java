package io.posel.route;

import io.posel.delivery.Dispatcher;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultComponent;

/** The component {@code lanes}. */
public final class LanesComponent extends DefaultComponent {

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
        if (!remaining.equals("deliveries")) {
            throw new IllegalArgumentException("there is only lanes:deliveries, not lanes:" + remaining);
        }
        return new LanesEndpoint(
                uri, this, bean("dispatcher", Dispatcher.class), bean("settleDelivery", SettleDelivery.class));
    }

    private <T> T bean(String name, Class<T> type) {
        return CamelContextHelper.mandatoryLookup(getCamelContext(), name, type);
    }
}
