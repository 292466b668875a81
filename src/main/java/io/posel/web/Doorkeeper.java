package io.posel.web;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.posel.access.Caller;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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
    private final Reception reception;
    private final Onlookers onlookers;
    private final Supplier<Optional<String>> closed;
    private final Supplier<HealthReport> liveness;
    private final Supplier<Future<HealthReport>> readiness;
    private final Handler<HttpServerRequest> inside;

    /**
     * @param closed why no request may go in now; health is answered in any case
     * @param inside gets the requests that may go in
     */
    Doorkeeper(
            Door door,
            Answers answers,
            Reception reception,
            Onlookers onlookers,
            Supplier<Optional<String>> closed,
            Supplier<HealthReport> liveness,
            Supplier<Future<HealthReport>> readiness,
            Handler<HttpServerRequest> inside) {
        this.door = door;
        this.answers = answers;
        this.reception = reception;
        this.onlookers = onlookers;
        this.closed = closed;
        this.liveness = liveness;
        this.readiness = readiness;
        this.inside = inside;
    }

    @Override
    public void handle(HttpServerRequest request) {
        Answers.secure(request.response());
        try {
            RequestHead head = new Head(request);
            Verdict verdict = door.judge(head);
            onlookers.arrived(request, verdict instanceof Verdict.Pass pass ? encoded(pass.caller()) : null);
            if (verdict instanceof Verdict.Refusal refusal) {
                reception.refuse(request, head, refusal);
            } else if (verdict instanceof Verdict.Health health) {
                report(request, health);
            } else if (verdict instanceof Verdict.LoginPage login) {
                reception.serve(request, head, login);
            } else {
                letIn(request, head, verdict);
            }
        } catch (RuntimeException e) {
            LOG.error("A request failed at the door", e);
            answers.refuse(request, new Verdict.Refusal(500, "internal-error", "the request failed"));
        }
    }

    private void letIn(HttpServerRequest request, RequestHead head, Verdict verdict) {
        Optional<String> reason = closed.get();
        if (reason.isPresent()) {
            reception.refuse(request, head, new Verdict.Refusal(503, "not-ready", reason.get(), RETRY));
        } else if (verdict instanceof Verdict.Desk desk) {
            reception.serve(request, head, desk);
        } else if (verdict instanceof Verdict.Pass pass) {
            request.headers().remove("Authorization").remove("Cookie").set(EdgeHeaders.CALLER, encoded(pass.caller()));
            inside.handle(request);
        }
    }

    private static String encoded(Caller caller) {
        return URLEncoder.encode(caller.name(), StandardCharsets.UTF_8);
    }

    /** What could not even be read as a request. */
    void turnAway(HttpServerRequest request) {
        Answers.secure(request.response());
        onlookers.arrived(request, null);
        answers.refuse(request, unreadable(request.decoderResult().cause()));
    }

    private static Verdict.Refusal unreadable(@Nullable Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return new Verdict.Refusal(414, "uri-too-long", "the request line is too long");
        } else if (cause instanceof TooLongHttpHeaderException) {
            return new Verdict.Refusal(431, "headers-too-large", "the headers of the request are too large");
        }
        return new Verdict.Refusal(400, "malformed-request", "this is not a request of HTTP/1.1");
    }

    private void report(HttpServerRequest request, Verdict.Health health) {
        Future<HealthReport> report = health.readiness() ? readiness.get() : Future.succeededFuture(liveness.get());
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
        public List<String> headerNames() {
            // names() would tell each of them once
            List<String> names = new ArrayList<>();
            request.headers().forEach((name, value) -> names.add(name));
            return names;
        }

        @Override
        public String remoteAddress() {
            return String.valueOf(request.remoteAddress().hostAddress());
        }
    }
}
