package io.posel.route;

import io.posel.event.EntityRef;
import io.posel.event.Resequencer;
import io.posel.store.Accepted;
import io.posel.store.Intake;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.Navigate;
import org.apache.camel.Processor;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step {@code resequence} for events with sequence numbers: each entity on its own, durable, and the exchange goes
 * back at once. Camel's own stream resequencer knows one sequence for all, holds it in memory and ends the exchange.
 *
 * <p>The body is an {@link Accepted.Held}: on disk already, so what waits here survives a crash. Each event that may go
 * passes the steps inside in an exchange of its own, one after the other; if they fail, it is tried again.
 */
final class KeyedResequencer extends AsyncProcessorSupport implements Navigate<Processor> {
    private static final Logger LOG = LoggerFactory.getLogger(KeyedResequencer.class);
    private static final Duration TICK = Duration.ofMillis(50);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private record Numbered(Object key, Accepted.Held held) {}

    private final Expression key;
    private final int capacity;
    private final Processor steps;
    private final ScheduledExecutorService timer;
    private final Resequencer<Object, Numbered> resequencer;
    private final Set<Long> known = new HashSet<>();
    private final CamelContext context;
    private @Nullable Future<?> ticking;

    KeyedResequencer(
            CamelContext context,
            Expression key,
            Duration timeout,
            int capacity,
            Processor steps,
            Intake intake,
            ScheduledExecutorService timer) {
        this.context = context;
        this.key = key;
        this.capacity = capacity;
        this.steps = steps;
        this.timer = timer;
        this.resequencer = new Resequencer<>(
                timeout, each -> each instanceof EntityRef entity ? intake.lastReleased(entity) : OptionalLong.empty());
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        try {
            arrive(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
        callback.done(true);
        return true;
    }

    private synchronized void arrive(Exchange exchange) throws Exception {
        Accepted.Held held = exchange.getMessage().getMandatoryBody(Accepted.Held.class);
        if (known.contains(held.no())) {
            return;
        }
        Numbered numbered = new Numbered(key.evaluate(exchange, Object.class), held);
        List<Numbered> go = resequencer.arrive(numbered.key, held.sequence(), numbered, System.nanoTime());
        known.add(held.no());
        if (resequencer.size() > capacity) {
            LOG.warn(
                    "{} numbered events wait for the numbers before theirs, more than the capacity of {}",
                    resequencer.size(),
                    capacity);
        }
        pass(go);
    }

    private synchronized void passDue() {
        for (List<Numbered> go : resequencer.due(System.nanoTime())) {
            try {
                pass(go);
            } catch (Exception e) {
                LOG.warn("Events cannot be released, trying again: {}", e.getMessage());
            }
        }
    }

    private void pass(List<Numbered> go) throws Exception {
        for (int i = 0; i < go.size(); i++) {
            Exchange each = new DefaultExchange(context);
            each.getMessage().setBody(go.get(i).held);
            steps.process(each);
            if (each.getException() != null) {
                long due = System.nanoTime() + RETRY.toNanos();
                List<Numbered> rest = new ArrayList<>(go.subList(i, go.size()));
                for (int j = rest.size() - 1; j >= 0; j--) {
                    Numbered back = rest.get(j);
                    resequencer.back(back.key, back.held.sequence(), back, due);
                }
                throw each.getException();
            }
            known.remove(go.get(i).held.no());
        }
    }

    @Override
    protected void doStart() {
        ServiceHelper.startService(steps);
        ticking = timer.scheduleWithFixedDelay(this::passDue, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    protected void doStop() {
        if (ticking != null) {
            ticking.cancel(false);
        }
        ServiceHelper.stopService(steps);
    }

    @Override
    public List<Processor> next() {
        return List.of(steps);
    }

    @Override
    public boolean hasNext() {
        return true;
    }
}
