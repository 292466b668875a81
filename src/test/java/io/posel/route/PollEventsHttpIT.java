package io.posel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.JarPosel;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The shipped HTTP poll in the whole of Posel, against a real server. */
@Timeout(120)
class PollEventsHttpIT {
    private static final String IDS = "select source, id from event order by no";

    @TempDir
    Path home;

    private Receiver server;
    private RunningPosel posel;

    @BeforeEach
    void start() throws IOException {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
        server = Receiver.start();
    }

    @AfterEach
    void stop() throws IOException {
        if (posel != null) {
            posel.close();
        }
        server.close();
    }

    private RunningPosel polling(TestDatabase database, String interval) {
        posel = RunningPosel.on(database, home)
                .with("POSEL_SOURCE_FEED_ENABLED", "true")
                .with("POSEL_SOURCE_FEED_URL", server.url("/feed?kind=all"))
                .with("POSEL_SOURCE_FEED_TOKEN", "feed-token")
                .with("POSEL_SOURCE_FEED_INTERVAL", interval)
                // what else misses a table that a test takes away
                .with("POSEL_PURGE_CRON", "0 0 0 1 1 ? 2099");
        return posel;
    }

    private RunningPosel polling() {
        return polling(TestDatabase.H2, "PT0.1S");
    }

    /** The route file with other properties of the feed. */
    private void route(Map<String, String> changes) throws IOException {
        Path file = posel.copyRoutes().resolve("poll-events-http.camel.yaml");
        String text = Files.readString(file);
        for (Map.Entry<String, String> change : changes.entrySet()) {
            assertThat(text).contains(change.getKey());
            text = text.replace(change.getKey(), change.getValue());
        }
        Files.writeString(file, text);
    }

    private static String item(int n) {
        return """
                {"id":%d,"type":"customer.tier.changed","entity":{"type":"customer","id":"42"},\
                "occurredAt":"2026-11-22T10:00:00Z","data":{"customer":{"id":"42","credit":12.50}}}""".formatted(n);
    }

    private static String items(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(PollEventsHttpIT::item)
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static Answer.Full page(String items, String next) {
        return Answer.ok().body("{\"items\":" + items + ",\"next\":" + next + "}");
    }

    private static List<String> ids(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> "feed " + i).toList();
    }

    private List<String> targets() {
        return server.requests().stream().map(ReceivedRequest::target).toList();
    }

    private void awaitEvents(int count) {
        await().until(() -> posel.rows(IDS).size() == count);
    }

