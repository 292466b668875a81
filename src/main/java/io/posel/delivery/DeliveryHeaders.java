package io.posel.delivery;

import java.util.Locale;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Which headers pass between an exchange and the wire: all but Camel's own. The stock strategy also drops what a webhook
 * may well ask for ({@code Cache-Control}, {@code Date}, {@code Content-Type} …).
 *
 * <p>Bean {@code deliveryHeaders} of the step that sends.
 */
public final class DeliveryHeaders implements HeaderFilterStrategy {
    /**
     * Carries the URL around Camel's and HttpClient's handling of URLs, which resolves placeholders (CVE-2026-78164),
     * writes {@code ~} as {@code %7E}, puts the URL with its keys into exception texts, and cannot do with every host
     * that a template accepts. {@link DeliveryClient} takes it off again; it never reaches the wire.
     */
    static final String TARGET = "posel-request-target";

    /**
     * Carries the status of a real answer from {@link DeliveryClient} past all steps to the {@link Delivery}: whatever
     * headers a route sets or removes, only a request that was answered is delivered. It never reaches the exchange.
     */
    static final String ANSWERED = "posel-answered";

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return isInternal(name);
    }

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        if (name.equalsIgnoreCase(ANSWERED)) {
            if (exchange != null && exchange.getProperty(Delivery.PROPERTY) instanceof Delivery delivery) {
                delivery.answered(Integer.parseInt(String.valueOf(value)));
            }
            return true;
        }
        return isInternal(name) || name.equalsIgnoreCase(TARGET);
    }

    /** Whether Camel would act on a header of this name instead of sending it. */
    static boolean isInternal(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.startsWith("camel") || lower.startsWith("org.apache.camel") || lower.startsWith("kafka.");
    }
}
