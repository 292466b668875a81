package io.posel.route;

import io.posel.event.EntityForm;
import io.posel.event.EntityRef;
import io.posel.problem.ProblemException;
import io.posel.store.Audit;
import io.posel.store.AuditEntry;
import io.posel.store.DeliveryLog;
import io.posel.store.SequenceStart;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;

/** The numbering of an entity's events, {@code /api/entities/sequence}. Between prepare and answer the route begins it anew. */
public final class ManageSequence {
    private static final Set<String> KNOWN = Set.of("entity", "next");

    private final DeliveryLog log;
    private final Audit audit;

    public ManageSequence(DeliveryLog log, Audit audit) {
        this.log = log;
        this.audit = audit;
    }

    public void show(Exchange exchange) {
        EntityRef entity = new ApiRequest(exchange, "entity").entity();
        if (entity == null) {
            throw new ProblemException(
                    400,
                    "invalid-parameter",
                    Map.of("name", "entity"),
                    "The parameter entity is needed: type and id, such as customer:42.");
        }
        answer(exchange, entity);
    }

    public void prepare(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange);
        EntityForm.Numbering numbering = EntityForm.readNumbering(request.object(KNOWN));
        exchange.getMessage()
                .setBody(new SequenceStart(
                        numbering.entity(),
                        numbering.next(),
                        audit.entry(request.caller(), AuditEntry.Action.SEQUENCE_BEGUN)));
    }

    public void answerBegun(Exchange exchange) {
        answer(exchange, exchange.getMessage().getBody(SequenceStart.class).entity());
    }

    private void answer(Exchange exchange, EntityRef entity) {
        JsonAnswer.write(exchange, 200, LogJson.sequence(log.sequence(entity)));
    }
}
