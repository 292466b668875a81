package io.posel.route;

import io.posel.delivery.Delivery;
import io.posel.delivery.Dispatcher;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.AsyncProcessorConverterHelper;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;

/**
 * {@code lanes:deliveries}: an exchange for each delivery that may go, one at a time for each lane. The lane goes on when
 * the exchange is complete.
 */
final class LanesEndpoint extends DefaultEndpoint {
    private static final String DELIVERY = "delivery";

    private final Dispatcher dispatcher;

    LanesEndpoint(String uri, Component component, Dispatcher dispatcher) {
        super(uri, component);
        this.dispatcher = dispatcher;
    }

    /** The delivery that an exchange is about. */
    static Delivery delivery(Exchange exchange) {
        Delivery delivery = exchange.getProperty(DELIVERY, Delivery.class);
        if (delivery == null) {
            throw new IllegalStateException("route " + exchange.getFromRouteId() + " must begin with lanes:deliveries");
        }
        return delivery;
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        AsyncProcessor route = AsyncProcessorConverterHelper.convert(processor);
        return new DefaultConsumer(this, processor) {
            @Override
            protected void doStart() throws Exception {
                super.doStart();
                dispatcher.deliverWith(delivery -> {
                    Exchange exchange = createExchange(false);
                    exchange.setProperty(DELIVERY, delivery);
                    exchange.getMessage().setBody(delivery.queued());
                    if (delivery.queued().attempts() > 0) {
                        // goes on with a run that a restart interrupted
                        exchange.getMessage()
                                .setHeader(
                                        Exchange.REDELIVERY_COUNTER,
                                        delivery.queued().attempts());
                    }
                    route.process(exchange, doneSync -> {
                        dispatcher.finished(delivery);
                        releaseExchange(exchange, false);
                    });
                });
            }

            @Override
            protected void doStop() throws Exception {
                dispatcher.deliverWith(null);
                super.doStop();
            }
        };
    }

    @Override
    public Producer createProducer() {
        throw new UnsupportedOperationException("lanes: only gives deliveries; send events to direct:accept-events");
    }

    @Override
    public boolean isSingleton() {
        return true;
    }
}
