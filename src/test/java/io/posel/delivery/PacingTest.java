package io.posel.delivery;

import static io.posel.delivery.PacedReceiver.failure;
import static io.posel.delivery.PacedReceiver.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.posel.delivery.PacedReceiver.Behaviour;
import io.posel.delivery.PacedReceiver.Reply;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How busy receivers are treated (F8): the dispatcher against models of them, with the default settings. */
class PacingTest {
    private static final Duration DELAY = Duration.ofSeconds(10);
    private static final Duration HOURS = Duration.ofHours(5);
    private static final long REFUSAL = 500;

    @ParameterizedTest
    @CsvSource({
        // limit, status, Retry-After, ms for an answer, events, longest s
        "calendar 20, 429, 1, 1, 300, 40",
        "calendar 20, 429, 1, 200, 300, 40",
        "calendar 20, 429, 0, 1, 300, 40",
        "calendar 20, 503, 1, 30, 300, 40",
        "calendar 5, 429, 1, 1, 100, 30",
        "calendar 1, 429, 1, 1, 20, 40",
        "calendar 100, 429, 2, 5, 3000, 100",
        "sliding 20, 429, 1, 1, 300, 40",
        "sliding 20, 429, 1, 30, 300, 40",
        "bucket 20, 429, 1, 1, 300, 40",
        "bucket 20, 503, 1, 200, 300, 40",
        "at-once 5, 429, 1, 50, 300, 40",
        "at-once 2, 503, 1, 5, 300, 40",
    })
    @DisplayName("K08, F8: what a receiver refuses with Retry-After arrives later, soon and without dead letters")
    void saysWhen(String limit, int status, int retryAfter, long millis, int events, int longest) {
        PacedReceiver world = new PacedReceiver(DELAY, 1);
        world.webhook("w", limited(world, limit, status(status, Duration.ofSeconds(retryAfter)), millis))
                .queue("w", events)
                .run(HOURS);

        assertThat(world.dead).isEmpty();
        assertThat(world.delivered).hasSize(events);
        assertThat(world.lastAt).isLessThan(longest * 1_000L);
    }

    @ParameterizedTest
    @CsvSource({
        "calendar 20, 503, 1, 300",
        "calendar 20, 503, 30, 300",
        "calendar 20, 429, 200, 300",
        "calendar 20, 503, 1, 3000",
        "calendar 5, 503, 1, 300",
        "calendar 100, 503, 5, 3000",
        "sliding 20, 503, 1, 300",
        "bucket 20, 503, 30, 300",
        "at-once 5, 503, 50, 300",
        "at-once 10, 429, 500, 300",
    })
    @DisplayName("K08, F8: of what a receiver refuses without a word when it takes more, one in a hundred dies at most")
    void doesNotSayWhen(String limit, int status, long millis, int events) {
        PacedReceiver world = new PacedReceiver(DELAY, 1);
        world.webhook("w", limited(world, limit, status(status, null), millis))
                .queue("w", events)
                .run(HOURS);

        assertThat(world.dead).hasSizeLessThanOrEqualTo(events / 100);
        assertThat(world.delivered.size() + world.dead.size()).isEqualTo(events);
        assertThat(world.requests).hasSizeLessThan(events * 3 / 2);
    }

