package io.posel.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a receiver got of the events of {@link Producer}s, from a webhook whose URL ends in {@code /#event.id#}. */
public final class Receipts {
    private Receipts() {}

    public static long count(Receiver receiver, String target) {
        return receiver.requests().stream()
                .filter(request -> request.target().equals(target))
                .count();
    }

    /**
     * Waits until everything acknowledged has come, and checks that it came in order.
     *
     * @param most requests of one delivery
     */
    public static void allOf(Collection<Producer> producers, Receiver receiver, int most) {
        await("all acknowledged events are received")
                .atMost(Duration.ofSeconds(90))
                .untilAsserted(() -> assertThat(targets(receiver))
                        .containsAll(producers.stream()
                                .flatMap(each -> each.acknowledged().stream())
                                .collect(Collectors.toSet())));
        for (Producer producer : producers) {
            List<String> first = receiver.requests().stream()
                    .map(Receipts::eventId)
                    .filter(id -> id.startsWith(producer.entity() + "-"))
                    .distinct()
                    .toList();
            // one more may have been stored without the acknowledgement having arrived
            assertThat(first.subList(0, producer.acknowledged().size())).isEqualTo(producer.acknowledged());
        }
        Map<String, Long> counts = receiver.requests().stream()
                .map(Receipts::eventId)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        assertThat(counts).allSatisfy((id, count) -> assertThat(count).as(id).isLessThanOrEqualTo(most));
    }

    private static List<String> targets(Receiver receiver) {
        return receiver.requests().stream().map(Receipts::eventId).distinct().toList();
    }

    private static String eventId(ReceivedRequest request) {
        return request.target().substring(request.target().lastIndexOf('/') + 1);
    }
}
