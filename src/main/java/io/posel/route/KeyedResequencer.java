package io.posel.route;

import io.posel.event.EntityRef;
import io.posel.event.Resequencer;
import io.posel.store.Accepted;
import io.posel.store.Intake;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
 * The step {@code resequence} for events with sequence numbers: each entity on its own, and durable. Camel's own stream
 * resequencer knows one sequence for all, holds it in memory and ends the exchange.
 *
 * <p>The body is an {@link Accepted.Held} or a list of them: on disk already, so what waits here survives a crash. The
 * exchange goes on when those that may go have passed the steps inside; those that must wait hold up nobody.
 *
 * <p>What may go of all entities passes the steps inside as one list, while others gather for the next: releases share
 * transactions. What failed is tried again, before later numbers of its entity.
 */
final class KeyedResequencer extends AsyncProcessorSupport implements Navigate<Processor> {
    private static final Logger LOG = LoggerFactory.getLogger(KeyedResequencer.class);
    private static final Duration TICK = Duration.ofMillis(50);
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** As many as the intake's writer takes into one transaction. */
    private static final int MAX_PORTION = 2_000;

    /** An event on its way through; {@code left} and {@code failure} belong to who holds the turn. */
    private static final class Numbered {
        private final Object key;
        private final Accepted.Held held;
        private boolean left;
        private @Nullable Exception failure;

        Numbered(Object key, Accepted.Held held) {
            this.key = key;
            this.held = held;
        }
    }

    private final Expression key;
    private final int capacity;
    private final Processor steps;
    private final ScheduledExecutorService timer;
    private final Intake intake;
    private final CamelContext context;
    private final Resequencer<Object, Numbered> resequencer;
    private final Set<Long> known = new HashSet<>();
    /** What may go, in order. */
    private final Deque<Numbered> ready = new ArrayDeque<>();
    /** Held by who passes the steps inside; taken before the lock of this. */
    private final Object turn = new Object();

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
        this.intake = intake;
        this.timer = timer;
        this.resequencer = new Resequencer<>(
                timeout, each -> each instanceof EntityRef entity ? intake.lastReleased(entity) : OptionalLong.empty());
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        List<Numbered> go = new ArrayList<>();
        try {
            List<Accepted.Held> mine = ReleaseEvent.held(exchange);
            try {
                for (Accepted.Held held : mine) {
                    arrive(held, go);
                }
            } finally {
                pass(go);
            }
            Set<Accepted.Held> own = new HashSet<>(mine);
            for (Numbered each : go) {
                if (each.failure != null && own.contains(each.held)) {
                    throw each.failure;
                }
            }
        } catch (Exception e) {
            exchange.setException(e);
        }
        callback.done(true);
        return true;
    }

    private void arrive(Accepted.Held held, List<Numbered> go) {
        Exchange each = new DefaultExchange(context);
        each.getMessage().setBody(held);
        Numbered numbered = new Numbered(key.evaluate(each, Object.class), held);
        synchronized (this) {
            if (!known.contains(held.no())) {
                List<Numbered> next = resequencer.arrive(numbered.key, held.sequence(), numbered, System.nanoTime());
                known.add(held.no());
                ready.addAll(next);
                go.addAll(next);
            }
        }
    }

    private void passDue() {
        List<Numbered> due = new ArrayList<>();
        synchronized (this) {
            resequencer.due(System.nanoTime()).forEach(due::addAll);
            ready.addAll(due);
        }
        pass(due);
        due.stream()
                .filter(each -> each.failure != null)
                .findFirst()
                .ifPresent(
                        each -> LOG.warn("Events cannot be released, trying again: {}", String.valueOf(each.failure)));
    }

    /** Returns when these have passed the steps or failed; whoever has the turn takes those of the others with it. */
    private void pass(List<Numbered> go) {
        if (go.isEmpty()) {
            return;
        }
        synchronized (turn) {
            while (!go.get(go.size() - 1).left) {
                passPortion();
            }
        }
    }

    private void passPortion() {
        List<Numbered> portion = new ArrayList<>();
        synchronized (this) {
            while (!ready.isEmpty() && portion.size() < MAX_PORTION) {
                portion.add(ready.remove());
            }
        }
        Exchange exchange = new DefaultExchange(context);
        exchange.getMessage().setBody(portion.stream().map(each -> each.held).toList());
        Exception failure = new IllegalStateException("the steps inside resequence broke off");
        try {
            steps.process(exchange);
            failure = exchange.getException();
        } catch (Exception e) {
            failure = e;
        } finally {
            settle(portion, failure);
        }
    }

    private synchronized void settle(List<Numbered> portion, @Nullable Exception failure) {
        Set<Accepted.Held> held = new HashSet<>();
        if (failure instanceof NotReleasedException some) {
            held.addAll(some.held());
        } else if (failure != null) {
            portion.forEach(each -> held.add(each.held));
        }
        long due = System.nanoTime() + RETRY.toNanos();
        for (int i = portion.size() - 1; i >= 0; i--) {
            Numbered each = portion.get(i);
            each.left = true;
            if (held.contains(each.held)) {
                each.failure = failure;
                Numbered again = new Numbered(each.key, each.held);
                resequencer.back(each.key, each.held.sequence(), again, due);
            } else {
                known.remove(each.held.no());
                resequencer.passed(each.key);
            }
        }
    }

    @Override
    protected void doStart() {
        ServiceHelper.startService(steps);
        intake.holdAtMost(capacity);
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
