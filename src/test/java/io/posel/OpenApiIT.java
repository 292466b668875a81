package io.posel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.json.Json;
import io.posel.testing.Answer;
import io.posel.testing.DescribedApi;
import io.posel.testing.DescribedApi.Operation;
import io.posel.testing.HttpAnswer;
import io.posel.testing.PoselClient;
import io.posel.testing.RawHttp;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
 * What Posel answers is what {@code /api/openapi.json} says, and the other way round: each operation is driven into each
 * of its statuses, and each answer is held against its description.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OpenApiIT {
    /** The same for every operation, by the same code: seen once is enough. */
    private static final Set<String> SHARED = Set.of(
            "Malformed",
            "TooSlow",
            "UriTooLong",
            "Misdirected",
            "HeadTooLarge",
            "TokenNeeded",
            "NotPermitted",
            "BodyTooLarge",
            "Unreadable",
            "WrongTokens",
            "Failed",
            "Unavailable");

    /** Not here: AnswerProblemTest; AttacksIT, ErasureIT, DatabaseOutageIT, OwnershipIT, PoselHttpServerIT. */
    private static final Set<String> ELSEWHERE = Set.of("Failed", "TooSlow", "Unavailable", "Down", "ErasedInPart");

    /** In SessionsIT. */
    private static final Set<String> SIGNING_IN = Set.of("signIn", "signOut");

    private static final String WEBHOOK =
            "{'name':'w','events':['customer.credit.changed'],'url':'%s','body':'{}','enabled':%s}";
    private static final String EVENT =
            "{'id':'%s','type':'customer.credit.changed','entity':{'type':'customer','id':'%s'},'data':{}}";
    private static final String TYPE =
            "{'title':{'en':'Paid'},'entityType':'order','variables':[{'name':'order.id','title':{'cs':'Č.'},"
                    + "'example':1}],'sample':{'order':{'id':'1'}}}";
    private static final String UNKNOWN_DELIVERY = "/api/deliveries/00000000-0000-0000-0000-000000000000";

    private final Set<String> seen = new TreeSet<>();
    private RunningPosel running;
    private PoselClient posel;
    private Receiver receiver;
    private DescribedApi api;

    @BeforeAll
    void start(@TempDir Path home) throws IOException {
        receiver = Receiver.start();
        Files.writeString(
                Files.createDirectories(home.resolve("config/webhooks")).resolve("filed.yaml"),
                "name: filed\nenabled: false\nevents: [session.ended]\nurl: " + receiver.url("/") + "\n");
        running = RunningPosel.on(TestDatabase.H2, home)
                .with("POSEL_MAX_BODY", "200000")
                .with("POSEL_SOURCE_OUTBOX_ENABLED", "true")
                .with("POSEL_SEQUENCE_TIMEOUT", "PT5M")
                .start();
        posel = running.client();
        api = new DescribedApi((Json.Obj) posel.get("/api/openapi.json").json());
    }

    @AfterAll
    void stop() throws IOException {
        running.close();
        receiver.close();
    }

    private HttpAnswer ask(int status, String method, String target, String body, String... headers) {
        return described(
                status,
                method,
                target,
                posel.send(method, target, body == null ? null : body.replace('\'', '"'), headers));
    }

    private HttpAnswer get(int status, String target) {
        return ask(status, "GET", target, null);
    }

    private HttpAnswer described(int status, String method, String target, HttpAnswer answer) {
        assertThat(answer.status()).as(method + " " + target + ": " + answer).isEqualTo(status);
        Operation operation = api.operation(method, target)
                .orElseThrow(() -> new AssertionError(method + " " + target + " is not described"));
        assertThat(api.faults(operation, answer)).as(method + " " + target).isEmpty();
        seen.add(operation.id() + " " + status);
        return answer;
    }

    private String webhook(boolean enabled) {
        return ask(201, "POST", "/api/webhooks", WEBHOOK.formatted(receiver.url("/?key=s"), enabled))
                .at("id");
    }

    private String settled(String event, String state) {
        String query = "/api/deliveries?event=" + event + "&state=" + state;
        await().until(() -> posel.get(query).all("items", "id").size() == 1);
        return get(200, query).at("items.0.id");
    }

    @Test
    @Order(1)
    void everyRouteThatListensIsDescribedAndNothingElse() {
        Set<String> described =
                api.operations().stream().map(Operation::toString).collect(Collectors.toCollection(TreeSet::new));
        described.removeIf(DescribedApi::isOfTheDoor);

        assertThat(running.endpoints())
                .as("what the started routes listen on; describe it in src/main/resources/posel/openapi")
                .isEqualTo(described);
    }

    @Test
    @Order(1)
    void theIntake() {
        ask(202, "POST", "/events", EVENT.formatted("i1", "1"));
        ask(202, "POST", "/events", "[" + EVENT.formatted("i1", "1") + "," + EVENT.formatted("i2", "1") + "]");
        String cloudEvent = "{'specversion':'1.0','id':'c1','source':'/s','type':'a.b','subject':'1','data':{}}";
        ask(202, "POST", "/events", cloudEvent, "Content-Type", "application/cloudevents+json");
        ask(202, "POST", "/events", "[" + cloudEvent + "]", "Content-Type", "application/cloudevents-batch+json");
        String[] binary = {
            "Content-Type",
            "application/json",
            "ce-specversion",
            "1.0",
            "ce-id",
            "c2",
            "ce-source",
            "/s",
            "ce-type",
            "a.b"
        };
        ask(400, "POST", "/events", "{}", binary);
        binary[9] = "a.b";
        ask(202, "POST", "/events", "{}", with(binary, "ce-subject", "1"));

        for (String wrong : List.of(
                "{",
                "1",
                "[]",
                "{}",
                "{'type':'','entity':{'type':'a','id':'1'},'data':{}}",
                "{'type':1,'entity':[],'data':1,'idd':1,'sequence':1.5,'occurredAt':'now'}",
                "{'type':'" + "x".repeat(101) + "','entity':{'type':'a\\u0000','id':'1'},'data':{}}",
                "{'type':'a','entity':{'type':'a','id':'1'},'data':{},'sequence':99999999999999999999}")) {
            ask(400, "POST", "/events", wrong);
        }
        for (String wrong : List.of(
                "{'specversion':'0.3','id':'1','source':'s','type':'t','subject':'1','data':{},'data_base64':''}",
                "{'specversion':'1.0','id':'1','source':'s','type':'t','subject':'1','data_base64':'!'}",
                "{'specversion':'1.0','id':'1','source':'s','type':'t','subject':'1','data':'','datacontenttype':'a/b'}")) {
            ask(400, "POST", "/events", wrong, "Content-Type", "application/cloudevents+json");
        }
        ask(415, "POST", "/events", "{}", "Content-Type", "text/plain");
        ask(413, "POST", "/events", "x".repeat(200_001));
        String numbered = "{'type':'a','entity':{'type':'gap','id':'1'},'data':{},'sequence':%d}";
        ask(
                202,
                "POST",
                "/events",
                IntStream.range(2, 1_002).mapToObj(numbered::formatted).collect(Collectors.joining(",", "[", "]")));
        HttpAnswer full = ask(503, "POST", "/events", numbered.formatted(1_002));
        assertThat(full.errors()).containsExactly(" sequence-gap-full");
        ask(401, "POST", "/events", "{}", "Authorization", "Basic YTpi");
    }

    private static String[] with(String[] headers, String... more) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    @Order(1)
    void webhooks() {
        String id = webhook(true);
        String path = "/api/webhooks/" + id;
        get(200, "/api/webhooks?limit=1&deleted=true");
        get(200, "/api/webhooks?state=failing,active");
        get(400, "/api/webhooks?state=broken");
        get(400, "/api/webhooks?limit=0");
        get(400, "/api/webhooks?enabled=true");
        for (String wrong : List.of(
                "{",
                "[]",
                "{}",
                "{'name':' ','events':[],'url':1,'enabled':1,'concurrency':0,'rateLimit':-1,'ordering':'x','no':1}",
                "{'name':'a\\u0007','events':['*','a','a'],'url':'u','filter':{'a #':[],'b':[{}]},'headers':[]}",
                "{'name':'" + "x".repeat(201) + "','events':['a'],'url':'u'}",
                "{'name':'x','events':"
                        + Json.of(IntStream.range(0, 101).boxed().toList()) + ",'url':'u'}")) {
            ask(400, "POST", "/api/webhooks", wrong);
        }
        for (String wrong : List.of(
                "'url':'x'",
                "'url':'http://10.1.2.3/'",
                "'url':'http://a.example/?k=***','headers':{'Host':'x','a b':'x','X':'***'}",
                "'url':'http://#a#/','body':'{'",
                "'url':'http://a.example/#f','body':'#a#x'",
                "'url':'http://a:b.example:99999/','body':'[1 2]'")) {
            ask(422, "POST", "/api/webhooks", "{'name':'x','events':['a']," + wrong + "}");
        }

        HttpAnswer shown = get(200, path);
        get(404, "/api/webhooks/wh_none");
        get(400, path + "?deleted=yes");
        ask(200, "PUT", path, shown.text());
        ask(400, "PUT", path, "{}");
        ask(404, "PUT", "/api/webhooks/wh_none", shown.text());
        ask(412, "PUT", path, shown.text(), "If-Match", "\"99\"");
        ask(422, "PUT", path, "{'name':'x','events':['a'],'url':'x'}");
        ask(200, "PATCH", path, "{'name':'y'}", "Content-Type", "application/merge-patch+json");
        ask(200, "PATCH", path, "{'filter':{'a':'1'},'rateLimit':0.5,'headers':{'X-A':'#a#'}}", "If-Match", "*");
        ask(400, "PATCH", path, "{'name':null}");
        ask(400, "PATCH", path, "{}", "If-Match", "1");
        ask(404, "PATCH", "/api/webhooks/wh_none", "{}");
        ask(412, "PATCH", path, "{}", "If-Match", "\"99\"");
        ask(422, "PATCH", path, "{'url':'x'}");
        ask(415, "PATCH", path, "{}", "Content-Type", "application/json-patch+json");
        ask(200, "POST", path + "/secret", null);
        ask(400, "POST", path + "/secret", "{'secret':'mine'}");
        ask(404, "POST", "/api/webhooks/wh_none/secret", null);
        ask(400, "DELETE", path, null, "If-Match", "x");
        ask(412, "DELETE", path, null, "If-Match", "\"99\"");
        ask(409, "POST", path + "/restore", null);
        ask(400, "POST", path + "/restore", "{'enabled':true}");
        ask(204, "DELETE", path, null);
        ask(404, "DELETE", path, null);
        get(200, path + "?deleted=true");
        get(200, "/api/webhooks?deleted=true&limit=200");
        ask(200, "POST", path + "/restore", null);
        ask(404, "POST", "/api/webhooks/wh_none/restore", null);
        HttpAnswer filed = get(200, "/api/webhooks/filed");
        ask(409, "PUT", "/api/webhooks/filed", filed.text());
        ask(409, "PATCH", "/api/webhooks/filed", "{'enabled':true}");
        ask(409, "DELETE", "/api/webhooks/filed", null);
    }

    @Test
    @Order(1)
    void previewsAndTests() throws IOException {
        String preview = "{'url':'http://a.example/?k=#a#','headers':{'X':'#customer.id#'},";
        ask(200, "POST", "/api/preview", preview + "'eventType':'customer.credit.changed'}");
        ask(400, "POST", "/api/preview", preview + "'to':1}");
        ask(400, "POST", "/api/preview", preview + "'event':{'type':1}}");
        ask(422, "POST", "/api/preview", preview + "'eventType':'no.such'}");
        ask(422, "POST", "/api/preview", preview + "'eventType':'no.such','recent':true}");
        ask(202, "POST", "/events", EVENT.formatted("p1", "p"));
        ask(200, "POST", "/api/preview", preview + "'eventType':'customer.credit.changed','recent':true}");
        ask(422, "POST", "/api/preview", "{'url':'x','eventType':'customer.credit.changed'}");

        String path = "/api/webhooks/" + webhook(false) + "/test";
        String body = "{'eventType':'customer.credit.changed'}";
        ask(200, "POST", path, body);
        receiver.answer(Answer.close());
        assertThat(ask(200, "POST", path, body).at("error.code")).isEqualTo("connection-closed");
        receiver.answer(Answer.ok());
        ask(400, "POST", path, "{}");
        ask(400, "POST", path, "{'event':{'type':'a','data':{}}}");
        ask(404, "POST", "/api/webhooks/wh_none/test", body);
        ask(422, "POST", path, "{'eventType':'no.such'}");
        ask(422, "POST", path, "{'eventType':'no.such','recent':true}");
        HttpAnswer last = posel.post(path, body.replace('\'', '"'));
        for (int i = 0; i < 100 && last.status() == 200; i++) {
            last = posel.post(path, body.replace('\'', '"'));
        }
        described(429, "POST", path, last);
    }

    @Test
    @Order(1)
    void eventTypes() {
        String path = "/api/event-types/order.paid";
        get(200, "/api/event-types?limit=200");
        get(400, "/api/event-types?limit=201");
        ask(201, "PUT", path, TYPE);
        HttpAnswer changed = ask(200, "PUT", path, TYPE.replace("Paid", "Was paid"));
        String tag = changed.header("ETag").orElseThrow();
        assertThat(get(200, path).header("ETag")).hasValue(tag);
        ask(200, "PUT", path, get(200, path).text(), "If-Match", tag);
        get(404, "/api/event-types/no.such");
        get(400, path + "?x");
        ask(400, "PUT", path, "{");
        ask(400, "PUT", path, "[]");
        ask(409, "PUT", "/api/event-types/session.ended", TYPE);
        ask(412, "PUT", path, TYPE, "If-Match", "\"x\"");
        ask(422, "PUT", path, "{}");
        ask(422, "PUT", path, TYPE.replace("'order':{", "'other':{").replace("'title':{'cs'", "'titel':{'cs'"));
        ask(422, "PUT", path, "{'type':'other','title':{'en':'x'},'entityType':'o','sample':{}}");
        ask(400, "DELETE", path, null, "If-Match", "x");
        ask(412, "DELETE", path, null, "If-Match", "\"x\"");
        ask(204, "DELETE", path, null, "If-Match", tag);
        ask(404, "DELETE", path, null);
        ask(409, "DELETE", "/api/event-types/session.ended", null);
    }

    @Test
    @Order(1)
    void theLogAndReplays() {
        String on = webhook(true);
        ask(202, "POST", "/events", EVENT.formatted("l1", "l"));
        String delivered = settled("l1", "delivered");
        receiver.answer(Answer.status(500).body("no"));
        ask(202, "POST", "/events", EVENT.formatted("l2", "l"));
        String dead = settled("l2", "dead");
        receiver.answer(Answer.ok());

        assertThat(get(200, "/api/deliveries/" + delivered).at("request.method"))
                .isEqualTo("POST");
        assertThat(get(200, "/api/deliveries/" + dead).at("attempts.0.answer")).isEqualTo("no");
        get(404, UNKNOWN_DELIVERY);
        get(400, "/api/deliveries/" + dead + "?x=1");
        String filters = "limit=2&webhook=" + on + "&type=customer.credit.changed&entity=customer:l"
                + "&state=dead,delivered&from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z";
        for (String list : List.of("/api/deliveries", "/api/events")) {
            assertThat(get(200, list + "?" + filters).all("items", "id")).hasSize(2);
            assertThat(get(200, list + "?limit=1").at("next")).isNotEqualTo("null");
            get(400, list + "?entity=customer");
            get(400, list + "?sate=dead");
            get(400, list + "?state=dead&state=delivered");
        }
        get(200, "/api/stats");
        assertThat(get(200, "/api/stats/webhooks").all("items", "webhookId")).contains(on);
        assertThat(get(200, "/api/stats/webhooks?webhook=none," + on).all("items", "webhookId"))
                .containsExactly(on);
        get(400, "/api/stats/webhooks?webhook=" + "x".repeat(1_001));
        ask(200, "POST", "/api/erase", "{'entity':{'type':'customer','id':'nobody'}}");
        ask(400, "POST", "/api/erase", "{'entity':{'type':'customer'},'x':1}");
        get(400, "/api/stats?since=1");

        String replay = "/api/deliveries/replay";
        String deadLetters = "/api/dead-letters/replay";
        for (String many : List.of(replay, deadLetters)) {
            ask(
                    202,
                    "POST",
                    many,
                    "{'webhook':'" + on + "','dryRun':true,'onlyLatest':true,'from':'2100-01-01T00:00:00Z'}");
            ask(400, "POST", many, null);
            ask(400, "POST", many, "{");
            ask(400, "POST", many, "{'states':['held'],'from':'x','dryRun':1,'x':1}");
            ask(400, "POST", many + "?dryRun=true", "{}");
            ask(404, "POST", many, "{'webhook':'wh_none'}");
        }
        ask(202, "POST", "/api/deliveries/" + delivered + "/replay", null);
        ask(400, "POST", "/api/deliveries/" + dead + "/replay", "{'dryRun':true}");
        ask(404, "POST", UNKNOWN_DELIVERY + "/replay", null);
        ask(204, "DELETE", "/api/webhooks/" + on, null);
        for (String many : List.of(replay, deadLetters)) {
            ask(409, "POST", many, "{'webhook':'" + on + "'}");
        }
        ask(409, "POST", "/api/deliveries/" + dead + "/replay", null);
    }

    @Test
    @Order(1)
    void access() {
        HttpAnswer made = ask(201, "POST", "/api/tokens", "{'name':'Grafana','role':'viewer'}");
        assertThat(made.header("Location")).hasValue("/api/tokens/" + made.at("id"));
        String[] viewer = {"Authorization", "Bearer " + made.at("token")};
        ask(200, "GET", "/api/openapi.json", null, viewer);
        ask(400, "GET", "/api/openapi.json?x", null, viewer);
        ask(403, "POST", "/api/tokens", "{}", viewer);
        ask(409, "POST", "/api/tokens", "{'name':'Grafana','role':'viewer'}");
        ask(400, "POST", "/api/tokens", "{'name':'-','role':'king','x':1}");
        ask(400, "POST", "/api/tokens", "{'name':'-','role':'king'}");
        ask(400, "POST", "/api/tokens", "{}");
        get(200, "/api/tokens");
        get(400, "/api/tokens?cursor=x");
        ask(204, "DELETE", "/api/tokens/" + made.at("id"), null);
        ask(404, "DELETE", "/api/tokens/" + made.at("id"), null);
        get(200, "/api/session");
        get(200, "/login");
        get(200, "/api/about");
        get(400, "/api/about?x");
        get(200, "/api/audit?limit=200");
        get(400, "/api/audit?from=x");
    }

    @Test
    @Order(1)
    void setAside() throws Exception {
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("outbox", "{'id':'1','type':'t','entity_type':'e','entity_id':'1','data':{}}");
        rows.put("gone", "{}");
        try (Connection connection = running.connect();
                var insert = connection.prepareStatement(
                        "insert into set_aside (source, item, reason, data, at) values (?, ?, 'bad', ?, now())")) {
            for (Map.Entry<String, String> row : rows.entrySet()) {
                for (int i = 1; i <= 2; i++) {
                    insert.setString(1, row.getKey());
                    insert.setInt(2, i);
                    insert.setBytes(
                            3,
                            (i == 1 ? row.getValue() : "{'id':1}")
                                    .replace('\'', '"')
                                    .getBytes(UTF_8));
                    insert.executeUpdate();
                }
            }
        }
        String filters = "limit=1&key=1&from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&source=";
        String good = "/api/set-aside/"
                + get(200, "/api/set-aside?" + filters + "outbox").at("items.0.id");
        String orphan = "/api/set-aside/"
                + get(200, "/api/set-aside?" + filters + "gone").at("items.0.id");
        String bad = "/api/set-aside/"
                + get(200, "/api/set-aside?source=outbox&key=2").at("items.0.id");
        get(400, "/api/set-aside?from=x");
        get(200, good);
        get(404, "/api/set-aside/x");
        ask(409, "POST", orphan + "/retry", null);
        ask(422, "POST", bad + "/retry", null);
        ask(202, "POST", good + "/retry", null);
        ask(404, "POST", good + "/retry", null);
        ask(204, "DELETE", bad, null);
        ask(404, "DELETE", bad, null);
    }

    @Test
    @Order(1)
    void health() {
        for (String path : List.of("/observe/health", "/observe/health/ready", "/observe/health/live")) {
            get(200, path);
        }
    }

    @Test
    @Order(2)
    void whatTheDoorRefuses() throws Exception {
        described(414, "GET", "/api/stats", raw("GET /" + "x".repeat(20_000), ""));
        described(431, "GET", "/api/stats", raw("GET /api/stats", "X: x\r\n".repeat(150)));
        described(431, "GET", "/api/stats", raw("GET /api/stats", "X: " + "x".repeat(20_000) + "\r\n"));
        described(400, "GET", "/api/stats", raw("GET /api/stats", "Content-Length: x\r\n"));
        described(400, "GET", "/api/stats", raw("GET /api/stats", "Host: a\r\n"));
        described(
                421,
                "GET",
                "/api/stats",
                RawHttp.send(running.port(), "GET /api/stats HTTP/1.1\r\nHost: a.example\r\n\r\n")
                        .parsed());
        described(413, "GET", "/api/stats", raw("GET /api/stats", "Content-Length: 1000000000\r\n"));
        described(415, "GET", "/api/stats", raw("GET /api/stats", "Content-Type: multipart/form-data\r\n"));
        HttpAnswer compressed = raw("GET /api/stats", "Content-Encoding: gzip\r\n");
        assertThat(described(415, "GET", "/api/stats", compressed).header("Accept-Encoding"))
                .hasValue("identity");
        described(401, "GET", "/api/stats", posel.send("GET", "/api/stats", null, "Authorization", "Bearer no"));
        HttpAnswer answer = posel.send("GET", "/api/stats", null, "Authorization", "Bearer no");
        for (int i = 0; i < 1_000 && answer.status() == 401; i++) {
            answer = posel.send("GET", "/api/stats", null, "Authorization", "Bearer no");
        }
        described(429, "GET", "/api/stats", answer);
    }

    private HttpAnswer raw(String line, String headers) throws IOException {
        return RawHttp.send(
                        running.port(),
                        line + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + PoselClient.ADMIN_TOKEN
                                + "\r\nConnection: close\r\n" + headers + "\r\n")
                .parsed();
    }

    @Test
    @Order(2)
    @DisplayName("D13: another method is told which there are, TRACE too, and a path that is written out names its own")
    void anotherMethodIsToldWhichThereAre() {
        for (String path :
                api.operations().stream().map(Operation::path).distinct().toList()) {
            if (api.operations().stream()
                    .anyMatch(each -> each.path().equals(path) && DescribedApi.isOfTheDoor(each.toString()))) {
                continue;
            }
            Set<String> methods = api.operations().stream()
                    .filter(each -> each.path().equals(path))
                    .map(Operation::method)
                    .collect(Collectors.toCollection(TreeSet::new));
            for (String method : List.of("HEAD", "OPTIONS", "TRACE")) {
                HttpAnswer answer = posel.send(method, path.replaceAll("[{}]", ""), null);
                assertThat(answer.status()).as(method + " " + path).isEqualTo(405);
                assertThat(answer.header("Allow")).as(method + " " + path).hasValue(String.join(", ", methods));
            }
        }
    }

    @Test
    @Order(3)
    void everyStatusThatIsDescribedWasSeen() {
        Set<String> missing = new TreeSet<>();
        for (Operation operation : api.operations()) {
            if (SIGNING_IN.contains(operation.id())) {
                continue;
            }
            for (String status : operation.statuses()) {
                boolean once = api.isSharedWithOthers(operation, status, SHARED)
                        && seen.stream().anyMatch(each -> each.endsWith(" " + status));
                if (!once
                        && !api.isSharedWithOthers(operation, status, ELSEWHERE)
                        && !seen.contains(operation.id() + " " + status)) {
                    missing.add(operation + " " + status);
                }
            }
        }

        assertThat(missing)
                .as("described, but not answered in this test: drive the operation into it, or do not describe it")
                .isEmpty();
    }
}
