package io.posel.event;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Puts numbered items into the order of their numbers, for each key on its own. Pure: no threads and no clock; time is
 * running time in nanoseconds.
 *
 * <ul>
 *   <li>The number after the last one goes at once, and with it those that waited behind it.
 *   <li>Behind a gap an item waits, at most the timeout; then everything up to it goes, lowest first.
 *   <li>Of a key that is new, 1 goes at once; other numbers are collected for the timeout.
 *   <li>A number at or below the last one goes at once (F6: late). Nothing is dropped.
 * </ul>
 */
public final class Resequencer<K, T> {

    private static final class Waiting<T> {
        private final TreeMap<Long, Deque<Entry<T>>> items = new TreeMap<>();
        private long last;
    }

    private record Entry<T>(T item, long due) {}

    private final long timeout;
    private final Function<K, OptionalLong> lastReleased;
    private final Map<K, Waiting<T>> keys = new HashMap<>();
    private int size;

    /** @param lastReleased the last number of a key that nothing waits for here, as the store knows it */
    public Resequencer(Duration timeout, Function<K, OptionalLong> lastReleased) {
        this.timeout = timeout.toNanos();
        this.lastReleased = lastReleased;
    }

    /** @return what goes now, in order; the item itself may be among it */
    public List<T> arrive(K key, long number, T item, long now) {
        Waiting<T> waiting = keys.get(key);
        if (waiting == null) {
            waiting = new Waiting<>();
            waiting.last = lastReleased.apply(key).orElse(0);
            keys.put(key, waiting);
        }
        if (number <= waiting.last) {
            forgetIfEmpty(key, waiting);
            return List.of(item);
        }
        waiting.items.computeIfAbsent(number, any -> new ArrayDeque<>()).add(new Entry<>(item, now + timeout));
        size++;
        List<T> go = new ArrayList<>();
        takeConsecutive(waiting, go);
        forgetIfEmpty(key, waiting);
        return go;
    }

    /** @return what has waited long enough, with what stands before it, by key and in order */
    public Collection<List<T>> due(long now) {
        List<List<T>> all = new ArrayList<>();
        for (K key : List.copyOf(keys.keySet())) {
            Waiting<T> waiting = keys.get(key);
            List<T> go = new ArrayList<>();
            while (waiting.items.values().stream()
                    .flatMap(Collection::stream)
                    .anyMatch(entry -> entry.due - now <= 0)) {
                take(waiting, go);
                takeConsecutive(waiting, go);
            }
            if (!go.isEmpty()) {
                all.add(go);
            }
            forgetIfEmpty(key, waiting);
        }
        return all;
    }

    private void takeConsecutive(Waiting<T> waiting, List<T> go) {
        while (!waiting.items.isEmpty() && waiting.items.firstKey() <= waiting.last + 1) {
            take(waiting, go);
        }
    }

    private void take(Waiting<T> waiting, List<T> go) {
        Map.Entry<Long, Deque<Entry<T>>> lowest = waiting.items.pollFirstEntry();
        waiting.last = Math.max(waiting.last, lowest.getKey());
        lowest.getValue().forEach(entry -> go.add(entry.item));
        size -= lowest.getValue().size();
    }

    /** Takes items back that could not go; they are due again after the timeout given. */
    public void back(K key, long number, T item, long due) {
        Waiting<T> waiting = keys.computeIfAbsent(key, any -> new Waiting<>());
        waiting.last = Math.min(waiting.last, number - 1);
        waiting.items.computeIfAbsent(number, any -> new ArrayDeque<>()).addFirst(new Entry<>(item, due));
        size++;
    }

    private void forgetIfEmpty(K key, Waiting<T> waiting) {
        if (waiting.items.isEmpty()) {
            keys.remove(key);
        }
    }

    /** How many wait. */
    public int size() {
        return size;
    }
}
