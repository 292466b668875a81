package io.posel.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which delivery of one webhook may go next. No threads, no clock, no input or output: the caller brings what it
 * has read or was handed, and asks.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>At most one delivery of a lane is out; within a lane they go in the order of places (F6, G3).
 *   <li>Everything on disk up to {@code scanned} is held here, out, done, or of a lane that is parked at or before it.
 *   <li>Unless {@code behind}, nothing else is on disk but what is still to be handed over.
 *   <li>What is held is bounded by the window and, for each lane, by a few places (G5). A lane with more on disk is parked
 *       at the place where it was cut off and is filled from there, while the scan goes on for the others.
 *   <li>Where only lanes that wait for a next attempt stand between the scan and the others, they hold no places (G4).
 * </ul>
 */
final class Lanes {
    /** How many times its places a lane may hold while less than a quarter of the window is full. */
    private static final int ALONE = 8;

    private static final class Lane {
        private final @Nullable String key;
        private final Deque<Queued> waiting = new ArrayDeque<>();
        private @Nullable Queued out;
        private boolean paused;
        private long parkedAfter = -1;
        /** More has come since its refill was asked for. */
        private boolean more;

        private Lane(@Nullable String key) {
            this.key = key;
        }

        private boolean isParked() {
            return parkedAfter >= 0;
        }
    }

    /** A lane whose next deliveries must be read from disk, at most {@code limit} at once. */
    record Refill(String laneKey, long after, int limit) {}

    private final int window;
    private final int lanePlaces;
    private final Map<String, Lane> lanes = new HashMap<>();
    private final Deque<Lane> ready = new ArrayDeque<>();
    private final Set<Lane> toRefill = new LinkedHashSet<>();
    private final Map<Queued.Run, Lane> out = new HashMap<>();
    private final Set<Queued.Run> waiting = new HashSet<>();
    /** What came back after attempts that disk may not show yet. */
    private final Map<Queued.Run, Queued> attempted = new HashMap<>();

    /** Handed over while a page is read. */
    private final List<Queued> meanwhile = new ArrayList<>();

    private long scanned;
    /** The highest place that ever came here; a restart does not forget it. */
    private long seen;

    private boolean behind = true;
    private boolean reading;

    /**
     * @param window deliveries held at most; while so many wait, nothing more is read but for lanes that ran empty
     * @param lanePlaces deliveries of one lane held at most when the window is crowded
     */
    Lanes(int window, int lanePlaces) {
        this.window = window;
        this.lanePlaces = lanePlaces;
    }

    /** There may be more on disk behind what was scanned. */
    void wake() {
        behind = true;
        meanwhile.clear();
    }

    /** The place behind which the next page is to be read, empty if none is wanted now. */
    OptionalLong wantsPage() {
        return behind && waiting.size() < window ? OptionalLong.of(scanned) : OptionalLong.empty();
    }

    /** How many more may be held. */
    int room() {
        return Math.max(0, window - waiting.size());
    }

    /** What is out waits for its next attempt. Does nothing if it is not out. */
    void pause(Queued.Run id) {
        Lane lane = out.get(id);
        if (lane != null) {
            lane.paused = true;
        }
    }

    /**
     * Gives the places back that lanes hold which wait for a next attempt, if they are all that is held but for lanes that
     * are out; these are read again when it is over.
     */
    void makeRoom() {
        if (!behind || !ready.isEmpty()) {
            return;
        }
        for (Lane lane : out.values()) {
            if (lane.paused && lane.out != null && !lane.waiting.isEmpty()) {
                lane.waiting.forEach(each -> waiting.remove(each.identity()));
                lane.waiting.clear();
                lane.parkedAfter = lane.out.pos();
            }
        }
    }

    /** Called just before a page is read, so that what is handed over or woken meanwhile is not lost. */
    void reading() {
        reading = true;
        behind = false;
        meanwhile.clear();
    }

    /**
     * Takes a page that was read behind {@link #wantsPage}.
     *
     * @param full whether the page was as long as asked for, so that more may follow
     * @param skip what is out or being settled, which disk still shows as queued
     */
    void takePage(List<Queued> page, boolean full, Set<Queued.Run> skip) {
        reading = false;
        take(page, skip);
        if (full) {
            wake();
        } else if (!behind) {
            take(meanwhile.stream().filter(each -> each.pos() > scanned).toList(), Set.of());
        }
        meanwhile.clear();
        if (waiting.isEmpty() && out.isEmpty() && !behind) {
            attempted.clear();
        }
    }

    /** The page could not be read. */
    void notRead() {
        reading = false;
        wake();
    }

