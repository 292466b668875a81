package io.posel.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Brings what transactions put into the queue to the dispatcher, in the order of places, whichever of several writers is
 * the faster one after its commit.
 *
 * <p>A writer announces its transaction while it holds the lock that gives places, so announcements come in the order of
 * places. What is announced is passed on when it and all before it have ended. A transaction whose commit has an unclear
 * end holds up those behind it only until the next one is announced: whoever got the lock after it knows that the
 * database has decided about it, so that reading the queue shows the truth.
 *
 * <p>Safe for use by many threads. Waits for nothing.
 */
public final class HandOver {
    private enum State {
        OPEN,
        COMMITTED,
        ROLLED_BACK,
        IN_DOUBT,
        DECIDED
    }

    private final Consumer<Map<String, List<Queued>>> dispatcher;
    private final Deque<Announced> announced = new ArrayDeque<>();

    /**
     * @param dispatcher takes, for each webhook, what was queued in the order of places; an empty list says that there
     *     may be something, to be read from disk
     */
    public HandOver(Consumer<Map<String, List<Queued>>> dispatcher) {
        this.dispatcher = dispatcher;
    }

    /** Begins the next hand-over. Must be called while the lock that gives places is held. */
    public synchronized Announced announce() {
        announced.stream().filter(each -> each.state == State.IN_DOUBT).forEach(each -> each.state = State.DECIDED);
        passOn();
        Announced next = new Announced();
        announced.add(next);
        return next;
    }

    private void passOn() {
        while (!announced.isEmpty()
                && announced.getFirst().state != State.OPEN
                && announced.getFirst().state != State.IN_DOUBT) {
            Announced first = announced.removeFirst();
            if (first.state == State.DECIDED) {
                first.queued.values().forEach(List::clear);
            }
            if (first.state != State.ROLLED_BACK && !first.queued.isEmpty()) {
                dispatcher.accept(first.queued);
            }
        }
    }

    /** What one transaction puts into the queue. Belongs to its writer until it has ended. */
    public final class Announced {
        private final Map<String, List<Queued>> queued = new HashMap<>();
        private State state = State.OPEN;

        private Announced() {}

        /** Adds a delivery; its place must be above those added before. */
        public void add(Queued delivery) {
            queued.computeIfAbsent(delivery.webhookId(), id -> new ArrayList<>())
                    .add(delivery);
        }

        /** Adds deliveries of which only the webhook is known; the queue is read for them. */
        public void addUnread(String webhookId) {
            queued.put(webhookId, new Unread());
        }

        public void committed() {
            end(State.COMMITTED);
        }

        public void rolledBack() {
            end(State.ROLLED_BACK);
        }

        /** It is not known whether the transaction was committed, or will be. */
        public void inDoubt() {
            end(State.IN_DOUBT);
        }

        private void end(State how) {
            synchronized (HandOver.this) {
                if (state == State.OPEN) {
                    state = how;
                    passOn();
                }
            }
        }
    }

    /** Stays empty, so that the queue is read. */
    private static final class Unread extends ArrayList<Queued> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean add(Queued delivery) {
            return true;
        }
    }
}
