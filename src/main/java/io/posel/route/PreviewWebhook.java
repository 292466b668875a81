package io.posel.route;

import io.posel.delivery.RequestTemplate;
import io.posel.event.Event;
import io.posel.event.EventReader;
import io.posel.json.Json;
import io.posel.store.Catalogue;
import io.posel.template.RenderException;
import io.posel.template.TemplateException;
import io.posel.template.Variables;
import io.posel.webhook.Definition;
import io.posel.webhook.Definitions;
import io.posel.webhook.Warnings;
import io.posel.webhook.WebhookJson;
import java.util.LinkedHashMap;
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
    private final ExampleEvent example;
    private final Warnings warnings;

    /** @param warnings asks no name service */
    public PreviewWebhook(Definitions definitions, EventReader events, Catalogue catalogue, Warnings warnings) {
        this.definitions = definitions;
        this.example = new ExampleEvent(events, catalogue, "There is nothing to preview");
        this.warnings = warnings;
    }

    @Override
    public void process(Exchange exchange) {
        Json.Obj body = new ApiRequest(exchange).object(KNOWN);
        Event event = example.of(body);
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
            throw example.refusal(422, "", "render", "This event cannot be sent like that: " + e.getMessage());
        } catch (TemplateException e) {
            throw new IllegalStateException(e); // the draft was refused already
        }
    }
}
