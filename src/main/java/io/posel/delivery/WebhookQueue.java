package io.posel.delivery;

import io.posel.webhook.Webhook;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
    final String webhookId;
    final Lanes lanes;
    /** Redeliveries that are due. */
    final Deque<Turn> turns = new ArrayDeque<>();

    /** Started, and not back. */
    private final Map<Queued.Run, Queued> unsettled = new HashMap<>();
    /** Of these, outcomes on disk. A page that is being read may be older, so that they stay until the next one is. */
    final List<Queued.Run> settled = new ArrayList<>();
    /** It is to be read from the beginning. */
    boolean restart;
    /** It is looked at when its rate allows more. */
    boolean waitsForRate;

    private final Trust trust = new Trust();
    private int permits = Integer.MAX_VALUE;
    private int inFlight;
    private @Nullable TokenBucket rate;
    private boolean sends = true;
    /** Of what waits in the lanes, what {@link #heldMore} has told of. */
    private int counted;

    WebhookQueue(String webhookId, Limits limits) {
        this.webhookId = webhookId;
        this.lanes = new Lanes(limits.window(), limits.lanePlaces());
    }

    /**
     * Does what is asked for since the last time, before something is started or read. Not while a page is read.
     *
     * @param webhook how it is defined now, empty if it is gone
     */
    void refresh(Optional<Webhook> webhook, Limits limits, InstantSource clock) {
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
        return inFlight < Math.min(permits, trust.requests());
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

    /** Called before the permit is given back. */
    void answered(Delivery delivery) {
        trust.answered(delivery.hasPermit(), inFlight);
    }

    void timedOut() {
        trust.timedOut(permits);
    }

    /** Milliseconds until its rate allows what it has to start, 0 for now. */
    long rateWait(InstantSource clock) {
        return rate == null || !hasNext() ? 0 : rate.waitMillis(clock.millis());
    }
}
