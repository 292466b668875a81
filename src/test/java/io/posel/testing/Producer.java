package io.posel.testing;

import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A careful producer of the events of one entity: one after the other, each repeated with the same id until it is
 * acknowledged. The event's id is the entity and its number, from 1.
 */
public final class Producer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Supplier<PoselClient> posel;
    private final String entity;
    private final boolean numbered;
    private final Duration pause;
    private final List<String> acknowledged = new CopyOnWriteArrayList<>();
    private final AtomicInteger refused = new AtomicInteger();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "producer");

    private Producer(Supplier<PoselClient> posel, String entity, boolean numbered, Duration pause) {
        this.posel = posel;
        this.entity = entity;
        this.numbered = numbered;
        this.pause = pause;
    }

    public static Producer start(Supplier<PoselClient> posel, String entity, boolean numbered) {
        return start(posel, entity, numbered, Duration.ofMillis(10));
    }

    /** @param pause between an answer and the next request */
    public static Producer start(Supplier<PoselClient> posel, String entity, boolean numbered, Duration pause) {
        Producer producer = new Producer(posel, entity, numbered, pause);
        producer.thread.setDaemon(true);
        producer.thread.start();
        return producer;
    }

    private void run() {
        try {
            for (int number = 1; closing.getCount() > 0; ) {
                if (post(number)) {
                    acknowledged.add(entity + "-" + number);
                    number++;
                } else {
                    refused.incrementAndGet();
                }
                closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean post(int number) {
        String sequence = numbered ? ",\"sequence\":" + number : "";
        String event =
                "{\"id\":\"%s-%d\",\"type\":\"user.changed\",\"entity\":{\"type\":\"user\",\"id\":\"%s\"}%s,\"data\":{}}"
                        .formatted(entity, number, entity, sequence);
        try {
            return posel.get().post("/events", event).status() == 202;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    public String entity() {
        return entity;
    }

    /** The ids of the events that were acknowledged, in order. */
    public List<String> acknowledged() {
        return List.copyOf(acknowledged);
    }

    /** How many requests were not acknowledged. */
    public int refused() {
        return refused.get();
    }

    /** Waits until each has so many more events acknowledged than now. */
    public static void awaitMore(List<Producer> producers, int count) {
        List<Integer> wanted =
                producers.stream().map(each -> each.acknowledged.size() + count).toList();
        await().atMost(PATIENCE).until(() -> IntStream.range(0, wanted.size())
                .allMatch(i -> producers.get(i).acknowledged.size() >= wanted.get(i)));
    }

    /** Posts nothing more; returns when the request in flight has ended. */
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
