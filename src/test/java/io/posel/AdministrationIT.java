package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.HttpAnswer;
import io.posel.testing.PoselClient;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The administration interface over HTTP, on both databases. */
class AdministrationIT {

    @Nested
    class OnH2 extends Calls {
        OnH2() {
            super(TestDatabase.H2);
        }
    }

    @Nested
    class OnPostgresql extends Calls {
        OnPostgresql() {
            super(TestDatabase.POSTGRESQL);
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class Calls {
        private static final String EVENT = "{'type':'customer.credit.changed','entity':{'type':'customer','id':'%s'},"
                + "'id':'%s','data':{'customer':{'id':'%s','credit':12.50}}}";

        private final TestDatabase database;
        private RunningPosel running;
        private PoselClient posel;
        private Receiver receiver;
        private int count;

        Calls(TestDatabase database) {
            this.database = database;
        }

        @BeforeAll
        void start(@TempDir Path home) {
            Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
            running = RunningPosel.on(database, home).start();
            posel = running.client();
        }

        @AfterAll
        void stop() {
            running.close();
        }

        private HttpAnswer get(String path) {
            return posel.get(path);
        }

        private HttpAnswer post(String path, String json) {
            return posel.post(path, quoted(json));
        }

        private HttpAnswer put(String path, String json, String... headers) {
            return posel.put(path, quoted(json), headers);
        }

        private HttpAnswer patch(String path, String json, String... headers) {
            return posel.patch(path, quoted(json), headers);
        }

        private HttpAnswer delete(String path, String... headers) {
            return posel.delete(path, headers);
        }

        private List<String> deliveries(String query) {
            return get("/api/deliveries?limit=200&" + query).all("items", "id");
        }

        @BeforeEach
        void receive() throws IOException {
            receiver = Receiver.start();
        }

        @AfterEach
        void end() throws IOException {
            receiver.close();
            get("/api/webhooks?limit=200").all("items", "id").forEach(id -> delete("/api/webhooks/" + id));
        }

        private String webhook(String more) {
            String body = more.contains("'body'") ? "" : ",'body':'{\\u0022id\\u0022:\\u0022#customer.id#\\u0022}'";
            return posel.createWebhook(quoted("{'name':'Shop','events':['customer.credit.changed'],'url':'"
                    + receiver.url("/hook?key=topsecret&id=#customer.id#") + "'" + body + more + "}"));
        }

        private String accept(String entity) {
            String id = "e" + ++count;
            posel.accept(quoted(EVENT.formatted(entity, id, entity)));
            return id;
        }

        private String deliveryOf(String event, String state) {
            await().until(() -> deliveries("event=" + event + "&state=" + state).size() == 1);
            return deliveries("event=" + event).get(0);
        }

        @Test
        void a_created_webhook_is_found_where_its_location_says() {
            HttpAnswer created = post(
                    "/api/webhooks",
                    "{'name':'Shop','events':['customer.credit.changed'],'url':'" + receiver.url("/") + "'}");

            assertThat(created.status()).isEqualTo(201);
            assertThat(created.header("ETag")).contains("\"1\"");
            HttpAnswer found = get(created.header("Location").orElseThrow());
            assertThat(found.status()).isEqualTo(200);
            assertThat(found.header("ETag")).contains("\"1\"");
            assertThat(found.at("name")).isEqualTo("Shop");
            assertThat(found.at("state")).isEqualTo("active");
            assertThat(found.at("ordering")).isEqualTo("entity");
        }

        @Test
        void a_list_goes_on_where_its_part_ended() {
            List<String> created = List.of(webhook(""), webhook(""), webhook(""));

            List<String> listed = new ArrayList<>();
            String query = "";
            do {
                HttpAnswer part = get("/api/webhooks?limit=2" + query);
                listed.addAll(part.all("items", "id"));
                query = "&cursor=" + part.at("next");
            } while (!query.equals("&cursor=null"));

            assertThat(listed).hasSize(3).containsExactlyInAnyOrderElementsOf(created);
        }

        @Test
        void a_list_of_states_has_full_parts_of_those_alone() {
            List<String> off = List.of(webhook(",'enabled':false"), webhook(",'enabled':false"));
            String works = webhook(",'filter':{'customer.id':['another']}");
            String fails = webhook(",'filter':{'customer.id':['states']}");
            receiver.answer(Answer.status(500));
            deliveryOf(accept("states"), "dead");

            HttpAnswer first = get("/api/webhooks?state=disabled&limit=1");
            assertThat(first.all("items", "id")).containsExactly(off.get(0));
            assertThat(get("/api/webhooks?state=disabled&limit=1&cursor=" + first.at("next"))
                            .all("items", "id"))
                    .containsExactly(off.get(1));
            HttpAnswer failing = get("/api/webhooks?state=failing");
            assertThat(failing.all("items", "id")).containsExactly(fails);
            assertThat(failing.at("next")).isEqualTo("null");
            assertThat(failing.at("items.0.deadCount")).isEqualTo("1");
            assertThat(get("/api/webhooks?state=active,failing").all("items", "id"))
                    .containsExactly(works, fails);
            assertThat(get("/api/webhooks?state=expired").all("items", "id")).isEmpty();
            assertThat(get("/api/webhooks?state=broken").errors()).containsExactly(" invalid-parameter");

            delete("/api/webhooks/" + fails);
            assertThat(get("/api/webhooks?state=failing").all("items", "id")).isEmpty();
            assertThat(get("/api/webhooks?state=failing&deleted=true").all("items", "id"))
                    .contains(fails);
        }

        @Test
        void a_deleted_webhook_is_shown_to_those_who_ask_for_it() {
            String id = webhook("");
            delete("/api/webhooks/" + id);

            assertThat(get("/api/webhooks/" + id).status()).isEqualTo(404);
            assertThat(get("/api/webhooks/" + id + "?deleted=false").status()).isEqualTo(404);
            HttpAnswer shown = get("/api/webhooks/" + id + "?deleted=true");
            assertThat(shown.status()).isEqualTo(200);
            assertThat(shown.at("name")).isEqualTo("Shop");
            assertThat(Instant.parse(shown.at("deletedAt"))).isBeforeOrEqualTo(Instant.now());
            assertThat(shown.text()).doesNotContain("topsecret");
            assertThat(get("/api/webhooks/wh_none?deleted=true").status()).isEqualTo(404);
        }

        @Test
        void the_catalogue_goes_on_where_its_part_ended_whatever_was_added_first() {
            String type = "{'title':{'en':'x'},'entityType':'o','sample':{}}";
            for (String name : List.of("b.b", "a.a", "c.c")) {
                put("/api/event-types/" + name, type);
            }

            List<String> listed = new ArrayList<>();
            String query = "";
            do {
                HttpAnswer part = get("/api/event-types?limit=2" + query);
                listed.addAll(part.all("items", "type"));
                query = "&cursor=" + part.at("next");
            } while (!query.equals("&cursor=null"));

            assertThat(listed)
                    .isEqualTo(get("/api/event-types?limit=200").all("items", "type"))
                    .doesNotHaveDuplicates()
                    .containsSubsequence("customer.credit.changed", "session.started", "a.a", "b.b", "c.c");
            List.of("a.a", "b.b", "c.c").forEach(name -> delete("/api/event-types/" + name));
        }

        @Test
        void parameters_that_make_no_sense_are_refused_by_name() {
            for (String query : List.of("limit=0", "limit=201", "limit=x", "cursor=x", "cursor=QQ", "deleted=yes")) {
                HttpAnswer refused = get("/api/webhooks?" + query);
                assertThat(refused.status()).as(query).isEqualTo(400);
                assertThat(refused.errors()).as(query).containsExactly(" invalid-parameter");
                assertThat(refused.at("errors.0.params.name")).isEqualTo(query.split("=")[0]);
            }
            for (String query : List.of("state=gone", "from=yesterday", "entity=customer", "cursor=MTp4", "type=%00")) {
                assertThat(get("/api/deliveries?" + query).status()).as(query).isEqualTo(400);
            }
        }

        @Test
        @DisplayName("S9: secrets are never read back, and a mask written back keeps them")
        void secrets_are_masked_and_kept() {
            String id = webhook(",'headers':{'X-Key':'alsosecret'}");

            HttpAnswer read = get("/api/webhooks/" + id);
            assertThat(read.text()).doesNotContain("topsecret").doesNotContain("alsosecret");
            assertThat(read.at("url")).contains("key=***&id=#customer.id#");
            HttpAnswer written = put("/api/webhooks/" + id, read.text());

            assertThat(written.status()).isEqualTo(200);
            accept("s9");
            await().until(() -> !receiver.requests().isEmpty());
            ReceivedRequest request = receiver.requests().get(0);
            assertThat(request.target()).isEqualTo("/hook?key=topsecret&id=s9");
            assertThat(request.header("X-Key")).contains("alsosecret");
        }

        @Test
        void a_change_based_on_an_old_version_is_refused() {
            String path = "/api/webhooks/" + webhook("");

            assertThat(patch(path, "{'name':'One'}", "If-Match", "\"1\"").header("ETag"))
                    .contains("\"2\"");
            assertThat(patch(path, "{'name':'Two'}", "If-Match", "\"1\"").status())
                    .isEqualTo(412);
            assertThat(put(path, get(path).text(), "If-Match", "\"1\"").status())
                    .isEqualTo(412);
            assertThat(delete(path, "If-Match", "\"1\"").status()).isEqualTo(412);
            assertThat(patch(path, "{'name':'Two'}", "If-Match", "2").status()).isEqualTo(400);
            assertThat(get(path).at("name")).isEqualTo("One");
            assertThat(patch(path, "{'name':'Two'}", "If-Match", "*").status()).isEqualTo(200);
            assertThat(delete(path, "If-Match", "\"3\"").status()).isEqualTo(204);
        }

        @Test
        void a_patch_is_a_merge_patch_or_refused() {
            String path = "/api/webhooks/" + webhook("");

            HttpAnswer patched =
                    patch(path, "{'body':null,'enabled':false}", "Content-Type", "application/merge-patch+json");
            assertThat(patched.at("body")).isEqualTo("null");
            assertThat(patched.at("state")).isEqualTo("disabled");
            assertThat(patch(path, "[]", "Content-Type", "application/json-patch+json")
                            .status())
                    .isEqualTo(415);
            assertThat(put(path, "{}", "Content-Type", "application/merge-patch+json")
                            .status())
                    .isEqualTo(415);
        }

        @Test
        void what_is_wrong_with_a_definition_is_said_by_pointer() {
            HttpAnswer malformed = post("/api/webhooks", "{'name':\n oops}");
            assertThat(malformed.status()).isEqualTo(400);
            assertThat(malformed.errors()).containsExactly(" malformed-json");
            assertThat(malformed.at("errors.0.params.line")).isEqualTo("2");

            HttpAnswer shape = post("/api/webhooks", "{'name':1,'events':['a'],'url':'https://example.com/'}");
            assertThat(shape.status()).isEqualTo(400);
            assertThat(shape.errors()).containsExactly("/name type-mismatch");

            HttpAnswer template = post(
                    "/api/webhooks",
                    "{'name':'x','events':['a'],'url':'http://#customer.id#.example.com/','body':'[1,'}");
            assertThat(template.status()).isEqualTo(422);
            assertThat(template.all("errors", "pointer")).containsExactly("/url", "/body");
            assertThat(template.at("errors.1.params.line")).isEqualTo("1");
        }

        @Test
        void an_address_that_is_not_allowed_is_refused_while_enabled_and_a_warning_while_not() {
            String definition =
                    "{'name':'x','events':['customer.credit.changed'],'url':'http://10.1.2.3/','enabled':%s}";

            HttpAnswer refused = post("/api/webhooks", definition.formatted(true));
            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.errors()).containsExactly("/url address-not-allowed");
            assertThat(refused.text()).contains("POSEL_DELIVERY_ALLOW");

            HttpAnswer off = post("/api/webhooks", definition.formatted(false));
            assertThat(off.status()).isEqualTo(201);
            assertThat(off.all("warnings", "code")).containsExactly("not-https", "address-not-allowed");
            assertThat(get("/api/webhooks").all("items.0.warnings", "code"))
                    .containsExactly("not-https", "address-not-allowed");
            assertThat(patch("/api/webhooks/" + off.at("id"), "{'enabled':true}")
                            .status())
                    .isEqualTo(422);
        }

        @Test
        void what_the_catalogue_does_not_know_is_a_warning() {
            HttpAnswer created = post(
                    "/api/webhooks",
                    "{'name':'x','events':['customer.credit.changed','no.such'],'url':'"
                            + receiver.url("/?a=#customer.id#&b=#customer.shoeSize#") + "'}");

            assertThat(created.all("warnings", "code"))
                    .containsExactly("not-https", "unknown-event-type", "unknown-variable");
        }

        @Test
        void a_deleted_webhook_is_gone_until_it_is_restored() {
            receiver.answer(Answer.hang());
            String id = webhook("");
            String path = "/api/webhooks/" + id;
            accept("d1");
            String waiting = accept("d1");
            await().until(() -> receiver.requests().size() == 1);

            assertThat(delete(path).status()).isEqualTo(204);

            assertThat(get(path).status()).isEqualTo(404);
            assertThat(patch(path, "{'name':'y'}").status()).isEqualTo(404);
            assertThat(put(path, "{}").status()).isEqualTo(404);
            assertThat(delete(path).status()).isEqualTo(404);
            assertThat(get("/api/webhooks").all("items", "id")).doesNotContain(id);
            assertThat(get("/api/webhooks?deleted=true&limit=200").all("items", "id"))
                    .contains(id);
            HttpAnswer skipped = get("/api/deliveries?event=" + waiting);
            assertThat(skipped.at("items.0.state")).isEqualTo("skipped");
            assertThat(skipped.at("items.0.reason")).isEqualTo("deleted");
            assertThat(post("/api/deliveries/replay", "{'webhook':'" + id + "'}")
                            .status())
                    .isEqualTo(409);

            HttpAnswer restored = post(path + "/restore", "");
            assertThat(restored.status()).isEqualTo(200);
            assertThat(restored.at("state")).isEqualTo("disabled");
            assertThat(post(path + "/restore", "").status()).isEqualTo(409);
            assertThat(post("/api/webhooks/wh_none/restore", "").status()).isEqualTo(404);
        }

        @Test
        void a_delivery_shows_its_attempts_and_its_request_without_secrets() {
            webhook(",'headers':{'X-Key':'alsosecret'}");
            receiver.answer(request -> receiver.requests().size() == 1
                    ? Answer.status(500).body(new byte[] {'n', 'o', (byte) 0xFF, 0})
                    : Answer.ok());
            String event = accept("7");
            String id = deliveryOf(event, "delivered");

            HttpAnswer delivery = get("/api/deliveries/" + id);

            assertThat(delivery.all("attempts", "status")).containsExactly("500", "200");
            assertThat(delivery.all("attempts", "error")).containsExactly("status", "null");
            assertThat(delivery.at("attempts.0.answer")).isEqualTo("no\uFFFD\0");
            assertThat(delivery.at("eventId")).isEqualTo(event);
            assertThat(delivery.at("entity.id")).isEqualTo("7");
            assertThat(delivery.at("request.method")).isEqualTo("POST");
            assertThat(delivery.at("request.url")).isEqualTo(receiver.url("/hook?key=***&id=7"));
            assertThat(delivery.at("request.headers.X-Key")).isEqualTo("***");
            assertThat(delivery.at("request.body")).isEqualTo("{\"id\":\"7\"}");
            assertThat(delivery.text()).doesNotContain("secret");
            assertThat(get("/api/deliveries?event=" + event).text()).doesNotContain("request");
            assertThat(get("/api/deliveries/" + "0".repeat(8) + "-0000-0000-0000-" + "0".repeat(12))
                            .status())
                    .isEqualTo(404);
            assertThat(get("/api/deliveries/x").status()).isEqualTo(404);
        }

        @Test
        void deliveries_and_events_are_found_by_what_is_asked_for_newest_first() {
            String webhook = webhook(",'enabled':false");
            String other = webhook(",'enabled':false");
            String first = accept("a");
            String second = accept("b");
            String of = "webhook=" + webhook;

            assertThat(get("/api/deliveries?" + of).all("items", "eventId")).containsExactly(second, first);
            assertThat(get("/api/deliveries?event=" + first).all("items", "webhookId"))
                    .containsExactlyInAnyOrder(webhook, other);
            assertThat(deliveries(of + "&entity=customer:a")).hasSize(1);
            assertThat(deliveries(of + "&type=no.such")).isEmpty();
            assertThat(deliveries(of + "&state=skipped,dead")).hasSize(2);
            assertThat(deliveries(of + "&state=queued")).isEmpty();
            assertThat(deliveries(of + "&from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z"))
                    .hasSize(2);
            assertThat(deliveries(of + "&to=2000-01-01T00:00:00Z")).isEmpty();
            assertThat(get("/api/events?limit=2&type=customer.credit.changed").all("items", "id"))
                    .containsExactly(second, first);
            assertThat(get("/api/events?entity=customer:a&event=" + first).all("items", "id"))
                    .containsExactly(first);
            assertThat(get("/api/events?webhook=" + webhook + "&state=skipped").all("items", "id"))
                    .containsExactly(second, first);
            assertThat(get("/api/events?webhook=" + webhook + "&state=dead").all("items", "id"))
                    .isEmpty();

            List<String> paged = new ArrayList<>();
            String cursor = "";
            do {
                HttpAnswer part = get("/api/deliveries?limit=1&from=2000-01-01T00:00:00Z" + cursor);
                paged.addAll(part.all("items", "id"));
                cursor = "&cursor=" + part.at("next");
            } while (paged.size() < 4);
            assertThat(paged).containsExactlyElementsOf(deliveries("").subList(0, 4));
        }

        @Test
        @DisplayName("F2: a dead letter can be replayed, and arrives with the same webhook-id")
        void a_dead_letter_is_sent_again() {
            String webhook = webhook("");
            receiver.answer(Answer.status(500));
            String id = deliveryOf(accept("dead"), "dead");
            assertThat(receiver.requests()).hasSize(3);
            receiver.answer(Answer.ok());

            assertThat(post("/api/dead-letters/replay", "{'webhook':'" + webhook + "','dryRun':true}")
                            .at("count"))
                    .isEqualTo("1");
            HttpAnswer replayed = post("/api/dead-letters/replay", "{'webhook':'" + webhook + "'}");

            assertThat(replayed.status()).isEqualTo(202);
            assertThat(replayed.at("count")).isEqualTo("1");
            await().until(() -> receiver.requests().size() == 4);
            assertThat(receiver.requests().get(3).header("webhook-id")).contains(id);
            assertThat(receiver.requests().get(3).header("webhook-attempt")).contains("1");
            await().until(() -> get("/api/deliveries/" + id).at("state").equals("delivered"));
            assertThat(get("/api/deliveries/" + id).all("attempts", "run")).containsExactly("1", "1", "1", "2");
            assertThat(post("/api/dead-letters/replay", "{}").at("count")).isEqualTo("0");
        }

        @Test
        void one_delivered_is_sent_again_but_not_one_that_waits() {
            String webhook = webhook("");
            String id = deliveryOf(accept("again"), "delivered");

            patch("/api/webhooks/" + webhook, "{'enabled':false}");
            assertThat(post("/api/deliveries/" + id + "/replay", "").at("count"))
                    .isEqualTo("1");
            assertThat(get("/api/deliveries/" + id).at("state")).isEqualTo("queued");
            HttpAnswer refused = post("/api/deliveries/" + id + "/replay", "");
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.errors()).containsExactly(" still-waiting");
            assertThat(receiver.requests()).hasSize(1);

            patch("/api/webhooks/" + webhook, "{'enabled':true}");
            await().until(() -> receiver.requests().size() == 2);
            assertThat(post("/api/deliveries/none/replay", "").status()).isEqualTo(404);
        }

