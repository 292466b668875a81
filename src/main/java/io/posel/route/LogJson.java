package io.posel.route;

import io.posel.delivery.OutgoingRequest;
import io.posel.event.EntityRef;
import io.posel.json.Json;
import io.posel.store.LoggedDelivery;
import io.posel.store.LoggedEvent;
import java.nio.charset.StandardCharsets;

/** The log as JSON. */
final class LogJson {
    private LogJson() {}

    /** Without the request. */
    static Json.Obj delivery(LoggedDelivery delivery) {
        return Json.object(
                "id", delivery.id(),
                "state", delivery.state(),
                "reason", delivery.reason(),
                "webhookId", delivery.webhookId(),
                "eventId", delivery.eventId(),
                "eventType", delivery.eventType(),
                "entity", entity(delivery.entity()),
                "erased", delivery.erased(),
                "acceptedAt", delivery.acceptedAt(),
                "settledAt", delivery.settledAt(),
                "attempts", delivery.attempts().stream().map(LogJson::attempt).toList());
    }

    private static Json attempt(LoggedDelivery.Attempt attempt) {
        return Json.object(
                "run", attempt.run(),
                "number", attempt.number(),
                "at", attempt.at(),
                "status", attempt.status(),
                "error", attempt.error(),
                "cause", attempt.cause(),
                "detail", attempt.detail(),
                "resent", attempt.isResent(),
                "durationMs", attempt.durationMs(),
                "answer", attempt.answerText());
    }

    static Json event(LoggedEvent event) {
        return Json.object(
                "id", event.id(),
                "source", event.source(),
                "type", event.type(),
                "entity", entity(event.entity()),
                "sequence", event.sequence(),
                "occurredAt", event.occurredAt(),
                "acceptedAt", event.acceptedAt(),
                "late", event.late(),
                "erased", event.erased());
    }

    static Json entity(EntityRef entity) {
        return Json.object(
                "type", entity.type(),
                "id", entity.id());
    }

    /** A request as {@code {"method","url","headers","body"}}. */
    static Json.Obj request(OutgoingRequest request) {
        byte[] body = request.body();
        return Json.object(
                "method", request.method(),
                "url", request.url(),
                "headers", request.headers(),
                "body", body == null ? null : new String(body, StandardCharsets.UTF_8));
    }
}
