package io.posel.web;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives every request of the server, asks the {@link Door}, and lets in, answers health, or refuses. What goes wrong
 * in here is a refusal.
 */
final class Doorkeeper implements Handler<HttpServerRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(Doorkeeper.class);
    private static final Map<String, String> RETRY = Map.of("Retry-After", "1"); // seconds

    private final Door door;
    private final Answers answers;
    private final Supplier<Optional<String>> closed;
    private final Supplier<Future<HealthReport>> readiness;
    private final Handler<HttpServerRequest> inside;

    /**
     * @param closed why no request may go in now; health is answered in any case
     * @param inside gets the requests that may go in
     */
    Doorkeeper(
            Door door,
            Answers answers,
            Supplier<Optional<String>> closed,
            Supplier<Future<HealthReport>> readiness,
            Handler<HttpServerRequest> inside) {
        this.door = door;
        this.answers = answers;
        this.closed = closed;
        this.readiness = readiness;
        this.inside = inside;
    }

    @Override
    public void handle(HttpServerRequest request) {
        Answers.secure(request.response());
        try {
            Verdict verdict = door.judge(new Head(request));
            if (verdict instanceof Verdict.Refusal refusal) {
                answers.problem(request, refusal.status(), refusal.detail(), refusal.headers());
            } else if (verdict instanceof Verdict.Health health) {
                report(request, health);
            } else {
                closed.get().ifPresentOrElse(reason -> answers.problem(request, 503, reason, RETRY), () -> {
                    request.headers().remove("Authorization");
                    inside.handle(request);
                });
            }
        } catch (RuntimeException e) {
            LOG.error("A request failed at the door", e);
            answers.problem(request, 500, "the request failed", Map.of());
        }
    }

    private void report(HttpServerRequest request, Verdict.Health health) {
        Future<HealthReport> report =
                health.readiness() ? readiness.get() : Future.succeededFuture(new HealthReport(List.of()));
        report.onSuccess(state -> answers.close(
                request,
                state.up() ? 200 : 503,
                "application/json",
                state.json().toBytes()));
    }

    /** The head of a Vert.x request. */
    private record Head(HttpServerRequest request) implements RequestHead {
        @Override
        public String method() {
            return request.method().name();
        }

        @Override
        public String target() {
            return request.uri();
        }

        @Override
        public List<String> header(String name) {
            return request.headers().getAll(name);
        }

        @Override
        public int headerCount() {
            // size() would count names only
            return request.headers().entries().size();
        }

        @Override
        public String remoteAddress() {
            return String.valueOf(request.remoteAddress().hostAddress());
        }
    }
}
