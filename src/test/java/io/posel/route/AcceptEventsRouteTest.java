package io.posel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.spi.Registry;
import org.apache.camel.test.main.junit5.CamelMainTestSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real file accept-events.camel.yaml, with steps that only write down that they were called. */
class AcceptEventsRouteTest extends CamelMainTestSupport {
    private final List<String> called = new ArrayList<>();
    private String broken = "";

    @Override
    protected void configure(MainConfigurationProperties configuration) {
        configuration.setRoutesIncludePattern(
                "file:routes/accept-events.camel.yaml,file:routes/find-webhooks.camel.yaml");
        configuration.setAutoConfigurationLogSummary(false);
        configuration.addRoutesBuilder(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:release-events")
                        .errorHandler(noErrorHandler())
                        .process(exchange ->
                                call("release " + exchange.getMessage().getBody()));
            }
        });
    }

    @Override
    protected void bindToRegistry(Registry registry) {
        registry.bind("validateEvents", step("validate"));
        registry.bind("findWebhooks", step("find"));
        registry.bind("addWebhooks", (AggregationStrategy) (events, webhooks) -> {
            call("add");
            return events;
        });
        registry.bind("storeEvents", (Processor) exchange -> {
            call("store");
            exchange.setProperty("heldEvents", List.of("a", "b"));
        });
    }

    private Processor step(String name) {
        return exchange -> call(name);
    }

    private void call(String step) {
        called.add(step);
        if (step.equals(broken)) {
            throw new IllegalStateException(step + " is broken");
        }
    }

    @Test
    @DisplayName(
            "C3: events are validated, enriched with webhooks, stored, and those with a number wait for their turn")
    void stepsInTheirOrder() {
        template.sendBody("direct:accept-events", "event");

        assertThat(called).containsExactly("validate", "find", "add", "store", "release a", "release b");
    }

    /** Answered as an error, the producer repeats the event; swallowed, it would be lost. */
    @ParameterizedTest
    @ValueSource(strings = {"validate", "find", "add", "store", "release a"})
    @DisplayName("G1: whichever step fails, the caller hears of it and no later step runs")
    void failuresReachTheCaller(String step) {
        broken = step;

        assertThatThrownBy(() -> template.sendBody("direct:accept-events", "event"))
                .isInstanceOf(CamelExecutionException.class)
                .hasRootCauseMessage(step + " is broken");
        assertThat(called).endsWith(step);
    }
}
