package io.posel.event;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
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
 *
 * <p>What goes is under way until {@link #passed} or {@link #back} is called for it; the next number may go meanwhile.
 */
public final class Resequencer<K, T> {
    /** Keys of which nothing waits, but whose last number need not be asked for again. */
    private static final int REMEMBERED = 10_000;

    private static final class Waiting<T> {
        private final TreeMap<Long, Deque<Entry<T>>> items = new TreeMap<>();
        private long last;
        private int underWay;
        /** Nothing here is due before. */
        private long earliest;
        /** An item came back, and maybe a late one: then the last number stands in the store only. */
        private boolean doubtful;

        private void add(long number, Entry<T> entry, boolean first) {
            if (items.isEmpty() || entry.due - earliest < 0) {
                earliest = entry.due;
            }
            Deque<Entry<T>> same = items.computeIfAbsent(number, any -> new ArrayDeque<>(1));
            if (first) {
                same.addFirst(entry);
            } else {
                same.addLast(entry);
            }
        }

        /** Looks through all of them only when the earliest that was known has passed. */
        private boolean isDue(long now) {
            if (items.isEmpty() || earliest - now > 0) {
                return false;
            }
            earliest = items.values().stream()
                    .flatMap(Collection::stream)
                    .mapToLong(entry -> entry.due)
                    .reduce((one, other) -> one - other < 0 ? one : other)
                    .orElseThrow();
            return earliest - now <= 0;
        }
    }

    private record Entry<T>(T item, long due) {}

    private final long timeout;
    private final Function<K, OptionalLong> lastReleased;
    private final Map<K, Waiting<T>> keys = new HashMap<>();
    private final Map<K, Long> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, Long> eldest) {
            return size() > REMEMBERED;
        }
    };
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
            Long last = remembered.get(key);
            waiting.last = last != null ? last : lastReleased.apply(key).orElse(0);
            keys.put(key, waiting);
        }
        if (number <= waiting.last) {
            waiting.underWay++;
            return List.of(item);
        }
        waiting.add(number, new Entry<>(item, now + timeout), false);
        size++;
        List<T> go = new ArrayList<>();
        takeConsecutive(waiting, go);
        return go;
    }

    /** @return what has waited long enough, with what stands before it, by key and in order */
    public Collection<List<T>> due(long now) {
        List<List<T>> all = new ArrayList<>();
        for (Waiting<T> waiting : keys.values()) {
            List<T> go = new ArrayList<>();
            while (waiting.isDue(now)) {
                take(waiting, go);
                takeConsecutive(waiting, go);
            }
            if (!go.isEmpty()) {
                all.add(go);
            }
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
        waiting.underWay += lowest.getValue().size();
    }

    /** An item that went is where it should be. */
    public void passed(K key) {
        Waiting<T> waiting = keys.get(key);
        if (waiting != null) {
            waiting.underWay--;
            forgetIfIdle(key, waiting);
        }
    }

    /** Takes back an item that could not go; it is due again at the time given. Of several the last one first. */
    public void back(K key, long number, T item, long due) {
        Waiting<T> waiting = keys.computeIfAbsent(key, any -> new Waiting<>());
        waiting.underWay--;
        waiting.doubtful = true;
        waiting.last = Math.min(waiting.last, number - 1);
        waiting.add(number, new Entry<>(item, due), true);
        size++;
    }

    private void forgetIfIdle(K key, Waiting<T> waiting) {
        if (waiting.items.isEmpty() && waiting.underWay == 0) {
            keys.remove(key);
            if (waiting.doubtful) {
                remembered.remove(key);
            } else {
                remembered.put(key, waiting.last);
            }
        }
    }

    /** How many wait. */
    public int size() {
        return size;
    }
}
