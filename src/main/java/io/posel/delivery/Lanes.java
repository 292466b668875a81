package io.posel.delivery;

import io.posel.webhook.LaneKey;
import io.posel.webhook.Ordering;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides which delivery of one webhook may go next. No threads, no clock, no input or output: the caller brings what it
 * has read or was handed, and asks.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>At most one delivery of a lane is out; within a lane they go in the order of places (F6, G3).
 *   <li>Everything on disk up to {@code scanned} is held here, out, delayed, done, or of a lane that is parked at or before
 *       it.
 *   <li>Unless {@code behind}, nothing else is on disk but what is still to be handed over.
 *   <li>Nothing that keeps an order is taken while something is not done, and on disk, that was queued before it in
 *       another scope (an entity, an entity type, none): the scan stops there. So a webhook whose ordering is changed keeps the order of
 *       each entity (F6), whatever the lanes are that its deliveries were given.
 *   <li>What is held is bounded by the window and, for each lane, by a few places (G5). A lane with more on disk is parked
 *       at the place where it was cut off and is filled from there, while the scan goes on for the others.
 *   <li>Of what is delayed, waiting on disk for its next attempt, only its place and the key of its lane are here. What
 *       is behind it in its lane waits with it, and nothing else does (G4).
 *   <li>Where only lanes that wait for a next attempt are between the scan and the others, they hold no places (G4).
 * </ul>
 */
final class Lanes {
    /** How many times its places a lane may hold while less than a quarter of the window is full. */
    private static final int ALONE = 8;

    /** What a delayed lane takes beside its key, its timer included, in bytes of memory. */
    private static final int DELAYED = 500;

    private static final class Lane {
        private final @Nullable String key;
        private Deque<Queued> waiting = new ArrayDeque<>(1); // many lanes have one delivery, or none while delayed
        private @Nullable Queued out;
        /** The place of what is delayed, 0 for nothing. */
        private long delayedAt;
        /** Of what is delayed; disk may not show all of them yet. */
        private int attempts;

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

        private int weight() {
            return DELAYED + (key == null ? 0 : key.length());
        }
    }

    /** A lane whose next deliveries must be read from disk, at most {@code limit} at once. */
    record Refill(String laneKey, long after, int limit) {}

    /** What is delayed and due now, to be read at its place. */
    record Due(Queued.Run id, long place) {}

    private final int window;
    private final int lanePlaces;
    private final Map<String, Lane> lanes = new HashMap<>();
    private final Deque<Lane> ready = new ArrayDeque<>();
    private final Set<Lane> toRefill = new LinkedHashSet<>();
    private final Map<Queued.Run, Lane> out = new HashMap<>();
    private final Set<Queued.Run> waiting = new HashSet<>();
    private final Map<Queued.Run, Lane> delayed = new HashMap<>();
    /** Of what is delayed. */
    private final Set<Queued.Run> due = new LinkedHashSet<>();

    private long delayedBytes;
    /** What came back after attempts that disk may not show yet. */
    private final Map<Queued.Run, Queued> attempted = new HashMap<>();

    /** Handed over while a page is read. */
    private final List<Queued> meanwhile = new ArrayList<>();

    private long scanned;
    /** The highest place that ever came here; a restart does not forget it. */
    private long seen;

    private boolean behind = true;
    private boolean reading;
    /** The scopes of what was taken since all was done. */
    private final Set<Ordering> scopes = EnumSet.noneOf(Ordering.class);
    /** What comes next is of another scope. */
    private boolean blocked;

    private final BooleanSupplier outcomesAreOnDisk;

    /**
     * @param window deliveries held at most; while so many wait, nothing more is read but for lanes that ran empty
     * @param lanePlaces deliveries of one lane held at most when the window is crowded
     * @param outcomesAreOnDisk whether it is on disk how all that is done has ended
     */
    Lanes(int window, int lanePlaces, BooleanSupplier outcomesAreOnDisk) {
        this.window = window;
        this.lanePlaces = lanePlaces;
        this.outcomesAreOnDisk = outcomesAreOnDisk;
    }

    /** There may be more on disk behind what was scanned. */
    void wake() {
        behind = true;
        meanwhile.clear();
    }