        @Test
        @DisplayName("S1: what was skipped while off goes out when it is replayed, oldest first")
        void skipped_ones_are_sent_in_their_order() {
            String webhook = webhook(",'enabled':false,'ordering':'entityType'");
            List<String> entities = List.of("s1", "s2", "s3", "s4", "s5");
            entities.forEach(this::accept);
            patch("/api/webhooks/" + webhook, "{'enabled':true}");

            HttpAnswer replayed = post("/api/deliveries/replay", "{'webhook':'" + webhook + "'}");

            assertThat(replayed.at("count")).isEqualTo("5");
            await().until(() -> receiver.requests().size() == 5);
            assertThat(receiver.requests().stream().map(each -> each.target().replaceFirst(".*id=", "")))
                    .containsExactlyElementsOf(entities);
        }

        @Test
        @DisplayName("F6: numbered events are replayed in the order of their numbers")
        void a_replay_keeps_to_the_numbers() {
            String webhook = webhook(",'enabled':false,'body':'{\\u0022n\\u0022:#n#}'");
            String numbered = "{'type':'customer.credit.changed','entity':{'type':'customer','id':'seq-" + database
                    + "'},'sequence':%d,'data':{'n':%d}}";
            posel.accept(quoted(numbered.formatted(2, 2)));
            posel.accept(quoted(numbered.formatted(1, 1)));
            await().until(() ->
                    deliveries("webhook=" + webhook + "&state=skipped").size() == 2);
            patch("/api/webhooks/" + webhook, "{'enabled':true}");

            post("/api/deliveries/replay", "{'webhook':'" + webhook + "'}");

            await().until(() -> receiver.requests().size() == 2);
            assertThat(receiver.requests().stream().map(ReceivedRequest::text))
                    .containsExactly("{\"n\":1}", "{\"n\":2}");
        }

