package io.posel.delivery;

import io.posel.template.BodyTemplate;
import io.posel.template.HeaderTemplate;
import io.posel.template.RenderException;
import io.posel.template.Room;
import io.posel.template.TemplateException;
import io.posel.template.UrlTemplate;
import io.posel.template.UserInfo;
import io.posel.template.Variables;
import io.posel.webhook.Definition;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A webhook's request with its variables still open, compiled once per version of the webhook.
 *
 * <ul>
 *   <li>A body means POST, with {@code Content-Type: application/json} unless the webhook names another; none or a
 *       blank one means GET, without a {@code Content-Type} (S4).
 *   <li>User info of the URL becomes {@code Authorization: Basic} in UTF-8 (F4, RFC 7617). Where the webhook has an
 *       {@code Authorization} header too, the user info wins.
 *   <li>Of header names that differ in case only, the last one counts.
 * </ul>
 */
public final class RequestTemplate {
    private static final String AUTHORIZATION = "Authorization";
    private static final String CONTENT_TYPE = "Content-Type";

    private final UrlTemplate url;
    private final List<HeaderTemplate> headers;
    private final @Nullable String authorization;
    private final @Nullable BodyTemplate body;

    private RequestTemplate(
            UrlTemplate url,
            List<HeaderTemplate> headers,
            @Nullable String authorization,
            @Nullable BodyTemplate body) {
        this.url = url;
        this.headers = headers;
        this.authorization = authorization;
        this.body = body;
    }

    public static RequestTemplate compile(Definition definition) throws TemplateException {
        UrlTemplate url = UrlTemplate.compile(definition.url());
        List<HeaderTemplate> headers = new ArrayList<>();
        for (Map.Entry<String, String> header : definition.headers().entrySet()) {
            headers.add(HeaderTemplate.compile(header.getKey(), header.getValue()));
        }
        String body = definition.body();
        return new RequestTemplate(
                url,
                List.copyOf(headers),
                url.userInfo().map(UserInfo::basic).orElse(null),
                body == null || BodyTemplate.isBlank(body) ? null : BodyTemplate.compile(body));
    }

    /** @throws RenderException if this event's data cannot be sent; trying again does not help */
    public OutgoingRequest render(Variables values) throws RenderException {
        String target = url.render(values);
        int length = target.length();
        Map<String, String> rendered = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        if (body != null) {
            rendered.put(CONTENT_TYPE, "application/json");
        }
        for (HeaderTemplate header : headers) {
            if (body != null || !header.name().equalsIgnoreCase(CONTENT_TYPE)) {
                String value = header.render(values);
                rendered.put(header.name(), value);
                length += value.length();
                Room.require(length);
            }
        }
        if (authorization != null) {
            rendered.put(AUTHORIZATION, authorization);
        }
        byte[] content = body == null ? null : body.render(values);
        Room.require(length + (content == null ? 0 : content.length));
        return new OutgoingRequest(content == null ? "GET" : "POST", target, rendered, content);
    }

    /** The paths of all variables in URL, headers and body. */
    public Set<String> variables() {
        Set<String> paths = new LinkedHashSet<>(url.variables());
        headers.forEach(header -> paths.addAll(header.variables()));
        if (body != null) {
            paths.addAll(body.variables());
        }
        return paths;
    }
}