    /** The place behind which the next page is to be read, empty if none is wanted now. */
    OptionalLong wantsPage() {
        return behind && waiting.size() < window && !(blocked && isSomethingLeft())
                ? OptionalLong.of(scanned)
                : OptionalLong.empty();
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
            if (lane.paused && lane.out != null) {
                giveBackPlaces(lane, lane.out.pos());
            }
        }
    }

    private void giveBackPlaces(Lane lane, long after) {
        if (!lane.waiting.isEmpty()) {
            lane.waiting.forEach(each -> waiting.remove(each.identity()));
            lane.waiting = new ArrayDeque<>(1);
            lane.parkedAfter = after;
        }
    }

    /** What is out is delayed: it waits on disk for its next attempt, until it is {@link #due}. */
    void delay(Queued delivery) {
        Lane lane = out.remove(delivery.identity());
        if (lane == null) {
            throw new IllegalStateException(delivery + " is not out");
        }
        lane.out = null;
        lane.paused = false;
        lane.delayedAt = delivery.pos();
        lane.attempts = delivery.attempts();
        giveBackPlaces(lane, delivery.pos());
        toRefill.remove(lane);
        attempted.remove(delivery.identity());
        delayed.put(delivery.identity(), lane);
        delayedBytes += lane.weight();
    }

    /** The next attempt of what is delayed may go. Does nothing if it is not. */
    void due(Queued.Run id) {
        if (delayed.containsKey(id)) {
            due.add(id);
        }
    }

    /** What is due and to be read, at most so many. */
    List<Due> wantsDue(int limit) {
        if (due.isEmpty() || limit <= 0) {
            return List.of();
        }
        List<Due> wanted = new ArrayList<>();
        for (Queued.Run id : due) {
            Lane lane = delayed.get(id);
            if (lane != null) {
                wanted.add(new Due(id, lane.delayedAt));
            }
            if (wanted.size() == limit) {
                break;
            }
        }
        return wanted;
    }

    /**
     * Takes what was read at the places of {@link #wantsDue}. Where it is not queued any more its lane goes on.
     *
     * @return what is: it is out now
     */
    List<Queued> takeDue(List<Due> wanted, List<Queued> read) {
        Map<Queued.Run, Queued> found = new HashMap<>();
        read.forEach(each -> found.put(each.identity(), each));
        List<Queued> taken = new ArrayList<>(read.size());
        for (Due each : wanted) {
            due.remove(each.id);
            Lane lane = delayed.remove(each.id);
            if (lane == null) {
                continue;
            }
            lane.delayedAt = 0;
            delayedBytes -= lane.weight();
            Queued delivery = found.get(each.id);
            if (delivery == null) {
                goOn(lane);
            } else {
                lane.out = delivery.again(Math.max(delivery.attempts(), lane.attempts), null);
                lane.paused = true;
                out.put(each.id, lane);
                taken.add(lane.out);
            }
        }
        return taken;
    }

    /** Called just before a page is read, so that what is handed over or woken meanwhile is not lost. */
    void reading() {
        reading = true;
        behind = false;
        blocked = false;
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
            boolean skipped = skip.contains(delivery.identity());
            if (!skipped && mustWaitForOtherScopes(delivery)) {
                blocked = true;
                wake();
                return;
            }
            scanned = Math.max(scanned, delivery.pos());
            seen = Math.max(seen, scanned);
            if (!skipped) {
                offer(delivery);
            }
        }
    }

    private boolean mustWaitForOtherScopes(Queued delivery) {
        Ordering scope = LaneKey.ordering(delivery.laneKey());
        if (scopes.contains(scope) ? scopes.size() == 1 : scopes.isEmpty()) {
            scopes.add(scope);
            return false;
        }
        if (!isSomethingLeft()) {
            scopes.clear();
        }
        if (scope != Ordering.NONE && !scopes.isEmpty()) {
            return true;
        }
        scopes.add(scope);
        return false;
    }

    /** Whether something that was taken is not done, on disk too: or after a crash it would be sent behind what comes. */
    private boolean isSomethingLeft() {
        return !(waiting.isEmpty() && out.isEmpty() && delayed.isEmpty() && lanes.isEmpty())
                || !outcomesAreOnDisk.getAsBoolean();
    }

    private void offer(Queued read) {
        Queued.Run id = read.identity();
        Queued delivery = attempted.getOrDefault(id, read);
        if (waiting.contains(id) || out.containsKey(id) || delayed.containsKey(id)) {
            return; // it came back while a scan from the beginning was on its way to it
        }
        String key = delivery.laneKey();
        Lane lane = key == null ? new Lane(null) : lanes.computeIfAbsent(key, Lane::new);
        if (lane.isParked()) {
            lane.more = true;
            return;
        }
        if (lane.delayedAt > 0) {
            lane.parkedAfter = lane.delayedAt;
            return;
        }
        if (lane.waiting.size() >= placesOfALane()) {
            lane.parkedAfter = lane.waiting.getLast().pos();
            return;
        }
        lane.waiting.add(delivery);
        waiting.add(id);
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
        if (lane == null || lane.parkedAfter != refill.after || !toRefill.remove(lane)) {
            return; // what was out is delayed meanwhile: it is read again when that has ended
        }
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
        return !toRefill.isEmpty() || !due.isEmpty() || behind && waiting.size() < window / 2;
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
        if (lane.key != null && lane.out == null && lane.delayedAt == 0 && lane.waiting.isEmpty() && !lane.isParked()) {
            lanes.remove(lane.key, lane);
        }
    }

    /**
     * Forgets everything but what is out or delayed; the next scan starts from the beginning. Not while a page is read.
     */
    void restart() {
        ready.clear();
        toRefill.clear();
        waiting.clear();
        scanned = 0;
        blocked = false;
        wake();
        scopes.clear();
        out.values().forEach(lane -> scopes.add(LaneKey.ordering(lane.key)));
        delayed.values().forEach(lane -> scopes.add(LaneKey.ordering(lane.key)));
        lanes.values().removeIf(lane -> lane.out == null && lane.delayedAt == 0);
        for (Lane lane : lanes.values()) {
            lane.waiting.clear();
            lane.parkedAfter = -1;
        }
    }

    /** Forgets everything. Not while something is out. */
    void clear() {
        delayed.clear();
        due.clear();
        delayedBytes = 0;
        lanes.clear();
        restart();
    }

    int waiting() {
        return waiting.size();
    }

    int out() {
        return out.size();
    }

    /** What is delayed takes so much memory. */
    long delayedBytes() {
        return delayedBytes;
    }
}