        @Test
        void only_the_latest_of_each_entity_goes_where_nothing_newer_was_delivered() {
            String webhook = webhook(",'enabled':false");
            accept("x");
            String newestOfX = accept("x");
            accept("y");
            patch("/api/webhooks/" + webhook, "{'enabled':true}");
            deliveryOf(accept("y"), "delivered");
            String body = "{'webhook':'" + webhook + "','onlyLatest':true%s}";

            assertThat(post("/api/deliveries/replay", body.formatted(",'dryRun':true"))
                            .at("count"))
                    .isEqualTo("1");
            assertThat(post("/api/deliveries/replay", body.formatted("")).at("count"))
                    .isEqualTo("1");

            deliveryOf(newestOfX, "delivered");
            assertThat(receiver.requests()).hasSize(2);
        }

        @Test
        void a_replay_of_many_keeps_their_order_and_waits_while_the_webhook_is_off() {
            String webhook = webhook(",'enabled':false");
            int many = 2_100;
            List<String> ids =
                    IntStream.range(0, many).mapToObj(i -> "many-" + i).toList();
            for (int from = 0; from < many; from += 700) {
                posel.accept(quoted(ids.subList(from, from + 700).stream()
                        .map(id -> EVENT.formatted(id, id, id))
                        .collect(Collectors.joining(",", "[", "]"))));
            }

            assertThat(post("/api/deliveries/replay", "{'webhook':'" + webhook + "'}")
                            .at("count"))
                    .isEqualTo("2100");

            assertThat(running.rows("select e.id from delivery d join event e on e.no = d.event_no"
                            + " where d.state = 'queued' and d.webhook_id = '" + webhook + "' order by d.pos"))
                    .isEqualTo(ids);
            assertThat(receiver.requests()).isEmpty();
        }

