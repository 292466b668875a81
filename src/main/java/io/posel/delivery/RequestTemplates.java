package io.posel.delivery;

import io.posel.template.TemplateException;
import io.posel.webhook.Webhook;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Compiled once for each version of a webhook. */
public final class RequestTemplates {
    private record Compiled(int version, RequestTemplate template) {}

    private final Map<String, Compiled> compiled = new ConcurrentHashMap<>();

    /** @throws IllegalStateException for a stored definition that does not compile, which saving would have refused */
    public RequestTemplate of(Webhook webhook) {
        Compiled known = compiled.get(webhook.id());
        if (known == null || known.version != webhook.version()) {
            known = new Compiled(webhook.version(), compile(webhook));
            compiled.put(webhook.id(), known);
        }
        return known.template;
    }

    private static RequestTemplate compile(Webhook webhook) {
        try {
            return RequestTemplate.compile(webhook.definition());
        } catch (TemplateException e) {
            throw new IllegalStateException("the stored webhook " + webhook.id() + " does not compile", e);
        }
    }
}
