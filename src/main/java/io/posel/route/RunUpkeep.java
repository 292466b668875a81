package io.posel.route;

import io.posel.store.StoreUnavailableException;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Upkeep on a schedule: what a database that is away prevents is left to the next round. */
public final class RunUpkeep implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(RunUpkeep.class);

    private final BooleanSupplier ready;
    private final IntSupplier work;

    /** @param ready whether the store is opened; nothing is done before */
    public RunUpkeep(BooleanSupplier ready, IntSupplier work) {
        this.ready = ready;
        this.work = work;
    }

    @Override
    public void process(Exchange exchange) {
        if (!ready.getAsBoolean()) {
            return;
        }
        try {
            work.getAsInt();
        } catch (StoreUnavailableException e) {
            LOG.warn("Route {} is left to its next round: {}", exchange.getFromRouteId(), e.getMessage());
        }
    }
}