        @Test
        void a_replay_that_makes_no_sense_is_refused() {
            assertThat(post("/api/deliveries/replay", "{'webhook':'wh_none'}").status())
                    .isEqualTo(404);
            HttpAnswer refused =
                    post("/api/deliveries/replay", "{'states':['queued'],'from':'x','onlyLatest':1,'statez':[]}");
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.errors())
                    .containsExactly(
                            "/statez unknown-member",
                            "/states unknown-value",
                            "/from invalid-time",
                            "/onlyLatest type-mismatch");
            assertThat(post("/api/dead-letters/replay", "{'states':['delivered']}")
                            .errors())
                    .containsExactly("/states unknown-value");
        }

        @Test
        @DisplayName("S2: operators add their own event types without code")
        void an_event_type_is_added_changed_and_removed() {
            String path = "/api/event-types/order.paid";
            String type = "{'title':{'en':'%s'},'entityType':'order','variables':[{'name':'order.id',"
                    + "'title':{'en':'Number'},'example':'1'}],'sample':{'order':{'id':'1'}}}";

            assertThat(put(path, type.formatted("Order paid")).status()).isEqualTo(201);
            assertThat(put(path, type.formatted("Paid")).status()).isEqualTo(200);
            HttpAnswer list = get("/api/event-types");
            assertThat(list.all("items", "type"))
                    .contains("customer.credit.changed", "session.started", "email.sent", "user.changed", "order.paid");
            assertThat(list.text()).contains("\"Paid\"").doesNotContain("Order paid");
            assertThat(put(path, "{'type':'other','title':{'en':'x'},'entityType':'o','sample':{}}")
                            .errors())
                    .containsExactly("/type type-differs");
            assertThat(put("/api/event-types/customer.credit.changed", type.formatted("x"))
                            .errors())
                    .containsExactly(" defined-in-file");
            assertThat(delete("/api/event-types/customer.credit.changed").status())
                    .isEqualTo(409);
            assertThat(delete(path).status()).isEqualTo(204);
            assertThat(delete(path).status()).isEqualTo(404);
        }

