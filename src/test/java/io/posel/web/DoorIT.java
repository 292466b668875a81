package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.testing.RawHttp;
import io.vertx.ext.web.Route;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the door lets through to real routes on a real server, and what of a request the routes get to see. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoorIT {
    private final Queue<Map<String, Object>> seen = new ConcurrentLinkedQueue<>();
    private RunningServer posel;

    /** Routes that do nothing about headers: what they see and answer is what the server lets through. */
    private final RouteBuilder routes = new RouteBuilder() {
        @Override
        public void configure() {
            from("platform-http:/events?httpMethodRestrict=POST").to("direct:record");
            from("platform-http:/api/webhooks?httpMethodRestrict=GET,POST").to("direct:record");
            from("platform-http:/api/webhooks/{id}?httpMethodRestrict=GET").to("direct:record");
            from("platform-http:/api/event-types/{type}?httpMethodRestrict=PUT").to("direct:record");
            from("platform-http:/trusting?returnHttpRequestHeaders=true&muteException=false&matchOnUriPrefix=true")
                    .to("direct:record");
            from("platform-http:/proxy-like?httpMethodRestrict=GET").to("direct:record");
            from("platform-http:/answers")
                    .setHeader("Location", constant("/api/webhooks/1"))
                    .setHeader("ETag", constant("\"1\""))
                    .setHeader("Access-Control-Allow-Origin", constant("*"))
                    .setHeader("Access-Control-Allow-Credentials", constant("true"))
                    .setHeader("X-Secret", constant("inside"))
                    .setHeader("Content-Type", constant("application/json"))
                    .setBody(constant("{}"));
            from("direct:record")
                    .process(exchange -> {
                        Map<String, Object> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
                        headers.putAll(exchange.getMessage().getHeaders());
                        seen.add(headers);
                    })
                    .setBody(constant("recorded"));
        }
    };

    @BeforeAll
    void start() {
        posel = RunningServer.with(routes);
    }

    @AfterAll
    void stop() {
        posel.close();
    }

    @BeforeEach
    void forget() {
        seen.clear();
    }

    @Test
    @DisplayName("CVE-2026-40022: every registered path answers 401 without credentials")
    void everyRegisteredPathNeedsAToken() throws Exception {
        List<String> paths = registeredPaths();
        assertThat(paths).hasSizeGreaterThanOrEqualTo(7);

        for (String path : paths) {
            for (String variant : List.of(path, path + "/x", path + "/", "/" + path, path + "?a=b", path + ";x")) {
                for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE")) {
                    RawHttp.Answer answer = posel.raw(method + " " + variant
                            + " HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n"
                            + "Access-Control-Request-Method: GET\r\nConnection: close\r\n\r\n");
                    assertThat(answer.status()).as(method + " " + variant).isEqualTo(401);
                }
            }
        }
        assertThat(seen).isEmpty();
    }

    private List<String> registeredPaths() {
        VertxPlatformHttpRouter router =
                VertxPlatformHttpRouter.lookup(posel.main.getCamelContext(), "platform-http-router-0");
        return router.getRoutes().stream()
                .map(Route::getPath)
                .map(path -> path.replaceAll(":[a-z]+", "1"))
                .toList();
    }

    @Test
    void aRefusalIsAProblemWithTheSecurityHeaders() throws Exception {
        HttpResponse<String> answer = posel.send(posel.to("/nowhere"));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("\"type\":\"about:blank\"").contains("\"status\":401");
        assertThat(answer.headers().map())
                .containsEntry("content-type", List.of("application/problem+json"))
                .containsEntry("www-authenticate", List.of("Bearer realm=\"posel\""))
                .containsEntry("x-content-type-options", List.of("nosniff"))
                .containsEntry("referrer-policy", List.of("no-referrer"))
                .containsEntry("cache-control", List.of("no-store"))
                .containsEntry(
                        "content-security-policy",
                        List.of("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"))
                .doesNotContainKey("server");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/nowhere,404",
        "GET,/observe/metrics,404",
        "POST,/observe/health,404",
        "GET,/proxy/http://evil.example/,404",
        "GET,/proxy,404",
        "DELETE,/api/webhooks,405",
        "GET,/events,405",
        "OPTIONS,/events,405",
        "TRACE,/events,405",
        "TRACE,/api/webhooks,405",
        "PROPFIND,/events,405",
        "TRACE,/nowhere,404",
        "GET,/api/webhooks/../../../etc/passwd,404",
        "GET,/%zz,400"
    })
    void withTheTokenTheRouterAnswersInProblems(String method, String path, int status) throws Exception {
        RawHttp.Answer answer = posel.raw(posel.adminHead(method + " " + path) + "Connection: close\r\n\r\n");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).containsExactly("application/problem+json");
        assertThat(answer.body()).contains("\"status\":" + status);
        assertThat(answer.header("X-Content-Type-Options")).containsExactly("nosniff");
        assertThat(seen).isEmpty();
    }

    @Test
    void a405SaysWhatIsAllowed() throws Exception {
        HttpResponse<String> answer =
                posel.send(posel.asAdmin("/api/webhooks").method("DELETE", BodyPublishers.noBody()));

        assertThat(answer.headers().firstValue("Allow"))
                .hasValueSatisfying(allow -> assertThat(allow.split(", ?")).containsExactlyInAnyOrder("GET", "POST"));
    }

    @Test
    void theIntakeTokenOpensTheIntakeAlone() throws Exception {
        String intake = "Bearer " + RunningServer.INTAKE;

        assertThat(posel.send(posel.to("/events")
                                .header("Authorization", intake)
                                .POST(BodyPublishers.ofString("{}")))
                        .statusCode())
                .isEqualTo(200);
        assertThat(posel.send(posel.to("/api/webhooks").header("Authorization", intake))
                        .statusCode())
                .isEqualTo(403);
        assertThat(seen).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//api/webhooks",
                "/%61pi/webhooks",
                "/events/../api/webhooks",
                "/events/%2e%2e/api/webhooks",
                "/events/..%2fapi/webhooks",
                "/api/../events",
                "/events/../events",
                "/EVENTS",
                "/events/",
                "/events;x",
                "//events",
                "/./events",
                "/%65vents",
                "/events%3f",
                "/observe/health/../../api/webhooks",
                "/observe/health/%2e%2e/%2e%2e/api/webhooks"
            })
    void noSpellingOfAPathGetsALesserCheckThanTheRouteBehindIt(String path) throws Exception {
        for (String method : List.of("GET", "POST")) {
            RawHttp.Answer answer = posel.raw(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n"
                    + "Authorization: Bearer " + RunningServer.INTAKE + "\r\nConnection: close\r\n\r\n");

            assertThat(answer.status()).isEqualTo(403);
        }
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "evil.example,421",
        "localhost.evil.example,421",
        "127.0.0.1:8080@evil.example,421",
        "posel.example,200",
        "localhost:1,200"
    })
    void aReboundNameGetsNothing(String host, int status) throws Exception {
        RawHttp.Answer answer = posel.raw("GET /api/webhooks HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer "
                + RunningServer.ADMIN + "\r\nX-Forwarded-Host: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(seen).hasSize(status == 200 ? 1 : 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET http://evil.example/api/webhooks", "CONNECT evil.example:443", "OPTIONS *"})
    @DisplayName("CVE-2026-85316: a request for a proxy is refused")
    void aRequestForAProxyIsRefused(String line) throws Exception {
        RawHttp.Answer answer = posel.raw(posel.adminHead(line) + "Connection: close\r\n\r\n");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/webhooks\tHTTP/1.1",
                "GET\t/api/webhooks HTTP/1.1",
                "GET  /api/webhooks HTTP/1.1",
                "GET /api/webhooks  HTTP/1.1",
                "GET /api/webhooks HTTP/1.1 ",
                " GET /api/webhooks HTTP/1.1",
                "\tGET /api/webhooks HTTP/1.1",
                "GET /api/webhooks\u000bHTTP/1.1",
                "GET /api/ webhooks HTTP/1.1",
            })
    @DisplayName("D12: the parts of a request line are divided by one space each")
    void looseRequestLines(String line) throws Exception {
        RawHttp.Answer answer =
                posel.raw(posel.adminHead("GET /api/webhooks").replace("GET /api/webhooks HTTP/1.1", line)
                        + "Connection: close\r\n\r\n");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(seen).isEmpty();
    }

    @Test
    @DisplayName("D12: empty lines in front of a request do no harm")
    void emptyLinesInFront() throws Exception {
        RawHttp.Answer answer =
                posel.raw("\r\n\r\n" + posel.adminHead("GET /api/webhooks") + "Connection: close\r\n\r\n");

        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    @DisplayName("CVE-2026-85316: a path that begins with proxy is a path like others")
    void proxyInAPathMeansNothing() throws Exception {
        posel.send(posel.asAdmin("/proxy-like").header("Proxy-Connection", "x"));

        assertThat(seen).hasSize(1);
        assertThat(seen.element()).doesNotContainKeys("Proxy-Connection", Exchange.HTTP_HOST);
        assertThat(seen.element()).containsEntry(Exchange.HTTP_PATH, "/proxy-like");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kafka.OVERRIDE_TOPIC",
                "KAFKA.override_topic",
                "CamelHttpUri",
                "camelhttpuri",
                "CAMELHTTPURI",
                "camelFileName",
                "CamelSqlQuery",
                "camelRedeliveryDelay",
                "org.apache.camel.test",
                "ORG.APACHE.CAMEL.x",
                "breadcrumbId",
                "subject",
                "JMSReplyTo",
                "X-Forwarded-For",
                "Cookie",
                "Authorization",
                "proxy-authorization"
            })
    @DisplayName("CVE-2026-49098: no route sees a header that Camel obeys, from request headers or the query")
    void noRouteSeesAHeaderThatCamelObeys(String name) throws Exception {
        String encoded = name.replace("a", "%61").replace("A", "%41");
        for (String target : List.of(
                "/trusting/" + "?" + name + "=injected",
                "/trusting?limit=1&" + encoded + "=injected",
                "/trusting?limit=1;" + name + "=injected",
                "/events?" + name + "=injected&" + name + "=injected")) {
            String header = name.equals("Authorization") ? "" : name + ": injected\r\n";
            RawHttp.Answer answer = posel.raw(
                    posel.adminHead("POST " + target) + header + "Content-Length: 2\r\nConnection: close\r\n\r\n{}");

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).doesNotContain("injected").doesNotContain(RunningServer.ADMIN);
        }
        assertThat(seen).hasSize(4);
        for (Map<String, Object> headers : seen) {
            // the query itself stays readable where the consumer puts it
            List.of(Exchange.HTTP_QUERY, Exchange.HTTP_RAW_QUERY, Exchange.HTTP_URI, Exchange.HTTP_URL)
                    .forEach(headers::remove);
            assertThat(headers).doesNotContainKey(name);
            assertThat(headers.toString()).doesNotContain("injected").doesNotContain(RunningServer.ADMIN);
        }
    }

    @Test
    void aRouteSeesExactlyTheKnownHeaders() throws Exception {
        posel.send(posel.asAdmin("/trusting?limit=7&limit=8&x=1")
                .header("If-Match", "\"1\"")
                .header("Content-Type", "application/json")
                .header("ce-id", "1")
                .header("ce-x.y", "1")
                .header("X-Request-Id", "r")
                .header("X-Other", "o")
                .header("cursor", "no-query-parameter")
                .header("User-Agent", "test")
                .POST(BodyPublishers.ofString("{}")));

        Map<String, Object> headers = new TreeMap<>(seen.element());
        // "*" is Camel's name for the rest of a path that is matched by prefix
        headers.keySet().removeIf(name -> name.startsWith("Camel") || name.equals("*"));
        assertThat(headers)
                .containsOnlyKeys(
                        "If-Match",
                        "Content-Type",
                        "Content-Length",
                        "ce-id",
                        "X-Request-Id",
                        "User-Agent",
                        "Host",
                        "posel-caller",
                        "limit")
                .containsEntry("limit", "7");
    }

    @Test
    void whoACallerIsSaysTheDoorAlone() throws Exception {
        posel.raw(posel.adminHead("POST /trusting?posel-caller=forged&Posel-Caller=forged")
                + "Posel-Caller: forged\r\nposel-caller: forged\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");

        Map<String, Object> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(seen.element());
        assertThat(headers).containsEntry("posel-caller", "admin-token");
    }

    @Test
    void aQueryParameterDoesNotPassForAHeader() throws Exception {
        posel.send(posel.asAdmin("/trusting?ce-id=forged&if-match=forged&Content-Type=forged&content-type=x")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{}")));

        assertThat(seen.element())
                .containsEntry("Content-Type", "application/json")
                .doesNotContainKeys("ce-id", "if-match");
    }

    @Test
    void aQueryParameterDoesNotJoinAPathParameter() throws Exception {
        posel.send(posel.asAdmin("/api/event-types/real?type=forged").PUT(BodyPublishers.ofString("{}")));

        assertThat(seen.element()).containsEntry("type", "real");
    }

    @Test
    void theFieldsOfAFormReachNobody() throws Exception {
        HttpResponse<String> answer = posel.send(posel.asAdmin("/events")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("CamelHttpUri=http://evil.example&kafka.OVERRIDE_TOPIC=x")));

        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(seen).isEmpty();
    }

    @Test
    void onlyKnownHeadersLeaveAndNoneOfTheRequestComesBack() throws Exception {
        HttpResponse<String> answer = posel.send(posel.asAdmin("/answers")
                .header("If-Match", "echo")
                .header("X-Request-Id", "echo")
                .header("Accept", "echo/echo")
                .header("Cookie", "a=echo"));

        assertThat(answer.headers().map())
                .containsOnlyKeys(
                        "location",
                        "etag",
                        "content-type",
                        "transfer-encoding",
                        "cache-control",
                        "content-security-policy",
                        "cross-origin-embedder-policy",
                        "cross-origin-opener-policy",
                        "cross-origin-resource-policy",
                        "referrer-policy",
                        "x-content-type-options",
                        "x-frame-options");
        assertThat(answer.headers().map().toString()).doesNotContain("echo").doesNotContain(RunningServer.ADMIN);
    }

    @Test
    @DisplayName("CVE-2026-84176: no answer carries a CORS header, whatever a route sets")
    void thereIsNoCors() throws Exception {
        for (UnaryOperator<HttpRequest.Builder> method : List.<UnaryOperator<HttpRequest.Builder>>of(
                HttpRequest.Builder::GET, b -> b.method("OPTIONS", BodyPublishers.noBody()))) {
            HttpResponse<String> answer = posel.send(method.apply(posel.asAdmin("/answers")
                    .header("Origin", "http://evil.example")
                    .header("Access-Control-Request-Method", "POST")));

            assertThat(answer.headers().map().keySet())
                    .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).startsWith("access-control"));
        }
    }

    @RepeatedTest(20)
    void pipelinedRequestsAreEachChecked() throws Exception {
        RawHttp.Answer answer = posel.raw(posel.adminHead("GET /api/webhooks") + "\r\n"
                + posel.adminHead("GET /api/webhooks/1") + "\r\n"
                + "GET /api/webhooks HTTP/1.1\r\nHost: localhost\r\n\r\n"
                + posel.adminHead("GET /api/webhooks") + "Connection: close\r\n\r\n");

        assertThat(statuses(answer.text())).containsExactly(200, 200, 401);
        assertThat(seen).hasSize(2);
    }

    @Test
    void aSmuggledRequestIsNone() throws Exception {
        String inner = "GET /api/webhooks HTTP/1.1\r\nHost: localhost\r\n\r\n";
        RawHttp.Answer answer = posel.raw(posel.adminHead("POST /events") + "Content-Length: " + inner.length()
                + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner);

        assertThat(statuses(answer.text())).doesNotHaveDuplicates().doesNotContain(405);
        assertThat(seen.stream().filter(headers -> "GET".equals(headers.get(Exchange.HTTP_METHOD))))
                .isEmpty();
    }

    @Test
    void theUpgradesOfHttpAreNotTaken() throws Exception {
        RawHttp.Answer websocket = posel.raw("GET /api/webhooks HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Version: 13\r\n\r\n");
        RawHttp.Answer http2 = posel.raw("GET /api/webhooks HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\n"
                + "Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n");

        assertThat(websocket.status()).isEqualTo(401);
        assertThat(http2.status()).isEqualTo(401);
    }

    private static List<Integer> statuses(String text) {
        List<Integer> statuses = new ArrayList<>();
        for (int at = text.indexOf("HTTP/1.1 "); at >= 0; at = text.indexOf("HTTP/1.1 ", at + 1)) {
            statuses.add(Integer.parseInt(text.substring(at + 9, at + 12)));
        }
        return statuses;
    }
}