    /** Takes what one transaction queued; without it, all that was queued before is handed over or on disk. */
    void handOver(List<Queued> deliveries) {
        if (deliveries.isEmpty() || deliveries.get(0).pos() <= seen) {
            wake(); // it may have been read, sent and settled before its writer came to hand it over: disk knows
        } else if (behind || waiting.size() + meanwhile.size() + deliveries.size() > window) {
            wake();
        } else if (reading) {
            meanwhile.addAll(deliveries);
        } else {
            take(deliveries, Set.of());
        }
    }

    private void take(List<Queued> deliveries, Set<Queued.Run> skip) {
        for (Queued delivery : deliveries) {
            scanned = Math.max(scanned, delivery.pos());
            seen = Math.max(seen, scanned);
            if (!skip.contains(delivery.identity())) {
                offer(delivery);
            }
        }
    }

    private void offer(Queued read) {
        Queued delivery = attempted.getOrDefault(read.identity(), read);
        if (waiting.contains(delivery.identity()) || out.containsKey(delivery.identity())) {
            return; // it came back while a scan from the beginning was on its way to it
        }
        String key = delivery.laneKey();
        Lane lane = key == null ? new Lane(null) : lanes.computeIfAbsent(key, Lane::new);
        if (lane.isParked()) {
            lane.more = true;
            return;
        }
        if (lane.waiting.size() >= placesOfALane()) {
            lane.parkedAfter = lane.waiting.getLast().pos();
            return;
        }
        lane.waiting.add(delivery);
        waiting.add(delivery.identity());
        if (lane.out == null && lane.waiting.size() == 1) {
            ready.add(lane);
        }
    }

    private int placesOfALane() {
        return waiting.size() < window / 4
                ? Math.min(lanePlaces * ALONE, Math.max(lanePlaces, window / 4))
                : lanePlaces;
    }

    /** Lanes that ran empty here but have more on disk. */
    List<Refill> wantsRefill() {
        if (toRefill.isEmpty()) {
            return List.of();
        }
        List<Refill> refills = new ArrayList<>();
        for (Lane lane : toRefill) {
            lane.more = false;
            refills.add(new Refill(String.valueOf(lane.key), lane.parkedAfter, placesOfALane()));
        }
        return refills;
    }

    /** Takes what was read of a parked lane. */
    void takeRefill(Refill refill, List<Queued> page, Set<Queued.Run> skip) {
        Lane lane = lanes.get(refill.laneKey);
        if (lane == null || !lane.isParked()) {
            return;
        }
        toRefill.remove(lane);
        lane.parkedAfter = -1;
        long last = refill.after;
        for (Queued delivery : page) {
            last = Math.max(last, delivery.pos());
            // behind the scan it comes with the scan or the hand-over, which would bring it twice
            if (delivery.pos() <= scanned && !skip.contains(delivery.identity())) {
                offer(delivery);
            }
        }
        // one that came back may have taken a place, so that offering has parked the lane already, and nearer
        if ((lane.more || page.size() >= refill.limit) && last < scanned && !lane.isParked()) {
            lane.parkedAfter = last;
        }
        refillIfEmpty(lane);
        forgetIfIdle(lane);
    }

    /** Takes the next delivery that may go. The caller counts permits. */
    @Nullable
    Queued next() {
        Lane lane = ready.poll();
        if (lane == null) {
            return null;
        }
        Queued delivery = lane.waiting.remove();
        waiting.remove(delivery.identity());
        lane.out = delivery;
        out.put(delivery.identity(), lane);
        refillIfEmpty(lane);
        return delivery;
    }

    /** What {@link #next} would give. */
    @Nullable
    Queued peek() {
        Lane lane = ready.peek();
        return lane == null ? null : lane.waiting.peek();
    }

    /** Whether something should be read. */
    boolean isLow() {
        return !toRefill.isEmpty() || behind && waiting.size() < window / 2;
    }

    boolean hasNext() {
        return !ready.isEmpty();
    }

    /** The delivery is settled: its lane goes on. Does nothing if it was not out. */
    void done(Queued.Run id) {
        Lane lane = out.remove(id);
        if (lane == null) {
            return;
        }
        lane.out = null;
        lane.paused = false;
        attempted.remove(id);
        goOn(lane);
    }

    /** The delivery came back without an outcome: it is the next of its lane again. Does nothing if it was not out. */
    void back(Queued delivery) {
        Lane lane = out.remove(delivery.identity());
        if (lane == null) {
            return;
        }
        lane.out = null;
        lane.paused = false;
        lane.waiting.addFirst(delivery);
        waiting.add(delivery.identity());
        if (delivery.attempts() > 0) {
            attempted.put(delivery.identity(), delivery);
        }
        goOn(lane);
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

    /** Forgets everything but what is out; the next scan starts from the beginning. Not while a page is read. */
    void restart() {
        ready.clear();
        toRefill.clear();
        waiting.clear();
        scanned = 0;
        wake();
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