        @Test
        void a_preview_shows_the_request_and_sends_nothing() {
            HttpAnswer preview = post(
                    "/api/preview",
                    "{'url':'" + receiver.url("/?key=mine&id=#customer.id#&no=#no.such#")
                            + "','headers':{'X-Key':'mine'},'eventType':'customer.credit.changed'}");

            assertThat(preview.status()).isEqualTo(200);
            assertThat(preview.at("method")).isEqualTo("GET");
            assertThat(preview.at("url")).isEqualTo(receiver.url("/?key=mine&id=42&no="));
            assertThat(preview.at("headers.X-Key")).isEqualTo("mine");
            assertThat(preview.at("body")).isEqualTo("null");
            assertThat(preview.at("unknownVariables")).isEqualTo("[\"no.such\"]");
            assertThat(preview.all("warnings", "code")).containsExactly("not-https", "unknown-variable");
            assertThat(receiver.requests()).isEmpty();
        }

        @Test
        @DisplayName(
                "K19, K39: elements of arrays and whole objects are filled in, what only looks like them is warned of")
        void a_preview_of_arrays_and_objects() {
            String event = "{'id':'o-1','type':'t.x','entity':{'type':'c','id':'1'},'data':{'items':[{'sku':'A1'}]}}";
            HttpAnswer good = post(
                    "/api/preview",
                    "{'url':'https://example.com/#items.0.sku#','body':'[\\u0022#items.0.sku#\\u0022,#data#,#event#]','event':"
                            + event + "}");
            HttpAnswer doubtful = post(
                    "/api/preview",
                    "{'url':'https://example.com/','body':'[\\u0022#items[0].sku#\\u0022,\\u0022{items}\\u0022]','event':"
                            + event + "}");

            assertThat(good.at("url")).isEqualTo("https://example.com/A1");
            assertThat(good.at("body")).isEqualTo("""
                    ["A1",{"items":[{"sku":"A1"}]},{"id":"o-1","type":"t.x","entity":{"type":"c","id":"1"},\
                    "data":{"items":[{"sku":"A1"}]}}]""");
            assertThat(good.at("unknownVariables")).isEqualTo("[]");
            assertThat(good.at("warnings")).isEqualTo("[]");
            assertThat(doubtful.all("warnings", "code")).containsExactly("not-a-variable", "not-a-variable");
            assertThat(doubtful.at("warnings.0.pointer")).isEqualTo("/body");
            assertThat(doubtful.at("warnings.0.params.column")).isEqualTo("3");
            assertThat(doubtful.at("warnings.0.params.suggestion")).isEqualTo("#items.0.sku#");
            assertThat(doubtful.at("warnings.1.params.suggestion")).isEqualTo("#items#");
        }

