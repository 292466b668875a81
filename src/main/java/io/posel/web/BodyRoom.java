package io.posel.web;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets in requests with a body only as long as all bodies together fit into a part of the memory: from its head to its
 * answer each counts as long as it says, or as long as it may be. One alone always fits. Small ones always do: they are
 * bounded by the number of connections.
 */
final class BodyRoom implements Handler<RoutingContext> {
    private static final Verdict.Refusal FULL = new Verdict.Refusal(
            503, "too-busy", "too many bodies are being read at once; nothing was done", Map.of("Retry-After", "1"));

    private static final int SMALL = 16 * 1024;

    private final long most;
    private final long maxBody;
    private final Answers answers;
    private final AtomicLong taken = new AtomicLong();

    BodyRoom(long most, long maxBody, Answers answers) {
        this.most = most;
        this.maxBody = maxBody;
        this.answers = answers;
    }

    @Override
    public void handle(RoutingContext context) {
        long size = size(context.request());
        if (size == 0) {
            context.next();
        } else if (take(size)) {
            context.addEndHandler(ended -> taken.addAndGet(-size));
            context.next();
        } else {
            answers.refuse(context.request(), FULL);
        }
    }

    /** The door has let it in: the length is a number, and not too large. */
    private long size(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        if (length != null) {
            long size = Long.parseLong(length);
            return size <= SMALL ? 0 : size;
        }
        return request.headers().contains("Transfer-Encoding") ? maxBody : 0;
    }

    private boolean take(long size) {
        long before = taken.getAndAdd(size);
        if (before > 0 && before + size > most) {
            taken.addAndGet(-size);
            return false;
        }
        return true;
    }

    long taken() {
        return taken.get();
    }
}
