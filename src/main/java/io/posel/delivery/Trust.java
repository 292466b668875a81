package io.posel.delivery;

/**
 * How many requests at once a receiver is trusted with: few to begin with, one more for each answer while so many are
 * needed, half after each timeout and when it pauses. So receivers that hang do not take the threads of all, whether
 * they hang from the beginning or all at once (G4). Under the dispatcher's lock.
 */
final class Trust {
    private static final int FIRST = 4;

    /** At least 1. */
    private int requests = FIRST;

    int requests() {
        return requests;
    }

    /**
     * @param hasPermit whether the request was in flight until now
     * @param inFlight requests to the receiver, this one among them
     */
    void answered(boolean hasPermit, int inFlight) {
        if (hasPermit && requests <= inFlight) {
            requests++;
        }
        if (inFlight <= 1) {
            requests = Math.max(Math.min(requests, FIRST), requests / 2);
        }
    }

    /** @param permits requests that it may have whatever it is trusted with */
    void timedOut(int permits) {
        requests = Math.max(1, Math.min(requests, permits) / 2);
    }
}
