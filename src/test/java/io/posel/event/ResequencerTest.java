package io.posel.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ResequencerTest {
    private static final long TIMEOUT = 1_000;

    private final Map<String, Long> released = new HashMap<>();
    private final Resequencer<String, String> resequencer = resequencer(released);

    @Test
    @DisplayName("G3: of a new entity the number 1 goes at once")
    void firstOfANewEntity() {
        assertThat(arrive("a", 1, 0)).containsExactly("a1");
    }

    @Test
    @DisplayName("G3: of a new entity other numbers are collected for the timeout, then go in order")
    void newEntityInTheMiddle() {
        assertThat(arrive("a", 8, 0)).isEmpty();
        assertThat(arrive("a", 7, 1)).isEmpty();

        assertThat(resequencer.due(TIMEOUT - 1)).isEmpty();
        assertThat(resequencer.due(TIMEOUT)).containsExactly(List.of("a7", "a8"));
        assertThat(resequencer.size()).isZero();
    }

    @Test
    @DisplayName("G3: the number behind the last one released goes at once, also after a restart")
    void followsWhatTheStoreKnows() {
        released.put("a", 41L);

        assertThat(arrive("a", 42, 0)).containsExactly("a42");
    }

    @Test
    @DisplayName("G3: what arrives shuffled leaves in order")
    void shuffled() {
        assertThat(arrive("a", 3, 0)).isEmpty();
        assertThat(arrive("a", 2, 0)).isEmpty();
        assertThat(arrive("a", 1, 0)).containsExactly("a1", "a2", "a3");
    }

    @Test
    @DisplayName("G3: a gap is waited for the timeout, then everything up to it goes, and the next follows at once")
    void gap() {
        arrive("a", 1, 0);
        released.put("a", 1L);
        arrive("a", 3, 0);
        arrive("a", 4, 900);
        arrive("a", 6, 900);

        assertThat(resequencer.due(999)).isEmpty();
        assertThat(resequencer.due(1_000)).containsExactly(List.of("a3", "a4"));
        assertThat(arrive("a", 5, 1_001)).containsExactly("a5", "a6");
    }

    @Test
    @DisplayName("G3: a number that comes late goes at once")
    void late() {
        released.put("a", 10L);

        assertThat(arrive("a", 4, 0)).containsExactly("a4");
        assertThat(arrive("a", 10, 0)).containsExactly("a10");
    }

    @Test
    @DisplayName("G3: a late number does not take what waits with it")
    void lateWhileOthersWait() {
        released.put("a", 10L);
        arrive("a", 12, 0);

        assertThat(arrive("a", 4, 1)).containsExactly("a4");
        assertThat(resequencer.size()).isEqualTo(1);
    }

    @Test
    @DisplayName("G6: two events with one number both go, in the order of arrival")
    void repeatedNumber() {
        resequencer.arrive("a", 2, "first", 0);
        resequencer.arrive("a", 2, "second", 0);

        assertThat(resequencer.arrive("a", 1, "one", 0)).containsExactly("one", "first", "second");
    }

    @Test
    @DisplayName("G4: one entity's gap holds up no other entity")
    void entitiesApart() {
        arrive("a", 5, 0);

        assertThat(arrive("b", 1, 0)).containsExactly("b1");
        released.put("c", 1L);
        assertThat(arrive("c", 2, 0)).containsExactly("c2");
    }

    @Test
    @DisplayName("G3: the next number goes while the one before it is under way")
    void underWay() {
        assertThat(arrive("a", 1, 0)).containsExactly("a1");
        assertThat(arrive("a", 2, 0)).containsExactly("a2");
        resequencer.passed("a");
        assertThat(arrive("a", 3, 0)).containsExactly("a3");
    }

    @Test
    @DisplayName("the store is not asked again for the last number of an entity that was here lately")
    void remembersTheLastNumber() {
        arrive("a", 1, 0);
        resequencer.passed("a");
        released.put("a", 99L);

        assertThat(arrive("a", 2, 0)).containsExactly("a2");
    }

    @Test
    @DisplayName("G5: what is remembered of entities is bounded, and asked for again")
    void forgets() {
        arrive("a", 1, 0);
        resequencer.passed("a");
        for (int i = 0; i < 10_000; i++) {
            arrive("b" + i, 1, 0);
            resequencer.passed("b" + i);
        }
        released.put("a", 7L);

        assertThat(arrive("a", 8, 0)).containsExactly("a8");
    }

    @Test
    @DisplayName("G3: when a late number came back, the store tells the last number again")
    void lateComesBack() {
        released.put("a", 10L);
        arrive("a", 4, 0);
        resequencer.back("a", 4, "a4", 500);
        assertThat(resequencer.due(500)).containsExactly(List.of("a4"));
        resequencer.passed("a");

        assertThat(arrive("a", 11, 501)).containsExactly("a11");
    }

    @Test
    void whatComesBackGoesFirstWhenItIsDue() {
        released.put("a", 41L);
        arrive("a", 42, 0);

        resequencer.back("a", 42, "a42", 500);
        assertThat(resequencer.due(499)).isEmpty();
        assertThat(resequencer.due(500)).containsExactly(List.of("a42"));
        assertThat(arrive("a", 44, 500)).isEmpty();
        assertThat(arrive("a", 43, 501)).containsExactly("a43", "a44");
    }

    @Test
    void whatComesBackGoesWithTheNextOfItsEntity() {
        released.put("a", 41L);
        arrive("a", 42, 0);
        arrive("a", 45, 0);
        resequencer.back("a", 42, "a42", 500);

        assertThat(arrive("a", 43, 1)).containsExactly("a42", "a43");
    }

    @Test
    void whatComesBackGoesBeforeAnotherOfItsNumber() {
        released.put("a", 41L);
        arrive("a", 45, 0);
        arrive("a", 42, 0);
        resequencer.back("a", 42, "a42", 500);

        assertThat(resequencer.arrive("a", 42, "another", 1)).containsExactly("a42", "another");
    }

    @Test
    void runningTimeMayPassItsHighestValue() {
        long now = Long.MAX_VALUE - 10;
        resequencer.arrive("a", 3, "a3", now);

        assertThat(resequencer.due(now)).isEmpty();
        assertThat(resequencer.due(now + TIMEOUT - 1)).isEmpty();
        assertThat(resequencer.due(now + TIMEOUT)).containsExactly(List.of("a3"));
    }

    @Property
    @Label("G3: whatever the order of arrival, in time it leaves sorted by number, and nothing is dropped")
    void anyOrderIsSorted(@ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int count) {
        Random random = new Random(seed);
        List<Long> numbers =
                new ArrayList<>(LongStream.rangeClosed(1, count).boxed().toList());
        Collections.shuffle(numbers, random);
        List<Long> gone = new ArrayList<>();
        Resequencer<String, Long> any = new Resequencer<>(
                Duration.ofNanos(TIMEOUT),
                key -> gone.isEmpty() ? OptionalLong.empty() : OptionalLong.of(gone.get(gone.size() - 1)));

        for (long number : numbers) {
            gone.addAll(any.arrive("a", number, number, 0));
        }

        assertThat(gone).isSorted().hasSize(count);
        assertThat(any.size()).isZero();
    }

    @Property(tries = 300)
    @Label("G3, G6: with gaps, repeats, failures and several entities nothing is dropped, doubled or kept too long")
    void anySchedule(@ForAll long seed) {
        Random random = new Random(seed);
        Map<String, Long> store = new HashMap<>();
        Resequencer<String, String> any = resequencer(store);
        Map<String, Long> arrived = new HashMap<>();
        List<String> gone = new ArrayList<>();
        long now = 0;
        for (int i = 0; i < 60; i++) {
            now += random.nextInt(300);
            String key = List.of("a", "b", "c").get(random.nextInt(3));
            long number = store.getOrDefault(key, 0L) + random.nextInt(6) - 1;
            String item = key + ":" + number + ":" + i;
            arrived.put(item, now);
            pass(any, any.arrive(key, number, item, now), store, gone, random, now);
            for (List<String> due : List.copyOf(any.due(now))) {
                pass(any, due, store, gone, random, now);
            }
            for (Map.Entry<String, Long> each : arrived.entrySet()) {
                assertThat(gone.contains(each.getKey()) || now - each.getValue() < TIMEOUT + 5_000)
                        .isTrue();
            }
        }
        random = new Random(0) {
            private static final long serialVersionUID = 1L;

            @Override
            public int nextInt(int bound) {
                return bound - 1; // nothing fails any more
            }
        };
        for (int i = 0; i < 5; i++) {
            now += TIMEOUT;
            for (List<String> due : List.copyOf(any.due(now))) {
                pass(any, due, store, gone, random, now);
            }
        }
        assertThat(gone).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(arrived.keySet());
        assertThat(any.size()).isZero();
    }

    /** As the step does: when one fails, it and those behind it come back. */
    private static void pass(
            Resequencer<String, String> any,
            List<String> go,
            Map<String, Long> store,
            List<String> gone,
            Random random,
            long now) {
        for (int i = 0; i < go.size(); i++) {
            String[] item = go.get(i).split(":");
            if (random.nextInt(10) == 0) {
                for (int j = go.size() - 1; j >= i; j--) {
                    any.back(item[0], Long.parseLong(go.get(j).split(":")[1]), go.get(j), now + 100);
                }
                return;
            }
            any.passed(item[0]);
            gone.add(go.get(i));
            store.merge(item[0], Long.parseLong(item[1]), Math::max);
        }
    }

    private static Resequencer<String, String> resequencer(Map<String, Long> released) {
        return new Resequencer<>(
                Duration.ofNanos(TIMEOUT),
                key -> released.containsKey(key) ? OptionalLong.of(released.get(key)) : OptionalLong.empty());
    }

    private List<String> arrive(String key, long number, long now) {
        return resequencer.arrive(key, number, key + number, now);
    }
}
