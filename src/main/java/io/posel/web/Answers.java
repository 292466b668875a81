package io.posel.web;

import io.posel.problem.ProblemException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers that no route gives: refusals, errors, health. */
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private static final List<Verdict.Refusal> ROUTER_ERRORS = List.of(
            new Verdict.Refusal(400, "malformed-request", "the request is malformed"),
            new Verdict.Refusal(406, "not-acceptable", "none of the accepted media types can be produced"),
            new Verdict.Refusal(415, "unsupported-media-type", "the media type of the body is not known here"),
            new Verdict.Refusal(417, "unknown-expectation", "this expectation cannot be met"),
            new Verdict.Refusal(500, "internal-error", "the request failed"));
    private static final Verdict.Refusal UNKNOWN_PATH =
            new Verdict.Refusal(404, "unknown-path", "there is nothing at this path");
    private static final Verdict.Refusal UNKNOWN_METHOD =
            new Verdict.Refusal(405, "unknown-method", "this path does not know that method");

    private static final String NO_PAGE =
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /** As Netty sends them, made once: these go with every answer. */
    private static final Map<CharSequence, CharSequence> EVERY_ANSWER = optimized(Map.of(
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY",
            "Referrer-Policy", "no-referrer",
            "Cache-Control", "no-store",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cross-Origin-Embedder-Policy", "require-corp",
            "Content-Security-Policy", NO_PAGE));

    private final Vertx vertx;
    private final long maxBody;
    private final Duration linger;
    private final Connections connections;

    /** @param linger how long a refused body is still read, so that its sender gets to see the answer */
    Answers(Vertx vertx, long maxBody, Duration linger, Connections connections) {
        this.vertx = vertx;
        this.maxBody = maxBody;
        this.linger = linger;
        this.connections = connections;
    }

    private static Map<CharSequence, CharSequence> optimized(Map<String, String> headers) {
        Map<CharSequence, CharSequence> optimized = new LinkedHashMap<>();
        headers.forEach(
                (name, value) -> optimized.put(HttpHeaders.createOptimized(name), HttpHeaders.createOptimized(value)));
        return optimized;
    }

    /** The headers of every answer; a route may set {@code Cache-Control} to another value, none of the others. */
    static void secure(HttpServerResponse response) {
        EVERY_ANSWER.forEach(response::putHeader);
    }

    /** What differs for a page of ours. */
    static void securePage(HttpServerResponse response, String policy) {
        response.putHeader("Content-Security-Policy", policy)
                // with no-referrer a browser would tell no Origin with a form; to others it tells nothing either way
                .putHeader("Referrer-Policy", "same-origin");
    }

    /** What the router answers by itself becomes a problem too. */
    void forErrorsOf(Router router) {
        ROUTER_ERRORS.forEach(refusal -> router.errorHandler(refusal.status(), context -> failed(context, refusal)));
        // the router does not know each method that a caller may name
        router.errorHandler(404, context -> refuseMethod(router, context, UNKNOWN_PATH));
        router.errorHandler(405, context -> refuseMethod(router, context, UNKNOWN_METHOD));
        // what the body handler says when the caller leaves in the middle of a body: nobody is there to be answered
        router.errorHandler(200, context -> context.request().connection().close());
        router.errorHandler(413, context -> refuse(context.request(), Door.tooLarge(maxBody)));
    }

    /** @param otherwise what is wrong if nothing is at that path for another method either */
    private static void refuseMethod(Router router, RoutingContext context, Verdict.Refusal otherwise) {
        Set<String> allowed = allowed(router, context.normalizedPath());
        if (allowed.isEmpty() || allowed.contains(context.request().method().name())) {
            failed(context, otherwise);
            return;
        }
        context.response().putHeader("Allow", String.join(", ", allowed));
        failed(context, UNKNOWN_METHOD);
    }

    /** Where a path is written out in full, what else would take its last part for an id does not count. */
    private static Set<String> allowed(Router router, String path) {
        List<Route> serving = router.getRoutes().stream()
                .filter(route -> route.methods() != null && serves(route, path))
                .toList();
        List<Route> literal =
                serving.stream().filter(route -> path.equals(route.getPath())).toList();
        Set<String> methods = new TreeSet<>();
        (literal.isEmpty() ? serving : literal)
                .forEach(route -> route.methods().forEach(method -> methods.add(method.name())));
        return methods;
    }

    private static boolean serves(Route route, String path) {
        String[] pattern = String.valueOf(route.getPath()).split("/");
        String[] segments = path.split("/");
        if (segments.length < pattern.length || route.isExactPath() && segments.length > pattern.length) {
            return false;
        }
        return IntStream.range(0, pattern.length)
                .allMatch(i -> pattern[i].startsWith(":") || pattern[i].equals(segments[i]));
    }

    private static void failed(RoutingContext context, Verdict.Refusal refusal) {
        HttpServerRequest request = context.request();
        if (request.response().headWritten()) {
            request.connection().close();
        } else if (context.failure() instanceof ProblemException problem) {
            end(request, problem.status(), Problems.bytes(problem));
        } else {
            if (refusal.status() >= 500) {
                LOG.error("A request failed", context.failure());
            }
            end(request, refusal.status(), Problems.bytes(refusal.status(), refusal.code(), refusal.detail()));
        }
    }

    private static void end(HttpServerRequest request, int status, byte[] problem) {
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", Problems.MEDIA_TYPE)
                .end(Buffer.buffer(problem));
    }

    /** Refuses a request whose body has not come in time. */
    void tooLate(HttpServerRequest request) {
        refuse(request, new Verdict.Refusal(408, "request-timeout", "the request did not end in time"));
    }

    /** Refuses, and closes the connection: only callers with a token or a session may keep one. */
    void refuse(HttpServerRequest request, Verdict.Refusal refusal) {
        refusal.headers().forEach(request.response()::putHeader);
        close(
                request,
                refusal.status(),
                Problems.MEDIA_TYPE,
                Problems.bytes(refusal.status(), refusal.code(), refusal.detail()));
    }

    /** Answers somebody who is signed in. The connection stays open: pages ask for much. */
    void keep(HttpServerRequest request, String type, byte[] body) {
        if (announcesBody(request)) {
            close(request, 200, type, body); // nobody reads it
            return;
        }
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.putHeader("Content-Type", type).putHeader("Content-Length", Integer.toString(body.length));
        if (request.method() == HttpMethod.HEAD) {
            response.end();
        } else {
            response.end(Buffer.buffer(body));
        }
    }

    private static boolean announcesBody(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        return request.headers().contains("Transfer-Encoding") || length != null && !length.equals("0");
    }

    /** Answers and closes the connection. */
    void close(HttpServerRequest request, int status, String type, byte[] body) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        HttpConnection connection = request.connection();
        connections.leaves(connection);
        response.setStatusCode(status)
                .putHeader("Content-Type", type)
                .putHeader("Connection", "close")
                .end(Buffer.buffer(body))
                .onComplete(written -> {
                    if (request.isEnded()) {
                        connection.close();
                        return;
                    }
                    // closing on unread bytes resets the connection, and the answer may be lost (RFC 9112, 9.6)
                    vertx.setTimer(linger.toMillis(), late -> connection.close());
                    request.handler(ignored -> {})
                            .endHandler(end -> connection.close())
                            .resume();
                });
    }
}
