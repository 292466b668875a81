package io.posel.route;

import io.posel.json.Json;
import io.posel.store.Audit;
import io.posel.store.AuditEntry;
import java.time.Instant;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** The audit trail, newest first, by webhook and time: {@code GET /api/audit}. */
public final class ShowAudit implements Processor {
    private final Audit audit;

    public ShowAudit(Audit audit) {
        this.audit = audit;
    }

    @Override
    public void process(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange, "limit", "cursor", "webhook", "from", "to");
        String webhook = request.parameter("webhook");
        Instant from = request.instant("from");
        Instant to = request.instant("to");
        int limit = request.limit();
        JsonAnswer.write(
                exchange, 200, request.list(after -> audit.page(webhook, from, to, after, limit), ShowAudit::json));
    }

    private static Json json(AuditEntry entry) {
        return Json.object(
                "id", entry.id(),
                "at", entry.at(),
                "who", entry.who(),
                "action", entry.action().code(),
                "webhookId", entry.webhookId(),
                "webhookVersion", entry.webhookVersion(),
                "subject", entry.subject(),
                "count", entry.count());
    }
}
