package io.posel;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.ErrorHandlerFactory;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.model.EnrichDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SendDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.errorhandler.DeadLetterChannelDefinition;
import org.apache.camel.model.language.ConstantExpression;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PatternHelper;
import org.jspecify.annotations.Nullable;

/**
 * Refuses routes that name what is not there: a {@code direct:} that no route consumes, a route configuration that no
 * file holds. Camel starts with them; the first would fail at each message, and the second would silently leave a route
 * without its error policy. Names that are known only at run time are not looked at.
 */
final class RouteLinks extends MainListenerSupport {
    private static final String DIRECT = "direct:";

    @Override
    public void afterConfigure(BaseMainSupport main) {
        check(new RouteModel(main.getCamelContext()));
    }

    /** @throws StartFailedException for the first name that leads nowhere */
    static void check(RouteModel model) {
        Set<String> consumed = new HashSet<>();
        for (RouteDefinition route : model.routes()) {
            directName(route.getInput().getEndpointUri()).ifPresent(consumed::add);
        }
        for (RouteConfigurationDefinition each : model.configurations()) {
            sends(each.getResource(), new ArrayList<>(each.getOnExceptions()), consumed);
            if (each.getErrorHandler() != null) {
                deadLetters(
                        "route configuration " + each.getId(),
                        each.getErrorHandler().getErrorHandlerType(),
                        consumed);
            }
        }
        for (RouteDefinition route : model.routes()) {
            configuration(model, route);
            sends(route.getResource(), route.getOutputs(), consumed);
            deadLetters(model.place(route), route.getErrorHandlerFactory(), consumed);
        }
    }

    private static void configuration(RouteModel model, RouteDefinition route) {
        String named = route.getRouteConfigurationId();
        if (named == null || named.contains("{{")) {
            return;
        }
        for (String id : named.split(",")) {
            if (model.configurations().stream().noneMatch(each -> PatternHelper.matchPattern(each.getId(), id))) {
                throw refusal(model.place(route) + ": there is no route configuration " + id);
            }
        }
    }

    private static void sends(@Nullable Resource resource, List<ProcessorDefinition<?>> steps, Set<String> consumed) {
        for (ProcessorDefinition<?> step : RouteModel.steps(steps)) {
            String place = RouteModel.place(resource, step);
            if (step instanceof SendDefinition<?> send) {
                target(place, send.getEndpointUri(), consumed);
            } else if (step instanceof ToDynamicDefinition send) {
                target(place, send.getUri(), consumed);
            } else if (step instanceof EnrichDefinition enrich
                    && enrich.getExpression() instanceof ConstantExpression uri) {
                target(place, uri.getExpression(), consumed);
            }
        }
    }

    private static void deadLetters(String place, @Nullable ErrorHandlerFactory handler, Set<String> consumed) {
        if (handler instanceof DeadLetterChannelDefinition channel) {
            target(place, channel.getDeadLetterUri(), consumed);
        }
    }

    private static void target(String place, @Nullable String uri, Set<String> consumed) {
        directName(uri).filter(name -> !consumed.contains(name)).ifPresent(name -> {
            throw refusal(place + ": no route begins with " + DIRECT + name);
        });
    }

    private static Optional<String> directName(@Nullable String uri) {
        if (uri == null
                || !uri.startsWith(DIRECT)
                || uri.contains("{{")
                || uri.contains("${")
                || uri.contains("failIfNoConsumers=false")) {
            return Optional.empty();
        }
        String name = uri.substring(DIRECT.length()).replaceFirst("\\?.*", "");
        return Optional.of(name.startsWith("//") ? name.substring(2) : name);
    }

    private static StartFailedException refusal(String message) {
        return new StartFailedException(message, null);
    }
}
