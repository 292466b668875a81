package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.MovableClock;
import io.posel.webhook.Definition;
import io.posel.webhook.Health;
import io.posel.webhook.Ordering;
import io.posel.webhook.Webhook;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DispatcherTest {
    private static final int THREADS = 12;
    private static final int WINDOW = 100;

    private final MovableClock clock = new MovableClock();
    private final Disk disk = new Disk();
    private final Starts record = new Starts();
    private final LaterTimer timer = new LaterTimer();
    private final Deque<Runnable> pool = new ArrayDeque<>();
    private final Map<String, Webhook> webhooks = new HashMap<>();
    private final List<Delivery> started = new ArrayList<>();
    private int unsettled;
    private boolean owner = true;

    private final Dispatcher dispatcher = new Dispatcher(
            disk,
            record,
            id -> Optional.ofNullable(webhooks.get(id)),
            new Limits(4, THREADS, WINDOW, 8, 2 * WINDOW, 500, 1_000_000, 10_000, Duration.ofMinutes(5)),
            new Pacing(Duration.ofMinutes(1), Duration.ofSeconds(10), () -> 1),
            new RecentEvents(0),
            pool::add,
            timer,
            clock,
            () -> unsettled,
            () -> owner);

    DispatcherTest() {
        dispatcher.deliverWith(started::add);
        webhook("w", true, null);
    }

    @Test
    @DisplayName("G4: a webhook has as many requests in flight as it has permits")
    void permits() {
        webhook("w", true, 2);
        queue("w", "a", "b", "c");

        run();
        assertThat(started).hasSize(2);
        deliver(started.get(0));
        run();
        assertThat(started).hasSize(3);
        assertThat(dispatcher.inFlight()).isEqualTo(2);
    }

    @Test
    @DisplayName("G4: receivers that hang from the beginning get few threads each")
    void firstTrust() {
        for (String name : List.of("a", "b", "c")) {
            webhook(name, true, 100);
            queue(name, lanes(20));
            run();
        }
        assertThat(started).hasSizeLessThan(THREADS);

        queue("w", "a");
        run();

        assertThat(started.get(started.size() - 1).queued().webhookId()).isEqualTo("w");
    }

    @Test
    @DisplayName("G4: no webhook takes more threads than it leaves for the others, however quickly it answers")
    void leavesThreads() {
        webhook("a", true, 100);
        queue("a", lanes(100));
        for (int i = 0; i < 50; i++) {
            run();
            deliver(started.get(i));
        }
        run();

        assertThat(dispatcher.inFlight()).isEqualTo(THREADS / 2);
    }

    @Test
    @DisplayName("a webhook with a rate limit starts so many requests per second, and after a pause no more at once")
    void rateLimit() {
        webhook("w", true, 10, 2.0);
        queue("w", lanes(20));

        run();
        assertThat(started).hasSize(2);
        for (int second = 1; second <= 3; second++) {
            clock.move(Duration.ofMillis(500));
            deliver(started.get(second));
            timer.runAll();
            run();
            assertThat(started).hasSize(2 + second);
        }
        clock.move(Duration.ofHours(1));
        timer.runAll();
        run();
        assertThat(started).hasSize(5 + 2);
    }

    @Test
    @DisplayName("G4: webhooks take turns when they need more threads than there are")
    void takeTurns() {
        List<String> names = List.of("a", "b", "c", "d", "e", "f");
        for (String name : names) {
            webhook(name, true, null);
            queue(name, lanes(50));
        }
        for (int i = 0; i < 100; i++) {
            run();
            deliver(started.get(i));
        }

        Map<String, Integer> counts = new TreeMap<>();
        started.subList(0, 100).forEach(each -> counts.merge(each.queued().webhookId(), 1, Integer::sum));
        assertThat(counts.keySet()).containsExactlyElementsOf(names);
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(6, 25));
    }

    @Test
    @DisplayName("G4: of a receiver that hangs one request after the other is tried, until it answers again")
    void timeoutsTakePermits() {
        queue("w", lanes(20));
        run();
        assertThat(started).hasSize(4);

        started.forEach(each -> dispatcher.attemptFailed(each, timeout()));
        run();
        assertThat(dispatcher.inFlight()).isEqualTo(1);

        for (int i = 4; i < 8; i++) {
            deliver(started.get(i));
            run();
        }
        assertThat(dispatcher.inFlight()).isEqualTo(4);
    }

    @Test
    @DisplayName("G4: a waiting redelivery holds its lane, but no permit and no thread")
    void waitingRedelivery() {
        webhook("w", true, 1);
        queue("w", "a", "a", "b");
        run();

        dispatcher.attemptFailed(started.get(0), failure());
        run();
        assertThat(started).extracting(each -> each.queued().laneKey()).containsExactly("a", "b");

        List<String> attempts = new ArrayList<>();
        dispatcher.awaitTurn(started.get(0), () -> attempts.add("again"));
        run();
        assertThat(attempts).isEmpty();
        deliver(started.get(1));
        run();
        assertThat(attempts).containsExactly("again");
        deliver(started.get(0));
        run();
        assertThat(started).extracting(each -> each.queued().pos()).containsExactly(1L, 3L, 2L);
    }

    @Test
    @DisplayName("S1: while a webhook is off nothing starts; switched on, all of it does")
    void offAndOn() {
        webhook("w", false, null);
        queue("w", "a", "b");
        run();
        assertThat(started).isEmpty();

        webhook("w", true, null);
        dispatcher.changed("w");
        run();
        assertThat(started).hasSize(2);
    }

    @Test
    @DisplayName("S1, F2: a redelivery that comes due while the webhook is off waits, its attempts stay counted")
    void redeliveryWhileOff() {
        queue("w", "a", "a");
        run();
        Delivery first = started.get(0);
        first.failed(failure());
        dispatcher.attemptFailed(first, failure());
        webhook("w", false, null);
        dispatcher.changed("w");
        run();

        List<Boolean> goesHome = new ArrayList<>();
        dispatcher.awaitTurn(first, () -> goesHome.add(first.isPostponed()));
        run();
        assertThat(goesHome).containsExactly(true);
        assertThat(dispatcher.inFlight()).isZero();
        dispatcher.finished(first);
        timer.runAll();
        run();
        assertThat(started).hasSize(1);

        disk.attempts(first, 1);
        webhook("w", true, null);
        dispatcher.changed("w");
        run();
        assertThat(started).hasSize(2);
        assertThat(started.get(1).queued().id()).isEqualTo(first.queued().id());
        assertThat(started.get(1).attempt()).isEqualTo(2);
    }

    @Test
    @DisplayName("F8: a Posel that stops waits for no pause: what waits for its end leaves the route and stays queued")
    void stopsWhilePaused() {
        queue("w", "a", "b");
        run();
        List<Boolean> goesHome = new ArrayList<>();
        for (Delivery each : started) {
            assertThat(dispatcher.attemptFailed(each, busy())).isTrue();
        }
        dispatcher.awaitTurn(started.get(0), () -> goesHome.add(started.get(0).isPostponed()));
        run();
        assertThat(goesHome).isEmpty();

        dispatcher.stop(Duration.ZERO);
        dispatcher.awaitTurn(started.get(1), () -> goesHome.add(started.get(1).isPostponed()));
        pool.forEach(Runnable::run);

        assertThat(goesHome).containsExactly(true, true);
    }

    @Test
    @DisplayName("F8, G4: one that waits to go alone holds up nobody while its webhook is paused, and goes afterwards")
    void aloneWhilePaused() throws SQLException {
        webhook("other", true, null);
        queue("w", "a", "b");
        record.suspicion =
                new StartRecord.Suspicion(false, Map.of(disk.all("w").get(1).identity(), 3));
        dispatcher.begin();
        run();
        queue("other", "p");
        run();
        assertThat(keys()).containsExactly("a");

        dispatcher.attemptFailed(started.get(0), busy());
        run();
        assertThat(keys()).containsExactly("a", "p");

        deliver(started.get(1));
        end(started.get(0));
        timer.runAll();
        run();
        assertThat(keys()).containsExactly("a", "p", "b");
    }

    @Test
    void whoIsNotTheOwnerStartsNothingUntilItIsAgain() {
        queue("w", "a", "b");
        run();
        Delivery first = started.get(0);
        Delivery second = started.get(1);
        first.failed(failure());
        dispatcher.attemptFailed(first, failure());
        owner = false;
        queue("w", "c");
        List<String> again = new ArrayList<>();
        dispatcher.awaitTurn(first, () -> again.add("again"));
        deliver(second);
        run();
        assertThat(again).isEmpty();
        assertThat(started).hasSize(2);

        owner = true;
        dispatcher.readAllAnew();
        run();
        assertThat(again).containsExactly("again");
        assertThat(started).extracting(each -> each.queued().laneKey()).containsExactly("a", "b", "c");
    }

    @Test
    @DisplayName("G2: after an outage all is read anew, whatever else failed before it was over")
    void failsOtherwiseAfterAnOutage() {
        queue("w", "a", "b");
        run();
        disk.broken = true;
        queue("w", "lost");
        run();
        Queued lost = disk.rows.lastEntry().getValue();
        disk.remove(lost);
        disk.remove(started.get(1).queued());
        disk.put(new Queued(new UUID(9, 9), "w", 2, 2, "given again", 1, 0, null, 0));
        disk.broken = false;
        disk.duringRead = () -> {
            throw new IllegalStateException("something else");
        };

        timer.runAll();
        run();
        timer.runAll();
        run();

        assertThat(keys()).containsExactly("a", "b", "given again");
    }

    @Test
    @DisplayName("a row that is committed while a page is read is found")
    void noLostWake() {
        disk.duringRead = () -> queue("w", "b");
        queue("w", "a");

        run();

        assertThat(started).hasSize(2);
    }

    @Test
    @DisplayName("F5: what is delivered but not yet settled on disk is not started again")
    void settledButNotCommitted() {
        queue("w", "a", "a");
        run();
        Delivery first = started.get(0);
        end(first);

        dispatcher.changed("w");
        run();
        assertThat(started).extracting(each -> each.queued().pos()).containsExactly(1L, 2L);

        commit(first);
        dispatcher.changed("w");
        run();
        assertThat(started).hasSize(2);
    }

    @Test
    @DisplayName("the commit may be told before the exchange is over")
    void earlyCommit() {
        queue("w", "a", "a");
        run();
        Delivery first = started.get(0);
        first.end(delivered(first));
        commit(first);
        dispatcher.changed("w");
        run();
        assertThat(started).hasSize(1);

        dispatcher.finished(first);
        run();
        assertThat(started).hasSize(2);
    }

    @Test
    @DisplayName("G6: a delivery that leaves the route without an outcome comes back")
    void withoutOutcome() {
        queue("w", "a", "a");
        run();

        dispatcher.finished(started.get(0));
        run();
        assertThat(started).hasSize(1);
        assertThat(dispatcher.inFlight()).isZero();
        timer.runAll();
        run();
        assertThat(started).extracting(each -> each.queued().pos()).containsExactly(1L, 1L);
    }

    @Test
    @DisplayName("F2: attempts that failed before it left the route without an outcome stay counted")
    void withoutOutcomeAfterAFailure() {
        queue("w", "a");
        run();
        started.get(0).failed(failure());

        dispatcher.finished(started.get(0));
        timer.runAll();
        run();

        assertThat(started.get(1).attempt()).isEqualTo(2);
    }

    @Test
    void aQueueThatCannotBeReadIsReadAgainLater() {
        disk.broken = true;
        queue("w", "a");
        run();
        assertThat(started).isEmpty();

        disk.broken = false;
        timer.runAll();
        run();
        assertThat(started).hasSize(1);
    }

    @Test
    @DisplayName(
            "G2: a database that comes back without its last commits, and gives their places again, loses no delivery")
    void placesGivenAgain() {
        queue("w", "a", "b");
        run();
        deliver(started.get(0));
        deliver(started.get(1));
        disk.broken = true;
        queue("w", "c");
        run();

        disk.rows.clear();
        disk.put(new Queued(UUID.randomUUID(), "w", 2, 2, "d", 1, 0, null, 0));
        disk.broken = false;
        timer.runAll();
        run();
        assertThat(started).extracting(each -> each.queued().laneKey()).containsExactly("a", "b", "d");
    }

    @Test
    @DisplayName("G5: while too many outcomes are not on disk nothing starts; it goes on when they are")
    void unsettledLimit() {
        webhook("v", true, null);
        unsettled = 10_001;
        queue("w", "a");
        queue("v", "a");
        run();
        assertThat(started).isEmpty();

        unsettled = 0;
        dispatcher.settled(List.of());
        run();
        assertThat(started).hasSize(2);
    }

    @Test
    @DisplayName("G5: a webhook whose redeliveries wait has a bounded number of deliveries on their way")
    void boundedRedeliveries() {
        queue("w", lanes(3 * WINDOW));
        run();
        for (int i = 0; i < started.size(); i++) {
            dispatcher.attemptFailed(started.get(i), failure());
            run();
        }
        assertThat(started).hasSize(WINDOW);

        end(started.get(0));
        run();
        assertThat(started).hasSize(WINDOW + 1);
    }

    @Test
    @DisplayName("F2: an attempt that is due later is started then, and holds no permit until then")
    void notBefore() {
        webhook("w", true, 1);
        disk.put(new Queued(
                UUID.randomUUID(), "w", 1, 1, "a", 1, 1, clock.instant().plusSeconds(30), 0));
        queue("w", "b");

        run();
        assertThat(started).extracting(each -> each.queued().laneKey()).containsExactly("b");
        assertThat(timer.delays).contains(30_000L);
        deliver(started.get(0));
        clock.move(Duration.ofSeconds(30));
        timer.runAll();
        run();
        assertThat(started.get(1).attempt()).isEqualTo(2);
    }

    @Test
    void aStopWaitsForRequestsInFlightAndForNothingElse() {
        webhook("w", true, 1);
        queue("w", "a", "b", "c");
        run();
        dispatcher.attemptFailed(started.get(0), failure());
        dispatcher.awaitTurn(started.get(0), () -> {});
        assertThat(dispatcher.inFlight()).isZero();

        long before = System.nanoTime();
        dispatcher.stop(Duration.ofMinutes(1));

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
        run();
        assertThat(started).hasSize(1);
    }

    @Test
    void aStopIsOverWithTheLastRequestThoughNoOutcomeIsWritten() throws InterruptedException {
        queue("w", "a");
        run();
        Thread stop = new Thread(() -> dispatcher.stop(Duration.ofMinutes(5)));
        stop.start();
        await().atMost(Duration.ofSeconds(20)).until(() -> stop.getState() == Thread.State.TIMED_WAITING);

        started.get(0).end(delivered(started.get(0)));
        dispatcher.finished(started.get(0));

        stop.join(Duration.ofSeconds(60).toMillis());
        assertThat(stop.isAlive()).isFalse();
    }

    @Test
    void whatStandsInThePoolWhenItStopsIsNotSent() {
        queue("w", "a");
        dispatcher.pumpAll();
        assertThat(dispatcher.inFlight()).isEqualTo(1);

        dispatcher.stop(Duration.ZERO);
        run();

        assertThat(started).isEmpty();
        assertThat(dispatcher.inFlight()).isZero();
    }

    @Test
    void withoutARouteNothingStartsAndWithOneItGoesOn() {
        dispatcher.deliverWith(null);
        queue("w", "a");
        run();
        assertThat(started).isEmpty();

        dispatcher.deliverWith(started::add);
        run();
        assertThat(started).hasSize(1);
    }

    @Test
    @DisplayName("G6: after a crash each start is on disk before it is sent, in one go, and after a minute none")
    void writesStartsDown() throws SQLException {
        record.suspicion = new StartRecord.Suspicion(true, Map.of());
        queue("w", "a", "b", "c");
        dispatcher.begin();

        dispatcher.pumpAll();
        assertThat(record.written).hasSize(1);
        assertThat(record.written.get(0)).hasSize(3);
        assertThat(record.alone).containsExactly(false);
        run();
        assertThat(started).hasSize(3);
        timer.runAll();
        run();
        assertThat(record.calm).isTrue();
        queue("w", "d");
        deliver(started.get(0));
        run();

        assertThat(started).hasSize(4);
        assertThat(record.written).hasSize(1);
    }

    @Test
    @DisplayName("without a crash no start is written down")
    void writesNothing() throws SQLException {
        queue("w", "a", "b", "c");
        dispatcher.begin();

        run();

        assertThat(started).hasSize(3);
        assertThat(record.written).isEmpty();
    }

    @Test
    @DisplayName("G6: what cannot be written down is not sent before it can")
    void cannotBeWrittenDown() throws SQLException {
        record.suspicion = new StartRecord.Suspicion(true, Map.of());
        record.refuses = true;
        queue("w", "a");
        dispatcher.begin();
        run();
        assertThat(started).isEmpty();
        assertThat(dispatcher.inFlight()).isZero();

        record.refuses = false;
        timer.runAll();
        run();

        assertThat(started).hasSize(1);
    }

    @Test
    @DisplayName(
            "G6: a delivery that was in flight at three crashes waits for the others, goes alone, and then they go on")
    void goesAlone() throws SQLException {
        queue("w", "a");
        run();
        queue("w", "b", "c");
        record.suspicion =
                new StartRecord.Suspicion(false, Map.of(disk.all("w").get(1).identity(), 3));
        dispatcher.begin();
        run();
        assertThat(keys()).containsExactly("a");

        deliver(started.get(0));
        run();
        assertThat(keys()).containsExactly("a", "b");
        assertThat(record.alone).containsExactly(true);

        deliver(started.get(1));
        run();
        assertThat(keys()).containsExactly("a", "b", "c");
        assertThat(record.alone).containsExactly(true, false); // c must not look as if b were there still
    }

    @Test
    @DisplayName(
            "G3: one that goes alone waits until what was delivered before it is on disk, or would be dead before it")
    void aloneWaitsForOutcomes() throws SQLException {
        queue("w", "a", "a", "b");
        record.suspicion =
                new StartRecord.Suspicion(false, Map.of(disk.all("w").get(1).identity(), 3));
        dispatcher.begin();
        run();
        deliver(started.get(1));
        end(started.get(0));
        run();
        assertThat(keys()).containsExactly("a", "b");

        commit(started.get(0));
        run();

        assertThat(keys()).containsExactly("a", "b", "a");
        assertThat(record.alone).containsExactly(true);
    }

    @Test
    @DisplayName("G6: an attempt that Posel survived is no suspicion against the next one")
    void survived() throws SQLException {
        queue("w", "a");
        record.suspicion =
                new StartRecord.Suspicion(false, Map.of(disk.all("w").get(0).identity(), 3));
        dispatcher.begin();
        run();
        Delivery first = started.get(0);
        first.failed(timeout());
        dispatcher.attemptFailed(first, timeout());
        queue("w", "b");
        run();

        dispatcher.awaitTurn(first, () -> started.add(first));
        run();

        assertThat(keys()).containsExactly("a", "b", "a");
        assertThat(dispatcher.inFlight()).isEqualTo(2);
    }

    @Test
    @DisplayName("G4: those that go alone take no more than half of the time")
    void rests() throws SQLException {
        queue("w", "a", "b", "c");
        record.suspicion = new StartRecord.Suspicion(
                false,
                Map.of(
                        disk.all("w").get(0).identity(), 3,
                        disk.all("w").get(1).identity(), 3));
        dispatcher.begin();
        run();
        assertThat(keys()).containsExactly("a");
        clock.move(Duration.ofSeconds(30));
        timer.delays.clear();
        deliver(started.get(0));
        run();
        assertThat(keys()).containsExactly("a", "c");
        assertThat(timer.delays).containsExactly(30_000L);

        deliver(started.get(1));
        run();
        assertThat(keys()).containsExactly("a", "c");
        timer.runAll();
        run();

        assertThat(keys()).containsExactly("a", "c", "b");
    }

    @Test
    @DisplayName("S1: one that waits to go alone holds up nobody when its webhook is switched off")
    void switchedOffWhileItWaits() throws SQLException {
        webhook("other", true, null);
        queue("other", "o");
        run();
        queue("w", "a");
        record.suspicion =
                new StartRecord.Suspicion(false, Map.of(disk.all("w").get(0).identity(), 3));
        dispatcher.begin();
        run();
        queue("other", "p");
        run();
        assertThat(keys()).containsExactly("o");

        webhook("w", false, null);
        dispatcher.changed("w");
        run();

        assertThat(keys()).containsExactly("o", "p");
    }

    @Test
    @DisplayName("D10: what could not be begun goes on with its attempts, later each time, and first of its lane")
    void notBegun() throws SQLException {
        queue("w", "a", "a", "b");
        dispatcher.begin();
        run();
        assertThat(keys()).containsExactly("a", "b");
        Queued first = started.get(0).queued();
        deliver(started.get(1));
        List<Long> waits = new ArrayList<>();

        for (int i = 0; i < 9; i++) {
            Delivery delivery = started.get(started.size() - 1 - (i == 0 ? 1 : 0));
            assertThat(delivery.queued().identity()).isEqualTo(first.identity());
            assertThat(delivery.attempt()).isEqualTo(1);
            timer.delays.clear();
            dispatcher.notBegun(delivery, notBegun("no socket"));
            dispatcher.finished(delivery);
            run();
            assertThat(dispatcher.inFlight()).isZero();
            waits.add(timer.delays.get(0));
            clock.move(Duration.ofMillis(timer.delays.get(0)));
            timer.runAll();
            run();
        }

        assertThat(waits).containsExactly(1_000L, 1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 32_000L, 60_000L, 60_000L);
        deliver(started.get(started.size() - 1));
        run();
        assertThat(keys().get(keys().size() - 1)).isEqualTo("a");
        assertThat(started.get(started.size() - 1).queued().identity()).isNotEqualTo(first.identity());
        Delivery next = started.get(started.size() - 1);
        timer.delays.clear();
        dispatcher.notBegun(next, notBegun("no socket"));
        dispatcher.finished(next);
        run();
        assertThat(timer.delays).as("begins anew after one that was answered").containsExactly(1_000L);
    }

    private static Failure notBegun(String reason) {
        return Failure.of(new NotBegunException(reason, null), Instant::now);
    }

    private List<String> keys() {
        return started.stream().map(each -> each.queued().laneKey()).toList();
    }

    private void run() {
        dispatcher.pumpAll();
        while (!pool.isEmpty()) {
            pool.remove().run();
            dispatcher.pumpAll();
        }
    }

    private void deliver(Delivery delivery) {
        end(delivery);
        commit(delivery);
    }

    private void end(Delivery delivery) {
        delivery.end(delivered(delivery));
        dispatcher.finished(delivery);
    }

    private void commit(Delivery delivery) {
        disk.remove(delivery.queued());
        dispatcher.settled(List.of(delivery.queued()));
    }

    private static Outcome delivered(Delivery delivery) {
        return new Outcome.Delivered(delivery.queued(), 1, 1, Instant.EPOCH, 200, 1);
    }

    private static Failure busy() {
        return new Failure(Failure.Kind.STATUS, null, 429, "busy", new byte[0], Duration.ofSeconds(30), true, true);
    }

    private static Failure timeout() {
        return new Failure(Failure.Kind.TIMEOUT, null, null, "slow", new byte[0], null, true, true);
    }

    private static Failure failure() {
        return new Failure(Failure.Kind.STATUS, null, 500, "500", new byte[0], null, true, true);
    }

    private void queue(String webhookId, String... keys) {
        for (String key : keys) {
            disk.add(webhookId, key);
        }
        dispatcher.wake(List.of(webhookId));
    }

    private static String[] lanes(int count) {
        String[] keys = new String[count];
        for (int i = 0; i < count; i++) {
            keys[i] = "lane" + i;
        }
        return keys;
    }

    private void webhook(String id, boolean enabled, Integer concurrency) {
        webhook(id, enabled, concurrency, null);
    }

    private void webhook(String id, boolean enabled, Integer concurrency, Double rateLimit) {
        Definition definition = new Definition(
                id,
                enabled,
                List.of("t"),
                Map.of(),
                "http://a/",
                null,
                Map.of(),
                Ordering.ENTITY,
                concurrency,
                rateLimit);
        webhooks.put(id, new Webhook(id, 1, definition, Health.UNKNOWN, null, null, Instant.EPOCH, Instant.EPOCH));
    }

    private static final class Disk implements Backlog {
        private final TreeMap<Long, Queued> rows = new TreeMap<>();
        private Runnable duringRead = () -> {};
        private boolean broken;
        private long last;

        void add(String webhookId, String key) {
            put(new Queued(new UUID(0, last + 1), webhookId, last + 1, last + 1, key, 1, 0, null, 0));
        }

        void put(Queued row) {
            rows.put(row.pos(), row);
            last = row.pos();
        }

        List<Queued> all(String webhookId) {
            return rows.values().stream()
                    .filter(row -> row.webhookId().equals(webhookId))
                    .toList();
        }

        void remove(Queued row) {
            rows.remove(row.pos());
        }

        void attempts(Delivery delivery, int attempts) {
            Queued row = delivery.queued();
            put(new Queued(row.id(), row.webhookId(), row.eventNo(), row.pos(), row.laneKey(), 1, attempts, null, 0));
        }

        @Override
        public List<Queued> page(String webhookId, long after, int limit) throws SQLException {
            return read(webhookId, null, after, limit);
        }

        @Override
        public List<Queued> lanePage(String webhookId, String laneKey, long after, int limit) throws SQLException {
            return read(webhookId, laneKey, after, limit);
        }

        private List<Queued> read(String webhookId, String laneKey, long after, int limit) throws SQLException {
            if (broken) {
                throw new SQLException("away");
            }
            List<Queued> page = rows.tailMap(after, false).values().stream()
                    .filter(row -> row.webhookId().equals(webhookId))
                    .filter(row -> laneKey == null || laneKey.equals(row.laneKey()))
                    .limit(limit)
                    .toList();
            Runnable meanwhile = duringRead;
            duringRead = () -> {};
            meanwhile.run();
            return page;
        }

        @Override
        public Map<Long, StoredEvent> events(Collection<Long> numbers) throws SQLException {
            if (broken) {
                throw new SQLException("away");
            }
            return Map.of();
        }

        @Override
        public List<String> webhooks() {
            return List.of();
        }
    }

    private static final class Starts implements StartRecord {
        private final List<List<Queued>> written = new ArrayList<>();
        private final List<Boolean> alone = new ArrayList<>();
        private Suspicion suspicion = Suspicion.none();
        private boolean refuses;
        private boolean calm;

        @Override
        public Suspicion read() {
            return suspicion;
        }

        @Override
        public void starting(List<Queued> deliveries, boolean isAlone) throws SQLException {
            if (refuses) {
                throw new SQLException("away");
            }
            written.add(deliveries);
            alone.add(isAlone);
        }

        @Override
        public void calm() {
            calm = true;
        }
    }

    /** Runs nothing until it is told to. */
    private static final class LaterTimer implements Timer {
        private final List<Runnable> tasks = new ArrayList<>();
        private final List<Long> delays = new ArrayList<>();

        @Override
        public void after(Duration wait, Runnable action) {
            tasks.add(action);
            delays.add(wait.toMillis());
        }

        void runAll() {
            List<Runnable> due = List.copyOf(tasks);
            tasks.clear();
            due.forEach(Runnable::run);
        }
    }
}
