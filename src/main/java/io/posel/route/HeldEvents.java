package io.posel.route;

import io.posel.store.Accepted;
import io.posel.store.Intake;
import java.sql.SQLException;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the events that wait on disk to release-events: after a start, and those of requests whose commit or release
 * had an unclear end. An event that waits there already is not taken twice.
 */
public final class HeldEvents {
    private static final Logger LOG = LoggerFactory.getLogger(HeldEvents.class);

    private static final int PAGE = 1_000;

    private final Intake intake;
    private final CamelContext context;
    private final ProducerTemplate template;

    public HeldEvents(Intake intake, CamelContext context) {
        this.intake = intake;
        this.context = context;
        this.template = context.createProducerTemplate();
    }

    /** One round; never throws. */
    public void release() {
        try {
            if (context.getEndpointRegistry().containsKey("direct://release-events")) {
                long last = 0;
                for (List<Accepted.Held> page = intake.held(last, PAGE);
                        !page.isEmpty();
                        page = intake.held(last, PAGE)) {
                    template.sendBody("direct:release-events", page);
                    last = page.get(page.size() - 1).no();
                }
            }
        } catch (SQLException | RuntimeException e) {
            LOG.warn("Events that wait for their numbers cannot be read, trying again: {}", e.getMessage());
        }
    }
}
