package io.posel.route;

import io.posel.json.Json;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.store.Audit;
import io.posel.store.AuditEntry;
import io.posel.store.DeliveryLog;
import io.posel.store.Replay;
import io.posel.store.ReplayRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** The calls that send again what was settled, one method each. */
public final class ReplayDeliveries {
    private static final Set<String> KNOWN = Set.of("webhook", "states", "from", "to", "onlyLatest", "dryRun");
    private static final Set<String> DEAD = Set.of("dead");
    private static final Set<String> DEFAULT = Set.of("dead", "skipped");

    private final Replay replay;
    private final DeliveryLog log;
    private final Audit audit;

    public ReplayDeliveries(Replay replay, DeliveryLog log, Audit audit) {
        this.replay = replay;
        this.log = log;
        this.audit = audit;
    }

    public void one(Exchange exchange) {
        ApiRequest http = new ApiRequest(exchange);
        http.requireNoMembers();
        answer(exchange, replay.replay(ShowDeliveries.find(log, http), entry(http)));
    }

    public void many(Exchange exchange) {
        many(exchange, DEFAULT, Replay.STATES);
    }

    public void deadLetters(Exchange exchange) {
        many(exchange, DEAD, DEAD);
    }

    private void many(Exchange exchange, Set<String> otherwise, Set<String> possible) {
        ApiRequest http = new ApiRequest(exchange);
        Body body = new Body(body(http));
        ReplayRequest request = new ReplayRequest(
                body.text("webhook"),
                body.states(otherwise, possible),
                body.instant("from"),
                body.instant("to"),
                body.flag("onlyLatest"));
        boolean dryRun = body.flag("dryRun");
        body.refuse();
        answer(exchange, dryRun ? replay.count(request) : replay.replay(request, () -> entry(http)));
    }

    /** All is said by an empty object, not by nothing: a body that got lost on its way must not send everything again. */
    private static Json.Obj body(ApiRequest request) {
        if (request.hasBody()) {
            return request.object();
        }
        throw new ProblemException(
                400,
                FieldError.of("", "required", "Nothing was replayed: say which in a JSON object; {} stands for all."));
    }

    private AuditEntry entry(ApiRequest request) {
        return audit.entry(request.caller(), AuditEntry.Action.DELIVERIES_REPLAYED);
    }

    private static void answer(Exchange exchange, int count) {
        JsonAnswer.write(exchange, 202, Json.of(Map.of("count", count)));
    }

    /** Reads the members and collects what is wrong with them. */
    private static final class Body {
        private final Json.Obj body;
        private final List<FieldError> errors = new ArrayList<>();

        Body(Json.Obj body) {
            this.body = body;
            body.members().keySet().stream()
                    .filter(name -> !KNOWN.contains(name))
                    .limit(20)
                    .forEach(name -> errors.add(FieldError.of(
                            "/" + name.replace("~", "~0").replace("/", "~1"),
                            "unknown-member",
                            "There is no such member; known here: "
                                    + String.join(", ", KNOWN.stream().sorted().toList()) + ".")));
        }

        private @Nullable Json get(String name) {
            Json value = body.get(name);
            return value == Json.Null.NULL ? null : value;
        }

        private void mismatch(String name, String expected) {
            errors.add(new FieldError(
                    "/" + name,
                    "type-mismatch",
                    Map.of("expected", expected),
                    "This must be of type " + expected + "."));
        }

        @Nullable
        String text(String name) {
            Json value = get(name);
            if (value instanceof Json.Str text) {
                return text.value();
            } else if (value != null) {
                mismatch(name, "string");
            }
            return null;
        }

        @Nullable
        Instant instant(String name) {
            String text = text(name);
            Instant instant = text == null ? null : ApiRequest.instantOf(text);
            if (text != null && instant == null) {
                errors.add(FieldError.of(
                        "/" + name, "invalid-time", "A time with an offset is needed: 2026-11-22T10:00:00Z."));
            }
            return instant;
        }

        boolean flag(String name) {
            Json value = get(name);
            if (value != null && !(value instanceof Json.Bool)) {
                mismatch(name, "boolean");
            }
            return value == Json.Bool.TRUE;
        }

        Set<String> states(Set<String> otherwise, Set<String> possible) {
            Json value = get("states");
            if (value == null) {
                return otherwise;
            }
            Set<String> states = new LinkedHashSet<>();
            if (value instanceof Json.Arr list) {
                list.items().forEach(item -> states.add(item instanceof Json.Str text ? text.value() : ""));
            }
            if (states.isEmpty() || !possible.containsAll(states)) {
                errors.add(FieldError.of(
                        "/states",
                        "unknown-value",
                        "A list is needed of "
                                + String.join(", ", possible.stream().sorted().toList()) + "."));
            }
            return states;
        }

        void refuse() {
            if (!errors.isEmpty()) {
                FieldError first = errors.get(0);
                throw new ProblemException(
                        400, "Nothing was replayed: " + first.detail() + " (at " + first.pointer() + ")", errors);
            }
        }
    }
}
