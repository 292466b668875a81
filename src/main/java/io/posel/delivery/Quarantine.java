package io.posel.delivery;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where deliveries wait that the process may die of ({@link Caution#goesAlone}): one after the other goes when nothing else
 * is on its way, and nothing else goes until it is over, so that a crash shows which one it was (G6).
 *
 * <p>After each, the others go on for as long as they were held up. So many of them, at receivers that hang, take no more
 * than half of the time (G4). Under the dispatcher's lock.
 */
final class Quarantine {
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);

    private final Deque<Turn> waiting = new ArrayDeque<>();
    /** It has a permit, and is the only one that has. */
    private @Nullable Delivery alone;
    /** The others go on. */
    private boolean resting;

    private long heldUpSince;

    void add(Turn turn, long nowMillis) {
        if (waiting.isEmpty() && !resting) {
            heldUpSince = nowMillis;
        }
        waiting.add(turn);
    }

    /** Whether the others must wait. */
    boolean holdsUpOthers() {
        return alone != null || !waiting.isEmpty() && !resting;
    }

    boolean isAlone(Delivery delivery) {
        return delivery == alone;
    }

    /** What could go, if nothing else is on its way. */
    Optional<Turn> peek() {
        return alone == null && !resting ? Optional.ofNullable(waiting.peek()) : Optional.empty();
    }

    /** The next one goes. */
    Turn next() {
        Turn turn = waiting.remove();
        alone = turn.delivery();
        return turn;
    }

    /** The webhook of the next one. */
    Optional<String> nextWebhook() {
        return Optional.ofNullable(waiting.peek()).map(Turn::webhookId);
    }

    /** The one that went is over. @return how long the others go on now, until {@link #rested} */
    Duration rest(long nowMillis) {
        alone = null;
        resting = true;
        Duration heldUp = Duration.ofMillis(Math.max(0, nowMillis - heldUpSince));
        return heldUp.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : heldUp;
    }

    /** @return the webhooks of those that wait */
    List<String> rested(long nowMillis) {
        resting = false;
        heldUpSince = nowMillis;
        return waiting.stream().map(Turn::webhookId).toList();
    }

    /** Takes out what waits of a webhook. */
    List<Turn> remove(String webhookId) {
        if (waiting.isEmpty()) {
            return List.of();
        }
        List<Turn> removed = waiting.stream()
                .filter(turn -> turn.webhookId().equals(webhookId))
                .toList();
        waiting.removeAll(removed);
        return removed;
    }
}
