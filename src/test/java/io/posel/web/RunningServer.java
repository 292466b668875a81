package io.posel.web;

import io.posel.access.LoginLinks;
import io.posel.testing.RawHttp;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.main.Main;

/** Camel Main with our server on a free port, for tests. */
final class RunningServer implements AutoCloseable {
    static final String ADMIN = "the-admin-token";
    static final String INTAKE = "the-intake-token";
    static final int MAX_BODY = 10_000;

    private static final RateLimits RATES = new RateLimits(0, 0, () -> 0);
    private static final LoginLinks LINKS =
            new LoginLinks(() -> new byte[] {1}, InstantSource.system(), new SecureRandom());

    final MadeSessions sessions = new MadeSessions();
    final Main main = new Main();
    final RefusedAccess refused = new RefusedAccess(InstantSource.system(), () -> {}, count -> true);
    final PoselHttpServer server;
    final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    RunningServer(HttpSettings settings, Supplier<HealthReport> readiness, RoutesBuilder... routes) {
        Door door = new Door(
                new AllowedHosts(settings.host(), Set.of("posel.example")),
                new Tokens(ADMIN, INTAKE, new MadeTokens()),
                new WrongTokens(1_000, 10, InstantSource.system()),
                RATES,
                new SignInDesk(sessions, LINKS, RATES, InstantSource.system()),
                settings.bounds().maxBody());
        server = new PoselHttpServer(
                settings,
                door,
                sessions,
                new EdgeHeaders(),
                () -> HealthReport.of(),
                readiness,
                Optional::empty,
                Onlookers.of(refused, true, InstantSource.system()));
        main.configure().setAutoConfigurationLogSummary(false);
        main.configure().setStartupSummaryLevel(org.apache.camel.StartupSummaryLevel.Off);
        main.configure().setShutdownTimeout(60);
        for (RoutesBuilder builder : routes) {
            main.configure().addRoutesBuilder(builder);
        }
        main.addMainListener(new HttpServerStart(server));
    }

    static RunningServer with(RoutesBuilder... routes) {
        return new RunningServer(settings(), () -> HealthReport.of(new HealthReport.Check("database", true)), routes)
                .start();
    }

    static HttpSettings settings() {
        return settings(new HttpSettings.Times(Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofSeconds(60)));
    }

    static HttpSettings settings(HttpSettings.Times times) {
        return new HttpSettings("127.0.0.1", 0, new HttpSettings.Bounds(MAX_BODY, 64 * MAX_BODY, 1_000, 64), times);
    }

    RunningServer start() {
        main.start();
        return this;
    }

    int port() {
        return server.boundPort();
    }

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(60));
    }

    HttpRequest.Builder asAdmin(String path) {
        return to(path).header("Authorization", "Bearer " + ADMIN);
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** For callbacks that may throw nothing. */
    HttpResponse<String> sendUnchecked(HttpRequest.Builder request) {
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .join();
    }

    /** A raw request head with the admin token, without the empty line at its end. */
    String adminHead(String line) {
        return line + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + ADMIN + "\r\n";
    }

    RawHttp.Answer raw(String request) throws Exception {
        return RawHttp.send(port(), request);
    }

    @Override
    public void close() {
        main.stop();
    }
}
