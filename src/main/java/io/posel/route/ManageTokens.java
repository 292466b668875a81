package io.posel.route;

import io.posel.access.AccessToken;
import io.posel.access.Caller;
import io.posel.access.Role;
import io.posel.event.EventScope;
import io.posel.json.Json;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.store.AccessTokens;
import io.posel.store.Audit;
import io.posel.store.AuditEntry;
import io.posel.store.Cursor;
import io.posel.store.Page;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** The calls of {@code /api/tokens}, one method each. The value of a token is in one answer only: to its creation. */
public final class ManageTokens {
    private static final Set<String> KNOWN = Set.of("name", "role", "sources", "types", "expiresAt");
    private static final String ROLES =
            Arrays.stream(Role.values()).map(Role::code).collect(Collectors.joining(", "));

    private final AccessTokens tokens;
    private final Audit audit;
    private final InstantSource clock;

    public ManageTokens(AccessTokens tokens, Audit audit, InstantSource clock) {
        this.tokens = tokens;
        this.audit = audit;
        this.clock = clock;
    }

    public void list(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange, ApiRequest.PART);
        int limit = request.limit();
        JsonAnswer.write(exchange, 200, request.list(after -> page(after, limit), ManageTokens::json));
    }

    private Page<AccessToken> page(@Nullable Cursor after, int limit) {
        List<AccessToken> rest = tokens.all().stream()
                .filter(each -> after == null || place(each).isBehind(after))
                .toList();
        return rest.size() <= limit
                ? new Page<>(rest, null)
                : new Page<>(rest.subList(0, limit), place(rest.get(limit - 1)));
    }

    private static Cursor place(AccessToken token) {
        return new Cursor(token.createdAt().toEpochMilli(), token.id());
    }

    public void create(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange);
        Json.Obj body = request.object(KNOWN);
        List<FieldError> errors = new ArrayList<>();
        String name = text(body, "name", errors);
        String role = text(body, "role", errors);
        if (name != null && !Caller.isName(name)) {
            errors.add(FieldError.of(
                    "/name",
                    "invalid-name",
                    "A name has 1 to 60 letters, digits, blanks, dots, underscores and hyphens, beginning with a letter"
                            + " or digit."));
        }
        if (role != null && Role.of(role).isEmpty()) {
            errors.add(FieldError.of("/role", "unknown-value", "A role is one of " + ROLES + "."));
        }
        Instant expiresAt = expiresAt(body, errors);
        EventScope scope = scope(body, errors);
        if (role != null && !role.equals(Role.INTAKE.code()) && !scope.isAll()) {
            errors.add(FieldError.of(
                    scope.sources().isEmpty() ? "/types" : "/sources",
                    "only-for-intake",
                    "Only a token of the role intake can be bound to sources and types."));
        }
        if (name == null || role == null || !errors.isEmpty()) {
            throw new ProblemException(
                    400, "No token was made: " + errors.get(0).detail(), errors);
        }
        AccessTokens.Made made = tokens.create(
                name,
                Role.of(role).orElseThrow(),
                scope,
                expiresAt,
                audit.entry(request.caller(), AuditEntry.Action.TOKEN_CREATED));
        Map<String, Json> members = new LinkedHashMap<>(json(made.token()).members());
        members.put("token", new Json.Str(made.value()));
        JsonAnswer.write(exchange, 201, new Json.Obj(members));
        exchange.getMessage()
                .setHeader("Location", "/api/tokens/" + made.token().id());
    }

    private static EventScope scope(Json.Obj body, List<FieldError> errors) {
        try {
            return EventScope.read(body);
        } catch (ProblemException e) {
            errors.addAll(e.errors());
            return new EventScope(List.of(), List.of());
        }
    }

    /** Null for never. */
    private @Nullable Instant expiresAt(Json.Obj body, List<FieldError> errors) {
        Json value = body.get("expiresAt");
        if (value == null || value == Json.Null.NULL) {
            return null;
        }
        Instant end = value instanceof Json.Str text ? ApiRequest.instantOf(text.value()) : null;
        if (end == null) {
            errors.add(FieldError.of(
                    "/expiresAt", "invalid-time", "This is a time with an offset, such as 2026-11-22T10:00:00Z."));
        } else if (!end.isAfter(clock.instant())) {
            errors.add(FieldError.of("/expiresAt", "in-the-past", "This is over; the token could not be used."));
        }
        return end == null ? null : end.truncatedTo(ChronoUnit.MILLIS);
    }

    private static @Nullable String text(Json.Obj body, String name, List<FieldError> errors) {
        Json value = body.get(name);
        if (value instanceof Json.Str text) {
            return text.value();
        } else if (value == null || value == Json.Null.NULL) {
            errors.add(FieldError.of("/" + name, "required", "This is required."));
        } else {
            errors.add(new FieldError(
                    "/" + name, "type-mismatch", Map.of("expected", "string"), "This must be of type string."));
        }
        return null;
    }

    public void delete(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange);
        tokens.delete(request.path("id"), audit.entry(request.caller(), AuditEntry.Action.TOKEN_REVOKED));
        JsonAnswer.writeNothing(exchange);
    }

    private static Json.Obj json(AccessToken token) {
        return Json.object(
                "id", token.id(),
                "name", token.name(),
                "role", token.role().code(),
                "sources", token.sources().isEmpty() ? null : token.sources(),
                "types", token.types().isEmpty() ? null : token.types(),
                "expiresAt", token.expiresAt(),
                "createdAt", token.createdAt(),
                "createdBy", token.createdBy(),
                "lastUsedAt", token.lastUsedAt());
    }
}
