package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Ports;
import io.posel.testing.RawClient;
import io.posel.testing.RawHttp;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Route;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.RoutePolicySupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bounds, start and stop of the real server. */
class PoselHttpServerIT {
    private static final HealthReport UP = HealthReport.of(new HealthReport.Check("database", true));

    private static RoutesBuilder events() {
        return route("platform-http:/events?httpMethodRestrict=POST", () -> {});
    }

    private static RoutesBuilder route(String uri, Runnable step) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from(uri).process(exchange -> step.run()).setBody(constant("done"));
            }
        };
    }

    @Test
    void halfAHeadIsClosedAfterTheHeadTimeoutThoughBytesKeepComing() throws Exception {
        try (RunningServer posel = RunningServer.with(events())) {
            long start = System.nanoTime(); // the server's time begins when the connection is open
            try (Socket socket = RawHttp.open(posel.port())) {
                socket.getOutputStream().write("GET /events HTTP/1.1\r\nX-".getBytes(StandardCharsets.US_ASCII));
                CompletableFuture<RawHttp.Answer> end = CompletableFuture.supplyAsync(() -> closed(socket));
                await().atMost(Duration.ofSeconds(20))
                        .pollInterval(Duration.ofMillis(100))
                        .until(() -> {
                            try {
                                socket.getOutputStream().write('a');
                            } catch (java.io.IOException closedByServer) {
                                return true; // seen here before the reader saw it
                            }
                            return end.isDone();
                        });

                assertThat(Duration.ofNanos(System.nanoTime() - start))
                        .isBetween(Duration.ofMillis(4_500), Duration.ofSeconds(20));
            }
        }
    }

    /** A closed connection ends or resets; both are an end. */
    private static RawHttp.Answer closed(Socket socket) {
        try {
            return RawHttp.rest(socket);
        } catch (java.io.IOException e) {
            return new RawHttp.Answer("");
        }
    }

    @Test
    void aSilentConnectionIsClosed() throws Exception {
        try (RunningServer posel = RunningServer.with(events());
                Socket socket = RawHttp.open(posel.port())) {
            assertThat(RawHttp.rest(socket).text()).isEmpty();
        }
    }

    @Test
    void aConnectionThatProvedItselfIsKeptUntilTheIdleTimeout() throws Exception {
        HttpSettings quick = RunningServer.settings(
                new HttpSettings.Times(Duration.ofSeconds(2), Duration.ofSeconds(60), Duration.ofSeconds(5)));
        try (RunningServer posel = new RunningServer(quick, () -> UP, events()).start();
                Socket socket = RawHttp.open(posel.port())) {
            long start = System.nanoTime();
            socket.getOutputStream()
                    .write((posel.adminHead("GET /nowhere") + "\r\n").getBytes(StandardCharsets.US_ASCII));

            assertThat(RawHttp.rest(socket).status()).isEqualTo(404);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(4_500), Duration.ofSeconds(20));
        }
    }

    @Test
    void oneMoreConnectionTakesThePlaceOfTheOldestThatHasSentNothing() throws Exception {
        HttpSettings few = new HttpSettings(
                "127.0.0.1",
                0,
                new HttpSettings.Bounds(10_000, 100_000, 20, 64),
                new HttpSettings.Times(Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofSeconds(60)));
        List<RawClient> open = new ArrayList<>();
        try (RunningServer posel = new RunningServer(few, () -> UP, events()).start()) {
            for (int i = 0; i < 25; i++) {
                open.add(new RawClient(posel.port()));
            }

            for (RawClient each : open.subList(0, 5)) {
                assertThat(each.rest()).isEmpty();
            }
            for (RawClient each : open.subList(5, 25)) {
                each.write(posel.adminHead("GET /nowhere") + "Connection: close\r\n\r\n");
                assertThat(each.rest()).startsWith("HTTP/1.1 404 ");
            }
        } finally {
            open.forEach(RawClient::close);
        }
    }

    @Test
    void moreRequestsThanAreWorkedOnAtOnceWait() throws Exception {
        HttpSettings narrow = new HttpSettings(
                "127.0.0.1",
                0,
                new HttpSettings.Bounds(10_000, 100_000, 1_000, 2),
                new HttpSettings.Times(Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofSeconds(60)));
        AtomicInteger inside = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        RoutesBuilder slow = route("platform-http:/events?httpMethodRestrict=POST", () -> {
            inside.incrementAndGet();
            awaitLatch(go);
        });
        try (RunningServer posel = new RunningServer(narrow, () -> UP, slow).start()) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                answers.add(posel.client.sendAsync(
                        posel.asAdmin("/events")
                                .POST(BodyPublishers.ofString("{}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString()));
            }
            await().until(() -> inside.get() == 2);
            await().during(Duration.ofMillis(500)).until(() -> inside.get() == 2);

            go.countDown();

            for (CompletableFuture<HttpResponse<String>> each : answers) {
                assertThat(each.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void oversizedHeadsAreRefused() throws Exception {
        try (RunningServer posel = RunningServer.with(events())) {
            String x = "x".repeat(20_000);

            RawHttp.Answer header = posel.raw(posel.adminHead("GET /events") + "X: " + x + "\r\n\r\n");
            assertThat(header.status()).isEqualTo(431);
            assertThat(header.header("X-Content-Type-Options")).containsExactly("nosniff");
            assertThat(posel.raw(posel.adminHead("GET /" + x) + "\r\n").status())
                    .isEqualTo(414);
            assertThat(posel.raw(posel.adminHead("GET /events") + "X: x\r\n".repeat(150) + "\r\n")
                            .status())
                    .isEqualTo(431);
        }
    }

    @Test
    void aBodyOverTheLimitIsRefusedByItsAnnouncementAndTheSenderSeesIt() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (RunningServer posel =
                RunningServer.with(route("platform-http:/events?httpMethodRestrict=POST", runs::incrementAndGet))) {
            HttpResponse<String> announced = posel.send(
                    posel.asAdmin("/events").POST(BodyPublishers.ofString("x".repeat(RunningServer.MAX_BODY + 1))));
            RawHttp.Answer neverSent =
                    posel.raw(posel.adminHead("POST /events") + "Content-Length: 1000000000\r\n\r\n");
            HttpResponse<String> atTheLimit = posel.send(
                    posel.asAdmin("/events").POST(BodyPublishers.ofString("x".repeat(RunningServer.MAX_BODY))));

            assertThat(announced.statusCode()).isEqualTo(413);
            assertThat(announced.body()).contains("POSEL_MAX_BODY");
            assertThat(neverSent.status()).isEqualTo(413);
            assertThat(atTheLimit.statusCode()).isEqualTo(200);
            assertThat(runs).hasValue(1);
        }
    }

    @Test
    void aChunkedBodyOverTheLimitIsRefusedToo() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (RunningServer posel =
                RunningServer.with(route("platform-http:/events?httpMethodRestrict=POST", runs::incrementAndGet))) {
            String chunk = "1000\r\n" + "x".repeat(4096) + "\r\n";

            RawHttp.Answer answer =
                    posel.raw(posel.adminHead("POST /events") + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(3));

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.header("Content-Type")).containsExactly("application/problem+json");
            assertThat(answer.header("Connection")).containsExactly("close");
            assertThat(runs).hasValue(0);
        }
    }

    @Test
    void aRefusedSenderThatNeverEndsItsBodyIsCutOff() throws Exception {
        try (RunningServer posel = RunningServer.with(events());
                Socket socket = RawHttp.open(posel.port())) {
            socket.getOutputStream()
                    .write("POST /events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            CompletableFuture<RawHttp.Answer> end = CompletableFuture.supplyAsync(() -> closed(socket));

            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> {
                        socket.getOutputStream().write("1\r\nx\r\n".getBytes(StandardCharsets.US_ASCII));
                        return end.isDone();
                    });
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw e;
        } catch (java.io.IOException writeAfterClose) {
            assertThat(writeAfterClose).isNotNull();
        }
    }

    @Test
    void aClientThatAsksFirstIsToldToGoOnOnlyIfItMay() throws Exception {
        try (RunningServer posel = RunningServer.with(events())) {
            String expecting = "Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n";

            assertThat(posel.raw(posel.adminHead("POST /events") + expecting + "{}")
                            .text())
                    .startsWith("HTTP/1.1 100 ")
                    .contains("HTTP/1.1 200 ");
            assertThat(posel.raw("POST /events HTTP/1.1\r\nHost: localhost\r\n" + expecting)
                            .text())
                    .startsWith("HTTP/1.1 401 ");
        }
    }

    @Test
    void sixtyFourRequestsThatWaitForEachOtherRunTogether() throws Exception {
        CountDownLatch all = new CountDownLatch(64);
        try (RunningServer posel = RunningServer.with(route("platform-http:/wait", () -> {
            all.countDown();
            awaitLatch(all);
        }))) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                answers.add(
                        posel.client.sendAsync(posel.asAdmin("/wait").build(), HttpResponse.BodyHandlers.ofString()));
            }

            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            }
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody came");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatRunsWhenTheServerStopsIsFinished() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        RunningServer posel = RunningServer.with(route("platform-http:/wait", () -> {
            running.countDown();
            awaitLatch(go);
        }));
        int port = posel.port();
        CompletableFuture<HttpResponse<String>> answer =
                posel.client.sendAsync(posel.asAdmin("/wait").build(), HttpResponse.BodyHandlers.ofString());
        running.await();

        CompletableFuture<Void> stopped = CompletableFuture.runAsync(posel::close);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> posel.send(posel.asAdmin("/wait")).statusCode() == 503);
        assertThat(posel.send(posel.to("/observe/health/ready")).statusCode()).isEqualTo(503);
        assertThat(posel.send(posel.to("/observe/health/live")).statusCode()).isEqualTo(200);
        assertThat(answer).isNotDone();
        go.countDown();

        assertThat(answer.get(30, TimeUnit.SECONDS).body()).isEqualTo("done");
        stopped.get(60, TimeUnit.SECONDS);
        assertThatThrownBy(() -> RawHttp.open(port)).isInstanceOf(java.net.ConnectException.class);
    }

    @Test
    void aStoppedServerLeavesNoThreads() throws Exception {
        RunningServer.with(events()).close();

        awaitNoThreads();
    }

    private static void awaitNoThreads() {
        await().atMost(Duration.ofSeconds(20)).until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("vert.x-")));
    }

    @Test
    void untilEverythingIsStartedNothingIsLetIn() throws Exception {
        AtomicReference<RunningServer> server = new AtomicReference<>();
        List<HttpResponse<String>> answers = new ArrayList<>();
        RoutesBuilder askingWhileStarting = new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/events")
                        .routePolicy(new RoutePolicySupport() {
                            @Override
                            public void onStart(Route route) {
                                RunningServer posel = server.get();
                                answers.add(posel.sendUnchecked(posel.asAdmin("/events")));
                                answers.add(posel.sendUnchecked(posel.to("/events")));
                                answers.add(posel.sendUnchecked(posel.to("/observe/health/ready")));
                            }
                        })
                        .setBody(constant("done"));
            }
        };
        try (RunningServer posel = new RunningServer(RunningServer.settings(), () -> UP, askingWhileStarting)) {
            server.set(posel);
            posel.start();

            assertThat(answers).extracting(HttpResponse::statusCode).containsExactly(503, 401, 503);
            assertThat(answers.get(0).headers().firstValue("Retry-After")).hasValue("1");
            assertThat(posel.send(posel.asAdmin("/events")).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aTakenPortIsSaidPlainly() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HttpSettings settings = HttpSettings.of("127.0.0.1", taken.getLocalPort(), RunningServer.MAX_BODY, 1_000);
            try (RunningServer posel = new RunningServer(settings, () -> UP, events())) {
                assertThatThrownBy(posel::start)
                        .isInstanceOf(PortInUseException.class)
                        .hasMessage("port " + taken.getLocalPort() + " on 127.0.0.1 is in use; set POSEL_HTTP_PORT");
                awaitNoThreads();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "no such host"})
    void anAddressOfSomebodyElseIsSaidPlainly(String host) {
        HttpSettings settings = HttpSettings.of(host, 0, RunningServer.MAX_BODY, 1_000);
        try (RunningServer posel = new RunningServer(settings, () -> UP, events())) {
            assertThatThrownBy(posel::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(host)
                    .hasMessageContaining("POSEL_HTTP_HOST");
        }
    }

    @Test
    void aFixedPortServesRoutesToo() throws Exception {
        int free = Ports.free();
        HttpSettings settings = HttpSettings.of("localhost", free, RunningServer.MAX_BODY, 1_000);
        try (RunningServer posel = new RunningServer(settings, () -> UP, events()).start()) {
            assertThat(posel.port()).isEqualTo(free);
            assertThat(posel.send(posel.asAdmin("/events").POST(BodyPublishers.noBody()))
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void readinessSaysWhatIsDown() throws Exception {
        AtomicReference<HealthReport> report = new AtomicReference<>(UP);
        try (RunningServer posel = new RunningServer(RunningServer.settings(), report::get, events()).start()) {
            HttpResponse<String> up = posel.send(posel.to("/observe/health"));
            assertThat(up.statusCode()).isEqualTo(200);
            assertThat(up.body())
                    .isEqualTo("{\"status\":\"UP\",\"checks\":[{\"name\":\"database\",\"status\":\"UP\"},"
                            + "{\"name\":\"started\",\"status\":\"UP\"}]}");
            assertThat(up.headers().firstValue("Content-Type")).hasValue("application/json");

            report.set(HealthReport.of(new HealthReport.Check("database", false)));
            HttpResponse<String> down = posel.send(posel.to("/observe/health/ready"));
            assertThat(down.statusCode()).isEqualTo(503);
            assertThat(down.body())
                    .startsWith("{\"status\":\"DOWN\"")
                    .contains("{\"name\":\"database\",\"status\":\"DOWN\"}");
            assertThat(posel.send(posel.to("/observe/health/live")).body())
                    .isEqualTo("{\"status\":\"UP\",\"checks\":[]}");
        }
    }

    @Test
    void aReadinessThatThrowsOrHangsIsDown() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger questions = new AtomicInteger();
        try (RunningServer posel = new RunningServer(
                        RunningServer.settings(),
                        () -> {
                            if (questions.incrementAndGet() == 1) {
                                throw new IllegalStateException("password=secret");
                            }
                            asked.countDown();
                            awaitLatch(go);
                            return UP;
                        },
                        events())
                .start()) {
            HttpResponse<String> thrown = posel.send(posel.to("/observe/health"));
            HttpResponse<String> hung = posel.send(posel.to("/observe/health"));

            assertThat(thrown.statusCode()).isEqualTo(503);
            assertThat(thrown.body()).doesNotContain("secret");
            assertThat(hung.statusCode()).isEqualTo(503);
            go.countDown();
        }
    }

    @Test
    void anEndpointThatCamelWouldMakeAProxyDoesNotStart() {
        try (RunningServer posel = new RunningServer(
                RunningServer.settings(), () -> UP, route("platform-http:proxy-of-something", () -> {}))) {
            assertThatThrownBy(posel::start)
                    .hasStackTraceContaining("a platform-http path that begins with proxy needs a slash before it");
        }
    }

    @Test
    void anExceptionOfARouteShowsNothingOfItself() throws Exception {
        try (RunningServer posel = RunningServer.with(route("platform-http:/boom", () -> {
            throw new IllegalStateException("password=secret");
        }))) {
            HttpResponse<String> answer = posel.send(posel.asAdmin("/boom"));

            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.body()).doesNotContain("secret").doesNotContain("Exception");
        }
    }
}
