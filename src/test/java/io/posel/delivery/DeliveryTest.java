package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.event.EntityRef;
import io.posel.event.Event;
import io.posel.json.Json;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DeliveryTest {
    @Test
    void logLinesNameTheEventAsSoonAsItIsKnownAndNotOnlyWhenItCouldBeRendered() {
        Delivery delivery = new Delivery(new Queued(new UUID(1, 2), "wh_1", 42, 1, null, 1, 0, null, 0));
        assertThat(delivery.subject()).isEqualTo("event no 42");

        delivery.about(
                new StoredEvent(
                        new Event("", "ord-1", "t", new EntityRef("customer", "7"), null, null, Json.EMPTY), false, 0),
                0);

        assertThat(delivery.rendered()).isEmpty();
        assertThat(delivery.subject()).isEqualTo("event ord-1 of customer:7");
    }
}
