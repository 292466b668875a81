package io.posel.delivery;

import io.posel.webhook.Webhook;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides what starts now: redeliveries that are due before what was not tried yet, in turns between webhooks, as far as
 * permits, trust and rate of each and the budget of all go. No threads, no input or output, no clock of its own. Under the
 * dispatcher's lock, so that what it decides is true until it is done.
 *
 * <p>Promises: what is started has a permit and is charged; what could start but for what all share is looked at when
 * there is some; what waits for time is looked at then.
 */
final class Scheduler {

    /** What is to be read of a webhook: a page behind a place, unless that is empty, and lanes that ran empty. */
    record Wanted(OptionalLong page, int limit, List<Lanes.Refill> refills) {
        static final Wanted NOTHING = new Wanted(OptionalLong.empty(), 0, List.of());
    }

    /**
     * What a failed attempt means for the others of its webhook.
     *
     * @param time how long nothing goes for its sake, zero if they go on
     * @param tell whether somebody should be told, which is not said each time
     */
    record Paused(Duration time, boolean tell) {}

    final Worklist worklist = new Worklist();
    final Budget budget;
    final Caution caution = new Caution();
    final Quarantine quarantine = new Quarantine();

    private final Map<String, WebhookQueue> queues = new HashMap<>();
    private final Limits limits;
    private final Pacing pacing;
    private final InstantSource clock;
    private final Timer timer;
    private final BooleanSupplier startsAllowed;
    private final Consumer<Delivery> carryOut;

    /**
     * @param timer runs what it is given under the lock, and wakes the dispatcher's thread
     * @param startsAllowed whether requests may be started at all
     * @param carryOut brings a delivery that has a permit to the route; called without the lock
     */
    Scheduler(
            Limits limits,
            Pacing pacing,
            InstantSource clock,
            Timer timer,
            BooleanSupplier startsAllowed,
            Consumer<Delivery> carryOut) {
        this.budget = new Budget(limits);
        this.limits = limits;
        this.pacing = pacing;
        this.clock = clock;
        this.timer = timer;
        this.startsAllowed = startsAllowed;
        this.carryOut = carryOut;
    }

    WebhookQueue queue(String webhookId) {
        return queues.computeIfAbsent(webhookId, id -> new WebhookQueue(id, limits, pacing));
    }

    private WebhookQueue queueOf(Delivery delivery) {
        return queue(delivery.queued().webhookId());
    }

    void lookAtAll() {
        worklist.addAll(queues.keySet());
    }

    /** There may be more in the queue of the webhook. */
    void wake(String webhookId) {
        queue(webhookId).lanes.wake();
        worklist.add(webhookId);
    }

    /** The queue of the webhook is to be read from the beginning. */
    void restart(String webhookId) {
        queue(webhookId).restart = true;
        worklist.add(webhookId);
    }

    /** All queues are. */
    void restartAll() {
        queues.values().forEach(queue -> queue.restart = true);
        lookAtAll();
    }

    /** What a transaction queued for a webhook; an empty list says that there may be more on disk. */
    void queued(String webhookId, List<Queued> deliveries) {
        WebhookQueue queue = queue(webhookId);
        if (deliveries.isEmpty() || deliveries.size() > budget.room(queue.lanes)) {
            queue.lanes.wake();
        } else {
            queue.lanes.handOver(deliveries);
        }
        count(queue);
        worklist.add(webhookId);
    }

    /** The outcomes of these are on disk. */
    void settled(Collection<Queued> deliveries) {
        for (Queued delivery : deliveries) {
            queue(delivery.webhookId()).settled.add(delivery.identity());
            worklist.add(delivery.webhookId());
        }
        worklist.feed();
    }

    /** To be called when the lanes of a webhook may hold more or fewer than before. */
    void count(WebhookQueue queue) {
        int more = queue.heldMore();
        budget.hold(more);
        if (more < 0) {
            worklist.roomAgain();
        }
    }

    /**
     * Looks at a webhook.
     *
     * @param webhook how it is defined, empty if it is gone
     * @param starts to which is added what may start
     * @return what is to be read next; then it is to be looked at again
     */
    Wanted lookAt(WebhookQueue queue, Optional<Webhook> webhook, List<Turn> starts) {
        queue.refresh(webhook, limits, clock);
        if (!queue.sends()) {
            sendHome(queue, starts);
        }
        collectStarts(queue, starts);
        startAlone(starts);
        count(queue);
        Wanted wanted = queue.sends() ? wanted(queue) : Wanted.NOTHING;
        if (webhook.isEmpty() && queue.isIdle()) {
            queue.lanes.restart();
            count(queue);
            queues.remove(queue.webhookId);
        }
        return wanted;
    }

