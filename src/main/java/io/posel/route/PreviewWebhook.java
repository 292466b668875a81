package io.posel.route;

import io.posel.delivery.OutgoingRequest;
import io.posel.delivery.RequestTemplate;
import io.posel.event.Event;
import io.posel.event.EventReader;
import io.posel.json.Json;
import io.posel.store.Catalogue;
import io.posel.store.LoggedEvent;
import io.posel.template.RenderException;
import io.posel.template.TemplateException;
import io.posel.template.Variables;
import io.posel.webhook.Definition;
import io.posel.webhook.Definitions;
import io.posel.webhook.Secrets;
import io.posel.webhook.Warnings;
import io.posel.webhook.WebhookJson;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Shows what a webhook would send for an event, or for the sample of an event type. Sends nothing and asks no name
 * service. The secrets in it are the caller's own and are shown as given; {@code ***}, which stands for one that
 * was read, stays so.
 */
public final class PreviewWebhook implements Processor {
    private static final Set<String> KNOWN = Stream.concat(
                    Stream.of("url", "body", "headers"), ExampleEvent.MEMBERS.stream())
            .collect(Collectors.toUnmodifiableSet());
    private static final String BASIC = "Basic ";

    private final Definitions definitions;
    private final ExampleEvent example;
    private final Warnings warnings;

    /** @param warnings asks no name service */
    public PreviewWebhook(
            Definitions definitions, EventReader events, Catalogue catalogue, NewestEvents newest, Warnings warnings) {
        this.definitions = definitions;
        this.example = new ExampleEvent(events, catalogue, newest, "There is nothing to preview");
        this.warnings = warnings;
    }

    @Override
    public void process(Exchange exchange) {
        Json.Obj body = new ApiRequest(exchange).object(KNOWN);
        ExampleEvent.Chosen chosen = example.of(body);
        Definition definition = definitions.draft(body, chosen.event().type());
        JsonAnswer.write(exchange, 200, preview(definition, chosen));
    }

    private Json preview(Definition definition, ExampleEvent.Chosen chosen) {
        Variables variables = chosen.event().variables();
        try {
            RequestTemplate template = RequestTemplate.compile(definition);
            Map<String, Object> members = new LinkedHashMap<>(
                    LogJson.request(withMask(template.render(variables))).members());
            members.put(
                    "unknownVariables",
                    template.variables().stream()
                            .filter(path -> variables.at(path) == null && !Event.ATTRIBUTES.contains(path))
                            .toList());
            members.put(
                    "warnings",
                    warnings.of(definition, name -> variables.at(name) != null).stream()
                            .filter(warning -> !warning.pointer().startsWith("/events"))
                            .map(WebhookJson::warning)
                            .toList());
            members.put("event", chosen.recent() == null ? null : told(chosen.recent()));
            return Json.of(members);
        } catch (RenderException e) {
            throw example.refusal(422, "", "render", "This event cannot be sent like that: " + e.getMessage());
        } catch (TemplateException e) {
            throw new IllegalStateException(e); // the draft was refused already
        }
    }

    private static Json told(LoggedEvent event) {
        return Json.object(
                "id", event.id(), "acceptedAt", event.acceptedAt(), "entity", LogJson.entity(event.entity()));
    }

    /** A password that was read back is a mask, and what it makes of the header must not read like a key. */
    private static OutgoingRequest withMask(OutgoingRequest request) {
        Map<String, String> headers = new LinkedHashMap<>(request.headers());
        headers.computeIfPresent("Authorization", (name, value) -> isOfMask(value) ? Secrets.MASK : value);
        return new OutgoingRequest(request.method(), request.url(), headers, request.body());
    }

    private static boolean isOfMask(String authorization) {
        try {
            return authorization.startsWith(BASIC)
                    && new String(
                                    Base64.getDecoder().decode(authorization.substring(BASIC.length())),
                                    StandardCharsets.UTF_8)
                            .endsWith(":" + Secrets.MASK);
        } catch (IllegalArgumentException e) {
            return false; // a header of the caller's own
        }
    }
}
