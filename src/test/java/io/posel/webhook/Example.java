package io.posel.webhook;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.posel.event.EntityRef;
import io.posel.event.Event;
import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import io.posel.problem.ProblemException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Valid values, of which a test changes only what it is about. */
final class Example {
    static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    private Example() {}

    /** JSON with ' for ". */
    static Json json(String text) {
        try {
            return Json.parse(text.replace('\'', '"'));
        } catch (JsonSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    static Json body(String change) {
        return MergePatch.apply(
                json("{'name':'Shop','events':['customer.credit.changed'],'url':'https://example.com/hook'}"),
                json(change));
    }

    static Definition definition(String change) {
        return WebhookJson.fromStored(MergePatch.apply(
                json("{'name':'Shop','enabled':true,'events':['customer.credit.changed'],'filter':{},"
                        + "'url':'https://example.com/hook','headers':{},'ordering':'entity'}"),
                json(change)));
    }

    static Definition withUrl(String url) {
        return new Definition(
                "Shop",
                true,
                List.of("customer.credit.changed"),
                Map.of(),
                url,
                null,
                Map.of(),
                Ordering.ENTITY,
                null,
                null);
    }

    static Webhook webhook(String id, Definition definition) {
        return new Webhook(id, 1, definition, Health.UNKNOWN, null, null, NOW, NOW);
    }

    static Event event(String type, String data) {
        return new Event("", "e1", type, new EntityRef("customer", "42"), null, null, (Json.Obj) json(data));
    }

    static ProblemException refusal(ThrowingCallable call) {
        ProblemException refusal = catchThrowableOfType(ProblemException.class, call);
        if (refusal == null) {
            throw new AssertionError("was not refused");
        }
        return refusal;
    }

    /** Each error as its pointer and code. */
    static List<String> errors(ProblemException refusal) {
        return refusal.errors().stream()
                .map(error -> error.pointer() + " " + error.code())
                .toList();
    }
}