    @Property(tries = 60)
    void whateverItTakesEachSecond(
            @ForAll @IntRange(min = 3, max = 300) int perSecond,
            @ForAll @IntRange(min = 1, max = 400) int millis,
            @ForAll @IntRange(min = 0, max = 3) int retryAfter,
            @ForAll long seed) {
        PacedReceiver world = new PacedReceiver(DELAY, seed);
        Failure refusal = status(429, Duration.ofSeconds(retryAfter));
        world.webhook("w", limited(world, "calendar " + perSecond, refusal, millis))
                .queue("w", 400)
                .run(HOURS);

        assertThat(world.dead).hasSizeLessThanOrEqualTo(4);
        assertThat(world.delivered.size() + world.dead.size()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({"CONNECT_REFUSED, 20", "TIMEOUT, 60", "CONNECTION_CLOSED, 20", "UNREACHABLE, 60"})
    @DisplayName("F8: a receiver that is away for a while is asked now and then, and gets all of it when it is back")
    void away(Failure.Kind kind, int seconds) {
        PacedReceiver world = new PacedReceiver(DELAY, 1);
        long back = 3_000 + seconds * 1_000L;
        world.webhook(
                "w",
                request -> request.millis() > 3_000 && request.millis() < back
                        ? new Reply(failure(kind), REFUSAL)
                        : new Reply(null, 10_000));
        for (int i = 0; i < 4_000; i++) {
            world.at(i * 5_000L, () -> world.queue("w", 1));
        }
        world.run(HOURS);

        assertThat(world.dead).isEmpty();
        assertThat(world.delivered).hasSize(4_000);
        assertThat(world.requests.stream()
                        .filter(each -> each.millis() > 4_000 && each.millis() < back)
                        .count())
                .isLessThan(5 + seconds);
        Map<Long, Long> redeliveries = world.requests.stream()
                .filter(each -> each.attempt() > 1 && each.millis() >= back)
                .collect(Collectors.groupingBy(each -> each.millis() / 100, TreeMap::new, Collectors.counting()));
        assertThat(redeliveries.values()).allMatch(each -> each < 32);
    }

    @Test
    @DisplayName(
            "F8: the longer it is away the longer it is left alone, up to the delay of redeliveries, and never as long as before")
    void longerEachTime() {
        PacedReceiver world = new PacedReceiver(DELAY, 1);
        world.webhook("w", request -> new Reply(status(503, null), REFUSAL))
                .queue("w", 100)
                .run(Duration.ofMinutes(2));

        List<Long> at = world.requests.stream()
                .map(PacedReceiver.Request::millis)
                .filter(each -> each > 0)
                .toList();
        for (int i = 2; i < 6; i++) {
            assertThat(at.get(i) - at.get(i - 1)).isGreaterThan(at.get(i - 1) - at.get(i - 2));
        }
        for (int i = 6; i < at.size(); i++) {
            assertThat(at.get(i) - at.get(i - 1)).isBetween(5_000L, 10_001L);
        }
    }

    @Test
    @DisplayName("F8, G4: one entity of twenty that is always refused slows nobody")
    void oneOfTwenty() {
        PacedReceiver world = new PacedReceiver(DELAY, 1);
        world.webhook(
                "w",
                request -> new Reply("e7".equals(request.delivery().laneKey()) ? status(503, null) : null, 20_000));
        for (int i = 0; i < 50; i++) {
            world.queue("w", 20);
        }
        world.run(HOURS);

        assertThat(world.delivered).hasSize(950);
        assertThat(world.lastAt)
                .as("as without it: 20 at once, 50 one after the other")
                .isLessThan(1_200);
    }

    @Test
    @DisplayName("G4: a paused webhook holds up no other")
    void others() {
        PacedReceiver world = new PacedReceiver(DELAY, 1);
        world.webhook("w", request -> new Reply(status(429, Duration.ofMinutes(9)), REFUSAL))
                .webhook("v", request -> new Reply(null, 10_000))
                .queue("w", 2_000)
                .queue("v", 1_000)
                .run(Duration.ofSeconds(5));

        assertThat(world.delivered).hasSize(1_000);
        assertThat(world.requests.size() - 1_000).isLessThan(5);
        assertThat(world.dispatcher.pausedUntil("w")).isPresent();
        assertThat(world.dispatcher.pausedUntil("v")).isEmpty();
    }

    @Test
    @DisplayName(
            "F8: after a pause that a receiver asked for what it refused goes first, one alone, then more and more")
    void refusedFirst() {
        PacedReceiver world = new PacedReceiver(DELAY, 1);
        world.webhook(
                        "w",
                        request -> request.millis() < 1_000
                                ? new Reply(status(429, Duration.ofSeconds(7)), REFUSAL)
                                : new Reply(null, 50_000))
                .queue("w", 500)
                .run(HOURS);

        List<PacedReceiver.Request> later =
                world.requests.stream().filter(each -> each.millis() > 1_000).toList();
        assertThat(later.get(0).millis()).isBetween(7_000L, 7_010L);
        assertThat(later.subList(0, 4)).allMatch(each -> each.attempt() == 2);
        Map<Long, Long> together = later.stream()
                .collect(Collectors.groupingBy(PacedReceiver.Request::millis, TreeMap::new, Collectors.counting()));
        assertThat(together.values()).startsWith(1L, 1L, 2L, 4L);
        assertThat(world.delivered).hasSize(500);
    }

    @Test
    @DisplayName("F8: a receiver may not ask for more than it may")
    void capped() {
        PacedReceiver world = new PacedReceiver(DELAY, 1);
        world.webhook(
                        "w",
                        request -> request.number() == 1
                                ? new Reply(status(503, Duration.ofDays(400)), REFUSAL)
                                : new Reply(null, REFUSAL))
                .queue("w", 1)
                .run(HOURS);

        assertThat(world.delivered).hasSize(1);
        assertThat(world.lastAt).isBetween(3_600_000L, 3_600_010L);
    }

    @Test
    @DisplayName("F8: another URL ends the pause, and what its old receiver still says counts no more")
    void anotherUrl() {
        PacedReceiver world = new PacedReceiver(DELAY, 1);
        world.webhook("w", request -> new Reply(status(429, Duration.ofMinutes(9)), REFUSAL))
                .queue("w", 100)
                .run(Duration.ofSeconds(1));
        assertThat(world.delivered).isEmpty();

        world.webhook("w", 2, "http://b/", request -> new Reply(null, 1_000));
        world.dispatcher.changed("w");
        world.run(Duration.ofSeconds(5));

        assertThat(world.delivered).hasSize(100);
        assertThat(world.dispatcher.pausedUntil("w")).isEmpty();
    }

    @Test
    @DisplayName("S1, F8: a webhook that is switched off and on, or edited otherwise, stays paused")
    void editedOtherwise() {
        PacedReceiver world = new PacedReceiver(DELAY, 1);
        Behaviour refuses = request -> new Reply(status(429, Duration.ofMinutes(9)), REFUSAL);
        world.webhook("w", refuses).queue("w", 100).run(Duration.ofSeconds(1));
        int before = world.requests.size();

        world.webhook("w", 2, "http://a/", refuses);
        world.dispatcher.changed("w");
        world.run(Duration.ofMinutes(8));

        assertThat(world.requests).hasSize(before);
    }

    private static Behaviour limited(PacedReceiver world, String limit, Failure refusal, long millis) {
        String[] words = limit.split(" ");
        int count = Integer.parseInt(words[1]);
        if (words[0].equals("at-once")) {
            return atOnce(world, count, refusal, millis);
        }
        LongPredicate takes =
                switch (words[0]) {
                    case "calendar" -> calendar(count);
                    case "sliding" -> sliding(count);
                    default -> bucket(count);
                };
        return request -> takes.test(request.millis()) ? new Reply(null, millis * 1_000) : new Reply(refusal, REFUSAL);
    }

    private static Behaviour atOnce(PacedReceiver world, int count, Failure refusal, long millis) {
        int[] busy = new int[1];
        return request -> {
            if (busy[0] >= count) {
                return new Reply(refusal, REFUSAL);
            }
            busy[0]++;
            world.at(request.micros() + millis * 1_000 - 100, () -> busy[0]--);
            return new Reply(null, millis * 1_000);
        };
    }

    private static LongPredicate calendar(int perSecond) {
        Map<Long, Integer> seconds = new TreeMap<>();
        return millis -> seconds.merge(millis / 1_000, 1, Integer::sum) <= perSecond;
    }

    private static LongPredicate sliding(int perSecond) {
        Deque<Long> taken = new ArrayDeque<>();
        return millis -> {
            while (!taken.isEmpty() && taken.peek() <= millis - 1_000) {
                taken.remove();
            }
            return taken.size() < perSecond && taken.add(millis);
        };
    }

    private static LongPredicate bucket(int perSecond) {
        TokenBucket bucket = new TokenBucket(perSecond, 0);
        return millis -> {
            boolean takes = bucket.waitMillis(millis) == 0;
            if (takes) {
                bucket.take();
            }
            return takes;
        };
    }
}
