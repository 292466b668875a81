package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LanesTest {
    private static final int WINDOW = 1_000;
    private static final int LANE_PLACES = 8;
    /** Of a lane in an empty window. */
    private static final int PLACES = 64;

    private final Lanes lanes = new Lanes(WINDOW, LANE_PLACES);
    private final List<Queued> disk = new ArrayList<>();

    @Test
    @DisplayName("F6: the second delivery of a lane goes only when the first is settled")
    void oneAtATimePerLane() {
        scan(queue("a", "a"));

        Queued first = lanes.next();
        assertThat(lanes.next()).isNull();
        lanes.done(first.identity());
        assertThat(lanes.next()).isEqualTo(disk.get(1));
    }

    @Test
    @DisplayName("G4: other lanes go while one waits")
    void lanesInParallel() {
        scan(queue("a", "a", "b", "c"));

        assertThat(everythingThatMayGo()).containsExactly(disk.get(0), disk.get(2), disk.get(3));
    }

    @Test
    void withoutAKeyEachDeliveryIsALaneOfItsOwn() {
        scan(queue(null, null, null));

        assertThat(everythingThatMayGo()).isEqualTo(disk);
    }

    @Test
    @DisplayName("F6: a delivery that came back goes before those behind it")
    void backIsFirst() {
        scan(queue("a", "a"));
        Queued first = lanes.next();

        lanes.back(first);

        assertThat(lanes.next()).isEqualTo(first);
        assertThat(lanes.next()).isNull();
    }

    @Test
    @DisplayName("G5: while the window is full, no page is wanted")
    void window() {
        while (lanes.waiting() < WINDOW) {
            assertThat(lanes.wantsPage()).isPresent();
            scan(queue(null, null, null, null, null, null, null, null, null, null));
        }

        assertThat(lanes.wantsPage()).isEmpty();
        lanes.next();
        assertThat(lanes.wantsPage()).isPresent();
    }

    @Test
    @DisplayName("G5: a long lane holds few places; behind them others come in")
    void placesOfALane() {
        for (int i = 0; i < 10 * PLACES; i++) {
            queue("long");
        }
        queue("other");
        scan(disk);

        assertThat(lanes.waiting()).isEqualTo(PLACES + 1);
        assertThat(everythingThatMayGo()).extracting(Queued::laneKey).containsExactly("long", "other");
    }

    @Test
    @DisplayName("G4: lanes that wait for a next attempt hold no places that others need, and go on where they were")
    void makesRoom() {
        for (int i = 0; i < 2 * WINDOW; i++) {
            queue("failing" + i % 150);
        }
        queue("other");
        scanOn();
        List<Queued> failing = everythingThatMayGo();
        failing.forEach(each -> lanes.pause(each.identity()));
        scanOn();
        assertThat(lanes.wantsPage()).isEmpty();

        lanes.makeRoom();
        scanOn();

        assertThat(everythingThatMayGo()).extracting(Queued::laneKey).containsExactly("other");
        Queued first = failing.get(0);
        lanes.done(first.identity());
        fill();
        assertThat(everythingThatMayGo())
                .containsExactly(disk.stream()
                        .filter(each -> each.laneKey().equals(first.laneKey()))
                        .toList()
                        .get(1));
    }

    @Test
    @DisplayName("G5: lanes whose request is in flight keep their places: their next ones go soon")
    void keepsPlaces() {
        for (int i = 0; i < 2 * WINDOW; i++) {
            queue("lane" + i % 125);
        }
        scan(disk.subList(0, WINDOW));
        everythingThatMayGo();
        int before = lanes.waiting();

        lanes.makeRoom();

        assertThat(lanes.waiting()).isEqualTo(before);
    }

    @Test
    void aParkedLaneIsFilledWhereItWasCutOff() {
        for (int i = 0; i < 3 * PLACES; i++) {
            queue("long");
        }
        scan(disk);

        for (Queued expected : disk) {
            fill();
            Queued next = lanes.next();
            assertThat(next).isEqualTo(expected);
            lanes.done(next.identity());
        }
        fill();
        assertThat(lanes.next()).isNull();
    }

    @Test
    @DisplayName("G6: what comes back while its lane is filled costs no other delivery its place for good")
    void backWhileRefilling() {
        for (int i = 0; i < 4 * PLACES; i++) {
            queue("long");
        }
        scan(disk);
        Queued last = disk.get(0);
        for (int i = 0; i < PLACES; i++) {
            last = lanes.next();
            if (i < PLACES - 1) {
                lanes.done(last.identity());
            }
        }

        Lanes.Refill refill = lanes.wantsRefill().get(0);
        lanes.back(last);
        lanes.takeRefill(refill, behind(refill), Set.of(last.identity()));

        List<Queued> rest = new ArrayList<>();
        for (Queued next = lanes.next(); next != null; next = lanes.next()) {
            rest.add(next);
            lanes.done(next.identity());
            fill();
        }
        assertThat(rest).isEqualTo(disk.subList(PLACES - 1, disk.size()));
    }

    @Test
    @DisplayName("F5: what comes back before a new scan has reached it is there once")
    void backBeforeTheScanReachesIt() {
        scan(queue("a"));
        Queued first = lanes.next();
        lanes.restart();
        lanes.back(first);

        scan(disk);

        assertThat(everythingThatMayGo()).containsExactly(first);
        lanes.done(first.identity());
        assertThat(lanes.next()).isNull();
    }

    @Test
    void aRestartForgetsWhatIsNotOnDiskAnyMore() {
        scan(queue("a", "a", "b"));
        Queued out = lanes.next();

        lanes.restart();
        lanes.reading();
        lanes.takePage(List.of(out), false, Set.of(out.identity()));
        lanes.done(out.identity());

        assertThat(lanes.next()).isNull();
        assertThat(lanes.waiting()).isZero();
        assertThat(lanes.out()).isZero();
    }

    @Test
    @DisplayName("a wake while a page is read is not lost")
    void wakeWhileReading() {
        lanes.reading();
        lanes.wake();
        lanes.takePage(List.of(), false, Set.of());

        assertThat(lanes.wantsPage()).isPresent();
    }

    @Property
    @Label(
            "F6, G5, G6: whatever happens in whatever order, each run goes once, lanes keep their order, nothing is lost")
    void anySchedule(@ForAll long seed) {
        new Simulation(seed).run();
    }

    private List<Queued> queue(String... keys) {
        List<Queued> added = new ArrayList<>();
        for (String key : keys) {
            added.add(row(disk.size() + 1L, key, 1));
            disk.add(added.get(added.size() - 1));
        }
        return added;
    }

    private void scan(List<Queued> page) {
        lanes.reading();
        lanes.takePage(page, false, Set.of());
        lanes.wake();
    }

    private void scanOn() {
        for (var after = lanes.wantsPage(); after.isPresent(); after = lanes.wantsPage()) {
            long from = after.getAsLong();
            List<Queued> page = disk.stream()
                    .filter(row -> row.pos() > from)
                    .limit(lanes.room())
                    .toList();
            lanes.reading();
            lanes.takePage(page, !page.isEmpty(), Set.of());
        }
    }

    private void fill() {
        for (Lanes.Refill refill : lanes.wantsRefill()) {
            lanes.takeRefill(refill, behind(refill), Set.of());
        }
    }

    private List<Queued> behind(Lanes.Refill refill) {
        return disk.stream()
                .filter(row -> refill.laneKey().equals(row.laneKey()) && row.pos() > refill.after())
                .limit(refill.limit())
                .toList();
    }

    private List<Queued> everythingThatMayGo() {
        List<Queued> all = new ArrayList<>();
        while (lanes.hasNext()) {
            all.add(lanes.next());
        }
        return all;
    }

    private static Queued row(long pos, String key, int run) {
        return new Queued(new UUID(0, pos), "w", pos, pos, key, run, 0, null, 0);
    }

    /**
     * A queue on disk and the dispatcher's part around {@link Lanes}: pages are read outside the lock, so anything may
     * happen between the reading and the taking of a page.
     */
    private static final class Simulation {
        private static final int PAGE = 7;
        private static final String[] KEYS = {"a", "b", "c", null};

        private final Random random;
        private final int window;
        private final Lanes lanes;
        private final TreeMap<Long, Queued> disk = new TreeMap<>();
        private final Set<Queued.Run> unsettled = new HashSet<>();
        private final List<Queued> settled = new ArrayList<>();
        private final List<Queued.Run> told = new ArrayList<>();
        private final List<Queued> out = new ArrayList<>();
        private final List<Queued> ended = new ArrayList<>();
        private final Map<Queued.Run, Integer> mayStart = new HashMap<>();
        private final int busy;
        private long lastPos;
        private boolean restart;
        private boolean draining;

        Simulation(long seed) {
            random = new Random(seed);
            busy = 1 + random.nextInt(12);
            window = random.nextBoolean() ? WINDOW : 4 + random.nextInt(30);
            lanes = new Lanes(window, 1 + random.nextInt(LANE_PLACES));
        }

        void run() {
            for (int i = 0; i < 400; i++) {
                anything();
                if (random.nextInt(3) == 0) {
                    pump(random.nextInt(6));
                }
            }
            draining = true;
            for (int left = 3 * disk.size() + 10; left > 0 && !disk.isEmpty(); left--) {
                pump(Integer.MAX_VALUE);
                List.copyOf(out).forEach(this::done);
                List.copyOf(ended).forEach(this::settle);
            }
            assertThat(disk).as("nothing stays behind").isEmpty();
            pumpQuietly();
            assertThat(lanes.waiting()).isZero();
            assertThat(lanes.out()).isZero();
            assertThat(unsettled).isEmpty();
        }

        private void anything() {
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> {
                    for (int i = random.nextInt(busy); i >= 0; i--) {
                        commit(KEYS[random.nextInt(KEYS.length)]);
                    }
                }
                case 3, 4 -> pick(out).ifPresent(this::done);
                case 5 -> pick(out).ifPresent(this::back);
                case 6, 7 -> pick(ended).ifPresent(this::settle);
                case 8 -> restart |= random.nextInt(8) == 0;
                default -> replay();
            }
        }

        private Optional<Queued> pick(List<Queued> from) {
            return from.isEmpty() ? Optional.empty() : Optional.of(from.get(random.nextInt(from.size())));
        }

        private void commit(String key) {
            Queued row = row(++lastPos, key, 1);
            disk.put(row.pos(), row);
            mayStart.put(row.identity(), 1);
            handOver(row);
        }

        private void handOver(Queued row) {
            if (random.nextInt(20) == 0) {
                lanes.wake();
            } else {
                lanes.handOver(List.of(row));
            }
        }

        private void replay() {
            pick(settled).ifPresent(old -> {
                settled.remove(old);
                Queued row =
                        new Queued(old.id(), "w", old.eventNo(), ++lastPos, old.laneKey(), old.run() + 1, 0, null, 0);
                disk.put(row.pos(), row);
                mayStart.put(row.identity(), 1);
                handOver(row);
            });
        }

        private void done(Queued delivery) {
            out.remove(delivery);
            ended.add(delivery);
            lanes.done(delivery.identity());
        }

        private void back(Queued delivery) {
            out.remove(delivery);
            unsettled.remove(delivery.identity());
            mayStart.put(delivery.identity(), 1);
            lanes.back(delivery);
        }

        /** The commit; the dispatcher hears of it at once or some time later. */
        private void settle(Queued delivery) {
            ended.remove(delivery);
            disk.remove(delivery.pos());
            settled.add(delivery);
            told.add(delivery.identity());
        }

        private void pumpQuietly() {
            told.forEach(unsettled::remove);
            lanes.wantsPage().ifPresent(pos -> {
                lanes.reading();
                lanes.takePage(List.of(), false, Set.of());
            });
        }

        private void pump(int permits) {
            told.forEach(unsettled::remove);
            told.clear();
            if (restart) {
                lanes.restart();
                restart = false;
            }
            for (int i = 0; i < permits && lanes.hasNext(); i++) {
                start(lanes.next());
            }
            Set<Queued.Run> skip = Set.copyOf(unsettled);
            OptionalLong after = lanes.wantsPage();
            if (after.isPresent()) {
                lanes.reading();
            }
            for (Lanes.Refill refill : lanes.wantsRefill()) {
                List<Queued> page = disk.tailMap(refill.after(), false).values().stream()
                        .filter(row -> refill.laneKey().equals(row.laneKey()))
                        .limit(refill.limit())
                        .toList();
                meanwhile();
                lanes.takeRefill(refill, page, skip);
            }
            after.ifPresent(pos -> {
                List<Queued> page =
                        disk.tailMap(pos, false).values().stream().limit(PAGE).toList();
                meanwhile();
                lanes.takePage(page, page.size() == PAGE, skip);
            });
        }

        private void meanwhile() {
            for (int i = draining ? 0 : random.nextInt(3); i > 0; i--) {
                anything();
            }
        }

        private void start(Queued delivery) {
            assertThat(mayStart.remove(delivery.identity()))
                    .as("%s goes once", delivery)
                    .isNotNull();
            if (delivery.laneKey() != null) {
                assertThat(out).as("one of a lane is out").noneMatch(each -> delivery.laneKey()
                        .equals(each.laneKey()));
                assertThat(disk.headMap(delivery.pos()).values())
                        .as("%s is the first of its lane", delivery)
                        .noneMatch(row -> delivery.laneKey().equals(row.laneKey()) && !ended.contains(row));
            }
            assertThat(lanes.waiting()).isLessThan(window + PAGE + 8 * LANE_PLACES);
            out.add(delivery);
            unsettled.add(delivery.identity());
        }
    }
}
