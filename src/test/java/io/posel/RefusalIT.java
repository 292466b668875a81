package io.posel;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.access.LoginLinks;
import io.posel.access.Role;
import io.posel.testing.Browser;
import io.posel.testing.HttpAnswer;
import io.posel.testing.PoselClient;
import io.posel.testing.RawHttp;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import io.posel.testing.TestLinks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every refusal that a caller can meet: its status, and as {@code application/problem+json} (RFC 9457) the place and the
 * stable code of what was wrong. 503 is in {@link DatabaseOutageIT}, {@link OwnershipIT} and {@code PoselHttpServerIT}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusalIT {
    private static final String WEBHOOK =
            "{'name':'w','events':['session.ended'],'url':'http://127.0.0.1:9/'," + "'body':'{}','enabled':false}";

    private RunningPosel running;
    private PoselClient posel;
    private String webhook;
    private String documented;

    @BeforeAll
    void start(@TempDir Path home) throws IOException {
        documented = Files.readString(Path.of("src/docs/operations.md"));
        Files.writeString(
                Files.createDirectories(home.resolve("config/webhooks")).resolve("filed.yaml"),
                "name: filed\nenabled: false\nevents: [session.ended]\nurl: http://127.0.0.1:9/\n");
        running = RunningPosel.on(TestDatabase.H2, home)
                .with("POSEL_MAX_BODY", "250000")
                .with("POSEL_MAX_WEBHOOKS", "5")
                .with("POSEL_SECRET_KEY", TestLinks.KEY)
                .with("POSEL_HTTP_INTAKE_RATE_LIMIT", "50")
                .start();
        posel = running.client();
        webhook = posel.createWebhook(quoted(WEBHOOK));
    }

    @AfterAll
    void stop() {
        running.close();
    }

    private static String quoted(String json) {
        return json.replace('\'', '"');
    }

    private void assertRefused(HttpAnswer answer, int status, String... errors) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.at("type")).isEqualTo("about:blank");
        assertThat(answer.at("status")).isEqualTo(Integer.toString(status));
        assertThat(answer.at("title")).isNotBlank();
        assertThat(answer.at("detail")).isNotBlank();
        assertThat(answer.errors()).containsExactly(errors);
        assertThat(answer.all("errors", "params")).allMatch(params -> params.startsWith("{"));
        assertThat(answer.all("errors", "detail")).doesNotContain("");
        for (String code : answer.all("errors", "code")) {
            assertThat(documented).contains("`" + code + "`");
        }
        assertThat(answer.text()).doesNotContain("Exception", "\\tat ", "java.", "io.posel", PoselClient.ADMIN_TOKEN);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                "no JSON                | POST  | /events          | {                                     | 400 |  malformed-json",
                "nothing                | POST  | /events          | -                                     | 400 |  malformed-json",
                "no object              | POST  | /events          | 1                                     | 400 |  type-mismatch",
                "no entity              | POST  | /events          | {'type':'a','data':{}}                | 400 | /entity required",
                "a type of Posel's own  | POST  | /events          | {'type':'posel.webhook.failing','entity':{'type':'webhook','id':'1'},'data':{}} | 400 | /type reserved-type",
                "no query               | GET   | /api/deliveries?limit=x | -                              | 400 |  invalid-parameter",
                "an empty time          | GET   | /api/deliveries?from=   | -                              | 400 |  invalid-parameter",
                "an empty state         | GET   | /api/deliveries?from=2026-01-01T00:00:00Z&state= | -     | 400 |  invalid-parameter",
                "an empty page          | GET   | /api/audit?to=   | -                                     | 400 |  invalid-parameter",
                "a type of Posel's      | PUT   | /api/event-types/posel.x | {'title':{'en':'x'},'entityType':'a','sample':{}} | 422 | /type reserved-type",
                "a header of Posel's    | POST  | /api/webhooks    | {'name':'w','events':['a'],'url':'http://a.example/','headers':{'Posel-Request-Target':'x'}} | 422 | /headers/Posel-Request-Target header-name-reserved",
                "D13 limited to nothing | GET   | /api/events?limit= | -                                   | 400 |  invalid-parameter",
                "no such parameter      | GET   | /api/deliveries?sate=dead | -                            | 400 |  unknown-parameter",
                "a parameter twice      | GET   | /api/deliveries?state=dead&state=skipped | -             | 400 |  invalid-parameter",
                "a dry run in the query | POST  | /api/deliveries/replay?dryRun=true | {}                  | 400 |  unknown-parameter",
                "replay of nothing      | POST  | /api/deliveries/replay   | -                             | 400 |  required",
                "replay with a body     | POST  | /api/deliveries/x/replay | {'dryRun':true}               | 400 | /dryRun unknown-member",
                "restore with a body    | POST  | /api/webhooks/%/restore  | {'enabled':true}              | 400 | /enabled unknown-member",
                "no template            | POST  | /api/webhooks    | {'name':'w','events':['a'],'url':'x'} | 422 | /url url-scheme",
                "no list of events      | POST  | /api/webhooks    | {'name':'w','events':1,'url':'http://a.example/'} | 400 | /events type-mismatch",
                "replay of what         | POST  | /api/dead-letters/replay | {'states':['x']}              | 400 | /states unknown-value",
                "preview of what        | POST  | /api/preview     | {'url':'http://a.example/','body':'{}'} | 400 | /eventType required",
                "test of what           | POST  | /api/webhooks/%/test | {}                                | 400 | /eventType required",
                "test of no type        | POST  | /api/webhooks/%/test | {'eventType':'x.y'}               | 422 | /eventType unknown-event-type",
                "test of no event       | POST  | /api/webhooks/%/test | {'event':{'type':'a','data':{}}}  | 400 | /event/entity required",
                "test with more         | POST  | /api/webhooks/%/test | {'to':'http://a.example/'}        | 400 | /to unknown-member",
                "no webhook to test     | POST  | /api/webhooks/x/test | {'eventType':'session.ended'}     | 404 |  unknown-webhook",
                "token for what         | POST  | /api/tokens      | {'name':'x','role':'king'}            | 400 | /role unknown-value",
                "token of no one        | POST  | /api/tokens      | {'role':'viewer'}                     | 400 | /name required",
                "token of a number      | POST  | /api/tokens      | {'name':1,'role':'viewer'}            | 400 | /name type-mismatch",
                "token of a long name   | POST  | /api/tokens      | {'name':'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn','role':'viewer'} | 400 | /name invalid-name",
                "token of a blank       | POST  | /api/tokens      | {'name':' ','role':'viewer'}          | 400 | /name invalid-name",
                "token of the settings  | POST  | /api/tokens      | {'name':'admin-token','role':'admin'} | 409 | /name name-taken",
                "erase what             | POST  | /api/erase       | {}                                    | 400 | /entity required",
                "erase what of it       | POST  | /api/erase       | {'entity':{'type':'a'}}               | 400 | /entity/id required",
                "erase a number         | POST  | /api/erase       | {'entity':{'type':'a','id':42}}       | 400 | /entity/id type-mismatch",
                "erase a text           | POST  | /api/erase       | {'entity':'a:42'}                     | 400 | /entity type-mismatch",
                "erase with more        | POST  | /api/erase       | {'entity':{'type':'a','id':'1'},'all':true} | 400 | /all unknown-member",
                "erase with more of it  | POST  | /api/erase       | {'entity':{'type':'a','id':'1','x':1}} | 400 | /entity/x unknown-member",
                "erase by asking        | GET   | /api/erase       | -                                     | 405 |  unknown-method",
                "no token               | DELETE | /api/tokens/x   | -                                     | 404 |  unknown-access-token",
                "no path                | GET   | /nowhere         | -                                     | 404 |  unknown-path",
                "no webhook             | GET   | /api/webhooks/x  | -                                     | 404 |  unknown-webhook",
                "no webhook to restore  | POST  | /api/webhooks/x/restore | -                              | 404 |  unknown-webhook",
                "no webhook to sign    | POST  | /api/webhooks/x/secret | -                               | 404 |  unknown-webhook",
                "no webhook to replay   | POST  | /api/dead-letters/replay | {'webhook':'x'}               | 404 |  unknown-webhook",
                "no delivery            | GET   | /api/deliveries/x | -                                    | 404 |  unknown-delivery",
                "no event type to show  | GET   | /api/event-types/x.y | -                                 | 404 |  unknown-event-type",
                "no event type          | DELETE | /api/event-types/x.y | -                                | 404 |  unknown-event-type",
                "no method              | PUT   | /events          | {}                                    | 405 |  unknown-method",
                "type from a file       | DELETE | /api/event-types/session.ended | -                      | 409 |  defined-in-file",
                "webhook from a file    | DELETE | /api/webhooks/filed | -                                 | 409 |  defined-in-file",
            },
            delimiter = '|')
    void aRefusalNamesThePlaceAndItsCode(
            String name, String method, String path, String body, int status, String error) {
        HttpAnswer answer = posel.send(method, path.replace("%", webhook), body == null ? null : quoted(body));

        assertRefused(answer, status, error.startsWith("/") ? error : " " + error);
    }

    @Test
    void whatCannotBeRestoredOrReplayed() {
        assertRefused(posel.post("/api/webhooks/" + webhook + "/restore", null), 409, " nothing-to-restore");

        String deleted = posel.createWebhook(quoted(WEBHOOK));
        posel.delete("/api/webhooks/" + deleted);
        assertRefused(
                posel.post("/api/dead-letters/replay", "{\"webhook\":\"" + deleted + "\"}"), 409, " webhook-deleted");
    }

    @Test
    void whatSomebodyElseChangedMeanwhile() {
        String path = "/api/webhooks/" + webhook;

        assertRefused(posel.patch(path, "{}", "If-Match", "\"99\""), 412, " changed-meanwhile");
        assertRefused(posel.patch(path, "{}", "If-Match", "99"), 400, " invalid-if-match");
    }

    @Test
    void tokens() {
        HttpAnswer none = posel.send("GET", "/api/webhooks", null, "Authorization", "Basic YTpi");
        assertRefused(none, 401, " token-required");
        assertThat(none.header("WWW-Authenticate")).hasValue("Bearer realm=\"posel\"");
        assertRefused(posel.send("GET", "/api/webhooks", null, "Authorization", "Bearer no"), 401, " unknown-token");
        assertRefused(
                posel.send("GET", "/api/webhooks", null, "Authorization", "Bearer " + PoselClient.INTAKE_TOKEN),
                403,
                " token-not-permitted");

        assertRefused(new Browser(running::port).signIn("/login?ticket=a.b"), 403, " login-link-invalid");

        HttpAnswer answer = none;
        for (int i = 0; i < 1_000 && answer.status() == 401; i++) {
            answer = posel.send("GET", "/api/webhooks", null, "Authorization", "Bearer wrong" + i);
        }
        assertRefused(answer, 429, " too-many-wrong-tokens");
        assertThat(answer.header("Retry-After").map(Integer::valueOf))
                .hasValueSatisfying(seconds -> assertThat(seconds).isPositive());
    }

    @Test
    void sessions() {
        LoginLinks links = TestLinks.at(InstantSource.system());
        LoginLinks before = TestLinks.at(InstantSource.offset(InstantSource.system(), Duration.ofHours(-1)));
        String link = links.make("Petr", Role.VIEWER);
        Browser petr = new Browser(running::port);

        assertRefused(petr.signIn(before.make("Petr", Role.ADMIN)), 410, " login-link-expired");
        assertRefused(petr.send("POST", link, null, "Sec-Fetch-Site", "same-site"), 403, " cross-site-request");
        assertThat(petr.signIn(link).status()).isEqualTo(303);
        assertRefused(new Browser(running::port).signIn(link), 410, " login-link-used");
        assertRefused(petr.get("/api/webhooks", "Sec-Fetch-Site", "cross-site"), 403, " cross-site-request");
        assertRefused(petr.send("DELETE", "/api/webhooks/" + webhook, null), 403, " csrf-header-required");
        assertRefused(petr.post("/api/preview", "{}"), 403, " session-not-permitted");
        assertRefused(petr.send("PUT", "/logout", null), 405, " unknown-method");
        assertThat(petr.send("POST", "/logout", null).status()).isEqualTo(303);
        assertRefused(petr.get("/api/webhooks"), 401, " unknown-session");
    }

    @Test
    void tooManyRequests() {
        HttpAnswer answer = posel.get("/api/session");
        for (int i = 0; i < 10_000 && answer.status() != 429; i++) {
            answer = posel.send("POST", "/events", "{", "Authorization", "Bearer " + PoselClient.INTAKE_TOKEN);
        }

        assertRefused(answer, 429, " too-many-requests");
        assertThat(answer.header("Retry-After")).hasValue("1");
        assertThat(posel.get("/api/webhooks").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "/events, text/plain, unsupported-media-type",
        "/events, application/x-www-form-urlencoded, unsupported-media-type",
        "/events, application/json; charset=iso-8859-1, unsupported-charset",
        "/events, application/json; charset=\u00a7, unsupported-charset",
        "/api/webhooks, text/plain, unsupported-media-type",
    })
    void otherFormsOfABody(String path, String contentType, String code) throws Exception {
        assertRefused(raw("POST " + path, "Content-Type: " + contentType + "\r\n", "{}"), 415, " " + code);
    }

    @Test
    void aCompressedBody() throws Exception {
        assertRefused(raw("POST /events", "Content-Encoding: gzip\r\n", "{}"), 415, " unsupported-encoding");
    }

    @Test
    void whatIsTooLarge() throws Exception {
        assertRefused(raw("POST /events", "Content-Length: 1000000000\r\n", ""), 413, " body-too-large");
        assertRefused(
                raw("POST /events", "Transfer-Encoding: chunked\r\n", "3ffff\r\n" + "x".repeat(0x3ffff) + "\r\n"),
                413,
                " body-too-large");
        assertRefused(raw("GET /" + "x".repeat(20_000), "", ""), 414, " uri-too-long");
        assertRefused(raw("GET /events", "X: " + "x".repeat(20_000) + "\r\n", ""), 431, " headers-too-large");
        assertRefused(raw("GET /events", "X: x\r\n".repeat(150), ""), 431, " too-many-headers");
    }

    @Test
    void whatIsTooMany() throws Exception {
        String values = "[" + "0,".repeat(100_000) + "0]";
        assertRefused(posel.post("/events", values), 400, " too-many-values");
        assertRefused(posel.post("/api/preview", values), 400, " too-many-values");

        List<String> made = new ArrayList<>();
        HttpAnswer answer = posel.post("/api/webhooks", quoted(WEBHOOK));
        while (answer.status() == 201 && made.size() <= 8) {
            made.add(answer.at("id"));
            answer = posel.post("/api/webhooks", quoted(WEBHOOK));
        }
        assertRefused(answer, 409, " too-many-webhooks");
        String deleted = made.remove(0);
        posel.delete("/api/webhooks/" + deleted);
        made.add(posel.createWebhook(quoted(WEBHOOK)));
        assertRefused(posel.post("/api/webhooks/" + deleted + "/restore", null), 409, " too-many-webhooks");
        made.forEach(each -> posel.delete("/api/webhooks/" + each));
    }

    @Test
    void whatIsTooManyInTheCatalogue() throws Exception {
        String type = quoted("{'title':{'en':'t'},'entityType':'c','sample':{'a':'%s'}}");
        try (Connection connection = running.connect();
                var statement = connection.createStatement()) {
            statement.execute("insert into event_type select 'type' || \"X\", '' from system_range(1, 1000)");
            assertRefused(posel.put("/api/event-types/x.y", type), 409, " too-many-event-types");
            statement.execute("delete from event_type");
        }
        assertRefused(posel.put("/api/event-types/x.y", type.formatted("x".repeat(65_536))), 422, "/sample too-long");
        assertThat(posel.put("/api/event-types/x.y", type).status()).isEqualTo(201);
        assertRefused(posel.put("/api/event-types/a%E2%80%AEb", type), 422, "/type invalid-character");
        posel.delete("/api/event-types/x.y"); // others expect that there is none
    }

    @Test
    void whatIsNoRequest() throws Exception {
        assertRefused(raw("GET /%zz", "", ""), 400, " malformed-request");
        assertRefused(raw("GET http://127.0.0.1/events", "", ""), 400, " malformed-request");
        assertRefused(raw("GET /events", "Content-Length: x\r\n", ""), 400, " malformed-request");
        assertRefused(raw("GET /events", "no header\r\n", ""), 400, " malformed-request");
        assertRefused(raw("GET /events", "Host: a.example\r\n", ""), 400, " host-required");
        assertRefused(answer("GET /events HTTP/1.1\r\nHost: a.example\r\n\r\n"), 421, " unknown-host");
    }

    /** With the admin token, and a Content-Length unless the headers say how long the body is. */
    private HttpAnswer raw(String line, String headers, String body) throws Exception {
        String length = headers.contains("Content-Length") || headers.contains("Transfer-Encoding")
                ? ""
                : "Content-Length: " + body.length() + "\r\n";
        return answer(line + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + PoselClient.ADMIN_TOKEN
                + "\r\nConnection: close\r\n" + length + headers + "\r\n" + body);
    }

    private HttpAnswer answer(String request) throws Exception {
        return RawHttp.send(running.port(), request).parsed();
    }
}
