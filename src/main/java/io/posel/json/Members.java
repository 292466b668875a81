package io.posel.json;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The members of an object, in their order. Immutable, and small, as most objects have few members and many objects are
 * held at once.
 */
final class Members extends AbstractMap<String, Json> {
    /** Up to so many are found faster by looking at each; more could be made slow by names of the same hash. */
    private static final int FEW = 16;

    private final String[] names;
    private final Json[] values;
    private final @Nullable Map<String, Integer> places;

    private Members(String[] names, Json[] values, @Nullable Map<String, Integer> places) {
        this.names = names;
        this.values = values;
        this.places = places;
    }

    static Members copyOf(Map<String, Json> members) {
        if (members instanceof Members same) {
            return same;
        }
        Builder builder = new Builder();
        members.forEach(builder::put);
        return builder.build();
    }

    /** Of a name that comes again, the last value counts, at the place of the first. */
    static final class Builder {
        private String[] names = new String[8];
        private Json[] values = new Json[8];
        private int size;
        private @Nullable Map<String, Integer> places;

        void put(String name, Json value) {
            int at = find(name, names, size, places);
            if (at >= 0) {
                values[at] = value;
                return;
            }
            if (size == names.length) {
                names = Arrays.copyOf(names, 2 * size);
                values = Arrays.copyOf(values, 2 * size);
            }
            if (size == FEW) {
                places = new HashMap<>();
                for (int i = 0; i < size; i++) {
                    places.put(names[i], i);
                }
            }
            if (places != null) {
                places.put(name, size);
            }
            names[size] = name;
            values[size] = value;
            size++;
        }

        Members build() {
            return new Members(Arrays.copyOf(names, size), Arrays.copyOf(values, size), places);
        }
    }

    /** @return −1 if there is none */
    private static int find(@Nullable Object name, String[] names, int size, @Nullable Map<String, Integer> places) {
        if (places != null) {
            Integer at = places.get(name);
            return at == null ? -1 : at;
        }
        for (int i = 0; i < size; i++) {
            if (names[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public @Nullable Json get(@Nullable Object name) {
        int at = find(name, names, names.length, places);
        return at < 0 ? null : values[at];
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return get(name) != null;
    }

    @Override
    public int size() {
        return names.length;
    }

    @Override
    public Set<Entry<String, Json>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return names.length;
            }

            @Override
            public Iterator<Entry<String, Json>> iterator() {
                return new Iterator<>() {
                    private int next;

                    @Override
                    public boolean hasNext() {
                        return next < names.length;
                    }

                    @Override
                    public Entry<String, Json> next() {
                        if (!hasNext()) {
                            throw new NoSuchElementException();
                        }
                        return Map.entry(names[next], values[next++]);
                    }
                };
            }
        };
    }
}
