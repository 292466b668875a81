package io.posel;

import java.text.ParseException;
import org.apache.camel.CamelContext;
import org.apache.camel.component.quartz.QuartzEndpoint;
import org.apache.camel.model.RouteDefinition;
import org.quartz.CronExpression;

/** Reads the schedules of routes that begin with {@code quartz:}; Quartz itself does so only at the start. */
final class RouteSchedules {
    private RouteSchedules() {}

    /** @throws StartFailedException for the first that cannot be read */
    static void check(CamelContext context) {
        RouteModel model = new RouteModel(context);
        for (RouteDefinition route : model.routes()) {
            String uri = route.getInput().getEndpointUri();
            if (uri.startsWith("quartz:")
                    && context.getEndpoint(uri) instanceof QuartzEndpoint quartz
                    && quartz.getCron() != null) {
                check(quartz.getCron(), model.place(route));
            }
        }
    }

    private static void check(String cron, String place) {
        try {
            CronExpression.validateExpression(cron);
        } catch (ParseException e) {
            throw new StartFailedException(place + ": CronExpression '" + cron + "' is invalid: " + e.getMessage(), e);
        }
    }
}
