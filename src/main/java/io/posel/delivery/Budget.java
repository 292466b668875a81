package io.posel.delivery;

/**
 * What all webhooks share: threads, memory of what is on its way, places of what is held (G4, G5).
 *
 * <p>Invariants: each number is the sum over what there is, so all are zero when nothing is on its way and nothing held.
 * What a delivery takes is marked at the delivery (permit, charged, waiting), so that it is given back once. One goes
 * always, however big it is. Under the dispatcher's lock.
 */
final class Budget {
    private final Limits limits;
    /** Requests that have a permit. */
    private int inFlight;
    /** Deliveries that wait in the lanes of all webhooks. */
    private int held;
    /** Of what is on its way: from its first request until it is over. */
    private long bytes;
    /** Of these, what waits for a redelivery. */
    private long bytesWaiting;

    Budget(Limits limits) {
        this.limits = limits;
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
            bytes += delivery.weight();
        }
    }

    /** A request is over. */
    void release(Delivery delivery) {
        delivery.setPermit(false);
        inFlight--;
    }

    /** @return whether it may wait for a redelivery in memory */
    boolean takeWait(Delivery delivery) {
        if (bytesWaiting + delivery.weight() > limits.bytes() / 2) {
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
            bytes -= delivery.weight();
        }
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
        return bytes;
    }
}
