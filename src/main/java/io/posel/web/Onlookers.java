package io.posel.web;

import io.vertx.core.http.HttpServerRequest;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Who is told of requests at the door, and decides nothing.
 *
 * @param accessLog null if none is wanted
 */
public record Onlookers(RefusedAccess refused, @Nullable AccessLog accessLog) {

    /** @param accessLog whether each request gets a line */
    public static Onlookers of(RefusedAccess refused, boolean accessLog, InstantSource clock) {
        return new Onlookers(refused, accessLog ? new AccessLog(clock) : null);
    }

    void arrived(HttpServerRequest request, @Nullable String caller) {
        if (accessLog != null) {
            accessLog.watch(request, caller);
        }
    }
}