    private void collectStarts(WebhookQueue queue, List<Turn> starts) {
        boolean started = false;
        while (hasPermit(queue) && queue.hasNext() && mayStart(queue)) {
            Turn turn = queue.pollTurn();
            if (turn == null) {
                turn = first(queue);
            }
            if (turn != null && caution.goesAlone(turn.delivery().queued())) {
                turn.delivery().setPermit(false);
                quarantine.add(turn, clock.millis());
            } else if (turn != null) {
                take(queue, turn.delivery());
                starts.add(turn);
            }
            started = true;
        }
        worklist.fed(queue.webhookId, started, hasPermit(queue) && queue.hasNext());
    }

    private void startAlone(List<Turn> starts) {
        boolean goes = budget.inFlight() == 0
                && startsAllowed.getAsBoolean()
                // or it could be dead on disk, and what was delivered before it still queued
                && quarantine
                        .peek()
                        .filter(turn -> queue(turn.webhookId())
                                .isFirstUnsettled(turn.delivery().queued()))
                        .isPresent();
        if (goes) {
            Turn turn = quarantine.next();
            take(queue(turn.webhookId()), turn.delivery());
            starts.add(turn);
        }
    }

    private Wanted wanted(WebhookQueue queue) {
        if (budget.room(queue.lanes) == 0) {
            queue.lanes.makeRoom();
            count(queue);
        }
        int limit = Math.min(limits.page(), budget.room(queue.lanes));
        OptionalLong page = queue.lanes.wantsPage();
        if (page.isPresent() && limit == 0) {
            worklist.crowdedOut(queue.webhookId);
            page = OptionalLong.empty();
        }
        List<Lanes.Refill> refills = queue.lanes.wantsRefill();
        if (page.isPresent()) {
            queue.lanes.reading();
        } else if (refills.isEmpty()) {
            return Wanted.NOTHING;
        }
        return new Wanted(page, limit, refills);
    }

    /** Redeliveries that came due while the webhook does not send: they go on as the first of their lanes (S1). */
    private void sendHome(WebhookQueue queue, List<Turn> starts) {
        for (Turn turn = queue.pollTurn(); turn != null; turn = queue.pollTurn()) {
            turn.delivery().postpone();
            starts.add(turn);
        }
        for (Turn turn : quarantine.remove(queue.webhookId)) {
            turn.delivery().postpone();
            starts.add(turn);
            lookAtAll();
        }
    }

    /** Redeliveries that wait for their turn: they go on after the next start of Posel. */
    void sendAllHome(List<Turn> starts) {
        queues.values().forEach(queue -> sendHome(queue, starts));
    }

    /** Starts what needs nothing but a permit here and now; everything else is for the dispatcher's thread. */
    private @Nullable Turn goOn(WebhookQueue queue, RecentEvents events) {
        Queued next = queue.lanes.peek();
        boolean simple = queue.turns.isEmpty()
                && !worklist.isAnyHungry()
                && !queue.restart
                && next != null
                && next.notBefore() == null
                && caution.mayGoUnwritten(next)
                && queue.sends()
                && hasPermit(queue)
                && mayStart(queue);
        long asOf = events.erasures();
        StoredEvent event = simple && next != null ? events.get(next.eventNo()) : null;
        Turn turn = null;
        if (event != null) {
            turn = first(queue);
            if (turn != null) {
                turn.delivery().about(event, asOf);
                take(queue, turn.delivery());
            }
            count(queue);
        }
        boolean left = event == null && (next != null || !queue.turns.isEmpty() || queue.restart);
        if (left || queue.lanes.isLow()) {
            worklist.add(queue.webhookId);
        }
        worklist.feed();
        return turn;
    }

    /** @return null if its next attempt is not due yet */
    private @Nullable Turn first(WebhookQueue queue) {
        Queued next = queue.next();
        Delivery delivery = new Delivery(next);
        Turn turn = new Turn(delivery, () -> carryOut.accept(delivery));
        Duration wait = next.waitAt(clock.instant());
        if (wait.compareTo(limits.longestWait()) > 0) {
            wait = limits.longestWait();
        }
        if (wait.isNegative() || wait.isZero()) {
            return turn;
        }
        delivery.setPermit(false);
        timer.after(wait, () -> await(turn));
        return null;
    }

