package io.posel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.json.Json;
import io.posel.testing.Canary;
import io.posel.testing.HostileValue;
import io.posel.testing.HttpAnswer;
import io.posel.testing.PoselClient;
import io.posel.testing.ProductionLog;
import io.posel.testing.RawHttp;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What comes in as data stays data, through the whole of Posel: it never changes a target, a method, a header, a
 * statement, a line of the log or another event. What is legal arrives as it was, what is not is refused with its place,
 * or ends its own delivery. On PostgreSQL, the stricter of the two.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class InjectionIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Set<String> REQUEST_HEADERS = Set.of(
            "connection",
            "host",
            "user-agent",
            "webhook-attempt",
            "webhook-entity",
            "webhook-event",
            "webhook-id",
            "webhook-timestamp");
    private static final Set<String> ANSWER_HEADERS = Set.of(
            "cache-control",
            "connection",
            "content-length",
            "content-security-policy",
            "content-type",
            "cross-origin-embedder-policy",
            "cross-origin-opener-policy",
            "cross-origin-resource-policy",
            "etag",
            "location",
            "referrer-policy",
            "transfer-encoding",
            "x-content-type-options",
            "x-frame-options");
    /** By what Camel components let themselves be steered, and what is ours inside. */
    private static final List<String> STEERING = List.of(
            "CamelHttpUri",
            "CamelHttpUrl",
            "CamelHttpBaseUri",
            "CamelHttpPath",
            "CamelHttpQuery",
            "CamelHttpRawQuery",
            "CamelHttpMethod",
            "CamelHttpHost",
            "CamelHttpPort",
            "CamelHttpScheme",
            "CamelHttpProtocolVersion",
            "CamelHttpResponseCode",
            "CamelHttpCharacterEncoding",
            "CamelRestHttpUri",
            "CamelRestHttpQuery",
            "CamelToEndpoint",
            "CamelRedeliveryCounter",
            "CamelRedeliveryMaxCounter",
            "CamelRedeliveryDelay",
            "CamelRedelivered",
            "CamelFileName",
            "CamelBeanMethodName",
            "CamelSqlQuery",
            "CamelSqlParameters",
            "CamelSplitIndex",
            "org.apache.camel.any",
            "kafka.OVERRIDE_TOPIC",
            "kafka.KEY",
            "posel-request-target",
            "posel-caller");

    private RunningPosel running;
    private PoselClient posel;
    private Receiver receiver;
    private Canary canary;
    private ProductionLog log;
    private List<HostileValue> values;
    private int cases;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        receiver = Receiver.start();
        canary = Canary.start();
        values = HostileValue.all("http://127.0.0.1:" + canary.port() + "/evil");
        running = RunningPosel.on(TestDatabase.POSTGRESQL, home)
                .with("POSEL_MAX_BODY", "16MB")
                .start();
        posel = running.client();
        log = ProductionLog.open();
    }

    @AfterAll
    void stop() throws Exception {
        log.close();
        running.close();
        receiver.close();
        canary.close();
    }

    private static String json(Object... members) {
        return Json.object(members).toString();
    }

    private void webhook(String type, String target, String body, Map<String, String> headers) {
        posel.createWebhook(json(
                "name", type, "events", List.of(type), "url", receiver.url(target), "body", body, "headers", headers));
    }

    private static Map<String, Object> event(String id, String type, Object data) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("id", id);
        event.put("type", type);
        event.put("entity", Map.of("type", "customer", "id", id));
        event.put("data", data);
        return event;
    }

    private void accept(List<Map<String, Object>> events) {
        posel.accept(Json.of(events).toString());
    }

    /** All deliveries of these events: id and state. */
    private Map<String, String> settled(String type, int count) {
        await().atMost(PATIENCE).until(() -> posel.get("/api/deliveries?limit=1&state=queued,held&type=" + type)
                .all("items", "id")
                .isEmpty());
        Map<String, String> states = new LinkedHashMap<>();
        String cursor = "";
        do {
            HttpAnswer part = posel.get("/api/deliveries?limit=200&type=" + type + cursor);
            List<String> ids = part.all("items", "eventId");
            List<String> all = part.all("items", "state");
            List<String> reasons = part.all("items", "reason");
            for (int i = 0; i < ids.size(); i++) {
                states.put(ids.get(i), all.get(i) + (all.get(i).equals("dead") ? " " + reasons.get(i) : ""));
            }
            cursor = part.at("next").equals("null") ? null : "&cursor=" + part.at("next");
        } while (cursor != null);
        assertThat(states).hasSize(count);
        return states;
    }

    private Map<String, ReceivedRequest> received(String type) {
        return receiver.requests().stream()
                .filter(request -> request.header("webhook-event").orElse("").equals(type))
                .collect(Collectors.toMap(
                        request ->
                                request.header("webhook-entity").orElseThrow().substring("customer:".length()),
                        request -> request));
    }

    private static Set<String> names(ReceivedRequest request) {
        return request.headerNames().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** All but unreserved characters, independently of Posel's own encoder. */
    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    private List<Map<String, Object>> eventsOf(String type) {
        return IntStream.range(0, values.size())
                .mapToObj(i -> event(type + i, type, Map.of("v", values.get(i).value(), "secret", "s3cret")))
                .toList();
    }

    // ---- what an event holds

    @Test
    @Order(1)
    @DisplayName("the corpus is not emptied")
    void size() {
        assertThat(values).hasSizeGreaterThanOrEqualTo(110);
    }

    @Test
    @Order(2)
    @DisplayName("S7: a value in path and query adds nothing to the URL, or ends its own delivery")
    void inTheUrl() {
        webhook("in.url", "/p/#v#?q=#v#&n=1", null, Map.of());

        accept(eventsOf("in.url"));

        Map<String, String> states = settled("in.url", values.size());
        Map<String, ReceivedRequest> requests = received("in.url");
        for (int i = 0; i < values.size(); i++) {
            HostileValue each = values.get(i);
            String value = each.value();
            boolean renders = !each.hasLoneSurrogate() && !value.equals(".") && !value.equals("..");
            assertThat(states.get("in.url" + i)).as(each.why()).isEqualTo(renders ? "delivered" : "dead render");
            ReceivedRequest request = requests.get("in.url" + i);
            assertThat(request != null).as(each.why()).isEqualTo(renders);
            if (request != null) {
                assertThat(request.method()).as(each.why()).isEqualTo("GET");
                assertThat(request.target())
                        .as(each.why())
                        .isEqualTo("/p/" + encoded(value) + "?q=" + encoded(value) + "&n=1");
                assertThat(request.header("Host")).hasValue("127.0.0.1:" + receiver.port());
                assertThat(names(request)).as(each.why()).isEqualTo(new TreeSet<>(REQUEST_HEADERS));
                assertThat(request.body()).isEmpty();
            }
        }
        cases += values.size();
    }

    @Test
    @Order(3)
    @DisplayName("S8: a value in the body arrives as it was, inside a string and as a value")
    void inTheBody() throws Exception {
        webhook("in.body", "/b", "{\"v\":\"#v#\",\"raw\":#v#,\"mixed\":\"<#v#>#event.id#\"}", Map.of());

        accept(eventsOf("in.body"));

        assertThat(settled("in.body", values.size()).values()).containsOnly("delivered");
        Map<String, ReceivedRequest> requests = received("in.body");
        for (int i = 0; i < values.size(); i++) {
            HostileValue each = values.get(i);
            ReceivedRequest request = requests.get("in.body" + i);
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.target()).isEqualTo("/b");
            assertThat(Json.parse(request.body()))
                    .as(each.why())
                    .isEqualTo(Json.object(
                            "v", each.value(),
                            "raw", each.value(),
                            "mixed", "<" + each.value() + ">in.body" + i));
            Set<String> names = new TreeSet<>(REQUEST_HEADERS);
            names.addAll(Set.of("content-length", "content-type"));
            assertThat(names(request)).as(each.why()).isEqualTo(names);
        }
        cases += values.size();
    }

    @Test
    @Order(4)
    @DisplayName("a value in a header arrives as it was, or ends its own delivery")
    void inAHeader() {
        webhook("in.header", "/h", null, Map.of("X-V", "<#v#>"));

        accept(eventsOf("in.header").subList(0, values.size() - 1)); // a line of a million is the receiver's matter

        Map<String, String> states = settled("in.header", values.size() - 1);
        Map<String, ReceivedRequest> requests = received("in.header");
        for (int i = 0; i < values.size() - 1; i++) {
            HostileValue each = values.get(i);
            boolean renders = !each.hasLoneSurrogate() && !each.hasControl();
            assertThat(states.get("in.header" + i)).as(each.why()).isEqualTo(renders ? "delivered" : "dead render");
            ReceivedRequest request = requests.get("in.header" + i);
            assertThat(request != null).as(each.why()).isEqualTo(renders);
            if (request != null) {
                assertThat(request.header("X-V")).as(each.why()).hasValue("<" + each.value() + ">");
                assertThat(request.target()).isEqualTo("/h");
                Set<String> names = new TreeSet<>(REQUEST_HEADERS);
                names.add("x-v");
                assertThat(names(request)).as(each.why()).isEqualTo(names);
            }
        }
        cases += values.size() - 1;
    }

    @Test
    @Order(5)
    @DisplayName(
            "CVE-2026-49098: names that steer Camel do so neither as data, nor as headers or parameters of a request")
    void steeringNames() throws Exception {
        webhook("steering", "/s?v=#v#", "{\"v\":\"#v#\"}", Map.of());
        String evil = "http://127.0.0.1:" + canary.port() + "/evil";
        List<String> names = STEERING.stream()
                .flatMap(name -> List.of(name, name.toLowerCase(Locale.ROOT), name.toUpperCase(Locale.ROOT)).stream())
                .distinct()
                .toList();
        assertThat(names).hasSizeGreaterThanOrEqualTo(80);
        Set<String> answerHeaders = null;
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            Map<String, Object> data = new LinkedHashMap<>();
            names.forEach(each -> data.put(each, evil));
            data.put("v", "ok");
            String body = Json.of(event("s" + i, "steering", data)).toString();
            String value = i % 2 == 0 ? evil : "DELETE";

            RawHttp.Answer answer = RawHttp.send(
                    running.port(),
                    "POST /events?" + name + "=" + encoded(value)
                            + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                            + PoselClient.ADMIN_TOKEN
                            + "\r\nConnection: close\r\nContent-Type: application/json\r\n"
                            + name + ": " + value + "\r\nContent-Length: "
                            + body.getBytes(UTF_8).length + "\r\n\r\n" + body);

            assertThat(answer.status()).as(name).isEqualTo(202);
            assertThat(answer.text()).as(name).doesNotContain("evil").doesNotContain("DELETE");
            Set<String> headers = answer.parsed().headers().map().keySet();
            answerHeaders = answerHeaders == null ? headers : answerHeaders;
            assertThat(headers).as(name).isEqualTo(answerHeaders);
        }
        assertThat(settled("steering", names.size()).values()).containsOnly("delivered");
        assertThat(received("steering").values()).hasSize(names.size()).allSatisfy(request -> {
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.target()).isEqualTo("/s?v=ok");
            assertThat(request.text()).isEqualTo("{\"v\":\"ok\"}");
            assertThat(request.header("webhook-attempt")).hasValue("1");
        });
        assertThat(posel.get("/api/audit?limit=200").text())
                .doesNotContain("evil")
                .doesNotContain("DELETE");
        cases += names.size() * 3;
    }

    // ---- what an event is

    @Test
    @Order(6)
    @DisplayName(
            "ids, types, source and entity: what is legal arrives as it was, what is not is refused with its place")
    void fields() throws Exception {
        List<HostileValue> keys =
                values.stream().filter(each -> each.value().length() <= 100).toList();
        List<String> fields = List.of("/id", "/source", "/type", "/entity/type", "/entity/id");
        int legal = 0;
        for (String field : fields) {
            List<Json> accepted = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                HostileValue each = keys.get(i);
                Json event = eventWith(field, each.value(), field + i);
                HttpAnswer answer = posel.post("/events", event.toString());
                boolean refused =
                        each.hasLoneSurrogate() || each.value().chars().anyMatch(Character::isISOControl);
                assertThat(answer.status()).as(field + " " + each.why()).isEqualTo(refused ? 400 : 202);
                if (refused) {
                    assertThat(answer.errors()).containsExactly(field + " invalid-character");
                } else {
                    accepted.add(event);
                    if (field.equals("/id")) {
                        assertThat(answer.at("events.0.id")).isEqualTo(each.value());
                    }
                }
                cases++;
            }
            legal += accepted.size();
        }
        assertThat(legal).isGreaterThan(400);
        assertEveryValueIsFound(keys);
    }

    private static Json eventWith(String field, String value, String id) {
        return Json.object(
                "id", field.equals("/id") ? value : id,
                "source", field.equals("/source") ? value : "field",
                "type", field.equals("/type") ? value : "field.type",
                "entity",
                        Map.of(
                                "type", field.equals("/entity/type") ? value : "customer",
                                "id", field.equals("/entity/id") ? value : id),
                "data", Map.of());
    }

    /** By the filters of the API, which are then statements with these values. */
    private void assertEveryValueIsFound(List<HostileValue> keys) {
        for (HostileValue each : keys) {
            if (each.hasLoneSurrogate() || each.value().chars().anyMatch(Character::isISOControl)) {
                continue;
            }
            String value = encoded(each.value());
            assertThat(posel.get("/api/events?event=" + value).all("items", "id"))
                    .as(each.why())
                    .containsOnly(each.value());
            assertThat(posel.get("/api/events?type=" + value).all("items", "type"))
                    .as(each.why())
                    .containsOnly(each.value());
            HttpAnswer found = posel.get("/api/events?entity=customer:" + value);
            assertThat(found.all("items", "entity")).as(each.why()).isNotEmpty();
            for (int i = 0; i < found.all("items", "entity").size(); i++) {
                assertThat(found.at("items." + i + ".entity.id")).isEqualTo(each.value());
            }
        }
    }

    @Test
    @Order(7)
    @DisplayName("CloudEvents, structured and binary: attributes are checked like Posel's own fields")
    void cloudEvents() throws Exception {
        List<HostileValue> keys = values.stream()
                .filter(each -> Set.of("the message", "SQL", "characters").contains(each.section()))
                .filter(each -> each.value().length() <= 100)
                .toList();
        Map<String, String> attributes = Map.of(
                "id", "/id", "source", "/source", "type", "/type", "subject", "/subject", "entitytype", "/entitytype");
        int number = 0;
        for (String attribute : new TreeSet<>(attributes.keySet())) {
            for (HostileValue each : keys) {
                Map<String, Object> event = new LinkedHashMap<>(Map.of(
                        "specversion",
                        "1.0",
                        "id",
                        "ce" + number++,
                        "source",
                        "ce",
                        "type",
                        "ce.type",
                        "subject",
                        "1",
                        "entitytype",
                        "customer"));
                event.put(attribute, each.value());
                boolean refused =
                        each.hasLoneSurrogate() || each.value().chars().anyMatch(Character::isISOControl);

                Map<String, Object> structured = new LinkedHashMap<>(event);
                structured.put("data", Map.of());
                HttpAnswer answer = posel.send(
                        "POST",
                        "/events",
                        Json.of(structured).toString(),
                        "Content-Type",
                        "application/cloudevents+json");
                assertThat(answer.status()).as(attribute + " " + each.why()).isEqualTo(refused ? 400 : 202);
                if (refused) {
                    assertThat(answer.errors()).containsExactly(attributes.get(attribute) + " invalid-character");
                }
                if (each.hasLoneSurrogate()) {
                    continue; // cannot be said in a header
                }
                event.put("source", attribute.equals("source") ? each.value() : "binary");
                HttpAnswer binary = RawHttp.send(running.port(), binary(event)).parsed();
                assertThat(binary.status())
                        .as("ce-" + attribute + " " + each.why())
                        .isEqualTo(refused ? 400 : 202);
                if (refused) {
                    assertThat(binary.errors()).containsExactly(attributes.get(attribute) + " invalid-character");
                } else if (attribute.equals("id")) {
                    assertThat(binary.at("events.0.id")).isEqualTo(each.value());
                }
                cases += 2;
            }
        }
    }

    private static String binary(Map<String, Object> attributes) {
        StringBuilder head = new StringBuilder("POST /events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Authorization: Bearer " + PoselClient.ADMIN_TOKEN
                + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n");
        attributes.forEach((name, value) -> head.append("ce-")
                .append(name)
                .append(": ")
                .append(encoded((String) value))
                .append("\r\n"));
        return head + "\r\n{}";
    }

    // ---- what a definition holds

    @Test
    @Order(8)
    @DisplayName("header names and values of a definition that would be more than that are refused with their place")
    void definitions() {
        List<String> names = new ArrayList<>();
        for (String name : STEERING) {
            if (!name.startsWith("posel-")) {
                names.addAll(List.of(name, name.toLowerCase(Locale.ROOT), name.toUpperCase(Locale.ROOT)));
            }
        }
        names.addAll(List.of(
                "Host",
                "HOST",
                "Content-Length",
                "content-length",
                "Transfer-Encoding",
                "Connection",
                "Upgrade",
                "TE",
                "Trailer",
                "Keep-Alive",
                "Expect",
                "Proxy-Authorization",
                "Proxy-Connection",
                "webhook-id",
                "Webhook-Signature",
                "WEBHOOK-EVIL",
                "X\r\nEvil",
                "X\nEvil",
                "X\0",
                "X:Evil",
                "X Evil",
                " X",
                "X ",
                "X\t",
                "",
                ":",
                "X\u0085",
                "X\u2028",
                "\u017fet-Cookie",
                "X\u00e9",
                "X(",
                "X\"",
                "X/Y",
                "X@Y",
                "{{env:HOME}}",
                "${body}",
                "X\u001b[2K"));
        for (String name : names) {
            HttpAnswer answer = posel.post(
                    "/api/webhooks",
                    json("name", "w", "events", List.of("x"), "url", receiver.url("/"), "headers", Map.of(name, "1")));
            assertThat(answer.status()).as(name).isEqualTo(422);
            assertThat(answer.at("errors.0.pointer"))
                    .as(name)
                    .isEqualTo("/headers/" + name.replace("~", "~0").replace("/", "~1"));
            assertThat(answer.at("errors.0.code")).isIn("header-name", "header-name-reserved");
            assertHarmless(answer);
            cases++;
        }
        for (HostileValue each : values) {
            if (each.hasControl() || each.hasLoneSurrogate()) {
                HttpAnswer answer = posel.post(
                        "/api/webhooks",
                        json(
                                "name",
                                "w",
                                "events",
                                List.of("x"),
                                "url",
                                receiver.url("/"),
                                "headers",
                                Map.of("X-V", each.value())));
                assertThat(answer.status()).as(each.why()).isIn(400, 422);
                assertThat(answer.at("errors.0.pointer")).as(each.why()).isEqualTo("/headers/X-V");
                cases++;
            }
        }
    }

    @Test
    @Order(9)
    @DisplayName("constants of a template are sent as they were written: no placeholder, no expression is read")
    void constants() throws Exception {
        List<HostileValue> written = values.stream()
                .filter(each -> !each.hasControl() && !each.hasLoneSurrogate())
                .filter(each -> each.value().length() <= 100)
                .filter(each -> !each.value().matches("(?s).*#[a-z.]+#.*"))
                .toList();
        assertThat(written).hasSizeGreaterThan(70);
        List<Map<String, Object>> events = new ArrayList<>();
        for (int i = 0; i < written.size(); i++) {
            String type = "constant" + i;
            webhook(
                    type,
                    "/c?" + encoded(written.get(i).value()),
                    json("c", written.get(i).value()),
                    Map.of("X-C", "<" + written.get(i).value() + ">"));
            events.add(event(type, type, Map.of()));
        }

        accept(events);

        for (int i = 0; i < written.size(); i++) {
            String type = "constant" + i;
            HostileValue each = written.get(i);
            assertThat(settled(type, 1).values()).as(each.why()).containsExactly("delivered");
            ReceivedRequest request = received(type).get(type);
            assertThat(request.target()).as(each.why()).isEqualTo("/c?" + encoded(each.value()));
            assertThat(Json.parse(request.body())).isEqualTo(Json.object("c", each.value()));
            assertThat(request.header("X-C")).as(each.why()).hasValue("<" + each.value() + ">");
        }
        cases += written.size() * 3;
    }

    // ---- what the interface is asked

    @Test
    @Order(10)
    @DisplayName("every filter and every path: a fragment of SQL is a value that is not there, or refused by name")
    void statements() {
        int before = posel.get("/api/events?limit=200").all("items", "id").size();
        List<HostileValue> fragments = values.stream()
                .filter(each -> Set.of("SQL", "characters").contains(each.section()))
                .filter(each -> !each.hasLoneSurrogate() && each.value().length() <= 100)
                .toList();
        Map<String, List<String>> lists = Map.of(
                "/api/events", List.of("webhook", "event", "type", "entity", "state", "from", "to", "cursor", "limit"),
                "/api/deliveries",
                        List.of("webhook", "event", "type", "entity", "state", "from", "to", "cursor", "limit"),
                "/api/webhooks", List.of("cursor", "limit", "deleted"),
                "/api/audit", List.of("webhook", "from", "to", "cursor", "limit"));
        for (Map.Entry<String, List<String>> list : lists.entrySet()) {
            for (String parameter : list.getValue()) {
                for (HostileValue each : fragments) {
                    String value = "zz" + each.value();
                    HttpAnswer answer = posel.get(list.getKey() + "?" + parameter + "=" + encoded(value));
                    assertThat(answer.status())
                            .as(list.getKey() + parameter + each.why())
                            .isIn(200, 400);
                    if (answer.status() == 200) {
                        assertThat(answer.all("items", "id"))
                                .as(parameter + " " + each.why())
                                .isEmpty();
                    } else {
                        assertThat(answer.errors()).containsExactly(" invalid-parameter");
                        assertThat(answer.at("errors.0.params.name")).isEqualTo(parameter);
                    }
                    assertHarmless(answer);
                    cases++;
                }
            }
        }
        for (HostileValue each : fragments) {
            String value = encoded("zz" + each.value());
            for (HttpAnswer answer : List.of(
                    posel.get("/api/webhooks/" + value),
                    posel.delete("/api/webhooks/" + value),
                    posel.post("/api/webhooks/" + value + "/restore", ""),
                    posel.get("/api/deliveries/" + value),
                    posel.post("/api/deliveries/" + value + "/replay", ""),
                    posel.delete("/api/event-types/" + value),
                    posel.delete("/api/tokens/" + value))) {
                assertThat(answer.status()).as(each.why()).isIn(400, 404);
                assertThat(answer.header("Content-Type")).hasValue("application/problem+json");
                assertHarmless(answer);
                cases++;
            }
            HttpAnswer replay = posel.post("/api/deliveries/replay", json("webhook", "zz" + each.value()));
            assertThat(replay.status()).as(each.why()).isIn(202, 400, 404);
            assertThat(replay.status() == 202 ? replay.at("count") : "0").isEqualTo("0");
            cases++;
        }
        assertThat(posel.get("/api/events?limit=200").all("items", "id")).hasSize(before);
    }

    @Test
    @Order(11)
    @DisplayName("headers of a request are not in its answer, and no answer is split")
    void answers() throws Exception {
        for (String target : List.of(
                "/api/webhooks/%0d%0aSet-Cookie:%20evil=1",
                "/api/deliveries?state=%0d%0aSet-Cookie:%20evil=1",
                "/api/deliveries?cursor=%0aSet-Cookie:%20evil=1",
                "/api/event-types/%0d%0a%0d%0a%3Chtml%3E",
                "/%0d%0aSet-Cookie:%20evil=1",
                "/api/%E5%98%8A%E5%98%8DSet-Cookie:%20evil=1",
                "/api/webhooks?limit=%0d%0aX-Evil:1",
                "/observe/health?%0d%0aX-Evil:1",
                "/api/webhooks/x%00y")) {
            for (String method : List.of("GET", "DELETE", "PUT", "OPTIONS")) {
                RawHttp.Answer answer = RawHttp.send(
                        running.port(),
                        method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                + "Authorization: Bearer " + PoselClient.ADMIN_TOKEN + "\r\nX-Request-Id: evil\r\n"
                                + "Cookie: evil=1\r\nIf-Match: \"evil\"\r\nOrigin: http://evil.example\r\n"
                                + "traceparent: evil\r\nIdempotency-Key: evil\r\nUser-Agent: evil\r\nAccept-Language: evil\r\n"
                                + "X-Forwarded-Host: evil.example\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n");
                assertThat(answer.status()).as(method + " " + target).isBetween(200, 431);
                assertThat(answer.head().toLowerCase(Locale.ROOT))
                        .as(method + " " + target)
                        .doesNotContain("evil");
                assertHarmless(answer.parsed());
                cases++;
            }
        }
    }

    /** Every header is one that Posel gives, and none holds a character that could begin another. */
    private static void assertHarmless(HttpAnswer answer) {
        answer.headers().map().forEach((name, all) -> {
            assertThat(name.toLowerCase(Locale.ROOT))
                    .satisfiesAnyOf(each -> assertThat(each).isIn(ANSWER_HEADERS), each -> assertThat(each)
                            .isEqualTo("allow"));
            assertThat(all).allMatch(value -> value.chars().allMatch(c -> c >= ' ' && c < 0x7f));
        });
    }

    // ---- in the end

    @Test
    @Order(12)
    @DisplayName("nobody was called who was not named, nothing else was sent, and the log has one line for each event")
    void inTheEnd() {
        assertThat(canary.visits()).isZero();
        assertThat(receiver.requests()).extracting(ReceivedRequest::method).containsOnly("GET", "POST");
        assertThat(receiver.requests())
                .allMatch(request -> request.target().matches("/(p/[^?]*\\?q=[^&]*&n=1|b|h|s\\?v=ok|c\\?.*)"));
        String home = System.getenv().getOrDefault("HOME", "/root");
        assertThat(receiver.requests())
                .noneMatch(request -> request.target().contains(encoded(home))
                        || request.target().contains("s3cret")
                        || new String(request.body(), ISO_8859_1).contains("s3cret"));
        assertThat(log.written()).isNotEmpty().allSatisfy(text -> {
            assertThat(text).startsWith("20").endsWith("\n");
            assertThat(text.strip().lines()).hasSize(1);
            assertThat(text.strip().chars())
                    .noneMatch(c -> Character.isISOControl(c) || c == 0x202e || c == 0x2028 || c == 0x2066);
        });
        assertThat(log.written()).noneMatch(text -> text.contains(" ERROR "));
        assertThat(posel.get("/observe/health/ready").status()).isEqualTo(200);
        assertThat(cases).as("hostile cases").isGreaterThanOrEqualTo(3_000);
    }
}
