package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.event.EntityRef;
import io.posel.event.Event;
import io.posel.json.Json;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RecentEventsTest {
    private static final int SMALL = 100;
    private static final int LARGE = 1_000;

    /** Room for ten small ones. */
    private final RecentEvents events = new RecentEvents(10 * RecentEvents.weight(SMALL));

    private void put(long no, int size) {
        Event event = new Event("s", "e" + no, "t", new EntityRef("e", "1"), null, null, Json.EMPTY);
        events.put(no, new StoredEvent(event, false, size), events.erasures());
    }

    private long kept(long first, long last) {
        return LongStream.rangeClosed(first, last)
                .filter(no -> events.get(no) != null)
                .count();
    }

    @Test
    @DisplayName("G5: as many are kept as fit, and those that were used last")
    void eviction() {
        for (int no = 1; no <= 10; no++) {
            put(no, SMALL);
        }
        assertThat(kept(1, 10)).isEqualTo(10);

        events.get(1);
        put(11, SMALL);

        assertThat(events.get(1)).isNotNull();
        assertThat(events.get(2)).isNull();
        assertThat(kept(1, 11)).isEqualTo(10);
    }

    @Test
    @DisplayName("G5: what is put in place of another, or leaves, leaves its room")
    void accounting() {
        for (int i = 0; i < 100; i++) {
            put(1, i % 2 == 0 ? LARGE : SMALL);
        }
        events.clear();
        put(1, LARGE);
        put(1, SMALL);
        for (int no = 2; no <= 10; no++) {
            put(no, SMALL);
        }
        assertThat(kept(1, 10)).isEqualTo(10);
    }

    @Test
    @DisplayName("G5: one that is larger than all that may be kept pushes out no other")
    void tooLarge() {
        put(1, SMALL);
        put(2, 1_000_000);

        assertThat(events.get(1)).isNotNull();
        assertThat(events.get(2)).isNull();
    }

    @Test
    @DisplayName("What is erased is forgotten, and what was read before that is not kept")
    void erased() {
        put(1, SMALL);
        put(2, SMALL);
        StoredEvent readBefore = events.get(1);
        long before = events.erasures();

        events.erased(List.of(1L, 3L));
        events.put(1, readBefore, before);
        events.put(3, readBefore, before);

        assertThat(events.get(1)).isNull();
        assertThat(events.get(2)).isNotNull();
        assertThat(events.get(3)).isNull();
        for (int no = 11; no <= 19; no++) {
            put(no, SMALL);
        }
        assertThat(kept(2, 19)).as("the erased one left its room").isEqualTo(10);
    }
}
