package io.posel.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which delivery of one webhook may go next. No threads, no clock, no input or output: the caller brings what it
 * has read and asks.
 *
 * <p>Invariants: at most one delivery of a lane is out; within a lane they go in the order of places; what is held here
 * is bounded by {@link #WINDOW} deliveries and, for each lane, {@link #LANE_PLACES}. A lane with more on disk is parked
 * at the place where it was cut off and is filled from there, while the scan goes on for the others.
 */
final class Lanes {
    /** Deliveries held at most; while so many wait, nothing more is read but for lanes that ran empty. */
    static final int WINDOW = 1_000;

    /** Deliveries of one lane held at most. */
    static final int LANE_PLACES = 8;

    private static final class Lane {
        private final @Nullable String key;
        private final Deque<Queued> waiting = new ArrayDeque<>();
        private @Nullable Queued out;
        private long parkedAfter = -1;

        private Lane(@Nullable String key) {
            this.key = key;
        }

        private boolean isParked() {
            return parkedAfter >= 0;
        }
    }

    /** A lane whose next deliveries must be read from disk. */
    record Refill(String laneKey, long after) {}

    private final Map<String, Lane> lanes = new HashMap<>();
    private final Deque<Lane> ready = new ArrayDeque<>();
    private final Set<Lane> toRefill = new HashSet<>();
    private final Map<Queued.Run, Lane> out = new HashMap<>();
    private final Set<Queued.Run> waiting = new HashSet<>();
    private long scanned;
    private boolean mayHaveMore = true;

    /** There may be more on disk behind what was scanned. */
    void wake() {
        mayHaveMore = true;
    }

    /** The place behind which the next page is to be read, empty if none is wanted now. */
    Optional<Long> wantsPage() {
        return mayHaveMore && waiting.size() < WINDOW ? Optional.of(scanned) : Optional.empty();
    }

    /** Called just before a page is read, so that a wake meanwhile is not lost. */
    void reading() {
        mayHaveMore = false;
    }

    /**
     * Takes a page that was read behind {@link #wantsPage}.
     *
     * @param full whether the page was as long as asked for, so that more may follow
     * @param skip what is out or being settled, which disk still shows as queued
     */
    void takePage(List<Queued> page, boolean full, Set<Queued.Run> skip) {
        for (Queued delivery : page) {
            scanned = Math.max(scanned, delivery.pos());
            if (!skip.contains(delivery.identity())) {
                offer(delivery);
            }
        }
        mayHaveMore |= full;
    }

    private void offer(Queued delivery) {
        if (waiting.contains(delivery.identity()) || out.containsKey(delivery.identity())) {
            return; // it came back while a scan from the beginning was on its way to it
        }
        String key = delivery.laneKey();
        Lane lane = key == null ? new Lane(null) : lanes.computeIfAbsent(key, Lane::new);
        if (lane.isParked()) {
            return;
        }
        if (lane.waiting.size() >= LANE_PLACES) {
            lane.parkedAfter = lane.waiting.getLast().pos();
            return;
        }
        lane.waiting.add(delivery);
        waiting.add(delivery.identity());
        if (lane.out == null && lane.waiting.size() == 1) {
            ready.add(lane);
        }
    }

    /** Lanes that ran empty here but have more on disk. */
    List<Refill> wantsRefill() {
        List<Refill> refills = new ArrayList<>();
        for (Lane lane : toRefill) {
            refills.add(new Refill(String.valueOf(lane.key), lane.parkedAfter));
        }
        return refills;
    }

    /** Takes what was read of a parked lane, at most {@link #LANE_PLACES}. */
    void takeRefill(Refill refill, List<Queued> page, boolean full, Set<Queued.Run> skip) {
        Lane lane = lanes.get(refill.laneKey);
        if (lane == null || !lane.isParked()) {
            return;
        }
        toRefill.remove(lane);
        lane.parkedAfter = -1;
        long last = refill.after;
        for (Queued delivery : page) {
            last = Math.max(last, delivery.pos());
            // behind the scan it comes with the scan, which would bring it twice
            if (delivery.pos() <= scanned && !skip.contains(delivery.identity())) {
                offer(delivery);
            }
        }
        // one that came back may have taken a place, so that offering has parked the lane already, and nearer
        if (full && last < scanned && !lane.isParked()) {
            lane.parkedAfter = last;
        }
        refillIfEmpty(lane);
        forgetIfIdle(lane);
    }

    /** Takes the next delivery that may go. The caller counts permits. */
    Optional<Queued> next() {
        Lane lane = ready.poll();
        if (lane == null) {
            return Optional.empty();
        }
        Queued delivery = lane.waiting.remove();
        waiting.remove(delivery.identity());
        lane.out = delivery;
        out.put(delivery.identity(), lane);
        refillIfEmpty(lane);
        return Optional.of(delivery);
    }

    boolean hasNext() {
        return !ready.isEmpty();
    }

    /**
     * The delivery is settled: its lane goes on.
     *
     * @return whether it was out
     */
    boolean done(Queued.Run id) {
        Lane lane = out.remove(id);
        if (lane == null) {
            return false;
        }
        lane.out = null;
        goOn(lane);
        return true;
    }

    /**
     * The delivery came back without an outcome: it is the next of its lane again.
     *
     * @return whether it was out
     */
    boolean back(Queued delivery) {
        Lane lane = out.remove(delivery.identity());
        if (lane == null) {
            return false;
        }
        lane.out = null;
        lane.waiting.addFirst(delivery);
        waiting.add(delivery.identity());
        goOn(lane);
        return true;
    }

    private void goOn(Lane lane) {
        if (!lane.waiting.isEmpty()) {
            ready.add(lane);
        }
        refillIfEmpty(lane);
        forgetIfIdle(lane);
    }

    private void refillIfEmpty(Lane lane) {
        if (lane.isParked() && lane.waiting.isEmpty()) {
            toRefill.add(lane);
        }
    }

    private void forgetIfIdle(Lane lane) {
        if (lane.key != null && lane.out == null && lane.waiting.isEmpty() && !lane.isParked()) {
            lanes.remove(lane.key, lane);
        }
    }

    /** Forgets everything but what is out; the next scan starts from the beginning. */
    void restart() {
        ready.clear();
        toRefill.clear();
        waiting.clear();
        scanned = 0;
        mayHaveMore = true;
        lanes.values().removeIf(lane -> lane.out == null);
        for (Lane lane : lanes.values()) {
            lane.waiting.clear();
            lane.parkedAfter = -1;
        }
    }

    int waiting() {
        return waiting.size();
    }

    int out() {
        return out.size();
    }
}
