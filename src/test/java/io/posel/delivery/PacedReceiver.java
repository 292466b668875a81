package io.posel.delivery;

import io.posel.event.EntityRef;
import io.posel.event.Event;
import io.posel.json.Json;
import io.posel.webhook.Definition;
import io.posel.webhook.Health;
import io.posel.webhook.Ordering;
import io.posel.webhook.Webhook;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The real {@link Dispatcher} and one receiver, in time that passes only here. Redeliveries come as the route brings them:
 * after 10 s and after 60 s, or when the receiver says.
 */
final class PacedReceiver implements InstantSource {

    /** @param failure null if it took the request */
    record Reply(@Nullable Failure failure, long micros) {}

    /** What a request gets that comes now. */
    interface Behaviour {
        Reply take(Request request);
    }

    /** @param number from 1, of all that came */
    record Request(Queued delivery, int attempt, long micros, int number) {
        long millis() {
            return micros / 1_000;
        }
    }

    private static final StoredEvent EVENT =
            new StoredEvent(new Event("", "1", "t", new EntityRef("e", "1"), null, null, Json.EMPTY), false, 500);

    private record Task(long at, long order, Runnable action) {}

    final Pacing pacing;
    final List<Request> requests = new ArrayList<>();
    final List<Queued> delivered = new ArrayList<>();
    final List<Queued> dead = new ArrayList<>();
    /** Of the last delivered, in ms. */
    long lastAt;

    final Dispatcher dispatcher;

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
    private final Deque<Runnable> pool = new ArrayDeque<>();
    private final TreeMap<Long, Queued> rows = new TreeMap<>();
    private final Map<String, Webhook> webhooks = new HashMap<>();
    private final Map<String, Behaviour> behaviours = new HashMap<>();
    private final long[] delays;
    private long micros;
    private long order;

    PacedReceiver(Duration delay, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        pacing = new Pacing(Duration.ofHours(1), delay, random::nextDouble);
        delays = new long[] {delay.toMillis(), 6 * delay.toMillis()};
        dispatcher = new Dispatcher(
                new Disk(),
                new Starts(),
                id -> Optional.ofNullable(webhooks.get(id)),
                Limits.of(32, 256, 512_000_000, Duration.ofHours(1)),
                pacing,
                new RecentEvents(0),
                pool::add,
                (wait, action) -> at(micros + wait.toMillis() * 1_000, action),
                this,
                () -> 0,
                () -> true);
        dispatcher.deliverWith(this::attempt);
    }

    @Override
    public Instant instant() {
        return Instant.EPOCH.plusNanos(micros * 1_000);
    }

    PacedReceiver webhook(String id, Behaviour behaviour) {
        return webhook(id, 1, "http://a/", behaviour);
    }

    PacedReceiver webhook(String id, int version, String url, Behaviour behaviour) {
        Definition definition =
                new Definition(id, true, List.of("t"), Map.of(), url, null, Map.of(), Ordering.ENTITY, null, null);
        webhooks.put(
                id, new Webhook(id, version, definition, Health.UNKNOWN, null, null, Instant.EPOCH, Instant.EPOCH));
        behaviours.put(id, behaviour);
        return this;
    }

    /** Events of as many entities at once. */
    PacedReceiver queue(String webhookId, int entities) {
        List<Queued> queued = new ArrayList<>();
        for (int i = 0; i < entities; i++) {
            long pos = rows.isEmpty() ? 1 : rows.lastKey() + 1;
            Queued row =
                    new Queued(new UUID(0, pos), webhookId, pos, pos, "e" + (entities == 1 ? pos : i), 1, 0, null, 500);
            rows.put(pos, row);
            queued.add(row);
        }
        dispatcher.queued(Map.of(webhookId, queued));
        return this;
    }

    void at(long dueMicros, Runnable action) {
        tasks.add(new Task(dueMicros, ++order, action));
    }

    /** @return this, when nothing is left to do, or so much time has passed */
    PacedReceiver run(Duration longest) {
        long end = micros + longest.toMillis() * 1_000;
        work();
        while (!tasks.isEmpty() && tasks.peek().at <= end) {
            Task next = tasks.remove();
            micros = Math.max(micros, next.at);
            next.action.run();
            work();
        }
        return this;
    }

    private void work() {
        dispatcher.pumpAll();
        while (!pool.isEmpty()) {
            pool.remove().run();
            dispatcher.pumpAll();
        }
    }

    private void attempt(Delivery delivery) {
        if (!dispatcher.hasTurn(delivery)) {
            dispatcher.awaitTurn(delivery, () -> attempt(delivery));
            return;
        }
        Request request = new Request(delivery.queued(), delivery.attempt(), micros, requests.size() + 1);
        requests.add(request);
        Reply reply = behaviours.get(delivery.queued().webhookId()).take(request);
        at(micros + reply.micros, () -> answered(delivery, reply.failure));
    }

    private void answered(Delivery delivery, @Nullable Failure failure) {
        Queued queued = delivery.queued();
        int number = delivery.attempt();
        if (failure == null) {
            delivered.add(queued);
            lastAt = micros / 1_000;
            delivery.end(new Outcome.Delivered(queued, 1, number, instant(), 200, 1));
            end(delivery);
            return;
        }
        delivery.failed(failure);
        boolean waits = dispatcher.attemptFailed(delivery, failure);
        if (number > delays.length) {
            dead.add(queued);
            delivery.end(new Outcome.Dead(queued, 1, number, instant(), "status", true, null));
            end(delivery);
        } else if (waits) {
            attempt(delivery);
        } else {
            Duration asked = failure.retryAfter();
            long wait = asked == null ? delays[number - 1] : asked.toMillis();
            at(micros + wait * 1_000, () -> attempt(delivery));
        }
    }

    private void end(Delivery delivery) {
        rows.remove(delivery.queued().pos());
        dispatcher.finished(delivery);
        dispatcher.settled(List.of(delivery.queued()));
    }

    static Failure status(int status, @Nullable Duration retryAfter) {
        return new Failure(
                Failure.Kind.STATUS, null, status, "answered " + status, new byte[0], retryAfter, true, true);
    }

    static Failure failure(Failure.Kind kind) {
        return new Failure(kind, null, null, kind.code(), new byte[0], null, true, true);
    }

    private final class Disk implements Backlog {
        @Override
        public List<Queued> page(String webhookId, long after, int limit) {
            return read(webhookId, null, after, limit);
        }

        @Override
        public List<Queued> lanePage(String webhookId, String laneKey, long after, int limit) {
            return read(webhookId, laneKey, after, limit);
        }

        private List<Queued> read(String webhookId, @Nullable String laneKey, long after, int limit) {
            return rows.tailMap(after, false).values().stream()
                    .filter(row -> row.webhookId().equals(webhookId))
                    .filter(row -> laneKey == null || laneKey.equals(row.laneKey()))
                    .limit(limit)
                    .toList();
        }

        @Override
        public Map<Long, StoredEvent> events(Collection<Long> numbers) {
            Map<Long, StoredEvent> events = new HashMap<>();
            numbers.forEach(number -> events.put(number, EVENT));
            return events;
        }

        @Override
        public List<String> webhooks() {
            return List.of();
        }
    }

    private static final class Starts implements StartRecord {
        @Override
        public Suspicion read() throws SQLException {
            return Suspicion.none();
        }

        @Override
        public void starting(List<Queued> deliveries, boolean alone) {}

        @Override
        public void calm() {}
    }
}
