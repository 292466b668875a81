package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.event.EntityRef;
import io.posel.event.Event;
import io.posel.json.Json;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ErasureWatchTest {
    private static final Event EVENT = new Event("s", "e", "t", new EntityRef("e", "1"), null, null, Json.EMPTY);

    private final Map<Long, StoredEvent> disk = new HashMap<>(Map.of(1L, new StoredEvent(EVENT, false, 10)));
    private final RecentEvents events = new RecentEvents(100_000);
    private int questions;
    private boolean away;

    private final ErasureWatch watch = new ErasureWatch(
            new Backlog() {
                @Override
                public List<Queued> page(String webhookId, long after, int limit) {
                    return List.of();
                }

                @Override
                public List<Queued> lanePage(String webhookId, String laneKey, long after, int limit) {
                    return List.of();
                }

                @Override
                public Map<Long, StoredEvent> events(Collection<Long> numbers) throws SQLException {
                    questions++;
                    if (away) {
                        throw new SQLException("away");
                    }
                    Map<Long, StoredEvent> found = new HashMap<>(disk);
                    found.keySet().retainAll(numbers);
                    return found;
                }

                @Override
                public List<String> webhooks() {
                    return List.of();
                }
            },
            events);

    private Delivery delivery() {
        Delivery delivery = new Delivery(new Queued(new UUID(1, 2), "w", 1, 1, null, 1, 0, null, 10));
        delivery.about(disk.get(1L), events.erasures());
        return delivery;
    }

    @Test
    void whileNothingIsErasedTheDatabaseIsNotAsked() throws SQLException {
        assertThat(watch.isErased(delivery())).isFalse();
        assertThat(questions).isZero();
    }

    @Test
    void afterAnErasureItIsAskedOnceForWhatIsStillThere() throws SQLException {
        Delivery delivery = delivery();
        events.erased(List.of(7L));

        assertThat(watch.isErased(delivery)).isFalse();
        assertThat(watch.isErased(delivery)).isFalse();
        assertThat(questions).isEqualTo(1);

        events.erased(List.of(8L));
        assertThat(watch.isErased(delivery)).isFalse();
        assertThat(questions).isEqualTo(2);
    }

    @Test
    void whatIsErasedOrGoneIsNoticed() throws SQLException {
        Delivery delivery = delivery();
        disk.put(1L, new StoredEvent(EVENT, false, 0, true));
        events.erased(List.of(1L));
        assertThat(watch.isErased(delivery)).isTrue();
        assertThat(watch.isErased(delivery)).isTrue();

        disk.clear();
        assertThat(watch.isErased(delivery)).isTrue();
    }

    @Test
    void aDatabaseThatIsAwayIsNoNo() {
        Delivery delivery = delivery();
        away = true;
        events.erased(List.of(1L));

        assertThatThrownBy(() -> watch.isErased(delivery)).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> watch.isErased(delivery)).isInstanceOf(SQLException.class);
    }
}
