package io.posel;

import io.posel.event.InvalidFileException;
import io.posel.store.Database;
import io.posel.web.PortInUseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.PropertyBindingException;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/** Says in one message why Posel did not start: what is wrong, and in which line of which file or in which setting. */
final class StartFailure {
    private static final Pattern STEP = Pattern.compile("at: >>> (.*) <<< in route: ", Pattern.DOTALL);
    private static final Pattern CLASS_NAME = Pattern.compile("^(?:\\w+\\.)+\\w*(?:Exception|Error): ");

    private StartFailure() {}

    /**
     * @param context with the routes that could be read; null if it had not come so far
     * @param place finds where a Camel key is set, as a prefix for a message; empty if unknown
     */
    static String explain(Throwable failure, @Nullable CamelContext context, UnaryOperator<String> place) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (isForOperators(cause)) {
                return String.valueOf(cause.getMessage());
            } else if (cause instanceof PropertyBindingException option && option.getOptionPrefix() != null) {
                String key = option.getOptionPrefix() + option.getOptionKey();
                return place.apply(key) + key + " cannot be set: there is no such option, or this is no value for it";
            } else if (cause instanceof MarkedYamlEngineException yaml) {
                return place(yaml.getProblemMark().or(yaml::getContextMark)) + yaml.getProblem();
            } else if (cause instanceof FailedToCreateRouteException route && context != null) {
                return explain(route, route.getRouteId(), new RouteModel(context));
            } else if (cause instanceof FailedToStartRouteException route && context != null) {
                return explain(route, route.getRouteId(), new RouteModel(context));
            }
        }
        return reasons(failure);
    }

    private static boolean isForOperators(Throwable cause) {
        return cause instanceof StartFailedException
                || cause instanceof InvalidSettingException
                || cause instanceof InvalidFileException
                || cause instanceof PortInUseException
                || cause instanceof Database.UnusableException;
    }

    private static String place(Optional<Mark> mark) {
        return mark.map(at -> RouteModel.file(at.getName()) + ":" + (at.getLine() + 1) + ": ")
                .orElse("");
    }

    private static String explain(Throwable failure, @Nullable String id, RouteModel model) {
        Throwable reason = failure.getCause() == null ? failure : failure.getCause();
        return model.route(id)
                .map(route -> {
                    Matcher step = STEP.matcher(String.valueOf(failure.getMessage()));
                    String place = step.find() ? model.place(route, step.group(1)) : model.place(route);
                    return place + ": " + reasons(reason);
                })
                .orElseGet(() -> reasons(failure));
    }

    /** The messages of an exception and of its causes, without those that others contain. */
    private static String reasons(Throwable failure) {
        List<String> reasons = new ArrayList<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage()).strip().replaceAll("\\s*\\R\\s*", " ");
            String bare = CLASS_NAME.matcher(message).replaceFirst("").replace("file:/", "/");
            if (reasons.stream().noneMatch(known -> known.contains(bare))) {
                reasons.removeIf(bare::contains);
                reasons.add(bare);
            }
        }
        return String.join(": ", reasons);
    }
}
