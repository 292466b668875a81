package io.posel.route;

import io.posel.store.Intake;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.model.ResequenceDefinition;
import org.apache.camel.model.config.StreamResequencerConfig;
import org.apache.camel.reifier.ProcessorReifier;

/** Makes of the step {@code resequence} with {@code streamConfig} a {@link KeyedResequencer}. */
public final class KeyedResequenceReifier extends ProcessorReifier<ResequenceDefinition> {

    private KeyedResequenceReifier(Route route, ResequenceDefinition definition) {
        super(route, definition);
    }

    /** Must be called before the routes are built; holds for every Camel context of this JVM. */
    public static void register() {
        ProcessorReifier.registerReifier(
                ResequenceDefinition.class,
                (route, definition) -> new KeyedResequenceReifier(route, (ResequenceDefinition) definition));
    }

    @Override
    public Processor createProcessor() throws Exception {
        if (!(definition.getResequencerConfig() instanceof StreamResequencerConfig config)) {
            throw new IllegalArgumentException("resequence needs a streamConfig with timeout and capacity");
        }
        Integer capacity = parseInt(config.getCapacity());
        return new KeyedResequencer(
                camelContext,
                createExpression(definition.getExpression()),
                Duration.ofMillis(parseDuration(config.getTimeout(), 5_000)),
                capacity == null ? 10_000 : capacity,
                createChildProcessor(true),
                mandatoryLookup("intake", Intake.class),
                mandatoryLookup("timer", ScheduledExecutorService.class));
    }
}
