package io.posel.delivery;

/**
 * How many requests at once a receiver is trusted with: few to begin with, one more for each answer while so many are
 * needed, half after each timeout and when it pauses. So receivers that hang do not take the threads of all, whether
 * they hang from the beginning or all at once (G4).
 *
 * <p>After a pause (F8) it begins with one, alone until two were answered. How many were in flight when it was too much is remembered: from half of
 * that on it grows by one for each round of answers, and stays for some rounds where one more would be as many as were
 * too many. Under the dispatcher's lock.
 */
final class Trust {
    private static final int FIRST = 4;
    /** Rounds of answers before as many are tried again as were too many. */
    private static final int ROUNDS = 8;

    /** At least 1. */
    private int requests = FIRST;
    /** So many were too many. */
    private int tooMany = Integer.MAX_VALUE;
    /** Answers since it grew. */
    private int answers;

    int requests() {
        return requests;
    }

    /**
     * @param hasPermit whether the request was in flight until now
     * @param inFlight requests to the receiver, this one among them
     */
    void answered(boolean hasPermit, int inFlight) {
        if (hasPermit && requests <= inFlight && ++answers >= answersToGrow()) {
            requests++;
            answers = 0;
        }
        if (inFlight <= 1) {
            requests = Math.max(Math.min(requests, FIRST), requests / 2);
        }
    }

    private int answersToGrow() {
        if (requests < tooMany / 2) {
            return requests == 1 ? 2 : 1;
        }
        return requests == tooMany - 1 ? ROUNDS * requests : requests;
    }

    /** @param permits requests that it may have whatever it is trusted with */
    void timedOut(int permits) {
        requests = Math.max(1, Math.min(requests, permits) / 2);
    }

    /**
     * It is paused.
     *
     * @param inFlight requests to it, the one after which it is paused among them
     * @param hasTaken whether it took some of them before, so that their number was too high
     */
    void paused(int inFlight, boolean hasTaken) {
        if (hasTaken) {
            tooMany = Math.max(2, inFlight);
        }
        requests = 1;
        answers = 0;
    }
}
