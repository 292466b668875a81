package io.posel.webhook;

import io.posel.event.Event;
import io.posel.json.Json;
import io.posel.template.Variables;
import org.jspecify.annotations.Nullable;

/** Says which webhook wants which event (S2). */
public final class Matching {

    private Matching() {}

    /** Whether the webhook has this trigger and every condition holds; whether it is switched on is not asked. */
    public static boolean wants(Definition definition, Event event) {
        return definition.events().contains(event.type()) && filterHolds(definition, event.variables());
    }

    static boolean filterHolds(Definition definition, Variables variables) {
        return definition.filter().entrySet().stream()
                .allMatch(condition -> condition.getValue().contains(text(variables.at(condition.getKey()))));
    }

    /** The text a template would show: numbers as they came in, objects and lists as JSON, nothing for null. */
    static String text(@Nullable Json value) {
        if (value == null || value == Json.Null.NULL) {
            return "";
        }
        return value instanceof Json.Str text ? text.value() : value.toString();
    }
}
