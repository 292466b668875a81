package io.posel.delivery;

import io.posel.webhook.Definition;
import io.posel.webhook.LaneKey;
import io.posel.webhook.Webhook;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What concerns one webhook alone: what of its queue is in memory, and how many requests its receiver may have. Knows
 * nothing of other webhooks. Under the dispatcher's lock.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>What was started is unsettled until its outcome is known to be on disk, or it came back: disk may still show it
 *       as queued, but it is not started again (F5).
 *   <li>A lane goes on when its delivery is delivered, but behind any other end only when that is on disk: after a crash
 *       what is queued there is sent again, and what a receiver never took must not come behind its successors (G3).
 *   <li>A turn's delivery is out, and has no permit. Redeliveries go before what was not tried yet, but for each fifth
 *       request: the entities that fail hold up no others, however many they are (G4).
 *   <li>Out are at most as many as the window, redeliveries that wait in memory half of these, what is read when it is due
 *       three quarters; so there are places for what was not tried yet.
 *   <li>In flight is what has a permit; of this there is never more than permits and trust allowed when it started.
 * </ul>
 */
final class WebhookQueue {
    private static final Duration TELL_AGAIN = Duration.ofMinutes(1);
    private static final Duration NOT_BEGUN_FIRST = Duration.ofSeconds(1);
    private static final Duration NOT_BEGUN_MOST = Duration.ofMinutes(1);
    /** So many redeliveries go, one after the other, before something that was not tried yet. */
    private static final int REDELIVERIES_IN_A_ROW = 4;

    final String webhookId;
    final Lanes lanes;
    /** Redeliveries that are due. */
    final Turns turns = new Turns();

    /** Started, and not back. */
    private final Map<Queued.Run, Queued> unsettled = new HashMap<>();
    /** Of these, outcomes on disk. A page that is being read may be older, so that they stay until the next one is. */
    private final List<Queued.Run> settled = new ArrayList<>();
    /** Ended otherwise than delivered, which is not on disk: still out, since their lanes wait for that. */
    private final Set<Queued.Run> ending = new HashSet<>();
    /** It is to be read from the beginning. */
    boolean restart;
    /** It is looked at when its rate allows more. */
    boolean waitsForRate;

    private final Pacing pacing;
    private Trust trust = new Trust();
    private Pause pause;
    private @Nullable Definition definition;
    /** Since this version of the webhook its receiver is the same. */
    private int receiverSince;
    /** Since when no request of it could be begun, for want of something in Posel; null while they can. */
    private @Nullable Instant notBegunSince;
    /** When somebody was told of a pause. */
    private long toldAt = Long.MIN_VALUE / 2;

    private final int window;
    /** Redeliveries that went since something went that was not tried yet. */
    private int redeliveries;

    private int permits = Integer.MAX_VALUE;
    private int inFlight;
    /** What is in flight takes, without what is large. */
    private long bytes;

    private @Nullable TokenBucket rate;
    private boolean sends = true;
    /** Of what waits in the lanes, what {@link #heldMore} has told of. */
    private int counted;
    /** Of what is delayed, what {@link #delayedMore} has told of. */
    private long delayedCounted;

    WebhookQueue(String webhookId, Limits limits, Pacing pacing) {
        this.webhookId = webhookId;
        this.pacing = pacing;
        this.pause = new Pause(pacing);
        this.window = limits.window();
        this.lanes = new Lanes(window, limits.lanePlaces(), () -> settled.containsAll(unsettled.keySet()));
    }

    /**
     * Does what is asked for since the last time, before something is started or read. Not while a page is read.
     *
     * @param webhook how it is defined now, empty if it is gone
     */
    void refresh(Optional<Webhook> webhook, Limits limits, InstantSource clock) {
        webhook.ifPresent(this::knowReceiver);
        permits = webhook.map(each -> each.definition().concurrency()).orElse(limits.concurrency());
        Double perSecond = webhook.map(each -> each.definition().rateLimit()).orElse(null);
        if (perSecond == null) {
            rate = null;
        } else if (rate == null || rate.perSecond() != perSecond) {
            rate = new TokenBucket(perSecond, clock.millis());
        }
        settled.forEach(unsettled::remove);
        settled.clear();
        boolean sendsNow = webhook.isPresent() && webhook.get().sends();
        if (restart || sends != sendsNow) {
            lanes.restart();
            restart = false;
            sends = sendsNow;
        }
    }