    /** Three pages of two; behind the last one what {@code last} says. */
    private static Function<ReceivedRequest, Answer> pages(Answer last) {
        return request -> switch (request.target()) {
            case "/feed?kind=all" -> page(items(1, 2), "\"b/2 é{{x}}\"");
            case "/feed?kind=all&after=b%2F2%20%C3%A9%7B%7Bx%7D%7D" -> page(items(3, 4), "7");
            case "/feed?kind=all&after=7" -> last;
            default -> Answer.status(404);
        };
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("C4: pages are read on by the cursor without waiting, and their items become events in order")
    void cursor(TestDatabase database) {
        server.answer(pages(page(items(5, 6), "null")));
        polling(database, "PT1H").start();

        awaitEvents(6);
        await().until(() -> targets().size() == 3);
        assertThat(posel.rows(IDS)).isEqualTo(ids(1, 6));
        assertThat(posel.rows("select type, entity_type, entity_id, occurred_at from event where id = '1'"))
                .containsExactly("customer.tier.changed customer 42 2026-11-22T10:00:00Z");
        ReceivedRequest first = server.requests().get(0);
        assertThat(first.method()).isEqualTo("GET");
        assertThat(first.body()).isEmpty();
        assertThat(first.header("Authorization")).contains("Bearer feed-token");
        assertThat(first.headerNames())
                .containsExactlyInAnyOrder(
                        "Accept", "Accept-Encoding", "Authorization", "Host", "Connection", "User-Agent");
    }

    @Test
    @DisplayName("D9: an item that comes again with other content is set aside once, and holds up none behind it")
    void changedItem() {
        server.answer(page(items(1, 2), "null"));
        polling().start();
        awaitEvents(2);

        String changed = item(2).replace("12.50", "99");
        server.answer(page("[" + item(1) + "," + changed + "," + item(3) + "]", "null"));
        awaitEvents(3);
        await().until(() -> posel.rows("select item from set_aside").equals(List.of("2")));
        int polls = server.requests().size();
        await().until(() -> server.requests().size() > polls + 2);

        assertThat(posel.rows(IDS)).isEqualTo(ids(1, 3));
        assertThat(posel.rows("select item from set_aside where reason like '%other content%'"))
                .containsExactly("2");
        assertThat(posel.rows("select data from event where id = '2'").toString())
                .doesNotContain("99");
    }

    /** In a process with an environment of its own, since Camel would ask that for properties too. */
    @Test
    @DisplayName("C4: polls are as far apart as the interval in the environment says")
    void interval() {
        server.answer(page("[]", "null"));
        try (JarPosel jar = JarPosel.on(TestDatabase.H2, home)
                .with("POSEL_SOURCE_FEED_ENABLED", "true")
                .with("POSEL_SOURCE_FEED_URL", server.url("/feed"))
                .with("POSEL_SOURCE_FEED_INTERVAL", "PT2S")) {
            jar.start();
            await().until(() -> server.requests().size() >= 2);
        }
        List<ReceivedRequest> requests = server.requests();
        assertThat(Duration.between(requests.get(0).at(), requests.get(1).at())).isGreaterThan(Duration.ofSeconds(2));
    }

    @Test
    @DisplayName("C4: after a restart reading goes on at the cursor")
    void restart() {
        AtomicBoolean grown = new AtomicBoolean();
        server.answer(request -> pages(grown.get() ? page(items(5, 7), "null") : page(items(5, 6), "null"))
                .apply(request));
        polling().start();
        awaitEvents(6);
        await().until(() -> targets().size() > 3);
        int before = targets().size();

        grown.set(true);
        posel.restart();
        awaitEvents(7);

        assertThat(posel.rows(IDS)).isEqualTo(ids(1, 7));
        assertThat(targets().subList(before, targets().size())).containsOnly("/feed?kind=all&after=7");
    }

    @Test
    @DisplayName("G1: the cursor is kept only when the page's events are on disk")
    void notAccepted() throws Exception {
        server.answer(pages(page("[]", "null")));
        polling().with("POSEL_SOURCE_FEED_MAX_DELAY", "PT0.2S").start();
        awaitEvents(4);
        String position = "{\"cursor\":\"7\"}";
        await().until(() -> posel.rows("select position from source_cursor").contains(position));

        try (Connection store = posel.connect();
                var statement = store.createStatement();
                Log log = Log.open()) {
            statement.execute("alter table event rename to gone");
            server.answer(pages(page(items(5, 6), "\"8\"")));
            await().until(() -> !log.warnings().isEmpty());
            assertThat(posel.rows("select position from source_cursor")).containsExactly(position);
            assertThat(log.warnings()).hasSize(1);
            statement.execute("alter table gone rename to event");
        }

        awaitEvents(6);
        await().until(() -> posel.rows("select position from source_cursor").contains("{\"cursor\":\"8\"}"));
    }

    @Test
    @DisplayName("C4: without a cursor in the answer that of the last item leads on")
    void cursorOfLastItem() throws Exception {
        server.answer(request -> switch (request.target()) {
            case "/feed?kind=all" -> Answer.ok().body(items(1, 2));
            case "/feed?kind=all&after=2" -> Answer.ok().body(items(3, 3));
            default -> Answer.ok().body("[]");
        });
        polling();
        route(Map.of("items: /items", "items: \"\"", "nextCursor: /next", "itemCursor: /id"));
        posel.start();

        awaitEvents(3);
        await().until(() -> targets().contains("/feed?kind=all&after=3"));
        assertThat(posel.rows(IDS)).isEqualTo(ids(1, 3));
    }

    @Test
    @DisplayName("C4: an ETag makes the server say when there is nothing new")
    void etag() {
        AtomicBoolean changed = new AtomicBoolean();
        server.answer(request -> {
            String tag = changed.get() ? "W/\"2\"" : "W/\"1\"";
            return request.header("If-None-Match").filter(tag::equals).isPresent()
                    ? Answer.status(304)
                    : page(changed.get() ? items(1, 3) : items(1, 2), "null").header("ETag", tag);
        });
        polling().start();
        awaitEvents(2);
        await().until(() -> server.requests().size() >= 3);
        assertThat(server.requests().get(2).header("If-None-Match")).contains("W/\"1\"");

        changed.set(true);
        awaitEvents(3);
        assertThat(posel.rows(IDS)).isEqualTo(ids(1, 3));
    }

    @Test
    @DisplayName("C4: links to the next page are followed, also relative ones, and the last page is asked for again")
    void links() throws Exception {
        server.answer(request -> switch (request.target()) {
            case "/feed?kind=all" ->
                Answer.ok()
                        .header("Link", "</feed/first>; rel=prev, <?page=2&q=%7B%7B>; rel=\"last next\"")
                        .body(items(1, 2));
            case "/feed?page=2&q=%7B%7B" ->
                Answer.ok()
                        .header("Link", "<" + server.url("/feed/3") + ">; rel=next")
                        .body(items(3, 4));
            default -> Answer.ok().body(items(5, 6));
        });
        polling();
        followLinks();
        posel.start();

        awaitEvents(6);
        await().until(() -> targets().size() >= 5);
        assertThat(posel.rows(IDS)).isEqualTo(ids(1, 6));
        assertThat(targets().subList(0, 5))
                .containsExactly("/feed?kind=all", "/feed?page=2&q=%7B%7B", "/feed/3", "/feed/3", "/feed/3");
    }

    private void followLinks() throws IOException {
        route(Map.of("cursorParameter: after", "", "nextCursor: /next", "", "items: /items", "items: \"\""));
    }

    @Test
    @DisplayName("G8: a link to another server is not followed, so the token does not go there")
    void linkElsewhere() throws Exception {
        try (Receiver other = Receiver.start();
                Log log = Log.open()) {
            server.answer(Answer.ok()
                    .header("Link", "<" + other.url("/feed") + ">; rel=next")
                    .body(items(1, 2)));
            polling();
            followLinks();
            posel.start();

            awaitEvents(2);
            await().until(() -> !log.warnings().isEmpty());
            assertThat(log.warnings())
                    .containsExactly("PollBackoff: Source feed stands still, Posel keeps trying: the link to the next"
                            + " page leads to another server, http://127.0.0.1:" + other.port()
                            + ", and is not followed");
            assertThat(other.requests()).isEmpty();
        }
    }

    @Test
    @DisplayName("G8: a redirect is not followed")
    void redirect() throws Exception {
        try (Receiver other = Receiver.start();
                Log log = Log.open()) {
            server.answer(Answer.redirect(other.url("/feed")));
            polling().start();

            await().until(() -> !log.warnings().isEmpty());
            assertThat(log.warnings())
                    .hasSize(1)
                    .first()
                    .asString()
                    .contains("answered 302; redirects are not followed");
            assertThat(other.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    @DisplayName("C4: a server that asks for a pause gets it, and not one request more")
    void retryAfter(int status) {
        AtomicInteger count = new AtomicInteger();
        server.answer(request -> count.incrementAndGet() == 1
                ? Answer.status(status).header("Retry-After", "2")
                : page(items(1, 1), "null"));
        polling().start();

        awaitEvents(1);
        List<ReceivedRequest> requests = server.requests();
        assertThat(Duration.between(requests.get(0).at(), requests.get(1).at())).isGreaterThan(Duration.ofSeconds(2));
    }

    @Test
    @DisplayName("C4: a server that fails is asked less and less often, told of in one line, and read on after it")
    void backOff() {
        AtomicInteger failures = new AtomicInteger();
        server.answer(request -> switch (failures.incrementAndGet()) {
            case 1 -> Answer.status(500);
            // on a kept connection, so that it is repeated at once, and on a new one
            case 2, 3 -> Answer.close();
            default -> page(items(1, 1), "null");
        });
        try (Log log = Log.open()) {
            polling().start();
            awaitEvents(1);

            List<ReceivedRequest> requests = server.requests();
            assertThat(Duration.between(requests.get(0).at(), requests.get(1).at()))
                    .isGreaterThan(Duration.ofSeconds(1));
            assertThat(Duration.between(requests.get(2).at(), requests.get(3).at()))
                    .isGreaterThan(Duration.ofSeconds(2));
            assertThat(log.warnings())
                    .containsExactly("PollBackoff: Source feed stands still, Posel keeps trying: answered 500");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"no JSON", "{\"items\":7}", "{\"data\":[{\"id\":1}]}", "<html>", "big"})
    @DisplayName("C4: an answer that is not what was agreed moves nothing, and the next one counts")
    void badAnswer(String body) {
        AtomicInteger count = new AtomicInteger();
        server.answer(request -> count.incrementAndGet() > 1
                ? page(items(1, 1), "null")
                : body.equals("big") ? Answer.endlessBody(200) : Answer.ok().body(body));
        try (Log log = Log.open()) {
            polling().start();
            awaitEvents(1);
            assertThat(log.warnings()).hasSize(1).first().asString().contains("Source feed stands still");
        }
    }

    @Test
    @DisplayName("C4: an item that makes no valid event is set aside with its reason and blocks nothing")
    void badItems() {
        String bad = item(2).replace("customer.tier.changed", "");
        String noId = item(3).replace("\"id\":3,", "");
        server.answer(page("[" + item(1) + "," + bad + "," + noId + ",7," + item(4) + "]", "null"));
        try (Log log = Log.open()) {
            polling().start();
            awaitEvents(2);
            await().until(() -> server.requests().size() > 3);

            assertThat(posel.rows(IDS)).containsExactly("feed 1", "feed 4");
            assertThat(posel.rows("select source, reason from set_aside where item = '2'"))
                    .containsExactly("feed /type: This must not be an empty string.");
            assertThat(posel.rows("select item from set_aside where item like 'sha256:%'"))
                    .hasSize(2);
            assertThat(log.warnings()).hasSize(3);
        }
    }

    @Test
    @DisplayName("C4: a list longer than what is accepted at a time is accepted in parts")
    void longList() {
        server.answer(page(items(1, 2_345), "null"));
        polling().start();

        awaitEvents(2_345);
        assertThat(posel.rows(IDS)).isEqualTo(ids(1, 2_345));
    }

    @Test
    @DisplayName("C4: a second feed is a copy of the file with another name, its entity a constant, its data the item")
    void copiedFile() throws Exception {
        server.answer(Answer.ok().body("[{\"no\":\"a\",\"customer\":{\"id\":42}}]"));
        posel = RunningPosel.on(TestDatabase.H2, home);
        Path routes = posel.copyRoutes();
        String text = Files.readString(routes.resolve("poll-events-http.camel.yaml"))
                .replaceAll("\\bfeed\\b", "crm")
                .replaceAll("#feed", "#crm")
                .replace("id: poll-events-http", "id: poll-crm")
                .replace("items: /items", "items: \"\"")
                .replace("id: /id\n", "id: /no\n")
                .replace("type: /type", "type: \"=customer.tier.changed\"")
                .replace("entityType: /entity/type", "entityType: \"=customer\"")
                .replace("entityId: /entity/id", "entityId: /customer/id")
                .replace("data: /data", "data: \"\"");
        Files.writeString(routes.resolve("poll-crm.camel.yaml"), text);
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/application.properties"), """
                posel.source.crm.enabled=true
                posel.source.crm.url=%s
                posel.source.crm.interval=PT0.1S
                """.formatted(server.url("/crm")));
        posel.start();

        awaitEvents(1);
        assertThat(posel.rows("select source, id, type, entity_type, entity_id from event"))
                .containsExactly("crm a customer.tier.changed customer 42");
    }

    private static byte[] gzip(String text) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return packed.toByteArray();
    }

    @Test
    @DisplayName("K24: a feed that always answers gzip is read")
    void gzip() {
        server.answer(Answer.ok()
                .header("Content-Encoding", "gzip")
                .header("Content-Type", "application/vnd.api+json; charset=iso-8859-1")
                .body(gzip("{\"items\":" + items(1, 3) + "}")));
        polling(TestDatabase.H2, "PT1H").start();

        awaitEvents(3);
    }

    @Test
    @DisplayName(
            "K24: a feed that has nothing says so in many ways; none is a failure, and the list is seen when it comes")
    void nothing() {
        List<Answer> answers = List.of(
                Answer.status(204),
                Answer.ok(),
                Answer.ok().body("null"),
                Answer.ok().body("{}"),
                Answer.ok().body("{\"items\":null,\"next\":null}"),
                Answer.ok().body("[]"),
                page(items(1, 1), "null"));
        AtomicInteger count = new AtomicInteger();
        server.answer(request -> answers.get(Math.min(count.getAndIncrement(), answers.size() - 1)));
        try (Log log = Log.open()) {
            polling().start();
            awaitEvents(1);
            assertThat(log.warnings()).hasSize(1).first().asString().contains("has no list at \"/items\"");
        }
    }

    @Test
    @DisplayName("K27: full and relative URLs in the answer are followed, and the last page is asked for again")
    void urlInTheAnswer() throws Exception {
        AtomicBoolean grown = new AtomicBoolean();
        server.answer(request -> switch (request.target()) {
            case "/feed?kind=all" -> page(items(1, 2), '"' + server.url("/feed?kind=all&page=2") + '"');
            case "/feed?kind=all&page=2" -> page(items(3, 4), "\"/feed?kind=all&page=3\"");
            case "/feed?kind=all&page=3" -> page(items(5, grown.get() ? 7 : 6), "null");
            default -> Answer.status(404);
        });
        polling();
        route(Map.of("cursorParameter: after", "nextLink: /next", "nextCursor: /next", ""));
        posel.start();

        awaitEvents(6);
        assertThat(posel.rows(IDS)).isEqualTo(ids(1, 6));
        grown.set(true);
        posel.restart();
        awaitEvents(7);
        List<String> targets = targets();
        assertThat(targets).filteredOn("/feed?kind=all"::equals).hasSize(1);
        assertThat(targets).filteredOn("/feed?kind=all&page=2"::equals).hasSize(1);
    }

    @Test
    @DisplayName("K27: the shipped file follows a whole URL in the place of the cursor")
    void urlAsCursor() {
        server.answer(request -> request.target().equals("/feed?kind=all")
                ? page(items(1, 2), '"' + server.url("/feed?page=2") + '"')
                : request.target().equals("/feed?page=2") ? page(items(3, 3), "null") : Answer.status(404));
        polling().start();

        awaitEvents(3);
    }

    @Test
    @DisplayName("C4: pages are counted; 404 behind the last is its end, and what is new on it is seen")
    void pageNumbers() throws Exception {
        AtomicBoolean grows = new AtomicBoolean();
        AtomicBoolean grown = new AtomicBoolean();
        server.answer(request -> switch (request.target()) {
            case "/feed?kind=all&page=1" -> Answer.ok().body(items(1, 2));
            case "/feed?kind=all&page=2" -> {
                grown.set(grows.get()); // not between this page and the next one
                yield Answer.ok().body(items(3, grown.get() ? 4 : 3));
            }
            case "/feed?kind=all&page=3" -> grown.get() ? Answer.ok().body(items(5, 5)) : Answer.status(404);
            default -> Answer.status(404);
        });
        polling();
        route(Map.of(
                "cursorParameter: after",
                "pageParameter: page",
                "nextCursor: /next",
                "",
                "items: /items",
                "items: \"\""));
        try (Log log = Log.open()) {
            posel.start();
            awaitEvents(3);
            await().until(() -> targets().size() > 5);
            grows.set(true);
            awaitEvents(5);
            assertThat(log.warnings()).isEmpty();
        }
        assertThat(posel.rows(IDS)).isEqualTo(ids(1, 5));
        assertThat(targets()).filteredOn("/feed?kind=all&page=1"::equals).hasSize(1);
    }

    @Test
    @DisplayName("C4: a server that does not know the page parameter is not asked on and on, and that is remarked upon")
    void unknownPageParameter() throws Exception {
        server.answer(Answer.ok().body(items(1, 2)));
        polling(TestDatabase.H2, "PT1H");
        route(Map.of(
                "cursorParameter: after",
                "offsetParameter: skip",
                "nextCursor: /next",
                "",
                "items: /items",
                "items: \"\""));
        try (Log log = Log.open()) {
            posel.start();
            awaitEvents(2);
            await().until(() -> !log.warnings().isEmpty());
            assertThat(log.warnings()).hasSize(1).first().asString().contains("second page is the same as the first");
        }
        assertThat(targets()).containsExactly("/feed?kind=all&skip=0", "/feed?kind=all&skip=2");
    }

    @Test
    @DisplayName("C4: links that lead in a circle are noticed, and are no reason to ask without a pause")
    void circle() throws Exception {
        server.answer(request -> Answer.ok()
                .header("Link", request.target().equals("/b") ? "</c>; rel=next" : "</b>; rel=next")
                .body(items(1, 2)));
        polling(TestDatabase.H2, "PT1H");
        followLinks();
        try (Log log = Log.open()) {
            posel.start();
            await().until(() -> !log.warnings().isEmpty());
            assertThat(log.warnings()).first().asString().contains("lead in a circle");
        }
        assertThat(targets()).containsExactly("/feed?kind=all", "/b", "/c");
    }

    @Test
    @DisplayName(
            "S9: a feed lets in by user and password in the URL, a key in the query and headers, none of them logged")
    void letIn() throws Exception {
        server.answer(page(items(1, 1), "null"));
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/application.properties"), """
                posel.source.feed.header.X-Api-Key=header-s3cret
                posel.source.feed.header.X-Unset=
                """);
        polling(TestDatabase.H2, "PT1H")
                .with("POSEL_SOURCE_FEED_TOKEN", "")
                .with(
                        "POSEL_SOURCE_FEED_URL",
                        server.url("/feed?key=query-s3cret").replace("//", "//user%40corp:p%C3%A9%23s3cret@"))
                .start();

        awaitEvents(1);
        ReceivedRequest request = server.requests().get(0);
        String login = Base64.getEncoder().encodeToString("user@corp:pé#s3cret".getBytes(StandardCharsets.UTF_8));
        assertThat(request.header("Authorization")).contains("Basic " + login);
        assertThat(request.header("X-Api-Key")).contains("header-s3cret");
        assertThat(request.header("X-Unset")).isEmpty();
        assertThat(request.target()).isEqualTo("/feed?key=query-s3cret");
    }

    @Test
    @DisplayName(
            "G9: items that cannot be read at all, or come twice with other values, are set aside and block nothing")
    void flawedItems() {
        String nan = item(2).replace("12.50", "NaN");
        String other = item(1).replace("12.50", "7");
        server.answer(page("[" + item(1) + "," + nan + "," + other + "," + item(1) + "," + item(3) + "]", "null"));
        polling().start();
        awaitEvents(2);
        await().until(() -> server.requests().size() > 2);

        assertThat(posel.rows(IDS)).containsExactly("feed 1", "feed 3");
        assertThat(posel.rows("select item, reason from set_aside order by item"))
                .hasSize(2)
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("1 /id: Another item"),
                        second -> assertThat(second).startsWith("2 It is not JSON"));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("G9: an event that accepting refuses is set aside, and the others of its page are accepted in order")
    void refusedEvent(TestDatabase database) throws Exception {
        server.answer(page(items(1, 5), "null"));
        polling(database, "PT1H");
        Path accept = posel.copyRoutes().resolve("accept-events.camel.yaml");
        String text = Files.readString(accept);
        String step = "        - process:\n            id: store-events";
        assertThat(text).contains(step);
        Files.writeString(
                accept,
                text.replace(
                        step,
                        "        - bean:\n            id: refuse-third\n            beanType: "
                                + RefuseThird.class.getName() + "\n" + step));
        posel.start();

        awaitEvents(4);
        assertThat(posel.rows(IDS)).containsExactly("feed 1", "feed 2", "feed 4", "feed 5");
        assertThat(posel.rows("select source, item, reason from set_aside")).containsExactly("feed 3 No threes.");
    }
}
