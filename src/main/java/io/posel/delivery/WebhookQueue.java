package io.posel.delivery;

import io.posel.webhook.Definition;
import io.posel.webhook.Webhook;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
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
 *   <li>A turn's delivery is out, and has no permit. Redeliveries go before what was not tried yet.
 *   <li>In flight is what has a permit; of this there is never more than permits and trust allowed when it started.
 * </ul>
 */
final class WebhookQueue {
    private static final Duration TELL_AGAIN = Duration.ofMinutes(1);
    private static final Duration NOT_BEGUN_FIRST = Duration.ofSeconds(1);
    private static final Duration NOT_BEGUN_MOST = Duration.ofMinutes(1);

    final String webhookId;
    final Lanes lanes;
    /** Redeliveries that are due. */
    final Turns turns = new Turns();

    /** Started, and not back. */
    private final Map<Queued.Run, Queued> unsettled = new HashMap<>();
    /** Of these, outcomes on disk. A page that is being read may be older, so that they stay until the next one is. */
    final List<Queued.Run> settled = new ArrayList<>();
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

    private int permits = Integer.MAX_VALUE;
    private int inFlight;
    private @Nullable TokenBucket rate;
    private boolean sends = true;
    /** Of what waits in the lanes, what {@link #heldMore} has told of. */
    private int counted;

    WebhookQueue(String webhookId, Limits limits, Pacing pacing) {
        this.webhookId = webhookId;
        this.pacing = pacing;
        this.pause = new Pause(pacing);
        this.lanes = new Lanes(limits.window(), limits.lanePlaces());
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
        return !turns.isEmpty() || sends && lanes.hasNext();
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

    /** Whether the outcomes of what was before it in its lane are all on disk. */
    boolean isFirstUnsettled(Queued delivery) {
        return delivery.laneKey() == null
                || unsettled.values().stream()
                        .allMatch(each -> each.identity().equals(delivery.identity())
                                || !delivery.laneKey().equals(each.laneKey())
                                || settled.contains(each.identity()));
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

    int inFlight() {
        return inFlight;
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
