package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.uuid.Generators;
import io.posel.delivery.HandOver;
import io.posel.delivery.RecentEvents;
import io.posel.event.EntityRef;
import io.posel.event.Event;
import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import io.posel.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The intake on real databases, without HTTP and routes. */
class IntakeIT {

    @Nested
    class OnH2 extends Cases {
        OnH2() {
            super(TestDatabase.H2);
        }
    }

    @Nested
    class OnPostgresql extends Cases {
        OnPostgresql() {
            super(TestDatabase.POSTGRESQL);
        }

        @Test
        @DisplayName("G6: data that the database refuses fails its own request only, whatever it is")
        void nulInAType() throws Exception {
            refusedAlone(event("nul", "n", null, "a\0b"));
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class Cases {
        private final TestDatabase kind;
        private final ConcurrentLinkedQueue<Set<String>> woken = new ConcurrentLinkedQueue<>();
        private final HandOver handOver = new HandOver(queued -> woken.add(queued.keySet()));
        private Database database;
        private Fence fence;
        private Intake intake;

        Cases(TestDatabase kind) {
            this.kind = kind;
        }

        @BeforeAll
        void open(@TempDir Path folder) throws SQLException {
            database = OpenDatabase.migrated(kind, folder);
            fence = OpenDatabase.takeOver(database);
            intake = newIntake();
        }

        private Transactions transactions() {
            return new Transactions(database.dataSource(), fence, handOver);
        }

        private Intake newIntake() {
            return new Intake(
                    database.dataSource(),
                    transactions(),
                    new RecentEvents(0),
                    InstantSource.system(),
                    Generators.timeBasedEpochGenerator());
        }

        @AfterAll
        void close() {
            intake.close();
            database.close();
        }

        @BeforeEach
        void empty() throws SQLException {
            for (String table : List.of("delivery", "held_event", "event", "event_key", "entity_sequence")) {
                try (Connection connection = database.dataSource().getConnection();
                        var statement = connection.createStatement()) {
                    statement.execute("delete from " + table);
                }
            }
            woken.clear();
            intake.close();
            intake = newIntake();
        }

        @Test
        @DisplayName(
                "G3: with many producers and two writers at once places have no gaps, and each producer's stand in its order")
        void manyProducers() throws Exception {
            int producers = 16;
            int each = 40;
            long before = place();
            Intake second = newIntake();
            ExecutorService threads = Executors.newFixedThreadPool(producers);
            List<Future<List<Long>>> answers = new ArrayList<>();
            for (int p = 0; p < producers; p++) {
                String producer = "p" + p;
                Intake writer = p % 2 == 0 ? intake : second;
                answers.add(threads.submit(() -> {
                    List<Long> places = new ArrayList<>();
                    for (int i = 0; i < each; i++) {
                        places.add(writer.accept(List.of(queued(event(producer + "-" + i, producer, null))))
                                .get(30, TimeUnit.SECONDS)
                                .get(0)
                                .no());
                    }
                    return places;
                }));
            }
            List<Long> all = new ArrayList<>();
            for (Future<List<Long>> answer : answers) {
                List<Long> places = answer.get(60, TimeUnit.SECONDS);
                assertThat(places).isSorted().doesNotHaveDuplicates();
                all.addAll(places);
            }
            threads.shutdown();
            second.close();

            all.addAll(numbers("select pos from delivery"));
            assertThat(all)
                    .containsExactlyInAnyOrderElementsOf(
                            LongStream.rangeClosed(before + 1, before + 2L * producers * each)
                                    .boxed()
                                    .toList());
            assertThat(place()).isEqualTo(before + 2L * producers * each);
            assertThat(numbers("select count(*) from event e join delivery d on d.event_no = e.no"
                            + " where d.pos <> e.no + 1"))
                    .containsExactly(0L);
        }

        @Test
        @DisplayName("G7: within one request the first of two with one key counts")
        void duplicateInARequest() throws Exception {
            List<Accepted> answer = accept(
                    queued(event("a", "first", null)),
                    queued(event("a", "second", null)),
                    queued(event("b", "x", null)));

            assertThat(answer)
                    .extracting(each -> each.status().code())
                    .containsExactly("accepted", "conflict", "accepted");
            assertThat(rows("select entity_id from event order by no")).containsExactly("first", "x");
        }

        @Test
        @DisplayName("G7: the same id of another source is another event")
        void sameIdOfAnotherSource() throws Exception {
            Event one = event("a", "x", null);
            Event two = new Event("other", "a", one.type(), one.entity(), null, null, one.data());

            assertThat(accept(queued(one), queued(two)))
                    .extracting(Accepted::status)
                    .containsOnly(Accepted.Status.ACCEPTED);
        }

        @Test
        @DisplayName("G7: of many requests at once with one key exactly one is accepted")
        void duplicatesAtOnce() throws Exception {
            List<CompletableFuture<List<Accepted>>> answers = new ArrayList<>();
            ExecutorService threads = Executors.newFixedThreadPool(8);
            List<Future<CompletableFuture<List<Accepted>>>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String id = "k" + i / 20;
                calls.add(threads.submit(() -> intake.accept(List.of(queued(event(id, "x", null))))));
            }
            for (Future<CompletableFuture<List<Accepted>>> call : calls) {
                answers.add(call.get(30, TimeUnit.SECONDS));
            }
            threads.shutdown();
            int accepted = 0;
            for (CompletableFuture<List<Accepted>> answer : answers) {
                accepted += answer.get(30, TimeUnit.SECONDS).get(0).status() == Accepted.Status.ACCEPTED ? 1 : 0;
            }

            assertThat(accepted).isEqualTo(10);
            assertThat(numbers("select count(*) from event")).containsExactly(10L);
            assertThat(numbers("select count(*) from delivery")).containsExactly(10L);
        }

        @Test
        @DisplayName("G7, G1: whoever is answered, accepted or duplicate, finds the event on disk")
        void durableBeforeTheAnswer() throws Exception {
            for (int i = 0; i < 20; i++) {
                String id = "d" + i;
                CompletableFuture<List<Accepted>> first = intake.accept(List.of(queued(event(id, "x", null))));
                CompletableFuture<List<Accepted>> second = intake.accept(List.of(queued(event(id, "x", null))));
                assertThat(second.thenApply(answer -> onDisk(id)).get(30, TimeUnit.SECONDS))
                        .isTrue();
                assertThat(first.get(30, TimeUnit.SECONDS).get(0).status()).isEqualTo(Accepted.Status.ACCEPTED);
            }
        }

        @Test
        @DisplayName(
                "D9: the key of another event is a conflict, of which nothing is stored; the same one is a duplicate")
        void conflicts() throws Exception {
            Acceptance first = queued(event("k", "x", null));
            Acceptance other = queued(event("k", "y", null));

            assertThat(statuses(accept(first))).containsExactly("accepted");
            assertThat(statuses(accept(first, other, queued(event("new", "x", null)), first)))
                    .containsExactly("duplicate", "conflict", "accepted", "duplicate");
            assertThat(statuses(accept(other))).containsExactly("conflict");

            assertThat(rows("select entity_id from event order by no")).containsExactly("x", "x");
            assertThat(numbers("select count(*) from delivery")).containsExactly(2L);
        }

        @Test
        @DisplayName("D9: within one request the first of a key counts")
        void conflictsWithinARequest() throws Exception {
            assertThat(statuses(accept(
                            queued(event("k", "x", null)),
                            queued(event("k", "y", null)),
                            queued(event("k", "x", null)),
                            queued(event("k", "y", 7L)))))
                    .containsExactly("accepted", "conflict", "duplicate", "conflict");

            assertThat(rows("select entity_id from event")).containsExactly("x");
            assertThat(numbers("select count(*) from held_event")).containsExactly(0L);
        }

        @Test
        @DisplayName("D9: of a thousand repeated events each is compared with its own")
        void manyConflicts() throws Exception {
            Acceptance[] first = new Acceptance[1_000];
            Acceptance[] second = new Acceptance[1_000];
            for (int i = 0; i < first.length; i++) {
                first[i] = queued(event("k" + i, "x" + i, null));
                second[i] = i % 10 == 3 ? queued(event("k" + i, "other", null)) : first[i];
            }
            accept(first);

            List<String> statuses = statuses(accept(second));

            for (int i = 0; i < first.length; i++) {
                assertThat(statuses.get(i)).isEqualTo(i % 10 == 3 ? "conflict" : "duplicate");
            }
        }

        @Test
        @DisplayName("D9: a key of which no hash is kept is a duplicate, whatever comes with it")
        void keysWithoutHash() throws Exception {
            accept(queued(event("k", "x", null)));
            try (Connection connection = database.dataSource().getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("update event_key set hash = null");
            }

            assertThat(statuses(accept(queued(event("k", "y", null))))).containsExactly("duplicate");
        }

        @Test
        @DisplayName("D9: a key that was only in a refused request belongs to the first event that is stored with it")
        void keyOfARefusedRequest() throws Exception {
            intake.holdAtMost(1);
            accept(queued(event("waits", "w", 100L)));
            for (int i = 0; i < 20; i++) {
                Acceptance refused = queued(event("k" + i, "x", 100L));
                Acceptance stored = queued(event("k" + i, "y", null));
                CompletableFuture<List<Accepted>> first = intake.accept(List.of(refused));
                CompletableFuture<List<Accepted>> second = intake.accept(List.of(stored));
                assertThatThrownBy(() -> first.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(GapFullException.class);
                assertThat(statuses(second.get(30, TimeUnit.SECONDS))).containsExactly("accepted");
                assertThat(statuses(accept(stored))).containsExactly("duplicate");
                assertThat(statuses(accept(queued(event("k" + i, "z", null))))).containsExactly("conflict");
            }
        }

        private static List<String> statuses(List<Accepted> accepted) {
            return accepted.stream().map(each -> each.status().code()).toList();
        }

        @Test
        @DisplayName("a caller is answered after its webhooks were told")
        void wokenBeforeTheAnswer() throws Exception {
            CompletableFuture<Boolean> told = intake.accept(List.of(queued(event("w", "x", null))))
                    .thenApply(answer -> woken.stream().anyMatch(ids -> ids.contains("hook")));

            assertThat(told.get(30, TimeUnit.SECONDS)).isTrue();
        }

        @Test
        @DisplayName("a request is stored whole or not at all")
        void allOrNothing() throws Exception {
            CompletableFuture<List<Accepted>> request =
                    intake.accept(List.of(queued(event("good", "x", null)), queued(tooLong("bad"))));

            assertThatThrownBy(() -> request.get(30, TimeUnit.SECONDS)).hasRootCauseInstanceOf(SQLException.class);
            assertThat(rows("select id from event")).isEmpty();
            assertThat(rows("select id from event_key")).isEmpty();
            assertThat(accept(queued(event("good", "x", null))))
                    .extracting(Accepted::status)
                    .containsExactly(Accepted.Status.ACCEPTED);
        }

        @Test
        @DisplayName("G6: an item that the database refuses fails alone, those that shared its transaction do not")
        void tooLongId() throws Exception {
            refusedAlone(tooLong("bad"));
        }

        final void refusedAlone(Event bad) throws Exception {
            long before = place();
            List<CompletableFuture<List<Accepted>>> good = new ArrayList<>();
            List<CompletableFuture<List<Accepted>>> refused = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                good.add(intake.accept(List.of(queued(event("g" + i, "x", null)))));
                if (i % 17 == 5) {
                    refused.add(intake.accept(List.of(queued(bad))));
                }
            }
            for (CompletableFuture<List<Accepted>> each : good) {
                assertThat(each.get(30, TimeUnit.SECONDS).get(0).status()).isEqualTo(Accepted.Status.ACCEPTED);
            }
            for (CompletableFuture<List<Accepted>> each : refused) {
                assertThatThrownBy(() -> each.get(30, TimeUnit.SECONDS)).hasRootCauseInstanceOf(SQLException.class);
            }
            assertThat(rows("select id from event order by no"))
                    .isEqualTo(IntStream.range(0, 50).mapToObj(i -> "g" + i).toList());
            assertThat(place()).isEqualTo(before + 100);
        }

        @Test
        @DisplayName("a batch of 1,000 events in one request")
        void thousand() throws Exception {
            List<Acceptance> events = IntStream.range(0, 1_000)
                    .mapToObj(i -> queued(event("t" + i, "x", null)))
                    .toList();

            List<Accepted> answer = intake.accept(events).get(60, TimeUnit.SECONDS);

            assertThat(answer)
                    .extracting(each -> each.event().id())
                    .containsExactlyElementsOf(
                            events.stream().map(each -> each.event().id()).toList());
            assertThat(answer).extracting(Accepted::no).isSorted();
            assertThat(numbers("select count(*) from delivery")).containsExactly(1_000L);
        }

        @Test
        @DisplayName("F6: a numbered event waits without a place until it is released, and then gets one")
        void held() throws Exception {
            Accepted.Held held =
                    accept(queued(event("h", "x", 7L))).get(0).held().orElseThrow();
            assertThat(rows("select state, pos from delivery")).containsExactly("held null");
            assertThat(intake.held(0, 10)).containsExactly(held);
            assertThat(intake.lastReleased(new EntityRef("e", "x"))).isEmpty();

            intake.release(held).get(30, TimeUnit.SECONDS);

            assertThat(rows("select state, pos from delivery")).containsExactly("queued " + place());
            assertThat(intake.held(0, 10)).isEmpty();
            assertThat(intake.lastReleased(new EntityRef("e", "x"))).hasValue(7);
        }

        @Test
        @DisplayName("G3: no number is released while a lower one of its entity is held, whose release may have failed")
        void noneOvertakes() throws Exception {
            List<Accepted.Held> held = held(queued(event("one", "x", 1L)), queued(event("two", "x", 2L)));

            assertThatThrownBy(() -> intake.release(held.get(1)).get(30, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(StoreUnavailableException.class);
            assertThat(rows("select state, pos from delivery")).containsExactly("held null", "held null");
            assertThat(intake.held(0, 10)).isEqualTo(held);

            CompletableFuture<Void> first = intake.release(held.get(0));
            CompletableFuture<Void> second = intake.release(held.get(1));
            first.get(30, TimeUnit.SECONDS);
            second.get(30, TimeUnit.SECONDS);
            assertThat(rows("select e.id from delivery d join event e on e.no = d.event_no order by d.pos"))
                    .containsExactly("one", "two");
            assertThat(rows("select id from event where late")).isEmpty();
        }

        @Test
        @DisplayName("F6: what is released in one transaction goes by number, whatever order it is given in")
        void byNumber() throws Exception {
            List<Accepted.Held> held = held(
                    queued(event("x1", "x", 1L)),
                    queued(event("y5", "y", 5L)),
                    queued(event("x2", "x", 2L)),
                    queued(event("x3", "x", 3L)));

            try (Transaction transaction = transactions().begin()) {
                ReleaseHeld.Result result = new ReleaseHeld(
                                transaction.connection(), transaction.places(), OffsetDateTime.now())
                        .release(List.of(held.get(3), held.get(1), held.get(0), held.get(2)));
                transaction.commit();
                assertThat(result.mustWait()).isEmpty();
            }

            assertThat(rows("select e.id from delivery d join event e on e.no = d.event_no order by d.pos"))
                    .containsExactly("x1", "y5", "x2", "x3");
            assertThat(rows("select id from event where late")).isEmpty();
        }

        @Test
        @DisplayName("releases that are handed in together share transactions")
        void releasesShareTransactions() throws Exception {
            List<Accepted.Held> held = held(IntStream.range(0, 500)
                    .mapToObj(i -> queued(event("s" + i, "x" + i, 1L)))
                    .toArray(Acceptance[]::new));
            woken.clear();

            CompletableFuture.allOf(held.stream().map(intake::release).toArray(CompletableFuture[]::new))
                    .get(30, TimeUnit.SECONDS);

            assertThat(rows("select count(*) from delivery where state = 'queued'"))
                    .containsExactly("500");
            assertThat(woken).hasSizeLessThanOrEqualTo(20);
        }

        @Test
        @DisplayName("G5: behind a gap 1,000 events of an entity wait, also if they have the same number")
        void noRoom() throws Exception {
            accept(IntStream.range(0, 1_000)
                    .mapToObj(i -> queued(event("r" + i, "x", 5L)))
                    .toArray(Acceptance[]::new));

            assertThatThrownBy(() -> accept(queued(event("more", "x", 5L))))
                    .hasCauseInstanceOf(GapFullException.class)
                    .hasMessageContaining("number 1 of e:x is missing");
            assertThat(rows("select id from event_key where id = 'more'")).isEmpty();
            assertThat(accept(queued(event("one", "x", 1L)), queued(event("again", "x", 1L))))
                    .hasSize(2);
        }

        private List<Accepted.Held> held(Acceptance... events) throws Exception {
            return accept(events).stream()
                    .map(each -> each.held().orElseThrow())
                    .toList();
        }

        @Test
        @DisplayName("releasing twice changes nothing")
        void releaseTwice() throws Exception {
            Accepted.Held held =
                    accept(queued(event("h", "x", 7L))).get(0).held().orElseThrow();
            intake.release(held).get(30, TimeUnit.SECONDS);
            List<String> before = rows("select d.pos, e.late from delivery d join event e on e.no = d.event_no");
            long place = place();

            intake.release(held).get(30, TimeUnit.SECONDS);

            assertThat(rows("select d.pos, e.late from delivery d join event e on e.no = d.event_no"))
                    .isEqualTo(before);
            assertThat(place()).isEqualTo(place);
        }

        @Test
        @DisplayName("G3: a number at or below the last one released is marked late")
        void late() throws Exception {
            for (long number : new long[] {5, 6, 6, 3, 7}) {
                Accepted.Held held = accept(queued(event("l" + woken.size() + number, "x", number)))
                        .get(0)
                        .held()
                        .orElseThrow();
                intake.release(held).get(30, TimeUnit.SECONDS);
            }

            assertThat(rows("select sequence, late from event order by no").stream()
                            .map(row -> row.replace("TRUE", "true").replace("FALSE", "false")))
                    .containsExactly("5 false", "6 false", "6 true", "3 true", "7 false");
            assertThat(intake.lastReleased(new EntityRef("e", "x"))).hasValue(7);
        }

        @Test
        @DisplayName("events and releases in one transaction keep the order in which they were handed in")
        void mixed() throws Exception {
            Accepted.Held held =
                    accept(queued(event("h", "x", 1L))).get(0).held().orElseThrow();
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                all.add(intake.accept(List.of(queued(event("a" + i, "x", null)))));
            }
            all.add(intake.release(held));
            all.add(intake.accept(List.of(queued(event("z", "x", null)))));
            for (CompletableFuture<?> each : all) {
                each.get(30, TimeUnit.SECONDS);
            }

            assertThat(rows("select e.id from delivery d join event e on e.no = d.event_no order by d.pos"))
                    .containsExactly("a0", "a1", "a2", "a3", "a4", "h", "z");
        }

        private boolean onDisk(String id) {
            try {
                return rows("select id from event where id = '" + id + "'").size() == 1;
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        private List<Accepted> accept(Acceptance... events) throws Exception {
            return intake.accept(List.of(events)).get(30, TimeUnit.SECONDS);
        }

        private static Acceptance queued(Event event) {
            return new Acceptance(
                    event,
                    List.of(new Acceptance.Match("hook", "e:" + event.entity().id(), null)));
        }

        private static Event tooLong(String id) {
            return event(id + "x".repeat(200), "x", null);
        }

        static Event event(String id, String entity, Long sequence) {
            return event(id, entity, sequence, "t");
        }

        static Event event(String id, String entity, Long sequence, String type) {
            try {
                return new Event(
                        "s", id, type, new EntityRef("e", entity), sequence, null, (Json.Obj) Json.parse("{\"a\":1}"));
            } catch (JsonSyntaxException e) {
                throw new IllegalStateException(e);
            }
        }

        private long place() throws SQLException {
            return numbers("select last from place").get(0);
        }

        private List<Long> numbers(String sql) throws SQLException {
            return rows(sql).stream().map(Long::valueOf).toList();
        }

        private List<String> rows(String sql) throws SQLException {
            try (Connection connection = database.dataSource().getConnection();
                    var statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                List<String> rows = new ArrayList<>();
                while (row.next()) {
                    StringBuilder text = new StringBuilder(String.valueOf(row.getObject(1)));
                    for (int i = 2; i <= row.getMetaData().getColumnCount(); i++) {
                        text.append(' ').append(row.getObject(i));
                    }
                    rows.add(text.toString());
                }
                return rows;
            }
        }
    }
}
