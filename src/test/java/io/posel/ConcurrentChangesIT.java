package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.HttpAnswer;
import io.posel.testing.PoselClient;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Several people at once, and people while messages are on their way. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConcurrentChangesIT {
    private static final String TYPE = "customer.credit.changed";

    private final ExecutorService people = Executors.newCachedThreadPool();
    private RunningPosel running;
    private PoselClient posel;
    private Receiver receiver;
    private int count;

    @BeforeAll
    void start(@TempDir Path home) {
        running = RunningPosel.on(TestDatabase.H2, home)
                .with("POSEL_PURGE_CRON", "* * * * * ?")
                .start();
        posel = running.client();
    }

    @AfterAll
    void stop() {
        running.close();
        people.shutdown();
    }

    @BeforeEach
    void receive() throws IOException {
        receiver = Receiver.start();
    }

    @AfterEach
    void end() throws IOException {
        receiver.close();
        posel.get("/api/webhooks?limit=200").all("items", "id").forEach(id -> posel.delete("/api/webhooks/" + id));
    }

    private static String quoted(String json) {
        return json.replace('\'', '"');
    }

    private String webhook(boolean enabled) {
        return posel.createWebhook(quoted("{'name':'w','events':['" + TYPE + "'],'url':'" + receiver.url("/first")
                + "','body':'{}','enabled':" + enabled + "}"));
    }

    /** @return the ids of the events */
    private List<String> accept(int many, String entity) {
        List<String> ids = IntStream.range(0, many).mapToObj(i -> "e" + ++count).toList();
        posel.accept(quoted(ids.stream()
                .map(id -> "{'id':'" + id + "','type':'" + TYPE + "','entity':{'type':'customer','id':'" + entity
                        + "'},'data':{}}")
                .collect(Collectors.joining(",", "[", "]"))));
        return ids;
    }

    private List<String> ids(String webhook, String state) {
        return posel.get("/api/deliveries?limit=200&webhook=" + webhook + "&state=" + state)
                .all("items", "id");
    }

    private List<HttpAnswer> atOnce(Callable<HttpAnswer> one, Callable<HttpAnswer> other) throws Exception {
        return atOnce(List.of(one, other));
    }

    /** All begin when the last one is there. */
    private List<HttpAnswer> atOnce(List<Callable<HttpAnswer>> calls) throws Exception {
        CyclicBarrier all = new CyclicBarrier(calls.size());
        List<Future<HttpAnswer>> running = new ArrayList<>();
        for (Callable<HttpAnswer> call : calls) {
            running.add(people.submit(() -> {
                all.await(20, TimeUnit.SECONDS);
                return call.call();
            }));
        }
        List<HttpAnswer> answers = new ArrayList<>();
        for (Future<HttpAnswer> each : running) {
            answers.add(each.get(30, TimeUnit.SECONDS));
        }
        return answers;
    }

    @Test
    void ofTwoWhoSawTheSameWebhookOneIsRefused() throws Exception {
        String path = "/api/webhooks/" + webhook(false);
        for (int i = 0; i < 10; i++) {
            String seen = posel.get(path).header("ETag").orElseThrow();
            String one = "{\"name\":\"one " + i + "\"}";
            String other = "{\"name\":\"other " + i + "\"}";

            List<HttpAnswer> answers = atOnce(
                    () -> posel.patch(path, one, "If-Match", seen), () -> posel.patch(path, other, "If-Match", seen));

            assertThat(answers).extracting(HttpAnswer::status).containsExactlyInAnyOrder(200, 412);
            HttpAnswer winner = answers.get(answers.get(0).status() == 200 ? 0 : 1);
            assertThat(posel.get(path).at("name")).isEqualTo(winner.at("name"));
            assertThat(posel.get(path).header("ETag")).isEqualTo(winner.header("ETag"));
        }
    }

    @Test
    void ofTwoWhoSawTheSameEventTypeOneIsRefused() throws Exception {
        String path = "/api/event-types/order.concurrent";
        String type = quoted("{'title':{'en':'%s'},'entityType':'order','sample':{}}");
        for (int i = 0; i < 10; i++) {
            String seen = posel.put(path, type.formatted("before " + i))
                    .header("ETag")
                    .orElseThrow();
            String one = type.formatted("one " + i);
            String other = type.formatted("other " + i);

            List<HttpAnswer> answers = atOnce(
                    () -> posel.put(path, one, "If-Match", seen), () -> posel.put(path, other, "If-Match", seen));

            assertThat(answers).extracting(HttpAnswer::status).containsExactlyInAnyOrder(200, 412);
            HttpAnswer winner = answers.get(answers.get(0).status() == 200 ? 0 : 1);
            assertThat(posel.get(path).at("title.en")).isEqualTo(winner.at("title.en"));
        }
        assertThat(posel.delete(path, "If-Match", "\"x\"").status()).isEqualTo(412);
        assertThat(posel.delete(path).status()).isEqualTo(204);
    }

    @Test
    void ofAnEditAndADeletionOfTheSameVersionOneIsRefused() throws Exception {
        for (int i = 0; i < 5; i++) {
            String path = "/api/webhooks/" + webhook(false);

            List<HttpAnswer> answers = atOnce(
                    () -> posel.patch(path, "{\"name\":\"x\"}", "If-Match", "\"1\""),
                    () -> posel.delete(path, "If-Match", "\"1\""));

            if (answers.get(0).status() == 200) {
                assertThat(answers.get(1).status()).isEqualTo(412);
                assertThat(posel.get(path).at("name")).isEqualTo("x");
            } else {
                assertThat(answers.get(0).status()).isIn(404, 412);
                assertThat(answers.get(1).status()).isEqualTo(204);
                assertThat(posel.get(path).status()).isEqualTo(404);
            }
        }
    }

    @Test
    void manyWhoChangeDifferentMembersAllGetWhatTheyWant() throws Exception {
        String path = "/api/webhooks/" + webhook(false);
        int many = 8;

        List<HttpAnswer> answers = atOnce(IntStream.range(0, many)
                .<Callable<HttpAnswer>>mapToObj(
                        i -> () -> posel.patch(path, "{\"filter\":{\"member" + i + "\":[\"" + i + "\"]}}"))
                .toList());

        assertThat(answers).extracting(HttpAnswer::status).containsOnly(200);
        HttpAnswer webhook = posel.get(path);
        for (int i = 0; i < many; i++) {
            assertThat(webhook.at("filter.member" + i)).isEqualTo("[\"" + i + "\"]");
        }
        assertThat(webhook.at("version")).isEqualTo(Integer.toString(1 + many));
    }

    @Test
    void anEditWhileARequestIsOnItsWayHoldsForTheNextOne() {
        String id = webhook(true);
        receiver.answer(request ->
                request.target().equals("/first") ? Answer.after(Duration.ofSeconds(1), Answer.ok()) : Answer.ok());
        accept(2, "edited");
        await().until(() -> receiver.requests().size() == 1);

        assertThat(posel.patch("/api/webhooks/" + id, "{\"url\":\"" + receiver.url("/second") + "\"}")
                        .status())
                .isEqualTo(200);

        await().until(() -> ids(id, "delivered").size() == 2);
        assertThat(receiver.requests()).extracting(ReceivedRequest::target).containsExactly("/first", "/second");
    }

    @Test
    void editsOneAfterTheOtherWhileMessagesGoLoseAndDoubleNothing() {
        String id = webhook(true);
        posel.patch("/api/webhooks/" + id, quoted("{'body':'{\\u0022id\\u0022:#event.id#}'}"));
        int many = 60;
        List<String> events = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            events.addAll(accept(1, "order"));
            assertThat(posel.patch(
                                    "/api/webhooks/" + id,
                                    quoted("{'body':'{\\u0022version\\u0022:" + i + ",\\u0022id\\u0022:#event.id#}'"
                                            + (i % 3 == 0 ? ",'headers':{'X-Version':'" + i + "'}}" : "}")))
                            .status())
                    .isEqualTo(200);
        }

        await().until(() -> ids(id, "delivered").size() == many);
        assertThat(receiver.requests()).hasSize(many);
        assertThat(receiver.requests().stream().map(each -> each.text().replaceFirst(".*\"id\":\"([^\"]*)\".*", "$1")))
                .containsExactlyElementsOf(events);
    }

    @Test
    void aDeletionWhileARequestIsOnItsWayLetsItEndAndSendsNoOther() {
        String id = webhook(true);
        receiver.answer(Answer.after(Duration.ofSeconds(1), Answer.ok()));
        List<String> events = accept(3, "deleted");
        await().until(() -> receiver.requests().size() == 1);

        assertThat(posel.delete("/api/webhooks/" + id).status()).isEqualTo(204);

        await().until(() -> ids(id, "delivered").size() == 1);
        HttpAnswer skipped = posel.get("/api/deliveries?state=skipped&webhook=" + id);
        assertThat(skipped.all("items", "eventId")).containsExactly(events.get(2), events.get(1));
        assertThat(skipped.all("items", "reason")).containsOnly("deleted");
        assertThat(receiver.requests()).hasSize(1);
    }

    @Test
    @DisplayName("G2: one replayed by two at once is sent once more")
    void aDeliveryReplayedTwiceAtOnceIsSentOnce() throws Exception {
        String id = webhook(true);
        accept(1, "twice");
        await().until(() -> ids(id, "delivered").size() == 1);
        String delivery = ids(id, "delivered").get(0);
        receiver.answer(Answer.after(Duration.ofMillis(300), Answer.ok())); // or the second finds it delivered again
        String path = "/api/deliveries/" + delivery + "/replay";
        for (int i = 1; i <= 5; i++) {
            List<HttpAnswer> answers = atOnce(() -> posel.post(path, null), () -> posel.post(path, null));

            assertThat(answers).extracting(HttpAnswer::status).isSubsetOf(202, 409);
            assertThat(answers.stream()
                            .filter(each -> each.status() == 202)
                            .mapToInt(each -> Integer.parseInt(each.at("count")))
                            .sum())
                    .isEqualTo(1);
            await().until(() -> ids(id, "delivered").contains(delivery));
            assertThat(receiver.requests()).hasSize(1 + i);
        }
    }

    @Test
    void aReplayOfManyTwiceAtOncePutsEachBackOnce() throws Exception {
        String id = webhook(false);
        int many = 300;
        accept(many, "many");
        assertThat(posel.patch("/api/webhooks/" + id, "{\"enabled\":true}").status())
                .isEqualTo(200);
        receiver.answer(Answer.after(Duration.ofMillis(2), Answer.ok()));
        String all = "{\"webhook\":\"" + id + "\",\"states\":[\"skipped\"]}";

        List<HttpAnswer> answers = atOnce(List.of(
                () -> posel.post("/api/deliveries/replay", all),
                () -> posel.post("/api/deliveries/replay", all),
                () -> posel.post("/api/deliveries/replay", all)));

        assertThat(answers.stream().mapToInt(each -> Integer.parseInt(each.at("count"))))
                .satisfies(counts -> assertThat(
                                counts.stream().mapToInt(Integer::intValue).sum())
                        .isEqualTo(many));
        await().until(() -> running.rows(
                        "select count(*) from delivery where state = 'delivered' and webhook_id = '" + id + "'")
                .equals(List.of(Integer.toString(many))));
        assertThat(receiver.requests())
                .hasSize(many)
                .extracting(each -> each.header("webhook-id"))
                .doesNotHaveDuplicates();
    }

    @Test
    void aReplayOfADeletedWebhookIsRefused() {
        String id = webhook(false);
        accept(1, "gone");
        String delivery = ids(id, "skipped").get(0);
        posel.delete("/api/webhooks/" + id);

        for (HttpAnswer refused : List.of(
                posel.post("/api/deliveries/" + delivery + "/replay", null),
                posel.post("/api/deliveries/replay", "{\"webhook\":\"" + id + "\"}"),
                posel.post("/api/dead-letters/replay", "{\"webhook\":\"" + id + "\",\"dryRun\":true}"))) {
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.errors()).containsExactly(" webhook-deleted");
        }
        assertThat(posel.post("/api/deliveries/replay", "{}").status()).isEqualTo(202);
        assertThat(ids(id, "skipped")).containsExactly(delivery);
        assertThat(receiver.requests()).isEmpty();
    }

    @Test
    @DisplayName("G6: what is replayed while its webhook is deleted does not stay in the queue")
    void aReplayAndADeletionAtOnceLeaveNothingQueued() throws Exception {
        for (int i = 0; i < 5; i++) {
            String id = webhook(false);
            accept(20, "race" + i);

            List<HttpAnswer> answers = atOnce(
                    () -> posel.post("/api/deliveries/replay", "{\"webhook\":\"" + id + "\"}"),
                    () -> posel.delete("/api/webhooks/" + id));

            assertThat(answers.get(0).status()).isIn(202, 409);
            assertThat(answers.get(1).status()).isEqualTo(204);
            await().untilAsserted(() -> assertThat(ids(id, "skipped")).hasSize(20));
        }
        assertThat(receiver.requests()).isEmpty();
    }
}