    /** Another URL or another header may be what a receiver that refused was lacking: nothing is held against it. */
    private void knowReceiver(Webhook webhook) {
        Definition now = webhook.definition();
        Definition before = definition;
        if (now == before) {
            return;
        }
        if (before != null && !(now.url().equals(before.url()) && now.headers().equals(before.headers()))) {
            trust = new Trust();
            pause = new Pause(pacing);
            receiverSince = webhook.version();
        }
        definition = now;
    }

    boolean sends() {
        return sends;
    }

    boolean hasNext() {
        return !turns.isEmpty() || hasUntried();
    }

    private boolean hasUntried() {
        return sends && lanes.hasNext() && lanes.out() < window;
    }

    /** Whether a redelivery that is due goes next. Counts on it that the next one goes. */
    boolean isTurnOfRedelivery() {
        boolean is = !turns.isEmpty() && (redeliveries < redeliveriesInARow() || !hasUntried());
        redeliveries = is ? redeliveries + 1 : 0;
        return is;
    }

    /** After a pause all that are due go first (F8), unless what was tried since the last ones was never taken. */
    private int redeliveriesInARow() {
        if (pause.takesNothing()) {
            return 1;
        }
        return pause.isRecovering() ? Integer.MAX_VALUE : REDELIVERIES_IN_A_ROW;
    }

    /** Whether one more redelivery may wait in memory. */
    boolean mayWait() {
        return lanes.out() <= window / 2;
    }

    /** How many deliveries that are due may be read now. */
    int roomForDue() {
        return pause.isOn() ? 0 : window * 3 / 4 - lanes.out();
    }

    /** What {@link #next} gave waits for its next attempt on disk. */
    void delay(Queued delivery) {
        unsettled.remove(delivery.identity());
        lanes.delay(delivery);
    }

    /** Takes what was read of what is due. @return what is out now */
    List<Queued> takeDue(List<Lanes.Due> due, List<Queued> read) {
        List<Queued> taken = lanes.takeDue(due, read);
        taken.forEach(each -> unsettled.put(each.identity(), each));
        return taken;
    }

    /** Takes what its lanes let go next. */
    Queued next() {
        Queued next = lanes.next();
        if (next == null) {
            throw new IllegalStateException("nothing to start");
        }
        unsettled.put(next.identity(), next);
        return next;
    }

    /** What disk may show as queued though it is out, or its outcome was not on disk when that was read. */
    Set<Queued.Run> unsettled() {
        return unsettled.keySet();
    }

    /** Whether the outcomes of what was before it in its lane, or in another scope, are all on disk. */
    boolean isFirstUnsettled(Queued delivery) {
        return delivery.laneKey() == null
                || unsettled.values().stream()
                        .allMatch(each -> each.pos() >= delivery.pos()
                                || settled.contains(each.identity())
                                || !delivery.laneKey().equals(each.laneKey())
                                        && LaneKey.ordering(delivery.laneKey()) == LaneKey.ordering(each.laneKey()));
    }

    /** It has ended. */
    void ended(Queued.Run id, Outcome outcome) {
        if (outcome instanceof Outcome.Delivered || !unsettled.containsKey(id) || settled.contains(id)) {
            lanes.done(id);
        } else {
            ending.add(id);
        }
    }

    /** Its outcome is on disk. It may not have {@link #ended} yet. */
    void settled(Queued.Run id) {
        settled.add(id);
        if (ending.remove(id)) {
            lanes.done(id);
        }
    }

    /** It is the next of its lane again. */
    void back(Delivery delivery) {
        unsettled.remove(delivery.queued().identity());
        lanes.back(delivery.again());
    }

    /** Whether nothing of it is left but what is on disk. */
    boolean isIdle() {
        return unsettled.isEmpty() && lanes.out() == 0;
    }

