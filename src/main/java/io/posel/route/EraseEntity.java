package io.posel.route;

import io.posel.event.EntityForm;
import io.posel.event.EntityRef;
import io.posel.json.Json;
import io.posel.store.Audit;
import io.posel.store.AuditEntry;
import io.posel.store.Erasure;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Erases what events told of an entity, {@code POST /api/erase}: 200 if all of it is erased, 202 if there is more. */
public final class EraseEntity implements Processor {
    private static final Set<String> KNOWN = Set.of("entity");

    private final Erasure erasure;
    private final Audit audit;

    public EraseEntity(Erasure erasure, Audit audit) {
        this.erasure = erasure;
        this.audit = audit;
    }

    @Override
    public void process(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange);
        EntityRef entity = EntityForm.read(request.object(KNOWN));
        Erasure.Result result = erasure.erase(entity, audit.entry(request.caller(), AuditEntry.Action.ENTITY_ERASED));
        JsonAnswer.write(
                exchange,
                result.complete() ? 200 : 202,
                Json.object("events", result.events(), "skipped", result.skipped(), "complete", result.complete()));
    }
}
