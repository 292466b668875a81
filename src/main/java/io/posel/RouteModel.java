package io.posel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.jspecify.annotations.Nullable;

/** The routes as Camel read them, and where each part of them stands: {@code /home/routes/accept-events.camel.yaml:12}. */
final class RouteModel {
    private final ModelCamelContext context;

    RouteModel(CamelContext context) {
        this.context = (ModelCamelContext) context;
    }

    List<RouteDefinition> routes() {
        return context.getRouteDefinitions();
    }

    List<RouteConfigurationDefinition> configurations() {
        return context.getRouteConfigurationDefinitions();
    }

    Optional<RouteDefinition> route(@Nullable String id) {
        return id == null ? Optional.empty() : Optional.ofNullable(context.getRouteDefinition(id));
    }

    /** Where a route stands. */
    String place(RouteDefinition route) {
        return place(route.getResource(), route.getInput());
    }

    /** Where the step of a route stands that Camel writes like this; where the route stands, if there is no such step. */
    String place(RouteDefinition route, String step) {
        return steps(route.getOutputs()).stream()
                .filter(each -> each.toString().equals(step))
                .findFirst()
                .map(each -> place(route.getResource(), each))
                .orElseGet(() -> place(route));
    }

    /** Where a part of a file stands; only the file, if Camel does not know the line. */
    static String place(@Nullable Resource resource, NamedNode part) {
        String location = part.getLocation() == null && resource != null ? resource.getLocation() : part.getLocation();
        if (location == null) {
            return "route or step " + part.getId();
        }
        return part.getLineNumber() > 0 ? file(location) + ":" + part.getLineNumber() : file(location);
    }

    /** A Camel resource as people write it. */
    static String file(String location) {
        return location.startsWith("file:") ? location.substring("file:".length()) : location;
    }

    /** All steps, those inside of others too. */
    static List<ProcessorDefinition<?>> steps(List<ProcessorDefinition<?>> outputs) {
        List<ProcessorDefinition<?>> steps = new ArrayList<>();
        for (ProcessorDefinition<?> each : outputs) {
            steps.add(each);
            steps.addAll(steps(each.getOutputs()));
        }
        return steps;
    }
}
