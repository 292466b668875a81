package io.posel.route;

import io.posel.delivery.RequestTemplate;
import io.posel.event.Event;
import io.posel.event.EventReader;
import io.posel.event.EventType;
import io.posel.json.Json;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.store.Catalogue;
import io.posel.template.RenderException;
import io.posel.template.TemplateException;
import io.posel.template.Variables;
import io.posel.webhook.Definition;
import io.posel.webhook.Definitions;
import io.posel.webhook.Warnings;
import io.posel.webhook.WebhookJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Shows what a webhook would send for an event, or for the sample of an event type. Sends nothing and asks no name
 * service. The secrets in it are the caller's own and are shown as given.
 */
public final class PreviewWebhook implements Processor {
    private static final Set<String> KNOWN = Set.of("url", "body", "headers", "event", "eventType");
    private static final Set<String> ALWAYS =
            Set.of("event.id", "event.type", "event.occurredAt", "entity.type", "entity.id");

    private final Definitions definitions;
    private final EventReader events;
    private final Catalogue catalogue;
    private final Warnings warnings;

    /** @param warnings asks no name service */
    public PreviewWebhook(Definitions definitions, EventReader events, Catalogue catalogue, Warnings warnings) {
        this.definitions = definitions;
        this.events = events;
        this.catalogue = catalogue;
        this.warnings = warnings;
    }

    @Override
    public void process(Exchange exchange) {
        Json.Obj body = new ApiRequest(exchange).object();
        for (String name : body.members().keySet()) {
            if (!KNOWN.contains(name)) {
                throw refusal(400, "/" + name, "unknown-member", "There is no such member; leave it out.");
            }
        }
        Event event = event(body);
        Definition definition = definitions.draft(body, event.type());
        JsonAnswer.write(exchange, 200, preview(definition, event));
    }

    private Json preview(Definition definition, Event event) {
        Variables variables = event.variables();
        try {
            RequestTemplate template = RequestTemplate.compile(definition);
            Map<String, Object> members = new LinkedHashMap<>(
                    LogJson.request(template.render(variables)).members());
            members.put(
                    "unknownVariables",
                    template.variables().stream()
                            .filter(path -> variables.at(path) == null && !ALWAYS.contains(path))
                            .toList());
            members.put(
                    "warnings",
                    warnings.of(definition).stream()
                            .filter(warning -> !warning.pointer().startsWith("/events"))
                            .map(WebhookJson::warning)
                            .toList());
            return Json.of(members);
        } catch (RenderException e) {
            throw refusal(422, "", "render", "This event cannot be sent like that: " + e.getMessage());
        } catch (TemplateException e) {
            throw new IllegalStateException(e); // the draft was refused already
        }
    }

    private Event event(Json.Obj body) {
        Json event = body.get("event");
        Json type = body.get("eventType");
        if (event instanceof Json.Obj) {
            try {
                return events.of(event).get(0);
            } catch (ProblemException e) {
                throw new ProblemException(
                        e.status(),
                        String.valueOf(e.getMessage()),
                        e.errors().stream().map(error -> error.within("/event")).toList());
            }
        } else if (event != null && event != Json.Null.NULL) {
            throw refusal(400, "/event", "type-mismatch", "An event is a JSON object.");
        } else if (type instanceof Json.Str name) {
            return catalogue
                    .find(name.value())
                    .map(EventType::sampleEvent)
                    .orElseThrow(() -> refusal(
                            422,
                            "/eventType",
                            "unknown-event-type",
                            "The catalogue has no event type " + name.value() + "; give an event instead."));
        }
        throw refusal(400, "/eventType", "required", "An event or the name of an event type is required.");
    }

    private static ProblemException refusal(int status, String pointer, String code, String detail) {
        return new ProblemException(
                status, "There is nothing to preview: " + detail, List.of(FieldError.of(pointer, code, detail)));
    }
}
