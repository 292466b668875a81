package io.posel.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.PoselClient;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Fills a Posel by its API with what a page shows. */
final class Seed {
    /** An event type that is in the catalogue. */
    static final String TYPE = "customer.credit.changed";

    private static final int PER_REQUEST = 1_000;

    private final RunningPosel posel;
    private final Receiver receiver;

    Seed(RunningPosel posel, Receiver receiver) {
        this.posel = posel;
        this.receiver = receiver;
    }

    private PoselClient client() {
        return posel.client();
    }

    /** Sends to the fixture's receiver. @return its id */
    String webhook(String name) {
        return webhook(name, TYPE);
    }

    /** @return its id */
    String webhook(String name, String eventType) {
        return client().createWebhook("""
                {"name":"%s","events":["%s"],"url":"%s","body":"{\\"customer\\":#customer.id#}","enabled":true}""".formatted(name, eventType, receiver.url("/" + eventType)));
    }

    /** Hands in events of this type, each of an entity of its own: customer 1, 2, 3… */
    void events(String eventType, int count) {
        for (int first = 1; first <= count; first += PER_REQUEST) {
            int end = Math.min(first + PER_REQUEST, count + 1);
            client().accept(IntStream.range(first, end)
                    .mapToObj(i -> event(eventType, i))
                    .collect(Collectors.joining(",", "[", "]")));
        }
    }

    private static String event(String type, int customer) {
        return """
                {"type":"%s","entity":{"type":"customer","id":"%d"},"data":{"customer":{"id":"%2$d",\
                "email":"customer%2$d@example.com","credit":12.5},"creditChange":{"value":-3},"account":{"eshopId":"7"}}}""".formatted(type, customer);
    }

    /** Makes a webhook and so many deliveries of it, and waits until all are settled. @return the webhook's id */
    String deliveries(String name, String eventType, int count) {
        String id = webhook(name, eventType);
        events(eventType, count);
        awaitSettled(id, count);
        return id;
    }

    /** Deletes all webhooks, for a test that begins with none. */
    void clear() {
        for (String id : client().get("/api/webhooks?limit=200").all("items", "id")) {
            client().delete("/api/webhooks/" + id);
        }
    }

    void awaitSettled(String webhook, int count) {
        await("deliveries are settled").atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(
                        posel.rows("select count(*) from delivery where webhook_id = '" + webhook
                                + "' and state in ('delivered', 'dead', 'skipped')"))
                .containsExactly(String.valueOf(count)));
    }
}
