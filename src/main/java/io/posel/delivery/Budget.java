package io.posel.delivery;

/**
 * What all webhooks share: threads, memory of what is on its way, places of what is held (G4, G5).
 *
 * <p>Invariants: each number is the sum over what there is, so all are zero when nothing is on its way and nothing held.
 * What a delivery takes is marked at the delivery (permit, charged, waiting, its weight), so that it is given back once.
 * Something goes while there is any room, however big it is: so more than its part of the memory is never taken but by
 * one. What is large has a part of its own. Under the dispatcher's lock.
 */
final class Budget {
    private final Limits limits;
    /** Requests that have a permit. */
    private int inFlight;
    /** Deliveries that wait in the lanes of all webhooks. */
    private int held;
    /** Of what is on its way: from its first request until it is over. */
    private long bytes;
    /** Of what is on its way and large; not in the other number. */
    private long largeBytes;
    /** Of these, what waits for a redelivery. */
    private long bytesWaiting;
    /** Of lanes whose delivery waits for its redelivery on disk. */
    private long bytesDelayed;

    Budget(Limits limits) {
        this.limits = limits;
    }

    static boolean isLarge(long weight) {
        return weight > Limits.LARGE;
    }

    /** Whether something of that weight may go as far as it is about what large ones share. */
    boolean hasRoom(long weight) {
        return !isLarge(weight) || largeBytes < limits.largeBytes();
    }

    /** None takes more of what small ones share than it leaves for the others, but its first is never refused for that. */
    boolean leavesBytes(long bytesOfOne) {
        return bytesOfOne == 0 || bytesOfOne < limits.bytes() - bytes;
    }

    /** Whether there is some left for one more request. */
    boolean allowsOneMore() {
        return inFlight < limits.threads() && (bytes < limits.bytes() || inFlight == 0);
    }

    /** None has more threads than it leaves for the others, but its first is never refused for that. */
    boolean leavesThreads(int inFlightOfOne) {
        return inFlightOfOne == 0 || inFlightOfOne < limits.threads() - inFlight;
    }

    /** A request goes. */
    void take(Delivery delivery) {
        delivery.setPermit(true);
        inFlight++;
        endWait(delivery);
        if (!delivery.isCharged()) {
            delivery.setCharged(true);
            add(delivery.weight());
        }
    }

    private void add(long weight) {
        if (isLarge(Math.abs(weight))) {
            largeBytes += weight;
        } else {
            bytes += weight;
        }
    }

    /** Whether what is on its way may take so much. */
    boolean mayWeigh(Delivery delivery, long weight) {
        long others = largeBytes - (isLarge(delivery.weight()) ? delivery.weight() : 0);
        return !isLarge(weight) || others < limits.largeBytes();
    }

    /** What is on its way takes so much from now on. */
    void weigh(Delivery delivery, long weight) {
        add(-delivery.weight());
        delivery.setWeight(weight);
        add(weight);
    }

    /** A request is over. */
    void release(Delivery delivery) {
        delivery.setPermit(false);
        inFlight--;
    }

    /** @return whether it may wait for a redelivery in memory; what is large may not */
    boolean takeWait(Delivery delivery) {
        if (isLarge(delivery.weight()) || bytesWaiting + delivery.weight() > limits.bytes() / 2) {
            return false;
        }
        if (!delivery.isWaiting()) {
            delivery.setWaiting(true);
            bytesWaiting += delivery.weight();
        }
        return true;
    }

    private void endWait(Delivery delivery) {
        if (delivery.isWaiting()) {
            delivery.setWaiting(false);
            bytesWaiting -= delivery.weight();
        }
    }

    /** It is on its way no more. */
    void discharge(Delivery delivery) {
        endWait(delivery);
        if (delivery.isCharged()) {
            delivery.setCharged(false);
            add(-delivery.weight());
        }
    }

    /** Whether one more lane may be kept while its delivery waits on disk: no webhook has more than it leaves for the others. */
    boolean mayDelay(Lanes lanes) {
        return lanes.delayedBytes() < limits.bytes() - bytesDelayed;
    }

    void delay(long more) {
        bytesDelayed += more;
    }

    /** How many more a webhook may hold: its window, and its share of what all may hold together. */
    int room(Lanes lanes) {
        int left = Math.max(limits.held() - held, limits.lanePlaces() - lanes.waiting());
        return Math.max(0, Math.min(lanes.room(), left));
    }

    void hold(int more) {
        held += more;
    }

    int inFlight() {
        return inFlight;
    }

    int held() {
        return held;
    }

    long bytes() {
        return bytes + largeBytes;
    }

    long largeBytes() {
        return largeBytes;
    }

    long bytesDelayed() {
        return bytesDelayed;
    }
}
