package io.posel.route;

import io.posel.delivery.OutgoingRequest;
import io.posel.delivery.RequestTemplate;
import io.posel.template.RenderException;
import io.posel.template.TemplateException;
import io.posel.template.Variables;
import io.posel.webhook.Definition;
import io.posel.webhook.Secrets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request as it may be shown. Secrets never enter it: the definition is masked before it is rendered. Data of the
 * event does, wherever the definition puts it.
 */
final class MaskedRequest {
    private static final String AUTHORIZATION = "Authorization";

    private MaskedRequest() {}

    static OutgoingRequest of(Definition definition, Variables variables) throws TemplateException, RenderException {
        OutgoingRequest request =
                RequestTemplate.compile(Secrets.masked(definition)).render(variables);
        // what user info became is a mask too, but one that reads like a key
        Map<String, String> headers = new LinkedHashMap<>(request.headers());
        headers.computeIfPresent(AUTHORIZATION, (name, value) -> Secrets.MASK);
        return new OutgoingRequest(request.method(), request.url(), headers, request.body());
    }
}
