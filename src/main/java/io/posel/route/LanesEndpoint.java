package io.posel.route;

import io.posel.delivery.Delivery;
import io.posel.delivery.Dispatcher;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.AsyncCallback;
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
    private final Dispatcher dispatcher;
    private final SettleDelivery settle;

    /** @param settle settles deliveries that no step of the route has settled */
    LanesEndpoint(String uri, Component component, Dispatcher dispatcher, SettleDelivery settle) {
        super(uri, component);
        this.dispatcher = dispatcher;
        this.settle = settle;
    }

    /** The delivery that an exchange is about. */
    static Delivery delivery(Exchange exchange) {
        Delivery delivery = exchange.getProperty(Delivery.PROPERTY, Delivery.class);
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
                    exchange.setProperty(Delivery.PROPERTY, delivery);
                    exchange.getMessage().setBody(delivery.queued());
                    if (delivery.queued().attempts() > 0) {
                        // goes on with a run that a restart interrupted
                        exchange.getMessage()
                                .setHeader(
                                        Exchange.REDELIVERY_COUNTER,
                                        delivery.queued().attempts());
                    }
                    AtomicBoolean over = new AtomicBoolean();
                    AsyncCallback done = doneSync -> {
                        if (over.compareAndSet(false, true)) {
                            settle.leftRoute(exchange);
                            dispatcher.finished(delivery);
                            releaseExchange(exchange, false);
                        }
                    };
                    try {
                        route.process(exchange, done);
                    } catch (StackOverflowError e) {
                        // Camel lets it pass, and it is no reason to end the process: a step went too deep for this
                        // event
                        settle.overflowed(exchange, e);
                        done.done(true);
                    }
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
