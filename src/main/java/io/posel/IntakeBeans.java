package io.posel;

import io.posel.event.EventReader;
import io.posel.route.AddWebhooks;
import io.posel.route.AnswerAccepted;
import io.posel.route.AnswerProblem;
import io.posel.route.FindWebhooks;
import io.posel.route.ReadEvents;
import io.posel.route.ReleaseEvent;
import io.posel.route.StoreEvents;
import io.posel.route.ValidateEvents;
import io.posel.store.StoreUnavailableException;
import java.util.function.BiConsumer;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds what the routes of intake, release and upkeep name. */
record IntakeBeans(Core core, EventReader reader) {
    private static final Logger LOG = LoggerFactory.getLogger(IntakeBeans.class);

    void bind(BiConsumer<String, Object> names) {
        names.accept("readEvents", new ReadEvents(reader));
        names.accept("validateEvents", new ValidateEvents(reader));
        names.accept("findWebhooks", new FindWebhooks(core.webhooks));
        names.accept("addWebhooks", new AddWebhooks());
        names.accept("storeEvents", new StoreEvents(core.intake));
        names.accept("answerAccepted", new AnswerAccepted());
        names.accept("answerIntakeProblem", new AnswerProblem(503));
        names.accept("answerProblem", new AnswerProblem(500));
        names.accept("releaseEvent", new ReleaseEvent(core.intake));
        names.accept("purgeWebhooks", upkeep(core.maintenance::purgeWebhooks));
        names.accept("purgeHistory", upkeep(core.maintenance::purgeHistory));
        // what steps and components look up by themselves
        names.accept("intake", core.intake);
        names.accept("timer", core.releaseTimer);
        names.accept("dispatcher", core.dispatcher);
        names.accept("dataSource", core.database.dataSource());
    }

    /** What one round leaves undone the next one does, so a database that is away needs no more than a line. */
    private Processor upkeep(Runnable task) {
        return exchange -> {
            try {
                if (core.isStarted()) {
                    task.run();
                }
            } catch (StoreUnavailableException e) {
                LOG.warn("{} is left to the next round: {}", exchange.getFromRouteId(), e.getMessage());
            }
        };
    }
}