    /** It goes on when there is a permit for it. */
    void await(Turn turn) {
        queue(turn.webhookId()).turns.add(turn);
        worklist.add(turn.webhookId());
    }

    /** The attempt failed. */
    Paused attemptFailed(Delivery delivery, Failure failure) {
        WebhookQueue queue = queueOf(delivery);
        boolean wasPaused = queue.pause().isOn();
        Duration wait = queue.failed(delivery, failure);
        if (!wait.isZero()) {
            pause(queue, wait);
        }
        queue.lanes.pause(delivery.queued().identity());
        caution.survived(delivery.queued());
        release(queue, delivery);
        return new Paused(wait, !wasPaused && !wait.isZero() && queue.mayTell(clock.millis()));
    }

    /**
     * The request could not even be begun, for want of something in Posel.
     *
     * @return when it is to be tried again, and whether that should be told
     */
    Paused notBegun(Delivery delivery) {
        WebhookQueue queue = queueOf(delivery);
        return new Paused(queue.notBegun(clock.instant()), queue.mayTell(clock.millis()));
    }

    /** When the pause of a webhook ends, null if it is not paused. */
    @Nullable
    Instant pausedUntil(String webhookId) {
        WebhookQueue queue = queues.get(webhookId);
        return queue == null ? null : queue.pause().until();
    }

    private void pause(WebhookQueue queue, Duration wait) {
        Pause pause = queue.pause();
        pause.begin(clock.instant().plus(wait));
        timer.after(wait, () -> {
            if (pause.over()) {
                worklist.add(queue.webhookId);
            }
        });
        for (Turn turn : quarantine.remove(queue.webhookId)) { // or it would hold up all others for the pause
            queue.turns.add(turn);
            lookAtAll();
        }
    }

    /**
     * The exchange is over. Without an outcome its lane waits for it to come {@link #back}.
     *
     * @return what goes on instead of it, here and now
     */
    @Nullable
    Turn finished(Delivery delivery, RecentEvents events) {
        WebhookQueue queue = queueOf(delivery);
        if (delivery.outcome() instanceof Outcome.Delivered) {
            queue.answered(delivery);
        }
        end(delivery);
        if (delivery.outcome() == null) {
            return null;
        }
        caution.survived(delivery.queued());
        queue.lanes.done(delivery.queued().identity());
        return goOn(queue, events);
    }

    /** The delivery comes back without an outcome. */
    void back(Delivery delivery) {
        WebhookQueue queue = queueOf(delivery);
        end(delivery);
        queue.back(delivery);
        count(queue);
        worklist.feed();
        worklist.add(queue.webhookId);
    }

    /** The delivery is on its way no more. */
    void end(Delivery delivery) {
        release(queueOf(delivery), delivery);
        budget.discharge(delivery);
    }

    /** Gives its permit back, if it has one. What that allows is looked at, unless {@link #goOn} follows. */
    private void release(WebhookQueue queue, Delivery delivery) {
        if (!delivery.hasPermit()) {
            return;
        }
        queue.release();
        budget.release(delivery);
        if (quarantine.isAlone(delivery)) {
            rest();
        }
        if (budget.inFlight() == 0) {
            quarantine.nextWebhook().ifPresent(worklist::add);
        }
        if (delivery.outcome() == null) {
            worklist.feed();
            worklist.add(queue.webhookId);
        }
    }

    private void rest() {
        lookAtAll();
        timer.after(quarantine.rest(clock.millis()), () -> worklist.addAll(quarantine.rested(clock.millis())));
    }

    private void take(WebhookQueue queue, Delivery delivery) {
        queue.take();
        budget.take(delivery);
    }

    private boolean hasPermit(WebhookQueue queue) {
        return queue.hasPermit() && budget.leavesThreads(queue.inFlight()) && hasRate(queue);
    }

    private boolean hasRate(WebhookQueue queue) {
        long wait = queue.rateWait(clock);
        if (wait > 0 && !queue.waitsForRate) {
            queue.waitsForRate = true;
            timer.after(Duration.ofMillis(wait), () -> {
                queue.waitsForRate = false;
                worklist.add(queue.webhookId);
            });
        }
        return wait == 0;
    }

    /** What all webhooks share. */
    private boolean mayStart(WebhookQueue queue) {
        return startsAllowed.getAsBoolean()
                && !quarantine.holdsUpOthers()
                && budget.allowsOneMore()
                && (!queue.turns.isEmpty() || queue.lanes.out() < limits.window());
    }
}