        @Test
        @DisplayName("K19: such a webhook is saved with the warning, which goes when it is mended")
        void what_is_no_variable_is_saved_with_a_warning() {
            HttpAnswer created = post(
                    "/api/webhooks",
                    "{'name':'arrays','enabled':false,'events':['session.ended'],'url':'https://example.com/',"
                            + "'body':'[\\u0022#items[0].sku#\\u0022]'}");
            String path = "/api/webhooks/" + created.at("id");

            assertThat(created.status()).isEqualTo(201);
            assertThat(created.all("warnings", "code")).containsExactly("not-a-variable");
            assertThat(get(path).all("warnings", "code")).containsExactly("not-a-variable");
            assertThat(patch(path, "{'body':'{\\u0022#entity.id#\\u0022:1,\\u0022b\\u0022:2}'}")
                            .all("warnings", "code"))
                    .containsExactly("duplicate-name");
            assertThat(patch(path, "{'body':'[\\u0022#entity.id#\\u0022]'}").all("warnings", "code"))
                    .isEmpty();
            delete(path);
        }

        @Test
        void a_preview_of_an_event_of_ones_own() {
            HttpAnswer preview = post(
                    "/api/preview",
                    "{'url':'https://example.com/','body':'{\\u0022c\\u0022:#customer.credit#}','event':"
                            + EVENT.formatted("9", "e", "9") + "}");
            assertThat(preview.at("method")).isEqualTo("POST");
            assertThat(preview.at("body")).isEqualTo("{\"c\":12.50}");

            HttpAnswer refused = post(
                    "/api/preview",
                    "{'url':'ftp://x','body':'[','headers':{'Host':'x'}," + "'eventType':'customer.credit.changed'}");
            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.all("errors", "pointer")).containsExactly("/url", "/body", "/headers/Host");
            assertThat(post("/api/preview", "{'url':'https://example.com/','event':{'type':'x'}}")
                            .all("errors", "pointer"))
                    .containsExactlyInAnyOrder("/event/entity", "/event/data");
            assertThat(post("/api/preview", "{'url':'https://example.com/','eventType':'no.such'}")
                            .errors())
                    .containsExactly("/eventType unknown-event-type");
            assertThat(post("/api/preview", "{'url':'https://example.com/'}").status())
                    .isEqualTo(400);
        }

        @Test
        void a_preview_takes_the_newest_event_of_a_type_that_was_accepted() {
            String preview = "{'url':'https://example.com/?id=#customer.id#','eventType':'%s','recent':true}";
            String event = "{'id':'%s','type':'recent.type','entity':{'type':'customer','id':'%s'},"
                    + "'data':{'customer':{'id':'%s'}}}";
            assertThat(post("/api/preview", preview.formatted("recent.type")).errors())
                    .containsExactly("/eventType no-recent-event");
            for (String id : List.of("r1", "r2", "r3")) {
                posel.accept(quoted(event.formatted(id, "of " + id, id)));
            }
            accept("later, of another type");

            HttpAnswer newest = post("/api/preview", preview.formatted("recent.type"));
            assertThat(newest.at("url")).isEqualTo("https://example.com/?id=r3");
            assertThat(newest.at("event.id")).isEqualTo("r3");
            assertThat(newest.at("event.entity.id")).isEqualTo("of r3");
            assertThat(newest.at("event.acceptedAt"))
                    .isEqualTo(get("/api/events?event=r3").at("items.0.acceptedAt"));

            assertThat(post("/api/erase", "{'entity':{'type':'customer','id':'of r3'}}")
                            .at("events"))
                    .isEqualTo("1");
            assertThat(post("/api/preview", preview.formatted("recent.type")).at("event.id"))
                    .isEqualTo("r2");
            assertThat(post("/api/preview", "{'url':'https://example.com/','recent':1,'eventType':'recent.type'}")
                            .errors())
                    .containsExactly("/recent type-mismatch");
            assertThat(post("/api/preview", "{'url':'https://example.com/','recent':true}")
                            .errors())
                    .containsExactly("/eventType required");
            HttpAnswer sample = post(
                    "/api/preview",
                    "{'url':'https://example.com/','recent':false,'eventType':'customer.credit.changed'}");
            assertThat(sample.at("event")).isEqualTo("null");
        }

        @Test
        @DisplayName("S9: what was read can be previewed, and its masks stay masks")
        void a_preview_leaves_masks_as_they_are() {
            HttpAnswer shown = post(
                    "/api/preview",
                    "{'url':'https://me:***@example.com/?key=***&id=#customer.id#','headers':{'X-Key':'***'},"
                            + "'eventType':'customer.credit.changed'}");

            assertThat(shown.status()).as(shown.toString()).isEqualTo(200);
            assertThat(shown.at("url")).startsWith("https://example.com/?key=***&id=");
            assertThat(shown.at("headers.X-Key")).isEqualTo("***");
            assertThat(shown.at("headers.Authorization")).isEqualTo("***");
            for (String own : List.of("Basic dXM6cHc=", "Basic !!!", "Bearer x")) {
                String body = "{'url':'https://example.com/','headers':{'Authorization':'" + own
                        + "'},'eventType':'customer.credit.changed'}";
                assertThat(post("/api/preview", body).at("headers.Authorization"))
                        .isEqualTo(own);
            }
        }

        @Test
        void anyone_may_ask_which_posel_it_is() {
            HttpAnswer about = get("/api/about");

            assertThat(about.at("version")).isEqualTo("development");
            assertThat(about.at("java")).isEqualTo(Runtime.version().toString());
            assertThat(Instant.parse(about.at("startedAt"))).isBeforeOrEqualTo(Instant.now());
            assertThat(about.at("database.product")).isEqualTo(database == TestDatabase.H2 ? "H2" : "PostgreSQL");
            assertThat(about.at("database.version")).matches("[1-9][0-9]*\\..*");
            assertThat(about.at("database.embedded")).isEqualTo(String.valueOf(database == TestDatabase.H2));
            assertThat(about.at("settings.expireAfter")).isEqualTo("PT72H");
            assertThat(about.at("settings.retention")).isEqualTo("PT720H");
            assertThat(about.at("settings.redeliveries")).isEqualTo("2");
            assertThat(about.at("settings.ordering")).isEqualTo("entity");
            assertThat(about.at("settings.httpsOnly")).isEqualTo("false");
            assertThat(about.at("settings.maxWebhooks")).isEqualTo("50000");
            assertThat(about.at("settings.timeZone"))
                    .isEqualTo(java.time.ZoneId.systemDefault().getId());
        }

        @Test
        void stats_count_by_state() {
            webhook(",'enabled':false");
            accept("stats");
            assertThat(Integer.parseInt(get("/api/stats").at("deliveries.skipped")))
                    .isPositive();
            assertThat(Integer.parseInt(get("/api/stats").at("events.accepted")))
                    .isPositive();
            assertThat(get("/api/stats").all("minutes", "at")).hasSize(60);
            // what another test left on its way
            await().untilAsserted(
                            () -> assertThat(get("/api/stats").at("inFlight")).isEqualTo("0"));
        }

        @Test
        void stats_tell_what_waits_for_whom_and_how_long_it_took() {
            String fast = webhook("");
            deliveryOf(accept("stats-1"), "delivered");
            delete("/api/webhooks/" + fast);
            receiver.answer(Answer.hang());
            String slow = webhook("");
            String first = accept("stats-2");
            accept("stats-2");

            await().untilAsserted(() -> {
                HttpAnswer stats = get("/api/stats");
                assertThat(stats.all("queues", "webhookId")).containsExactly(slow);
                assertThat(stats.at("queues.0.queued")).isEqualTo("2");
                assertThat(stats.at("queues.0.more")).isEqualTo("false");
                assertThat(Instant.parse(stats.at("queues.0.oldestAt")))
                        .isEqualTo(
                                Instant.parse(get("/api/events?event=" + first).at("items.0.acceptedAt")));
                assertThat(stats.at("deliveries.queued")).isEqualTo("2");
            });
            HttpAnswer stats = get("/api/stats");
            assertThat(Long.parseLong(stats.at("latencyMs.p99")))
                    .isGreaterThanOrEqualTo(Long.parseLong(stats.at("latencyMs.p50")));
            assertThat(Long.parseLong(stats.at("requestMs.p50"))).isNotNegative();
        }

        @Test
        void stats_tell_by_hour_what_became_of_the_deliveries_of_each_webhook() {
            String works = webhook(",'filter':{'customer.id':['hours-1']}");
            String fails = webhook(",'filter':{'customer.id':['hours-2']}");
            String none = webhook(",'filter':{'customer.id':['hours-3']}");
            deliveryOf(accept("hours-1"), "delivered");
            deliveryOf(accept("hours-1"), "delivered");
            receiver.answer(Answer.status(500));
            deliveryOf(accept("hours-2"), "dead");

            HttpAnswer stats = get("/api/stats/webhooks?webhook=" + fails + "," + works + "," + none);
            assertThat(stats.all("items", "webhookId")).containsExactly(fails, works);
            assertThat(sum(stats, "items.1.delivered")).isEqualTo(2);
            assertThat(sum(stats, "items.1.dead")).isZero();
            assertThat(sum(stats, "items.0.delivered")).isZero();
            assertThat(sum(stats, "items.0.dead")).isEqualTo(1);
            assertThat(Instant.parse(stats.at("hours.23"))).isBeforeOrEqualTo(Instant.now());
            assertThat(get("/api/stats/webhooks").all("items", "webhookId"))
                    .contains(works, fails)
                    .doesNotContain(none);
        }

        private static int sum(HttpAnswer answer, String path) {
            return IntStream.range(0, 24)
                    .map(hour -> Integer.parseInt(answer.at(path + "." + hour)))
                    .sum();
        }

        @Test
        void the_interface_is_not_for_the_intake_token() {
            for (String path : List.of("/api/webhooks", "/api/deliveries", "/api/event-types", "/api/stats")) {
                assertThat(posel.send("GET", path, "", "Authorization", "Bearer " + PoselClient.INTAKE_TOKEN)
                                .status())
                        .as(path)
                        .isEqualTo(403);
            }
        }
    }

    @Test
    void what_operators_added_is_there_after_a_restart(@TempDir Path home) {
        try (RunningPosel posel = RunningPosel.on(TestDatabase.H2, home).start()) {
            posel.client()
                    .put(
                            "/api/event-types/order.paid",
                            quoted("{'title':{'en':'x'},'entityType':'order','sample':{}}"));
            posel.restart();

            assertThat(posel.client().get("/api/event-types").all("items", "type"))
                    .contains("order.paid");
        }
    }

    @Test
    @DisplayName("F7: a setting enforces HTTPS")
    void https_is_enforced_by_a_setting(@TempDir Path home) {
        String definition = "{'name':'x','events':['t'],'url':'%s://example.com/','enabled':false}";
        try (RunningPosel posel = RunningPosel.on(TestDatabase.H2, home)
                .with("POSEL_DELIVERY_HTTPS_ONLY", "true")
                .start()) {
            HttpAnswer refused = posel.client().post("/api/webhooks", quoted(definition.formatted("http")));
            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.errors()).containsExactly("/url https-required");
            assertThat(posel.client()
                            .post("/api/webhooks", quoted(definition.formatted("https")))
                            .status())
                    .isEqualTo(201);
        }
    }

    @Test
    @DisplayName("a broken file of the catalogue stops the start, with its line")
    void a_broken_file_stops_the_start(@TempDir Path home) throws IOException {
        Path folder = Files.createDirectories(home.resolve("config/event-types"));
        Files.writeString(folder.resolve("mine.yaml"), "entityType: order\nevents:\n  - type: order.paid\n");
        try (RunningPosel posel = RunningPosel.on(TestDatabase.H2, home)) {
            assertThatThrownBy(posel::start)
                    .isInstanceOf(StartFailedException.class)
                    .hasMessageContaining("mine.yaml:3");
        }
    }

    private static String quoted(String json) {
        return json.replace('\'', '"');
    }
}
