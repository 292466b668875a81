package io.posel.route;

import io.posel.json.Json;
import io.posel.problem.ProblemException;
import io.posel.store.Audit;
import io.posel.store.AuditEntry;
import io.posel.store.Cursor;
import io.posel.store.Maintenance;
import io.posel.store.Page;
import io.posel.store.Webhooks;
import io.posel.webhook.Definition;
import io.posel.webhook.Definitions;
import io.posel.webhook.SigningSecret;
import io.posel.webhook.Warnings;
import io.posel.webhook.Webhook;
import io.posel.webhook.WebhookJson;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** The calls of {@code /api/webhooks}, one method each. */
public final class ManageWebhooks {
    /** As many as may be at work at once, each of whom may be faster once. */
    private static final int TRIES = 64;

    private static final Comparator<Webhook> BY_CREATION = Comparator.comparing(
                    (Webhook each) -> each.createdAt().toEpochMilli())
            .thenComparing(Webhook::id);

    private final Webhooks webhooks;
    private final Maintenance maintenance;
    private final Audit audit;
    private final Definitions definitions;
    private final Warnings warnings;
    private final Warnings quickWarnings;
    private final WebhookJson json;
    private final InstantSource clock;
    private final Supplier<SigningSecret> secrets;

    /**
     * @param warnings asks the name service
     * @param quickWarnings does not, for lists
     * @param secrets makes new signing secrets
     */
    public ManageWebhooks(
            Webhooks webhooks,
            Maintenance maintenance,
            Audit audit,
            Definitions definitions,
            Warnings warnings,
            Warnings quickWarnings,
            WebhookJson json,
            InstantSource clock,
            Supplier<SigningSecret> secrets) {
        this.webhooks = webhooks;
        this.maintenance = maintenance;
        this.audit = audit;
        this.definitions = definitions;
        this.warnings = warnings;
        this.quickWarnings = quickWarnings;
        this.json = json;
        this.clock = clock;
        this.secrets = secrets;
    }

    public void list(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange, "limit", "cursor", "deleted", "state");
        Predicate<Webhook> wanted = wanted(request.flag("deleted"), request.states(WebhookJson.STATES));
        int limit = request.limit();
        JsonAnswer.write(
                exchange,
                200,
                request.list(
                        after -> page(wanted, after, limit),
                        each -> json.toJson(each, quickWarnings.of(each.definition()), clock.instant())));
    }

    /** @param states any if there is none */
    private Predicate<Webhook> wanted(boolean deleted, Set<String> states) {
        Instant now = clock.instant();
        return each ->
                (deleted || each.deletedAt() == null) && (states.isEmpty() || states.contains(json.state(each, now)));
    }

    private Page<Webhook> page(Predicate<Webhook> wanted, @Nullable Cursor after, int limit) {
        List<Webhook> rest = webhooks.all().stream()
                .filter(wanted)
                .filter(each -> after == null || place(each).isBehind(after))
                .sorted(BY_CREATION)
                .limit(limit + 1L)
                .toList();
        if (rest.size() <= limit) {
            return new Page<>(rest, null);
        }
        return new Page<>(rest.subList(0, limit), place(rest.get(limit - 1)));
    }

    private static Cursor place(Webhook webhook) {
        return new Cursor(webhook.createdAt().toEpochMilli(), webhook.id());
    }

    public void create(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange);
        Definition definition = definitions.read(request.json());
        warnings.requireAllowedAddress(definition);
        Webhook webhook = webhooks.create(definition, audit.entry(request.caller(), AuditEntry.Action.WEBHOOK_CREATED));
        answer(exchange, 201, webhook);
        exchange.getMessage().setHeader("Location", "/api/webhooks/" + webhook.id());
    }

    public void show(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange, "deleted");
        String id = request.path("id");
        Webhook webhook = request.flag("deleted")
                ? webhooks.find(id).orElseThrow(() -> Webhooks.notFound(id))
                : webhooks.existing(id);
        answer(exchange, 200, webhook);
    }

    public void replace(Exchange exchange) {
        Json body = new ApiRequest(exchange).json();
        edit(exchange, current -> definitions.replace(current, body));
    }

    public void patch(Exchange exchange) {
        Json body = new ApiRequest(exchange).json("application/merge-patch+json");
        edit(exchange, current -> definitions.patch(current, body));
    }

    /** The address is looked up before the writer is asked, who must not wait for a name service. */
    private void edit(Exchange exchange, UnaryOperator<Definition> change) {
        ApiRequest request = new ApiRequest(exchange);
        IfMatch seen = request.ifMatch();
        AuditEntry entry = audit.entry(request.caller(), AuditEntry.Action.WEBHOOK_EDITED);
        for (int tries = 1; ; tries++) {
            Webhook before = webhooks.changeable(request.path("id"));
            seen.require(before.version());
            Definition after = change.apply(before.definition());
            warnings.requireAllowedAddress(after);
            try {
                answer(exchange, 200, webhooks.edit(before.id(), before.version(), current -> after, entry));
                return;
            } catch (ProblemException e) {
                if (e.status() != 412 || !seen.isAny() || tries == TRIES) {
                    throw e;
                }
            }
        }
    }

    public void delete(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange);
        IfMatch seen = request.ifMatch();
        Webhook before = webhooks.changeable(request.path("id"));
        seen.require(before.version());
        webhooks.delete(
                before.id(),
                seen.isAny() ? null : before.version(),
                audit.entry(request.caller(), AuditEntry.Action.WEBHOOK_DELETED));
        maintenance.skipQueue(before.id(), Maintenance.Removal.DELETED);
        JsonAnswer.writeNothing(exchange);
    }

    public void restore(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange);
        request.requireNoMembers();
        AuditEntry entry = audit.entry(request.caller(), AuditEntry.Action.WEBHOOK_RESTORED);
        answer(exchange, 200, webhooks.restore(request.path("id"), entry));
    }

    /** The only answer that shows it. */
    public void rotateSecret(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange);
        request.requireNoMembers();
        SigningSecret secret = secrets.get();
        webhooks.sign(
                webhooks.existing(request.path("id")).id(),
                secret,
                audit.entry(request.caller(), AuditEntry.Action.SECRET_ROTATED));
        JsonAnswer.write(exchange, 200, Json.object("secret", secret.text()));
        exchange.getMessage().setHeader("Cache-Control", "no-store");
    }

    private void answer(Exchange exchange, int status, Webhook webhook) {
        JsonAnswer.write(exchange, status, json.toJson(webhook, warnings.of(webhook.definition()), clock.instant()));
        exchange.getMessage().setHeader("ETag", "\"" + webhook.version() + "\"");
    }
}