    /** How many more are held than at the last call. */
    int heldMore() {
        int more = lanes.waiting() - counted;
        counted += more;
        return more;
    }

    /** How many bytes more what is delayed takes than at the last call. */
    long delayedMore() {
        long more = lanes.delayedBytes() - delayedCounted;
        delayedCounted += more;
        return more;
    }

    int inFlight() {
        return inFlight;
    }

    long bytes() {
        return bytes;
    }

    /** What is in flight takes so much more, without what is large. */
    void weighs(long more) {
        bytes += more;
    }

    /** What the next delivery will take; if it may be one of several, the heaviest. */
    long nextWeight() {
        Queued first = lanes.peek();
        return Math.max(turns.weight(), first == null ? 0 : Delivery.weight(first));
    }

    boolean hasPermit() {
        return !pause.isOn() && inFlight < Math.min(permits, trust.requests());
    }

    /** A request goes. */
    void take() {
        inFlight++;
        if (rate != null) {
            rate.take();
        }
    }

    /** A request is over. */
    void release() {
        inFlight--;
    }

    /** The next redelivery that is due: after a pause whose end nobody told the one that can spare an attempt. */
    @Nullable
    Turn pollTurn() {
        return pause.isInDoubt() ? turns.pollFirstAttempts() : turns.pollLastAttempts();
    }

    /** Another one after an edit of the receiver. */
    Pause pause() {
        return pause;
    }

    /** The receiver took it, or at least said nothing against others. Called before the permit is given back. */
    void answered(Delivery delivery) {
        notBegunSince = null;
        pause.taken();
        trust(delivery);
    }

    private void trust(Delivery delivery) {
        if (!pause.isOn()) {
            trust.answered(delivery.hasPermit(), inFlight);
        }
    }

    /**
     * An attempt failed. Called before the permit is given back.
     *
     * @return for how long nothing goes from now on, zero if it goes on as before
     */
    Duration failed(Delivery delivery, Failure failure) {
        notBegunSince = null;
        if (failure.isTimeout()) {
            trust.timedOut(permits);
        }
        if (!failure.saysBusy()) {
            if (failure.sent()) {
                pause.taken();
            }
            trust(delivery);
            return Duration.ZERO;
        }
        if (!isOfReceiver(delivery)) {
            return Duration.ZERO;
        }
        boolean wasOn = pause.isOn();
        boolean hasTaken = pause.hasTaken();
        Duration wait = pause.busy(failure.asksForPause() ? failure.retryAfterUpTo(pacing.asked()) : null);
        if (!wait.isZero() && !wasOn) {
            trust.paused(inFlight, hasTaken);
        }
        return wait;
    }

    /**
     * A request of it could not be begun.
     *
     * @return how long it waits: as long again as that has been so, within bounds
     */
    Duration notBegun(Instant now) {
        if (notBegunSince == null) {
            notBegunSince = now;
        }
        Duration since = Duration.between(notBegunSince, now);
        if (since.compareTo(NOT_BEGUN_FIRST) < 0) {
            return NOT_BEGUN_FIRST;
        }
        return since.compareTo(NOT_BEGUN_MOST) > 0 ? NOT_BEGUN_MOST : since;
    }

    /** Whether a pause that begins is to be told of: one that follows others soon is not. */
    boolean mayTell(long nowMillis) {
        boolean may = nowMillis < toldAt || nowMillis - toldAt >= TELL_AGAIN.toMillis();
        if (may) {
            toldAt = nowMillis;
        }
        return may;
    }

    /** Whether it went where the next ones go, not to a URL that was replaced meanwhile. */
    private boolean isOfReceiver(Delivery delivery) {
        return delivery.rendered()
                .map(rendered -> rendered.webhookVersion() >= receiverSince)
                .orElse(true);
    }

    /** Milliseconds until its rate allows what it has to start, 0 for now. */
    long rateWait(InstantSource clock) {
        return rate == null || !hasNext() ? 0 : rate.waitMillis(clock.millis());
    }
}
