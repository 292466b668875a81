package io.posel.delivery;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Redeliveries that are due, in the order in which they came due among those that failed as often. */
final class Turns {
    private final NavigableMap<Integer, Deque<Turn>> byAttempt = new TreeMap<>();

    boolean isEmpty() {
        return byAttempt.isEmpty();
    }

    void add(Turn turn) {
        byAttempt
                .computeIfAbsent(turn.delivery().attempt(), attempt -> new ArrayDeque<>())
                .add(turn);
    }

    /** Of those that failed most often, which have no attempt to lose. */
    @Nullable
    Turn pollLastAttempts() {
        return poll(byAttempt.lastEntry());
    }

    /** Of those that failed least often. */
    @Nullable
    Turn pollFirstAttempts() {
        return poll(byAttempt.firstEntry());
    }

    private @Nullable Turn poll(Map.@Nullable Entry<Integer, Deque<Turn>> entry) {
        if (entry == null) {
            return null;
        }
        Turn turn = entry.getValue().remove();
        if (entry.getValue().isEmpty()) {
            byAttempt.remove(entry.getKey());
        }
        return turn;
    }
}
